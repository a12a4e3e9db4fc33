"""The fair's front page, and its live numbers."""

from typing import Any

from litestar import Request, get, websocket
from litestar.response import Template

from jobfair.fairs.queries import fair_by_id
from jobfair.fairs.rules import day_of
from jobfair.live import topics
from jobfair.positions.queries import offers_of_fair
from jobfair.positions.rules.search import Wish, search
from jobfair.tally.queries.kept import newest_edition, tally_companies, tally_fair
from jobfair.web.fairs import visible_fair
from jobfair.web.given import FromPath, GivenNow, GivenSnapshot, Services
from jobfair.web.guards import same_origin_socket
from jobfair.web.sockets import Socket, stream_part
from jobfair.web.templating import language_of, place_name, render, show

AnyRequest = Request[Any, Any, Any]

NUMBERS = "public/_numbers.html"
OFFERS_SHOWN = 4
COMPANIES_SHOWN = 9


@get("/{fair_slug:str}")
async def show_landing(
    request: AnyRequest, fair_slug: FromPath[str], snapshot: GivenSnapshot, now: GivenNow
) -> Template:
    """Show state, countdown, search and numbers first; everything else below."""
    found = await visible_fair(request, snapshot, fair_slug)
    offers = await offers_of_fair(snapshot, found.fair.id)
    companies = await tally_companies(snapshot, found.fair.id)
    results = search(offers, Wish(), applicants={})
    return show(
        request,
        "public/landing.html",
        fair=found,
        phase=found.phase(now),
        day=day_of(now, found.timetable, found.fair.zone),
        tally=await tally_fair(snapshot, found.fair.id, now=now),
        edition=await newest_edition(snapshot, found.fair.id),
        thrifty=request.headers.get("save-data") == "on",
        results=results,
        districts=sorted(results.districts, key=lambda option: place_name(option.code)),
        shown=OFFERS_SHOWN,
        companies=sorted(companies, key=lambda company: -company.positions)[:COMPANIES_SHOWN],
    )


@get("/{fair_slug:str}/angka")
async def show_numbers(
    request: AnyRequest, fair_slug: FromPath[str], snapshot: GivenSnapshot, now: GivenNow
) -> Template:
    """Answer with the numbers part alone, for browsers whose socket does not hold."""
    found = await visible_fair(request, snapshot, fair_slug)
    return show(
        request,
        NUMBERS,
        fair=found,
        phase=found.phase(now),
        tally=await tally_fair(snapshot, found.fair.id, now=now),
    )


@websocket("/ws/publik/{fair_slug:str}", guards=[same_origin_socket])
async def stream_landing(socket: Socket, fair_slug: FromPath[str]) -> None:
    """Send the numbers part on arrival and whenever the fair has changed."""
    services: Services = socket.app.state.services
    async with services.database.snapshot() as session:
        fair_id = (await visible_fair(socket, session, fair_slug)).fair.id
    lang, environment = language_of(socket), socket.app.template_engine.engine  # type: ignore[union-attr]

    async def part() -> str:
        now = services.clock.now()
        async with services.database.snapshot() as session:
            found = await fair_by_id(session, fair_id)
            tally = await tally_fair(session, fair_id, now=now)
        return render(
            environment,
            NUMBERS,
            lang=lang,
            zone=found.fair.zone,
            fair=found,
            phase=found.phase(now),
            tally=tally,
        )

    await stream_part(socket, topic=topics.fair(fair_id), part=f"{NUMBERS}:{lang}", render=part)
