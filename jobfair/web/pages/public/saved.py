"""Saving a position with one tap, and the list of what is saved."""

from litestar import get, post
from litestar.response import Redirect, Template

from jobfair.fairs.queries import published_fairs
from jobfair.people.rules import Role
from jobfair.positions.actions import save_positions, unsave_position
from jobfair.positions.queries import saved_positions
from jobfair.web.http.dependencies import AnyRequest, FromPath, NowDep, Services, SignedIn
from jobfair.web.http.forms import read_form
from jobfair.web.http.guards import GUESTS_KEEP_DRAFTS, local_path
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.fairs import cached_fair
from jobfair.web.pages.shared.saved import guest_cookie, guest_saved, saved_by


@post(
    "/{fair_slug:str}/lowongan/{slug:str}/simpan", status_code=200, opt={GUESTS_KEEP_DRAFTS: True}
)
async def save_position(
    request: AnyRequest, fair_slug: FromPath[str], slug: FromPath[str], now: NowDep
) -> Redirect:
    """Save a position, or take it off the list, and lead back to where the button was."""
    services: Services = request.app.state.services
    account: SignedIn | None = request.scope["user"]
    form = await read_form(request)
    shown = await cached_fair(request, fair_slug)
    position = await shown.position(services.database, slug)
    away = form.given.get("lepas") == "1"
    onward = local_path(form.given.get("ke", "")) or "/simpanan"
    if account is None:
        kept = [one for one in guest_saved(request) if one != position.id]
        cookie = guest_cookie(kept if away else [*kept, position.id])
        return Redirect(onward, status_code=303, cookies=[cookie])
    if account.role is Role.APPLICANT:
        async with services.database.transaction() as session:
            if away:
                await unsave_position(
                    session, account_id=account.account_id, position_id=position.id
                )
            else:
                await save_positions(
                    session, account_id=account.account_id, position_ids=[position.id], now=now
                )
    return Redirect(onward, status_code=303)


@get("/simpanan")
async def list_saved(request: AnyRequest, now: NowDep) -> Template:
    """Show what is saved, also what was pulled or has closed."""
    services: Services = request.app.state.services
    ids = await saved_by(request)
    async with services.database.snapshot() as session:
        saved = await saved_positions(session, ids)
        fairs = {fair.id: fair for fair in await published_fairs(session)}
    return show(
        request,
        "public/saved.html",
        saved=[one for one in saved if one.fair_id in fairs],
        fairs=fairs,
        phases={at: fair.phase(now) for at, fair in fairs.items()},
        here="/simpanan",
    )
