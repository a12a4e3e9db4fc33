"""SQL of one's own data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, or_, select

from jobfair.applicants.models import Applicant
from jobfair.applicants.queries import applicant_of_account, masked_nik
from jobfair.applications.models import Application
from jobfair.applications.queries.receipts import sent_by, trails_of
from jobfair.applications.queries.sealed import read_sent
from jobfair.applications.rules import STAGE_NAMES
from jobfair.audit.models import AuditEntry
from jobfair.audit.rules import Act
from jobfair.companies.models import Company
from jobfair.consents.queries import consents_of
from jobfair.db import Session
from jobfair.fairs.models import Fair, Office
from jobfair.keys import Keys
from jobfair.people.models import Account, SignIn
from jobfair.people.queries import account_by_id
from jobfair.people.rules import Role
from jobfair.positions.models import Position
from jobfair.privacy.models import Opening

SHOWN = 200
COUNTER = (Act.LOOK_UP_APPLICANT, Act.RESET_APPLICANT, Act.CLAIM_ACCOUNT)
OPENED = "opened"


@dataclass(frozen=True)
class Look:
    """One opening of a person's data by staff."""

    at: datetime
    what: str
    """``opened``, or the name of the audited act."""
    who: str
    """Name of the member of staff."""
    where: str
    """The company, or the office."""
    title: str
    """Of the position; empty for what an office did."""


async def looked_lately(
    session: Session, *, application_id: int, account_id: int, since: datetime
) -> bool:
    """Tell whether this reviewer has looked at this application since an instant."""
    query = select(Opening.id).where(
        Opening.application_id == application_id,
        Opening.account_id == account_id,
        Opening.at > since,
    )
    return await session.scalar(query.limit(1)) is not None


async def looks_at(session: Session, account_id: int) -> list[Look]:
    """Return who has looked at the data behind an account and when, newest first.

    Opened applications and CVs, lists of applicants that were saved as a file, and what was done
    at the counter.
    """
    mine = (
        select(
            Application.id,
            Application.position_id,
            Application.received_at,
            Position.title,
            Company.name,
        )
        .join(Applicant, Applicant.id == Application.applicant_id)
        .join(Position, Position.id == Application.position_id)
        .join(Company, Company.id == Position.company_id)
        .where(Applicant.account_id == account_id)
    )
    sent = (await session.execute(mine)).all()
    by_id = {row.id: row for row in sent}
    looks = [
        Look(at, OPENED, who, by_id[application_id].name, by_id[application_id].title)
        for application_id, at, who in await session.execute(
            select(Opening.application_id, Opening.at, Account.name)
            .join(Account, Account.id == Opening.account_id)
            .where(Opening.application_id.in_(by_id))
            .order_by(Opening.id.desc())
            .limit(SHOWN)
        )
    ]
    about = {f"application:{row.id}": row for row in sent}
    about |= {f"position:{row.position_id}": row for row in sent}
    subjects = [*about, f"account:{account_id}"]
    acts = [act.value for act in (Act.READ_CV, Act.DOWNLOAD, *COUNTER)]
    rows = await session.execute(
        select(AuditEntry.at, AuditEntry.act, AuditEntry.subject, Account.name, Office.name)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .outerjoin(Fair, Fair.id == AuditEntry.fair_id)
        .outerjoin(Office, Office.id == Fair.office_id)
        .where(AuditEntry.subject.in_(subjects), AuditEntry.act.in_(acts))
        .order_by(AuditEntry.id.desc())
        .limit(SHOWN)
    )
    for at, act, subject, who, office in rows:
        row = about.get(subject)
        if row is None:
            looks.append(Look(at, act, who or "", office or "", ""))
        elif act != Act.DOWNLOAD or at >= row.received_at:
            looks.append(Look(at, act, who or "", row.name, row.title))
    return sorted(looks, key=lambda look: look.at, reverse=True)[:SHOWN]


async def unused_accounts(session: Session, *, before: datetime, most: int) -> Sequence[int]:
    """Return applicants' accounts that were not used since an instant, and not deleted yet."""
    lately = or_(
        exists().where(SignIn.account_id == Account.id, SignIn.seen_at >= before),
        exists().where(Application.applicant_id == Applicant.id, Application.received_at >= before),
    )
    query = (
        select(Account.id)
        .join(Applicant, Applicant.account_id == Account.id)
        .where(
            Account.role == Role.APPLICANT,
            Applicant.key_wrapped.is_not(None),
            Applicant.updated_at < before,
            ~lately,
        )
    )
    return (await session.scalars(query.order_by(Account.id).limit(most))).all()


async def delete_openings(session: Session, *, before: datetime) -> int:
    """Delete looks older than an instant, and return how many there were."""
    gone = await session.execute(delete(Opening).where(Opening.at < before))
    count: int = gone.rowcount  # type: ignore[attr-defined]  # a DELETE always has a row count
    return count


async def copy_of(session: Session, keys: Keys, account_id: int) -> dict[str, Any]:
    """Return everything that is kept of a person, as JSON values; the NIK masked."""
    applicant = await applicant_of_account(session, keys, account_id)
    account = await account_by_id(session, account_id)
    profile = {
        name: value
        for name, value in asdict(applicant).items()
        if name not in {"id", "public_id", "nik_sealed", "cv", "completed_at"}
    }
    sent = await sent_by(session, applicant.id)
    trails = await trails_of(session, [one.id for one in sent])
    return {
        "nik": masked_nik(applicant, keys),
        "registered_at": account.created_at.isoformat(),
        "profile": profile | {"birth_date": applicant.birth_date.isoformat()},
        "applications": [
            {
                "receipt": one.receipt,
                "received_at": one.received_at.isoformat(),
                "fair": one.fair_name,
                "company": one.company,
                "position": one.title,
                "stage": STAGE_NAMES[one.stage],
                "sent": {
                    name: value
                    for name, value in read_sent(keys, one).profile.items()
                    if name != "cv"
                },
                "answers": dict(zip(one.questions, read_sent(keys, one).answers, strict=False)),
                "trail": [
                    {"at": step.at.isoformat(), "stage": STAGE_NAMES[step.to_stage]}
                    for step in trails[one.id]
                ],
            }
            for one in sent
        ],
        "looks": [
            asdict(look) | {"at": look.at.isoformat()}
            for look in await looks_at(session, account_id)
        ],
        "consents": [
            asdict(one) | {"at": one.at.isoformat(), "words": one.kind.words}
            for one in await consents_of(session, account_id)
        ],
    }
