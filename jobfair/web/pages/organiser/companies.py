"""The companies of an office: what they offer, and whether they appear."""

from typing import Any

from litestar import Request, get, post
from litestar.response import Redirect, Response, Template

from jobfair.companies import actions
from jobfair.companies.queries import companies_of_office, company_of_office
from jobfair.db import Session
from jobfair.errors import Invalid
from jobfair.fairs.rules.state import FairState
from jobfair.people.queries import reviewers_of, reviewers_per_company
from jobfair.positions.queries import positions_of_company
from jobfair.positions.rules.flags import flags_of
from jobfair.tally.queries.counters import tally_companies, tally_positions
from jobfair.tally.queries.live import tally_waiting_since
from jobfair.web.http.dependencies import (
    AccountDep,
    FromPath,
    NowDep,
    SessionDep,
    SnapshotDep,
)
from jobfair.web.http.forms import Form, read_form
from jobfair.web.http.guards import organisers_only
from jobfair.web.http.templating import show
from jobfair.web.pages.organiser.scope import known_id, office_of, own_fair

AnyRequest = Request[Any, Any, Any]


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
    session: Session,
    *,
    found: FairState,
    company_id: int,
    form: Form | None = None,
    **more: Any,
) -> Template:
    """Show one company, with what was typed and what is wrong with it."""
    company = await company_of_office(
        session, office_id=found.office_id, company_id=known_id(company_id)
    )
    positions = await positions_of_company(session, company_id=company.id, fair_id=found.id)
    form = form or Form()
    return show(
        request,
        "organiser/company.html",
        fair=found,
        company=company,
        positions=positions,
        flags={position.id: flags_of(position) for position in positions},
        counts=await tally_positions(session, [position.id for position in positions]),
        reviewers=await reviewers_of(session, company.id),
        form=form,
        status_code=422 if form.problems else 200,
        **{"password": "", "password_for": "", "said": ""} | more,
    )


@get("/kendali/{fair_slug:str}/perusahaan/{company_id:int}", guards=[organisers_only])
async def show_company(
    request: AnyRequest,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    account: AccountDep,
    snapshot: SnapshotDep,
) -> Template:
    """Show one company: standing, positions, reviewers."""
    found = await own_fair(snapshot, account, fair_slug)
    said = request.query_params.get("kabar", "")
    return await company_page(request, snapshot, found=found, company_id=company_id, said=said)


def back(found: FairState, company_id: int, said: str) -> Redirect:
    """Return to the company, saying what was done."""
    return Redirect(f"/kendali/{found.slug}/perusahaan/{company_id}?kabar={said}", status_code=303)


@post("/kendali/{fair_slug:str}/perusahaan/{company_id:int}/verifikasi", guards=[organisers_only])
async def verify(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    account: AccountDep,
    session: SessionDep,
    now: NowDep,
) -> Redirect:
    """Let the company appear. Twice is once."""
    found = await own_fair(session, account, fair_slug)
    form = await read_form(request)
    await actions.verify_company(
        session,
        office_id=office_of(account),
        company_id=known_id(company_id),
        reason=form.text("reason"),
        now=now,
        account_id=account.account_id,
        fair_id=found.id,
    )
    return back(found, company_id, "verifikasi")


@post("/kendali/{fair_slug:str}/perusahaan/{company_id:int}/tangguhkan", guards=[organisers_only])
async def suspend(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    company_id: FromPath[int],
    account: AccountDep,
    session: SessionDep,
    now: NowDep,
) -> Response[Any]:
    """Take the company off the public pages, with a reason. Twice is once."""
    found = await own_fair(session, account, fair_slug)
    form = await read_form(request)
    try:
        await actions.suspend_company(
            session,
            office_id=office_of(account),
            company_id=known_id(company_id),
            reason=form.text("reason"),
            now=now,
            account_id=account.account_id,
            fair_id=found.id,
        )
    except Invalid as error:
        return await company_page(
            request,
            session,
            found=found,
            company_id=company_id,
            form=form.with_problems(error),
        )
    return back(found, company_id, "tangguhkan")
