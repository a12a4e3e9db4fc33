"""The server under test, in a process of its own: ``python -m bench.server KIND PORT SOCKET ...``.

``SOCKET`` is the number of a file that listens on the port: two of them never want the same one.

``app DATABASE KEYS`` is the real application on the real server settings, with some routes
added under ``/bangku``: the limit and the naive way, behind the same middleware, guards and form
parsing. ``bare`` is uvicorn alone with a socket broadcast.
"""

import asyncio
import cProfile
import gc
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from litestar import Request, get, post
from litestar.response import Redirect, Template

from bench.fill import SLUG
from bench.machine import SERVER_CORE, pin
from jobfair.app import create_app, make_services
from jobfair.applicants.queries import applicant_of_account
from jobfair.applications.actions.accepting import Receipt, Submission, accept
from jobfair.cli.serve import copies_of, make_server, settle
from jobfair.errors import NotFound
from jobfair.people.rules import Role
from jobfair.positions.queries import position_by_slug
from jobfair.settings import Settings
from jobfair.web.http.dependencies import AccountDep, FromPath, FromQuery, NowDep, ServicesDep
from jobfair.web.http.forms import read_form
from jobfair.web.http.guards import applicants_only
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.fairs import visible_fair

FILLED = """{% extends "base.html" %}{% block main %}{{ filler }}{% endblock %}"""


@post("/bangku/kosong", status_code=200)
async def do_nothing(request: Request[Any, Any, Any]) -> Redirect:
    """The limit of a signed-in form POST: recognise, check the form's token, parse, answer."""
    scope: Any = request.scope
    if scope["user"] is None or scope["user"].role is not Role.APPLICANT:
        raise NotFound
    await read_form(request)
    return Redirect("/bangku/tidak-ada", status_code=303)


@post("/bangku/naif/{slug:str}", guards=[applicants_only], status_code=200)
async def apply_naively(
    request: Request[Any, Any, Any],
    slug: FromPath[str],
    services: ServicesDep,
    account: AccountDep,
    now: NowDep,
) -> Redirect:
    """One transaction per request, durable like ours, with the same rules and kept numbers."""
    form = await read_form(request)
    async with services.database.transaction() as session:
        found = await visible_fair(request, session, SLUG)
        position = await position_by_slug(session, fair_id=found.id, slug=slug)
        applicant = await applicant_of_account(session, services.keys, account.account_id)
        submission = Submission(
            fair_id=found.id,
            applicant_id=applicant.id,
            position_id=position.id,
            answers=(form.text("answer_1"), form.text("answer_2")),
            received_at=now,
        )
        (outcome,) = await accept(session, [submission], keys=services.keys)
    if not isinstance(outcome, Receipt):
        raise outcome
    return Redirect(f"/{SLUG}/lamaran/{outcome.number}", status_code=303)


@get("/bangku/halaman")
async def show_filled(request: Request[Any, Any, Any], size: FromQuery[int]) -> Template:
    """A page that asks nothing: the frame of every page around ``size`` letters."""
    answer = show(request, "refusal.html", filler="x" * size)
    answer.template_name, answer.template_str = None, FILLED  # type: ignore[assignment]
    return answer


@get("/bangku/ukuran")
async def tell_size(services: ServicesDep) -> dict[str, int]:
    gc.collect()
    return {
        "objects": len(gc.get_objects()),
        "tasks": len(asyncio.all_tasks()),
        "sockets": services.hub.readers,
        "batches": services.door.batches,
        "accepted": services.door.accepted,
    }


def serve_app(port: int, listening: socket.socket, database: str, keys: str) -> None:
    settings = Settings(
        database_url=database,
        key_file=keys,
        port=port,
        base_url=f"http://127.0.0.1:{port}",
    )
    app = create_app(make_services(settings), settings)
    for handler in (do_nothing, apply_naively, show_filled, tell_size):
        app.register(handler)
    settle()
    make_server(app, settings).run(sockets=copies_of(listening))


class Bare:
    """What uvicorn alone can do: every socket gets what is posted."""

    def __init__(self) -> None:
        self.readers: set[asyncio.Event] = set()
        self.frame = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "websocket":
            await self._read(receive, send)
        else:
            self.frame = (await receive())["body"].decode()
            for reader in self.readers:
                reader.set()
            headers = [(b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})

    async def _read(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        news = asyncio.Event()
        self.readers.add(news)
        sending = asyncio.create_task(self._send(news, send))
        try:
            while (await receive())["type"] != "websocket.disconnect":
                pass
        finally:
            self.readers.discard(news)
            sending.cancel()

    async def _send(self, news: asyncio.Event, send: Any) -> None:
        while True:
            await news.wait()
            news.clear()
            await send({"type": "websocket.send", "text": self.frame})


def serve_bare(port: int, listening: socket.socket) -> None:
    make_server(Bare(), Settings(port=port)).run(sockets=copies_of(listening))


def main(kind: str, port: str, number: str, *args: str) -> None:
    given = (int(port), socket.socket(fileno=int(number)), *args)
    pin(SERVER_CORE)
    serve = {"app": serve_app, "bare": serve_bare}[kind]
    profile = os.environ.get("BENCH_PROFILE")
    if not profile:
        serve(*given)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn ends with the signal
    profiler = cProfile.Profile()
    try:
        profiler.runcall(serve, *given)
    except (SystemExit, KeyboardInterrupt):
        pass
    finally:
        profiler.dump_stats(Path(profile))


if __name__ == "__main__":
    main(*sys.argv[1:])
