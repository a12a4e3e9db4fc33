"""Searching the positions of a fair: every state is an address."""

from typing import Any

from litestar import Request, get
from litestar.response import Template

from jobfair.applicants.queries import applicant_of_account
from jobfair.applications.queries.receipts import applied_positions
from jobfair.db import Session
from jobfair.people.rules import Role
from jobfair.positions.queries import offers_of_fair
from jobfair.positions.rules.offers import few_applicants
from jobfair.positions.rules.search import SORTS, read_wish, search
from jobfair.tally.queries.kept import tally_positions
from jobfair.web.fairs import visible_fair
from jobfair.web.given import FromPath, GivenNow, GivenSnapshot, SignedIn
from jobfair.web.templating import is_part, place_name, show

AnyRequest = Request[Any, Any, Any]


async def applied_by(request: AnyRequest, session: Session, fair_id: int) -> frozenset[int]:
    """Return the positions of a fair that whoever is signed in has applied to."""
    account: SignedIn | None = request.scope.get("user")
    if account is None or account.role is not Role.APPLICANT:
        return frozenset()
    applicant = await applicant_of_account(session, account.account_id)
    return await applied_positions(session, applicant_id=applicant.id, fair_id=fair_id)


@get("/{fair_slug:str}/lowongan")
async def list_positions(
    request: AnyRequest, fair_slug: FromPath[str], snapshot: GivenSnapshot, now: GivenNow
) -> Template:
    """Show what fits the address; htmx gets the results alone and the tidy address to show."""
    found = await visible_fair(request, snapshot, fair_slug)
    offers = await offers_of_fair(snapshot, found.fair.id)
    counts = await tally_positions(snapshot, [offer.id for offer in offers])
    applicants = {at: stages.total for at, stages in counts.items()}
    query = request.query_params
    wish = read_wish({name: query.getall(name) for name in query})
    results = search(offers, wish, applicants=applicants)
    part = is_part(request)
    answer = show(
        request,
        "public/_results.html" if part else "public/positions.html",
        fair=found,
        phase=found.phase(now),
        results=results,
        districts=sorted(results.districts, key=lambda option: place_name(option.code)),
        applicants=applicants,
        few=frozenset(o.id for o in results.page if few_applicants(o, applicants[o.id])),
        applied=await applied_by(request, snapshot, found.fair.id),
        sorts=SORTS,
        part=part,
    )
    if part:
        answer.headers["HX-Push-Url"] = request.url.path + results.wish.address()
    return answer
