"""A fair with applications, and people to look at them: for the desk and the control room."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from jobfair.applicants.models import Applicant
from jobfair.applicants.queries import key_of
from jobfair.applicants.rules.personal import PERSONAL
from jobfair.applications.actions.accepting import Receipt, Submission, accept
from jobfair.applications.models import Application
from jobfair.people.rules import Role
from tests.builders import KEYS, NOW, Staged, make_account, stage
from tests.forms import form_on

EARLIER = NOW - timedelta(minutes=1)
REVIEWER, ORGANISER = "peninjau@contoh.id", "panitia@contoh.id"
OTHER_REVIEWER, OTHER_ORGANISER = "lain@contoh.id", "kantor-lain@contoh.id"


@dataclass
class Room:
    """A stored fair; ``receipts`` are those of the first position, in ledger order."""

    made: Staged
    receipts: list[str]

    @property
    def desk(self) -> str:
        return f"/meja/{self.made.positions[0].id}"

    @property
    def control(self) -> str:
        return f"/kendali/{self.made.fair.slug}"


async def apply_all(session: Any, made: Staged, *, received_at: Any = EARLIER) -> list[str]:
    """Let everybody apply to every position; return the receipts in ledger order."""
    await session.flush()
    outcomes = await accept(
        session,
        [Submission(made.fair.id, who, what, (), received_at) for who, what in made.pairs()],
        keys=KEYS,
    )
    assert all(isinstance(outcome, Receipt) for outcome in outcomes), outcomes
    return [outcome.number for outcome in outcomes if isinstance(outcome, Receipt)]


async def resend(session: Any, seq: int, **sent: Any) -> Application:
    """Let an application read as if something else had been sent with it."""
    row: Application = await session.scalar(select(Application).where(Application.seq == seq))
    person = key_of(await session.get_one(Applicant, row.applicant_id), KEYS)
    personal = person.unseal(row.personal_sealed, what=PERSONAL)
    sealed = {name: sent.pop(name) for name in list(sent) if name in personal}
    row.personal_sealed = person.seal(personal | sealed, what=PERSONAL)
    row.profile = row.profile | sent
    return row


async def furnish(session: Any, **more: Any) -> Room:
    """Store a fair where everybody has applied, a reviewer of its first company, an organiser.

    Keywords are those of :func:`tests.builders.stage`; three people by default.
    """
    made = await stage(session, **{"applicants": 3} | more)
    receipts = await apply_all(session, made)
    session.add_all(
        [
            make_account(Role.REVIEWER, name_to_sign_in=REVIEWER, company_id=made.companies[0].id),
            make_account(Role.ORGANISER, name_to_sign_in=ORGANISER, office_id=made.office.id),
        ]
    )
    await session.flush()
    return Room(made, receipts[: len(made.applicants)])


def send(client: Any, page: str, action: str, **typed: Any) -> Any:
    """Send the form of ``page`` that goes to ``action``, with what is typed into it."""
    answer = client.get(page)
    assert answer.status_code == 200, answer.text
    return client.post(action, data=form_on(answer.text, action=action) | typed)


def watch(client: Any, address: str) -> Any:
    """Open a socket with the client's cookies, which it would not send by itself over ``ws:``."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
    return client.websocket_connect(address, headers={"cookie": cookies})
