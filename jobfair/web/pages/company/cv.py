"""The CV that came with an application: for its company alone, one by one, each written down."""

from datetime import timedelta

from litestar import get
from litestar.response import Response

from jobfair.applications.queries import desk
from jobfair.applications.queries.sealed import read_sent
from jobfair.cvs.actions import note_reading
from jobfair.errors import NotFound
from jobfair.fairs.queries import fair_by_id
from jobfair.people.rules import Budget
from jobfair.web.http.dependencies import AccountDep, FromPath, NowDep, ServicesDep
from jobfair.web.http.guards import reviewers_only
from jobfair.web.pages.company.context import company_of, desk_position
from jobfair.web.pages.company.view import known_id
from jobfair.web.pages.shared.documents import hand_out, sent_cv

PER_ACCOUNT = Budget("read-cv:account", 600, timedelta(hours=1))
"""Wide for who reviews, narrow for who would copy everybody."""


@get("/meja/{position_id:int}/lamaran/{receipt:str}/cv", guards=[reviewers_only])
async def save_sent_cv(
    *,
    position_id: FromPath[int],
    receipt: FromPath[str],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[bytes]:
    """Answer with the CV as it was sent.

    The reading is written down before the bytes are asked for. Another company's application
    answers like one that does not exist.
    """
    await services.limits.spend(PER_ACCOUNT, str(account.account_id), now=now)
    async with services.database.transaction() as session:
        position = await desk_position(session, account, known_id(position_id))
        found = await desk.opened(
            session,
            company_id=company_of(account),
            receipt=receipt.replace("\x00", "").upper()[:40],
        )
        opened = read_sent(services.keys, found)
        if opened.position_id != position.id:
            raise NotFound("Lamaran ini tidak ada.")
        fair = await fair_by_id(session, position.fair_id)
        cv = await sent_cv(session, opened, fair, now=now)
        if cv is None:
            raise NotFound("CV lamaran ini tidak ada atau tidak dapat dibuka lagi.")
        note_reading(
            session,
            account_id=account.account_id,
            fair_id=position.fair_id,
            application_id=opened.id,
            position=position.title,
            company=position.company.name,
            now=now,
        )
    return await hand_out(services, cv, title=f"CV {opened.profile['name']}")
