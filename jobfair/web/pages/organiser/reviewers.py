"""Who reviews for a company: accounts with one-time passwords, given out by the organisers."""

import secrets
from typing import Any

from litestar import Request, post
from litestar.response import Redirect, Response, Template

from jobfair.companies import actions
from jobfair.companies.queries import company_of_office
from jobfair.errors import Invalid
from jobfair.fairs.rules.state import FairState
from jobfair.web.http.dependencies import (
    AccountDep,
    FromPath,
    NowDep,
    Services,
    ServicesDep,
    SessionDep,
    SignedIn,
)
from jobfair.web.http.forms import read_form
from jobfair.web.http.guards import organisers_only
from jobfair.web.pages.organiser.companies import back, company_page
from jobfair.web.pages.organiser.scope import known_id, office_of, own_fair

AnyRequest = Request[Any, Any, Any]
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the ones people mistake for each other when they read a password out."""


def one_time_password() -> str:
    """Return a random password that can be read out: four groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


async def _hashed(services: Services) -> tuple[str, str]:
    """Return a one-time password and its hash, made before any transaction is open."""
    password = one_time_password()
    return password, await services.passwords.hash(password)


async def _may(services: Services, account: SignedIn, slug: str, company_id: int) -> FairState:
    """Return the fair after checking that the company belongs to the same office."""
    async with services.database.snapshot() as session:
        found = await own_fair(session, account, slug)
        await company_of_office(
            session, office_id=office_of(account), company_id=known_id(company_id)
        )
    return found


@post("/kendali/{fair_slug:str}/perusahaan/{company_id:int}/peninjau", guards=[organisers_only])
async def add_reviewer(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[Any]:
    """Make an account and show its one-time password on the answer, and never again."""
    found = await _may(services, account, fair_slug, company_id)
    form = await read_form(request)
    password, password_hash = await _hashed(services)
    try:
        async with services.database.transaction() as session:
            made = await actions.add_reviewer(
                session,
                keys=services.keys,
                office_id=office_of(account),
                company_id=company_id,
                name=form.text("name"),
                email=form.text("email"),
                password_hash=password_hash,
                now=now,
                by=account.account_id,
                fair_id=found.id,
            )
    except Invalid as error:
        async with services.database.snapshot() as session:
            return await company_page(
                request,
                session,
                found=found,
                company_id=company_id,
                form=form.with_problems(error),
            )
    return await _with_password(
        request, services, found=found, company_id=company_id, who=made.email, password=password
    )


async def _with_password(
    request: AnyRequest,
    services: Services,
    *,
    found: FairState,
    company_id: int,
    who: str | None,
    password: str,
) -> Template:
    async with services.database.snapshot() as session:
        return await company_page(
            request,
            session,
            found=found,
            company_id=company_id,
            password=password,
            password_for=who or "",
        )


@post(
    "/kendali/{fair_slug:str}/perusahaan/{company_id:int}/peninjau/{reviewer_id:int}/sandi",
    guards=[organisers_only],
)
async def reset_reviewer(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    reviewer_id: FromPath[int],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[Any]:
    """Give a reviewer a new one-time password, shown on the answer and never again."""
    found = await _may(services, account, fair_slug, company_id)
    password, password_hash = await _hashed(services)
    async with services.database.transaction() as session:
        who = await actions.reset_reviewer(
            session,
            office_id=office_of(account),
            company_id=company_id,
            reviewer_id=known_id(reviewer_id),
            password_hash=password_hash,
            now=now,
            by=account.account_id,
            fair_id=found.id,
        )
    return await _with_password(
        request, services, found=found, company_id=company_id, who=who.email, password=password
    )


@post(
    "/kendali/{fair_slug:str}/perusahaan/{company_id:int}/peninjau/{reviewer_id:int}/nonaktif",
    guards=[organisers_only],
)
async def disable_reviewer(
    *,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    reviewer_id: FromPath[int],
    account: AccountDep,
    session: SessionDep,
    now: NowDep,
) -> Redirect:
    """Keep a reviewer from signing in. Twice is once."""
    found = await own_fair(session, account, fair_slug)
    await actions.disable_reviewer(
        session,
        office_id=office_of(account),
        company_id=known_id(company_id),
        reviewer_id=known_id(reviewer_id),
        now=now,
        by=account.account_id,
        fair_id=found.id,
    )
    return back(found, company_id, "nonaktif")
