"""What an applicant has sent: the list, one receipt, and taking one back."""

from datetime import datetime

from litestar import get, post
from litestar.response import Redirect, Template

from jobfair.applicants.actions.helping import keep_applications
from jobfair.applicants.queries import applicant_of_account
from jobfair.applications.actions.stages import withdraw
from jobfair.applications.queries.receipts import (
    Sent,
    applied_positions,
    receipt_of,
    sent_by,
    trail_of,
    trails_of,
)
from jobfair.applications.queries.sealed import read_sent
from jobfair.applications.rules import Stage, check_may_withdraw, normalise_receipt
from jobfair.db import Session
from jobfair.errors import NotFound, Refused
from jobfair.fairs.rules.state import FairState
from jobfair.people.queries import account_by_id
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromPath,
    NowDep,
    Services,
    ServicesDep,
    SessionDep,
    SignedIn,
    SnapshotDep,
)
from jobfair.web.http.guards import applicants_only
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.fairs import cached_fair, visible_fair

OTHERS_SHOWN = 3


async def _own(
    request: AnyRequest, session: Session, account: SignedIn, fair_slug: str, number: str
) -> tuple[FairState, Sent, int]:
    """Return fair, receipt and applicant id of one's own; anything else is not found."""
    found = await visible_fair(request, session, fair_slug)
    services: Services = request.app.state.services
    applicant = await applicant_of_account(session, services.keys, account.account_id)
    tidy = normalise_receipt(number, prefix=found.receipt_prefix)
    sent = await receipt_of(session, applicant_id=applicant.id, number=tidy)
    if sent.fair_id != found.id:
        raise NotFound("Bukti lamaran ini tidak ada.")
    return found, read_sent(services.keys, sent), applicant.id


def _may_withdraw(found: FairState, sent: Sent, now: datetime) -> bool:
    try:
        check_may_withdraw(current=sent.stage, now=now, closes_at=found.timetable.closes_at)
    except Refused:
        return False
    return sent.stage is not Stage.WITHDRAWN


@get("/lamaran", guards=[applicants_only])
async def list_own(
    request: AnyRequest, account: AccountDep, snapshot: SnapshotDep, services: ServicesDep
) -> Template:
    """Show everything this applicant has sent, at all fairs, the newest news first."""
    applicant = await applicant_of_account(snapshot, services.keys, account.account_id)
    sent = sorted(
        await sent_by(snapshot, applicant.id), key=lambda one: (one.stage_at, one.seq), reverse=True
    )
    news = next((one for one in sent if one.stage is not Stage.WITHDRAWN), None)
    return show(
        request,
        "applicant/applications.html",
        news=news,
        others=[one for one in sent if one is not news],
        trails=await trails_of(snapshot, [one.id for one in sent]),
        claimed_at=(await account_by_id(snapshot, account.account_id)).claimed_at,
    )


@post("/lamaran/sudah-diperiksa", guards=[applicants_only], status_code=200)
async def keep_rest(account: AccountDep, session: SessionDep, now: NowDep) -> Redirect:
    """Note that the owner of a claimed account keeps what they have not withdrawn."""
    await keep_applications(session, account_id=account.account_id, now=now)
    return Redirect("/lamaran", status_code=303)


@get("/{fair_slug:str}/lamaran/{number:str}", guards=[applicants_only])
async def show_receipt(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    number: FromPath[str],
    account: AccountDep,
    snapshot: SnapshotDep,
    now: NowDep,
) -> Template:
    """Show a receipt to its owner; the address stays good and later tells the present stage."""
    found, sent, applicant_id = await _own(request, snapshot, account, fair_slug, number)
    applied = await applied_positions(snapshot, applicant_id=applicant_id, fair_id=found.id)
    shown = await cached_fair(request, fair_slug)
    return show(
        request,
        "applicant/receipt.html",
        fair=found,
        phase=found.phase(now),
        sent=sent,
        trail=await trail_of(snapshot, sent.id),
        others=shown.similar(sent.position_id, most=OTHERS_SHOWN, without=applied),
        may_withdraw=_may_withdraw(found, sent, now),
    )


@get("/{fair_slug:str}/lamaran/{number:str}/batal", guards=[applicants_only])
async def ask_withdraw(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    number: FromPath[str],
    account: AccountDep,
    snapshot: SnapshotDep,
    now: NowDep,
) -> Template:
    """Say what taking an application back will do."""
    found, sent, _ = await _own(request, snapshot, account, fair_slug, number)
    return show(
        request,
        "applicant/withdraw.html",
        fair=found,
        sent=sent,
        may_withdraw=_may_withdraw(found, sent, now),
    )


@post("/{fair_slug:str}/lamaran/{number:str}/batal", guards=[applicants_only], status_code=200)
async def take_back(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    number: FromPath[str],
    account: AccountDep,
    session: SessionDep,
    now: NowDep,
) -> Redirect:
    """Take the application back; twice is once."""
    found, sent, applicant_id = await _own(request, session, account, fair_slug, number)
    await withdraw(
        session,
        applicant_id=applicant_id,
        receipt=sent.receipt,
        now=now,
        account_id=account.account_id,
    )
    return Redirect(f"/{found.slug}/lamaran/{sent.receipt}", status_code=303)
