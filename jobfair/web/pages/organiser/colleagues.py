"""The organisers of the own office: invite, give a duty, disable."""

from functools import partial

from litestar import get, post
from litestar.response import Response, Template

from jobfair.credentials.actions import colleagues as actions
from jobfair.credentials.queries import colleagues_of
from jobfair.db import Session
from jobfair.errors import Invalid, Problem
from jobfair.people.rules import Duty
from jobfair.web.http.acting import perform
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromPath,
    NowDep,
    Services,
    ServicesDep,
    SignedIn,
)
from jobfair.web.http.forms import Form
from jobfair.web.http.templating import show
from jobfair.web.pages.organiser.scope import known_id, office_of
from jobfair.web.pages.shared.duties import committee_only

STAFF = "/kendali/petugas"
Invited = tuple[str, str]
"""Name of the colleague, and the code of their link."""


async def _page(
    request: AnyRequest, account: SignedIn, form: Form, *, invited: Invited | None = None
) -> Template:
    services: Services = request.app.state.services
    async with services.database.snapshot() as session:
        found = await colleagues_of(session, office_of(account))
    return show(
        request,
        "organiser/colleagues.html",
        form=form,
        found=found,
        invited=invited,
        status_code=form.status_code,
    )


@get(STAFF, guards=[committee_only])
async def show_colleagues(request: AnyRequest, account: AccountDep) -> Template:
    """List the organisers of the office."""
    return await _page(request, account, Form())


@post(STAFF, guards=[committee_only], status_code=200)
async def invite(
    request: AnyRequest, account: AccountDep, services: ServicesDep, now: NowDep
) -> Response[Template]:
    """Make an account and show the link that belongs to it, once."""

    async def act(session: Session, form: Form) -> Invited:
        duty = next((one for one in Duty if one.value == form.text("duty")), None)
        if duty is None:
            raise Invalid({"duty": Problem("Pilih tugasnya.")})
        return await actions.invite(
            session,
            services.keys,
            office_id=office_of(account),
            name=form.text("name"),
            email=form.text("email"),
            duty=duty,
            by=account.account_id,
            now=now,
        )

    page = partial(_page, request, account)

    async def done(invited: Invited) -> Template:
        return await page(Form(), invited=invited)

    return await perform(request, act, page=page, done=done)


@post(f"{STAFF}/{{colleague_id:int}}/undang", guards=[committee_only], status_code=200)
async def invite_again(
    request: AnyRequest, colleague_id: FromPath[int], account: AccountDep, now: NowDep
) -> Response[Template]:
    """Make another link, for who lost the first or their password."""

    async def act(session: Session, _: Form) -> Invited:
        return await actions.invite_again(
            session,
            office_id=office_of(account),
            account_id=known_id(colleague_id),
            by=account.account_id,
            now=now,
        )

    page = partial(_page, request, account)

    async def done(invited: Invited) -> Template:
        return await page(Form(), invited=invited)

    return await perform(request, act, page=page, done=done)


@post(f"{STAFF}/{{colleague_id:int}}/nonaktif", guards=[committee_only], status_code=200)
async def disable(
    request: AnyRequest, colleague_id: FromPath[int], account: AccountDep, now: NowDep
) -> Response[Template]:
    """End a colleague's account at once."""

    async def act(session: Session, _: Form) -> None:
        await actions.disable_colleague(
            session,
            office_id=office_of(account),
            account_id=known_id(colleague_id),
            by=account.account_id,
            now=now,
        )

    return await perform(request, act, page=partial(_page, request, account), done=STAFF)
