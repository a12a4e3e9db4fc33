"""The companies of a fair, and one of them with its positions."""

from typing import Any

from litestar import Request, get
from litestar.response import Template

from jobfair.companies.queries import company_by_slug
from jobfair.errors import NotFound
from jobfair.positions.queries import offers_of_fair
from jobfair.positions.rules.offers import few_applicants
from jobfair.tally.queries.kept import tally_companies, tally_positions
from jobfair.web.fairs import visible_fair
from jobfair.web.given import FromPath, GivenNow, GivenSnapshot
from jobfair.web.public.positions import applied_by
from jobfair.web.templating import show

AnyRequest = Request[Any, Any, Any]


@get("/{fair_slug:str}/perusahaan")
async def list_companies(
    request: AnyRequest, fair_slug: FromPath[str], snapshot: GivenSnapshot
) -> Template:
    """Show who takes part, by name."""
    found = await visible_fair(request, snapshot, fair_slug)
    return show(
        request,
        "public/companies.html",
        fair=found,
        companies=await tally_companies(snapshot, found.fair.id),
    )


@get("/{fair_slug:str}/perusahaan/{slug:str}")
async def show_company(
    request: AnyRequest,
    fair_slug: FromPath[str],
    slug: FromPath[str],
    snapshot: GivenSnapshot,
    now: GivenNow,
) -> Template:
    """Show a company that takes part; one without a position at this fair is not found."""
    found = await visible_fair(request, snapshot, fair_slug)
    company = await company_by_slug(snapshot, office_id=found.fair.office_id, slug=slug)
    offers = [
        offer
        for offer in await offers_of_fair(snapshot, found.fair.id)
        if offer.company_id == company.id
    ]
    if not offers:
        raise NotFound("Perusahaan ini tidak ada.")
    counts = await tally_positions(snapshot, [offer.id for offer in offers])
    applicants = {at: stages.total for at, stages in counts.items()}
    return show(
        request,
        "public/company.html",
        fair=found,
        phase=found.phase(now),
        company=company,
        offers=offers,
        applicants=applicants,
        few=frozenset(o.id for o in offers if few_applicants(o, applicants[o.id])),
        applied=await applied_by(request, snapshot, found.fair.id),
    )
