"""Who reviews for a company: accounts with one-time passwords, given out by the organisers."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from litestar import post
from litestar.response import Response, Template

from jobfair.companies import actions
from jobfair.db import Session
from jobfair.people.queries import StaffMember
from jobfair.people.rules import one_time_password
from jobfair.web.http.acting import perform, perform_prepared
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
from jobfair.web.pages.organiser.companies import COMPANY, company_page, own_company
from jobfair.web.pages.organiser.scope import known_id
from jobfair.web.pages.shared.duties import organisers_only

Give = Callable[[Session, Form, dict[str, Any]], Awaitable[StaffMember]]
"""Gives somebody an account or a new password: session, form, and the facts every act takes."""


async def _with_password(
    request: AnyRequest, account: SignedIn, fair_slug: str, company_id: int, give: Give
) -> Response[Any]:
    """Give a one-time password and show it on the answer, and never again.

    It is hashed before the transaction opens.
    """
    services: Services = request.app.state.services
    password, now = one_time_password(), services.clock.now()
    page = partial(company_page, request, account, fair_slug, company_id)

    async def prepare(form: Form) -> Callable[[Session], Awaitable[StaffMember]]:
        password_hash = await services.passwords.hash(password)

        async def act(session: Session) -> StaffMember:
            fair, company = await own_company(session, account, fair_slug, company_id)
            facts = {
                "office_id": fair.office_id,
                "company_id": company.id,
                "password_hash": password_hash,
                "now": now,
                "by": account.account_id,
                "fair_id": fair.id,
            }
            return await give(session, form, facts)

        return act

    async def done(who: StaffMember) -> Template:
        return await page(Form(), password=password, password_for=who.email)

    return await perform_prepared(request, prepare, page=page, done=done)


@post(f"{COMPANY}/peninjau", guards=[organisers_only])
async def add_reviewer(
    request: AnyRequest,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    account: AccountDep,
    services: ServicesDep,
) -> Response[Any]:
    """Make an account for a reviewer of the company."""

    async def give(session: Session, form: Form, facts: dict[str, Any]) -> StaffMember:
        name, email = form.text("name"), form.text("email")
        return await actions.add_reviewer(
            session, keys=services.keys, name=name, email=email, **facts
        )

    return await _with_password(request, account, fair_slug, company_id, give)


@post(f"{COMPANY}/peninjau/{{reviewer_id:int}}/sandi", guards=[organisers_only])
async def reset_reviewer(
    request: AnyRequest,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    reviewer_id: FromPath[int],
    account: AccountDep,
) -> Response[Any]:
    """Give a reviewer a new password; also one who was disabled can sign in again."""

    async def give(session: Session, _: Form, facts: dict[str, Any]) -> StaffMember:
        return await actions.reset_reviewer(session, reviewer_id=known_id(reviewer_id), **facts)

    return await _with_password(request, account, fair_slug, company_id, give)


@post(f"{COMPANY}/peninjau/{{reviewer_id:int}}/nonaktif", guards=[organisers_only])
async def disable_reviewer(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    reviewer_id: FromPath[int],
    account: AccountDep,
    now: NowDep,
) -> Response[Any]:
    """Keep a reviewer from signing in. Twice is once."""

    async def act(session: Session, _: Form) -> None:
        fair, company = await own_company(session, account, fair_slug, company_id)
        await actions.disable_reviewer(
            session,
            office_id=fair.office_id,
            company_id=company.id,
            reviewer_id=known_id(reviewer_id),
            now=now,
            by=account.account_id,
            fair_id=fair.id,
        )

    page = partial(company_page, request, account, fair_slug, company_id)
    done = f"/kendali/{fair_slug}/perusahaan/{company_id}?kabar=nonaktif"
    return await perform(request, act, page=page, done=done)
