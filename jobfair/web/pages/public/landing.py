"""The fair's front page, and its live numbers."""

from litestar import get, websocket
from litestar.response import Template

from jobfair.db import topics
from jobfair.fairs.queries import fair_by_id
from jobfair.fairs.rules import day_of
from jobfair.positions.rules.wishes import SearchQuery
from jobfair.tally.queries.counters import tally_fair
from jobfair.web.http.dependencies import AnyRequest, FromPath, Services
from jobfair.web.http.sockets import Socket, subscribe
from jobfair.web.http.templating import language_of, render, show
from jobfair.web.pages.shared.fairs import cached_fair, visible_fair

NUMBERS = "public/_numbers.html"
OFFERS_SHOWN = 4
COMPANIES_SHOWN = 9


@get("/{fair_slug:str}")
async def show_landing(request: AnyRequest, fair_slug: FromPath[str]) -> Template:
    """Show state, countdown, search and numbers first; everything else below."""
    services: Services = request.app.state.services
    now = services.clock.now()
    shown = await cached_fair(request, fair_slug)
    found = shown.found
    return show(
        request,
        "public/landing.html",
        fair=found,
        phase=found.phase(now),
        day=day_of(now, found.timetable, found.zone),
        tally=shown.tally(now),
        edition=shown.version.edition,
        change=shown.change,
        thrifty=request.headers.get("save-data") == "on",
        results=await shown.find(SearchQuery()),
        shown=OFFERS_SHOWN,
        companies=sorted(shown.booths, key=lambda booth: -booth.positions)[:COMPANIES_SHOWN],
    )


@get("/{fair_slug:str}/angka")
async def show_numbers(request: AnyRequest, fair_slug: FromPath[str]) -> Template:
    """Answer with the numbers part alone, for browsers whose socket does not hold."""
    services: Services = request.app.state.services
    now = services.clock.now()
    shown = await cached_fair(request, fair_slug)
    found = shown.found
    return show(request, NUMBERS, fair=found, phase=found.phase(now), tally=shown.tally(now))


@websocket("/ws/publik/{fair_slug:str}")
async def stream_landing(socket: Socket, fair_slug: FromPath[str]) -> None:
    """Send the numbers part on arrival and whenever the fair has changed."""
    services: Services = socket.app.state.services
    async with services.database.snapshot() as session:
        fair_id = (await visible_fair(socket, session, fair_slug)).id
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
            zone=found.zone,
            fair=found,
            phase=found.phase(now),
            tally=tally,
        )

    subscribe(socket, topic=topics.fair(fair_id), part=f"{NUMBERS}:{lang}", render=part)
