"""Searching the positions of a fair: every state is an address."""

from litestar import get
from litestar.response import Template

from jobfair.applicants.queries import applicant_of_account
from jobfair.applications.queries.receipts import applied_positions
from jobfair.people.rules import Role
from jobfair.positions.rules.offers import few_applicants
from jobfair.positions.rules.wishes import SORTS, read_wish
from jobfair.tally.queries.counters import tally_sent
from jobfair.web.http.dependencies import AnyRequest, FromPath, Services, SignedIn
from jobfair.web.http.templating import is_part, show
from jobfair.web.pages.shared.fairs import cached_fair
from jobfair.web.pages.shared.saved import saved_by


async def applied_by(request: AnyRequest, fair_id: int) -> frozenset[int]:
    """Return the positions of a fair that whoever is signed in has applied to."""
    account: SignedIn | None = request.scope.get("user")
    if account is None or account.role is not Role.APPLICANT:
        return frozenset()
    services: Services = request.app.state.services
    async with services.database.snapshot() as session:
        applicant = await applicant_of_account(session, services.keys, account.account_id)
        return await applied_positions(session, applicant_id=applicant.id, fair_id=fair_id)


@get("/{fair_slug:str}/lowongan")
async def list_positions(request: AnyRequest, fair_slug: FromPath[str]) -> Template:
    """Show what fits the address; htmx gets the results alone and the tidy address to show."""
    services: Services = request.app.state.services
    query = request.query_params
    wish = read_wish({name: query.getall(name) for name in query})
    shown = await cached_fair(request, fair_slug)
    found = shown.found
    applicants = await tally_sent(services.database.lookup, found.id)
    applied = await applied_by(request, found.id)
    results = await shown.find(wish, applicants)
    part = is_part(request.scope["headers"])
    answer = show(
        request,
        "public/_results.html" if part else "public/positions.html",
        fair=found,
        phase=found.phase(services.clock.now()),
        results=results,
        applicants=applicants,
        few=frozenset(
            o.id for o in (*results.page, *results.nearest) if few_applicants(o, applicants[o.id])
        ),
        applied=applied,
        saved=await saved_by(request),
        sorts=SORTS,
        part=part,
    )
    if part:
        answer.headers["HX-Push-Url"] = request.url.path + results.wish.address()
    return answer
