"""The big screen: one giant number and what just happened, for a hall or a lobby."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import get, websocket
from litestar.response import Template

from jobfair.db import Session, topics
from jobfair.fairs.queries import fair_by_id
from jobfair.fairs.rules.state import FairState
from jobfair.tally.queries.counters import tally_course, tally_fair, tally_latest
from jobfair.web.http.dependencies import AnyRequest, FromPath, NowDep, Services, SnapshotDep
from jobfair.web.http.sockets import Socket, subscribe
from jobfair.web.http.templating import language_of, render, show
from jobfair.web.pages.shared.fairs import visible_fair

WALL = "public/_wall.html"
CHART_WIDTH, CHART_HEIGHT = 100.0, 56.0
ROOM_ABOVE = 4.0
SHARE_OF_BAR = 0.78
LOWEST_BAR = 0.8


@dataclass(frozen=True)
class Bar:
    """One bar of the chart in the units of its viewBox, and what it stands for."""

    label: str
    n: int
    x: float
    y: float
    width: float
    height: float
    best: bool


@dataclass(frozen=True)
class Chart:
    """The bars, and the busiest of them (None while there is nothing)."""

    bars: Sequence[Bar]
    best: Bar | None


def draw(counts: Sequence[tuple[str, int]]) -> Chart:
    """Return the bars of labelled numbers; the first of the highest is the best."""
    most = max((n for _, n in counts), default=0)
    step = CHART_WIDTH / max(1, len(counts))
    bars: list[Bar] = []
    best: Bar | None = None
    for at, (label, n) in enumerate(counts):
        height = max(LOWEST_BAR, n / most * (CHART_HEIGHT - ROOM_ABOVE) if most else 0)
        bar = Bar(
            label=label,
            n=n,
            x=round(at * step + step * (1 - SHARE_OF_BAR) / 2, 2),
            y=round(CHART_HEIGHT - height, 2),
            width=round(step * SHARE_OF_BAR, 2),
            height=round(height, 2),
            best=bool(most) and n == most and best is None,
        )
        bars.append(bar)
        best = bar if bar.best else best
    return Chart(bars, best)


async def look(session: Session, found: FairState, now: datetime) -> dict[str, Any]:
    """Return what the wall shows; once the fair is closed, its whole course."""
    return {
        "fair": found,
        "phase": found.phase(now),
        "now": now,
        "tally": await tally_fair(session, found.id, now=now),
        "chart": draw(await tally_course(session, found, now=now)),
        "latest": await tally_latest(session, found.id),
    }


@get("/{fair_slug:str}/dinding")
async def show_wall(
    request: AnyRequest, fair_slug: FromPath[str], snapshot: SnapshotDep, now: NowDep
) -> Template:
    """Show the wall."""
    found = await visible_fair(request, snapshot, fair_slug)
    return show(request, "public/wall.html", **await look(snapshot, found, now))


@websocket("/ws/dinding/{fair_slug:str}")
async def stream_wall(socket: Socket, fair_slug: FromPath[str]) -> None:
    """Send the wall's part on arrival and whenever the fair has changed."""
    services: Services = socket.app.state.services
    async with services.database.snapshot() as session:
        fair_id = (await visible_fair(socket, session, fair_slug)).id
    lang, environment = language_of(socket), socket.app.template_engine.engine  # type: ignore[union-attr]

    async def part() -> str:
        now = services.clock.now()
        async with services.database.snapshot() as session:
            found = await fair_by_id(session, fair_id)
            seen = await look(session, found, now)
        return render(
            environment, WALL, lang=lang, zone=found.zone, base_url=services.base_url, **seen
        )

    subscribe(socket, topic=topics.fair(fair_id), part=f"{WALL}:{lang}", render=part)
