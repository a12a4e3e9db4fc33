"""The control room: state, numbers that arrive live, funnel, health, who keeps people waiting."""

from datetime import datetime, timedelta
from typing import Any

from litestar import get, post, websocket
from litestar.response import Redirect, Response, Template

from jobfair.companies.queries import companies_of_office
from jobfair.db import Session, topics
from jobfair.fairs.queries import all_fairs, fair_by_id
from jobfair.fairs.rules import Phase, day_of
from jobfair.fairs.rules.state import CountedFair, FairState
from jobfair.people.rules import Duty
from jobfair.tally.queries.counters import tally_companies, tally_day, tally_fair
from jobfair.tally.queries.live import tally_funnel, tally_waiting_since
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromPath,
    NowDep,
    Services,
    ServicesDep,
    SignedIn,
    SnapshotDep,
)
from jobfair.web.http.sockets import Socket, subscribe
from jobfair.web.http.templating import language_of, render, show
from jobfair.web.pages.organiser.audit_text import audit_lines
from jobfair.web.pages.organiser.scope import office_of, own_fair
from jobfair.web.pages.shared.duties import any_organiser, organisers_only

SCOREBOARD = "organiser/_scoreboard.html"
PHASE_WORDS = {
    Phase.DRAFT: "Draf",
    Phase.PUBLISHED: "Belum dibuka",
    Phase.OPEN: "Dibuka",
    Phase.PAUSED: "Dijeda",
    Phase.CLOSING: "Sedang ditutup",
    Phase.CLOSED: "Ditutup",
}
TOO_LONG = timedelta(hours=24)


def room_of(account: SignedIn) -> str:
    """Return the end of the address of the first page an organiser may see of a fair."""
    return "/bantu" if account.duty is Duty.COUNTER else ""


@get("/kendali", guards=[any_organiser])
async def show_fairs(
    request: AnyRequest, account: AccountDep, snapshot: SnapshotDep, now: NowDep
) -> Response[Any]:
    """Show the office's fairs; a single one is opened at once."""
    fairs = await all_fairs(snapshot, office_id=office_of(account))
    if len(fairs) == 1:
        return Redirect(f"/kendali/{fairs[0].slug}{room_of(account)}", status_code=303)
    held = [await fair_by_id(snapshot, fair.id) for fair in fairs]
    return show(
        request,
        "organiser/fairs.html",
        held=[(one, one.phase(now)) for one in held],
        room=room_of(account),
        phase_words=PHASE_WORDS,
    )


def progress(found: FairState, phase: Phase, now: datetime) -> int:
    """Return how much of the present step of the track has passed, in tenths."""
    timetable = found.timetable
    start, end = {
        Phase.PUBLISHED: (timetable.published_at, timetable.opens_at),
        Phase.OPEN: (timetable.opens_at, timetable.closes_at),
        Phase.PAUSED: (timetable.opens_at, timetable.closes_at),
    }.get(phase, (None, None))
    if start is None or end is None or end <= start:
        return 5
    return min(10, max(0, round(10 * ((now - start) / (end - start)))))


async def numbers(session: Session, services: Services, found: CountedFair) -> dict[str, Any]:
    """Return what the scoreboard takes; page, frame and part show the same."""
    now = services.clock.now()
    return {
        "fair": found,
        "phase": found.phase(now),
        "tally": await tally_fair(session, found.id, now=now),
        "day": await tally_day(session, found, now=now),
        "checked": services.recounts.newest(found.id),
    }


@get("/kendali/{fair_slug:str}/angka", guards=[organisers_only])
async def show_numbers(
    request: AnyRequest,
    fair_slug: FromPath[str],
    account: AccountDep,
    services: ServicesDep,
    snapshot: SnapshotDep,
) -> Template:
    """Show the scoreboard alone, for pages whose socket cannot be opened."""
    found = await own_fair(snapshot, account, fair_slug)
    return show(request, SCOREBOARD, **await numbers(snapshot, services, found))


@get("/kendali/{fair_slug:str}", guards=[organisers_only])
async def show_control_room(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[Any]:
    """Show how the fair stands and everything that can be done to it."""
    async with services.database.snapshot() as session:
        found = await own_fair(session, account, fair_slug)
    fair, phase = found, found.phase(now)
    await services.recounts.latest_or_recount(
        services.database, services.clock, fair_id=fair.id, seq=fair.ledger_seq
    )
    async with services.database.long_snapshot() as session:
        companies = await companies_of_office(session, fair.office_id)
        waiting = [one for one in await tally_companies(session, fair.id) if one.waiting]
        since = await tally_waiting_since(session, fair.id)
        context = {
            **await numbers(session, services, found),
            "funnel": await tally_funnel(session, fair.id),
            "waiting": sorted(waiting, key=lambda one: -one.waiting),
            "since": since,
            "slow": {company_id for company_id, at in since.items() if now - at > TOO_LONG},
            "unverified": [company for company in companies if company.verified_at is None],
            "refused": await services.limits.refusals(session, now=now),
            "entries": await audit_lines(session, fair.id, companies=companies, limit=6),
        }
    return show(
        request,
        "organiser/overview.html",
        day_number=day_of(now, found.timetable, fair.zone),
        progress=progress(found, phase, now),
        readers=services.hub.readers,
        queue=services.door.waiting,
        busy=services.line.forms.refused,
        database=await services.database.version(),
        said=request.query_params.get("kabar", ""),
        **context,
    )


@post("/kendali/{fair_slug:str}/cocokkan", guards=[organisers_only])
async def recount(fair_slug: FromPath[str], account: AccountDep, services: ServicesDep) -> Redirect:
    """Hold the kept numbers against the rows now, unless that was done in the last minute."""
    async with services.database.snapshot() as session:
        found = await own_fair(session, account, fair_slug)
    await services.recounts.latest_or_recount(
        services.database,
        services.clock,
        fair_id=found.id,
        seq=found.ledger_seq,
        asked=True,
    )
    return Redirect(f"/kendali/{found.slug}?kabar=cocokkan", status_code=303)


@websocket("/ws/kendali/{fair_slug:str}", guards=[organisers_only])
async def stream_control_room(socket: Socket, fair_slug: FromPath[str]) -> None:
    """Send the scoreboard on arrival and whenever the fair has changed."""
    services: Services = socket.app.state.services
    account: SignedIn = socket.scope["user"]
    async with services.database.snapshot() as session:
        found = await own_fair(session, account, fair_slug)
    lang, environment = language_of(socket), socket.app.template_engine.engine  # type: ignore[union-attr]

    async def part() -> str:
        async with services.database.snapshot() as session:
            fresh = await fair_by_id(session, found.id)
            context = await numbers(session, services, fresh)
        return render(environment, SCOREBOARD, lang=lang, zone=found.zone, **context)

    subscribe(socket, topic=topics.fair(found.id), part=f"{SCOREBOARD}:{lang}", render=part)
