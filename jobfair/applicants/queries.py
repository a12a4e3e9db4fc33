"""Finding applicants. The sealed NIK is read by one function and leaves it masked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from jobfair.applicants.models import Applicant
from jobfair.applicants.rules.nik import Nik, NikBirth, NikFacts, birth_told_by, read_nik
from jobfair.applicants.rules.personal import DISABILITY, PERSONAL, Personal, read_personal
from jobfair.credentials.queries import delete_credentials
from jobfair.db import Session
from jobfair.db.base import plain
from jobfair.errors import NotFound, Refused
from jobfair.keys import Keys, PersonalKey
from jobfair.people.queries import account_by_id, delete_accounts


def nik_context(public_id: str) -> str:
    """Return what a sealed NIK is bound to, so that it opens in no other row."""
    return f"applicant.nik:{public_id}"


@dataclass(frozen=True)
class ApplicantFacts:
    """A person with a profile, as the person's own pages show it; the NIK stays sealed."""

    id: int
    public_id: str
    nik_sealed: bytes
    name: str
    sex: str
    birth_date: date
    phone: str
    education: str
    major: str
    school: str
    graduation_year: int | None
    experience_years: int
    experience: str
    district: str
    village: str
    disability: str
    cv: str
    completed_at: datetime | None


async def applicant_row(session: Session, account_id: int, *, lock: bool = False) -> Applicant:
    """Return the row of the applicant behind an account, to be changed."""
    query = select(Applicant).where(Applicant.account_id == account_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: Applicant | None = await session.scalar(query)
    if found is None:
        raise NotFound
    return found


async def applicant_of_account(session: Session, keys: Keys, account_id: int) -> ApplicantFacts:
    """Return the applicant behind an account; ``NotFound`` when it has none."""
    row = await applicant_row(session, account_id)
    told = vars(personal_of(row, keys)) | {"disability": disability_of(row, keys)}
    return plain(ApplicantFacts, row, **told)


async def people_of_accounts(
    session: Session, keys: Keys, account_ids: Iterable[int]
) -> dict[int, Personal]:
    """Return who the applicants behind accounts are; without staff and the forgotten."""
    found = await session.scalars(
        select(Applicant).where(
            Applicant.account_id.in_(set(account_ids)), Applicant.key_wrapped.is_not(None)
        )
    )
    return {one.account_id: personal_of(one, keys) for one in found}


async def person_key(session: Session, keys: Keys, account_id: int) -> PersonalKey:
    """Return the own key of the applicant behind an account. Raises as :func:`key_of` does."""
    return key_of(await applicant_row(session, account_id), keys)


def key_of(applicant: Applicant, keys: Keys) -> PersonalKey:
    """Return the person's own key.

    Raises:
        Refused: ``forgotten``, it was destroyed.

    """
    if applicant.key_wrapped is None:
        raise Refused("forgotten", "Data orang ini sudah dihapus oleh pemiliknya.")
    return keys.person(applicant.key_wrapped, applicant.public_id)


def personal_of(applicant: Applicant, keys: Keys) -> Personal:
    """Return what identifies a person. Raises as :func:`key_of` does."""
    return read_personal(key_of(applicant, keys).unseal(applicant.personal_sealed, what=PERSONAL))


def disability_of(applicant: Applicant, keys: Keys) -> str:
    """Return the kind of disability a person has told; empty when none."""
    if applicant.disability_sealed is None:
        return ""
    told: str = key_of(applicant, keys).unseal(applicant.disability_sealed, what=DISABILITY)
    return told


async def applicant_for_nik(session: Session, nik_index: bytes) -> Applicant | None:
    """Return the applicant with this keyed index of a NIK, or None."""
    query = select(Applicant).where(Applicant.nik_index == nik_index)
    found: Applicant | None = await session.scalar(query)
    return found


@dataclass(frozen=True)
class PersonAtCounter:
    """What an organiser compares with the KTP of somebody who stands before them."""

    account_id: int
    name: str
    nik: str
    """Masked."""
    birth_date: date
    district: str
    registered_at: datetime
    disabled_at: datetime | None


async def person_at_counter(session: Session, keys: Keys, account_id: int) -> PersonAtCounter:
    """Return the person behind an applicant's account; ``NotFound`` when there is none."""
    applicant = await applicant_of_account(session, keys, account_id)
    account = await account_by_id(session, account_id)
    return PersonAtCounter(
        account_id=account_id,
        name=applicant.name,
        nik=masked_nik(applicant, keys),
        birth_date=applicant.birth_date,
        district=applicant.district,
        registered_at=account.created_at,
        disabled_at=account.disabled_at,
    )


def masked_nik(applicant: ApplicantFacts, keys: Keys) -> str:
    """Return the NIK with its middle hidden, for its owner only."""
    return str(_unsealed_nik(applicant, keys))


def birth_told_by_nik(applicant: ApplicantFacts, keys: Keys, *, today: date) -> NikBirth:
    """Return what the NIK says of its owner's birth, for its owner only."""
    facts = read_nik(_unsealed_nik(applicant, keys).digits, today=today)
    assert isinstance(facts, NikFacts)
    return birth_told_by(facts, today=today)


def _unsealed_nik(applicant: ApplicantFacts, keys: Keys) -> Nik:
    return Nik(keys.unseal(applicant.nik_sealed, context=nik_context(applicant.public_id)))


async def delete_unfinished(session: Session, *, before: datetime) -> int:
    """Delete applicants who began to register before an instant and never finished."""
    left = select(Applicant.account_id).where(
        Applicant.completed_at.is_(None), Applicant.created_at < before
    )
    ids = list(await session.scalars(left))
    await session.execute(delete(Applicant).where(Applicant.account_id.in_(ids)))
    await delete_credentials(session, ids)
    await delete_accounts(session, ids)
    return len(ids)


async def sealed_niks(
    session: Session, *, after: int, most: int
) -> Sequence[Row[int, int, str, bytes, bytes | None]]:
    """Return id, account, public id, sealed NIK and wrapped key of the next applicants by id."""
    query = select(
        Applicant.id,
        Applicant.account_id,
        Applicant.public_id,
        Applicant.nik_sealed,
        Applicant.key_wrapped,
    ).where(Applicant.id > after)
    return (await session.execute(query.order_by(Applicant.id).limit(most))).all()


async def set_sealed_niks(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store what was sealed anew: ``applicant``, ``sealed``, ``index`` and ``wrapped`` of each."""
    table = Applicant.metadata.tables[Applicant.__tablename__]
    statement = (
        update(table)
        .where(table.c.id == bindparam("applicant"))
        .values(
            nik_sealed=bindparam("sealed"),
            nik_index=bindparam("index"),
            key_wrapped=bindparam("wrapped"),
        )
    )
    await session.execute(statement, rows)
