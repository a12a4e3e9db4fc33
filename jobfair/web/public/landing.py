"""The fair's front page, and its live numbers."""

from typing import Any

from litestar import Request, get, websocket
from litestar.response import Template

from jobfair.fairs.queries import fair_by_slug
from jobfair.live import topics
from jobfair.tally.queries.kept import tally_companies, tally_fair
from jobfair.web.given import FromPath, GivenNow, GivenSnapshot, Services
from jobfair.web.guards import same_origin_socket
from jobfair.web.sockets import Socket, stream_part
from jobfair.web.templating import language_of, render, show

NUMBERS = "public/_numbers.html"


@get("/{fair_slug:str}")
async def show_landing(
    request: Request[Any, Any, Any], fair_slug: FromPath[str], snapshot: GivenSnapshot, now: GivenNow
) -> Template:
    """Show state, countdown, search and numbers first; everything else below."""
    fair = await fair_by_slug(snapshot, fair_slug)
    return show(
        request,
        "public/landing.html",
        fair=fair,
        phase=fair.phase(now),
        tally=await tally_fair(snapshot, fair.fair.id, now=now),
        companies=await tally_companies(snapshot, fair.fair.id),
    )


@websocket("/ws/publik/{fair_slug:str}", guards=[same_origin_socket])
async def stream_landing(socket: Socket, fair_slug: FromPath[str]) -> None:
    """Send the numbers part on arrival and whenever the fair has changed."""
    services: Services = socket.app.state.services
    async with services.database.snapshot() as session:
        fair = await fair_by_slug(session, fair_slug)
    lang, environment = language_of(socket), socket.app.template_engine.engine  # type: ignore[union-attr]

    async def part() -> str:
        now = services.clock.now()
        async with services.database.snapshot() as session:
            tally = await tally_fair(session, fair.fair.id, now=now)
        return render(environment, NUMBERS, lang=lang, zone=fair.fair.zone, tally=tally)

    await stream_part(
        socket, topic=topics.fair(fair.fair.id), part=f"{NUMBERS}:{lang}", render=part
    )
