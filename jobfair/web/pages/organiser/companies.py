"""The companies of an office: what they offer, and whether they appear."""

from functools import partial
from typing import Any

from litestar import get, post
from litestar.response import Response, Template

from jobfair.companies import actions
from jobfair.companies.queries import CompanyFacts, companies_of_office, company_of_office
from jobfair.db import Session
from jobfair.fairs.rules.state import CountedFair
from jobfair.people.queries import reviewers_of, reviewers_per_company
from jobfair.positions.queries import positions_of_company
from jobfair.positions.rules.flags import flags_of
from jobfair.tally.queries.counters import tally_companies, tally_positions
from jobfair.tally.queries.live import tally_waiting_since
from jobfair.web.http.acting import perform
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromPath,
    NowDep,
    Services,
    SignedIn,
    SnapshotDep,
)
from jobfair.web.http.forms import Form
from jobfair.web.http.templating import show
from jobfair.web.pages.organiser.scope import known_id, last_word, own_fair
from jobfair.web.pages.shared.duties import organisers_only

COMPANY = "/kendali/{fair_slug:str}/perusahaan/{company_id:int}"


@get("/kendali/{fair_slug:str}/perusahaan", guards=[organisers_only])
async def show_companies(
    request: AnyRequest, fair_slug: FromPath[str], account: AccountDep, snapshot: SnapshotDep
) -> Template:
    """Show every company of the office with its numbers at this fair."""
    found = await own_fair(snapshot, account, fair_slug)
    companies = await companies_of_office(snapshot, found.office_id)
    counts = await tally_companies(snapshot, found.id, everyone=True)
    return show(
        request,
        "organiser/companies.html",
        fair=found,
        companies=companies,
        counts={count.company_id: count for count in counts},
        reviewers=await reviewers_per_company(snapshot, [company.id for company in companies]),
        since=await tally_waiting_since(snapshot, found.id),
    )


async def company_page(
    request: AnyRequest,
    account: SignedIn,
    fair_slug: str,
    company_id: int,
    form: Form,
    *,
    password: str = "",
    password_for: str = "",
) -> Template:
    """Show one company of the organiser's office; a one-time password is shown once, here."""
    services: Services = request.app.state.services
    async with services.database.snapshot() as session:
        fair, company = await own_company(session, account, fair_slug, company_id)
        positions = await positions_of_company(session, company_id=company.id, fair_id=fair.id)
        counts = await tally_positions(session, [position.id for position in positions])
        reviewers = await reviewers_of(session, company.id)
    return show(
        request,
        "organiser/company.html",
        fair=fair,
        company=company,
        positions=positions,
        flags={position.id: flags_of(position) for position in positions},
        counts=counts,
        reviewers=reviewers,
        form=form,
        status_code=form.status_code,
        password=password,
        password_for=password_for,
        said=request.query_params.get("kabar", ""),
    )


async def own_company(
    session: Session, account: SignedIn, fair_slug: str, company_id: int
) -> tuple[CountedFair, CompanyFacts]:
    """Return a fair and a company of the organiser's office; ``NotFound`` for any other."""
    fair = await own_fair(session, account, fair_slug)
    company = await company_of_office(
        session, office_id=fair.office_id, company_id=known_id(company_id)
    )
    return fair, company


@get(COMPANY, guards=[organisers_only])
async def show_company(
    request: AnyRequest,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    account: AccountDep,
) -> Template:
    """Show one company: standing, positions, reviewers."""
    return await company_page(request, account, fair_slug, company_id, Form())


STANDING = {"verifikasi": actions.verify_company, "tangguhkan": actions.suspend_company}
"""What an office does to a company, by the last word of the address."""


@post([f"{COMPANY}/{word}" for word in STANDING], guards=[organisers_only])
async def change_standing(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    account: AccountDep,
    now: NowDep,
) -> Response[Any]:
    """Let the company appear, or take it off the public pages with a reason. Twice is once."""
    word = last_word(request)

    async def act(session: Session, form: Form) -> None:
        fair, company = await own_company(session, account, fair_slug, company_id)
        await STANDING[word](
            session,
            office_id=fair.office_id,
            company_id=company.id,
            reason=form.text("reason"),
            now=now,
            account_id=account.account_id,
            fair_id=fair.id,
        )

    page = partial(company_page, request, account, fair_slug, company_id)
    done = f"/kendali/{fair_slug}/perusahaan/{company_id}?kabar={word}"
    return await perform(request, act, page=page, done=done)
