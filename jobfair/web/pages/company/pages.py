"""The review desk: which position, its applicants, and the counts that arrive live."""

from typing import Any

from litestar import get, websocket
from litestar.response import Redirect, Response, Template

from jobfair.companies.queries import company_by_id
from jobfair.db import topics
from jobfair.fairs.queries import fair_by_id
from jobfair.positions.queries import positions_of_company
from jobfair.privacy.actions import note_opening
from jobfair.tally.queries.counters import tally_positions
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
from jobfair.web.http.guards import reviewers_only
from jobfair.web.http.sockets import Socket, subscribe
from jobfair.web.http.templating import language_of, render, show
from jobfair.web.pages.company.context import company_of, counts_of, desk_context, desk_position
from jobfair.web.pages.company.view import known_id, read_view

ARRIVALS = "company/_arrivals.html"


@get("/meja", guards=[reviewers_only])
async def show_positions(
    request: AnyRequest, account: AccountDep, snapshot: SnapshotDep
) -> Response[Any]:
    """Show the company's positions at every published fair, the newest first.

    A single one is opened at once. What a fair in draft offers is not announced by the desk.
    """
    company = await company_by_id(snapshot, company_of(account))
    every = await positions_of_company(snapshot, company_id=company.id)
    fairs = [await fair_by_id(snapshot, fair_id) for fair_id in {one.fair_id: 0 for one in every}]
    held = [
        (fair, [one for one in every if one.fair_id == fair.id])
        for fair in fairs
        if fair.published_at is not None
    ]
    positions = [position for _, offered in held for position in offered]
    if len(positions) == 1:
        return Redirect(f"/meja/{positions[0].id}", status_code=303)
    counts = await tally_positions(snapshot, [position.id for position in positions])
    return show(
        request,
        "company/positions.html",
        fair=held[0][0] if held else None,
        company=company,
        held=held,
        counts=counts,
    )


@get("/meja/{position_id:int}", guards=[reviewers_only])
async def show_desk(
    request: AnyRequest,
    *,
    position_id: FromPath[int],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Template:
    """Show one list of the position and an opened applicant. Who looked is written down.

    A name is looked for in every application to the position, which may be thousands.
    """
    view, database = read_view(request.query_params, position_id), services.database
    async with database.long_snapshot() if view.words else database.snapshot() as session:
        context = await desk_context(session, services.keys, account, view, now=now)
    if context["opened"] is not None:
        async with database.transaction() as session:
            await note_opening(
                session,
                application_id=context["opened"].id,
                account_id=account.account_id,
                now=now,
            )
    return show(request, "company/desk.html", message="", typed=None, **context)


@websocket("/ws/meja/{position_id:int}", guards=[reviewers_only])
async def stream_desk(socket: Socket, position_id: FromPath[int]) -> None:
    """Send the counts on arrival and whenever an application of the position came or moved.

    Nothing in the frame depends on who reads it, so it is rendered once for all reviewers.
    """
    services: Services = socket.app.state.services
    account: SignedIn = socket.scope["user"]
    async with services.database.snapshot() as session:
        position = await desk_position(session, account, known_id(position_id))
        fair = await fair_by_id(session, position.fair_id)
    lang, environment = language_of(socket), socket.app.template_engine.engine  # type: ignore[union-attr]

    async def part() -> str:
        async with services.database.snapshot() as session:
            counts = await counts_of(session, position.id)
        return render(
            environment,
            ARRIVALS,
            lang=lang,
            zone=fair.zone,
            counts=counts,
            position=position,
            stage=None,
        )

    subscribe(socket, topic=topics.position(position.id), part=f"{ARRIVALS}:{lang}", render=part)
