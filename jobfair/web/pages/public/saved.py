"""Saving a position or a search with one tap, and the list of what is saved."""

from urllib.parse import urlencode

from litestar import get, post
from litestar.response import Redirect, Template

from jobfair.fairs.queries import published_fairs
from jobfair.people.rules import Role
from jobfair.positions.actions import save_positions, save_search, unsave_position
from jobfair.positions.queries import forget_search, saved_positions, saved_searches
from jobfair.positions.rules.wishes import wish_at
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


@post("/{fair_slug:str}/lowongan/kabari", status_code=200)
async def keep_search(request: AnyRequest, fair_slug: FromPath[str], now: NowDep) -> Redirect:
    """Save a search, or forget it, and lead to the list of what is saved.

    A browser whose session has ended meanwhile is led to sign in and back to the search.
    """
    services: Services = request.app.state.services
    account: SignedIn | None = request.scope["user"]
    form = await read_form(request)
    wish = wish_at(form.given.get("cari", ""))
    shown = await cached_fair(request, fair_slug)
    onward = f"/{fair_slug}/lowongan{wish.saved_address()}"
    if account is None:
        return Redirect(f"/masuk?{urlencode({'ke': onward})}", status_code=303)
    if account.role is Role.APPLICANT and wish.saved_address():
        index = await shown.index()
        async with services.database.transaction() as session:
            if form.given.get("lepas") == "1":
                await forget_search(
                    session,
                    account_id=account.account_id,
                    fair_id=shown.found.id,
                    query=wish.saved_address(),
                )
            else:
                await save_search(
                    session,
                    index,
                    wish,
                    account_id=account.account_id,
                    fair_id=shown.found.id,
                    now=now,
                )
    return Redirect("/simpanan", status_code=303)


@get("/simpanan")
async def list_saved(request: AnyRequest, now: NowDep) -> Template:
    """Show what is saved, also what was pulled or has closed."""
    services: Services = request.app.state.services
    ids = await saved_by(request)
    account: SignedIn | None = request.scope.get("user")
    async with services.database.snapshot() as session:
        saved = await saved_positions(session, ids)
        searches = await saved_searches(session, account.account_id) if account else []
        fairs = {fair.id: fair for fair in await published_fairs(session)}
    return show(
        request,
        "public/saved.html",
        saved=[one for one in saved if one.fair_id in fairs],
        searches=[(fairs[at], wish_at(query)) for at, query in searches if at in fairs],
        fairs=fairs,
        phases={at: fair.phase(now) for at, fair in fairs.items()},
        here="/simpanan",
    )
