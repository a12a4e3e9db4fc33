"""The companies of a fair, and one of them with its positions."""

from litestar import get
from litestar.response import Template

from jobfair.companies.queries import company_by_slug
from jobfair.errors import NotFound
from jobfair.positions.rules.offers import few_applicants
from jobfair.tally.queries.counters import tally_sent
from jobfair.web.http.dependencies import AnyRequest, FromPath, Services
from jobfair.web.http.templating import show
from jobfair.web.pages.public.positions import applied_by
from jobfair.web.pages.shared.fairs import cached_fair


@get("/{fair_slug:str}/perusahaan")
async def list_companies(request: AnyRequest, fair_slug: FromPath[str]) -> Template:
    """Show who takes part, by name."""
    shown = await cached_fair(request, fair_slug)
    return show(request, "public/companies.html", fair=shown.found, companies=shown.booths)


@get("/{fair_slug:str}/perusahaan/{slug:str}")
async def show_company(
    request: AnyRequest, fair_slug: FromPath[str], slug: FromPath[str]
) -> Template:
    """Show a company that takes part; one without a position at this fair is not found."""
    services: Services = request.app.state.services
    shown = await cached_fair(request, fair_slug)
    found = shown.found
    async with services.database.snapshot() as snapshot:
        company = await company_by_slug(snapshot, office_id=found.office_id, slug=slug)
    offers = shown.offers_of(company.id)
    if not offers:
        raise NotFound("Perusahaan ini tidak ada.")
    applicants = await tally_sent(services.database.lookup, found.id)
    applied = await applied_by(request, found.id)
    return show(
        request,
        "public/company.html",
        fair=found,
        phase=found.phase(services.clock.now()),
        company=company,
        offers=offers,
        applicants=applicants,
        few=frozenset(o.id for o in offers if few_applicants(o, applicants[o.id])),
        applied=applied,
    )
