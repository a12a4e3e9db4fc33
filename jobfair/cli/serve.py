"""``jobfair serve``: the web server, one process at one port."""

import asyncio
import contextlib
import errno
import gc
import logging
import signal
import socket
import sys
from pathlib import Path

import click
import uvicorn
from litestar import Litestar
from uvicorn.loops.auto import auto_loop_factory

from jobfair.app import create_app, make_services, store_of
from jobfair.cli.common import out, plain_command, ready_database
from jobfair.cli.rekey import check_key
from jobfair.clock import AnchoredClock
from jobfair.db import Database
from jobfair.db.offset import database_now
from jobfair.db.safety import check_durable, only_server
from jobfair.documents.actions import tie_store
from jobfair.errors import Misconfigured
from jobfair.fairs.queries import newest_received_at
from jobfair.keys import read_keys
from jobfair.settings import Settings, advice, read_settings
from jobfair.store import StoreMisconfigured, StoreUnavailable
from jobfair.web.http.protocol import BoundedHeads

log = logging.getLogger(__name__)
SOCKET_FRAME = 1024
BACKLOG = 2048
ACCEPTS_PER_TURN = 8
"""Connections accepted in one turn of the event loop, which takes one of each listening socket. A
turn is as long as a request: a thousand connections at once would wait a second."""
GRACE = 10
"""Seconds for requests that are being answered when the server is told to stop."""
SWITCH = 0.001
"""Seconds after which a busy thread lets another one on. The writer's thread asks for its turn some
sixty times a batch; at the usual five milliseconds a batch would take a third of a second while
the event loop is busy."""
SEND_TIMEOUT = 30
"""Seconds after which the kernel ends a connection that takes nothing of what was sent to it."""


def make_server(app: Litestar, settings: Settings) -> uvicorn.Server:
    """Return the server: no server name, small frames in, no compression on sockets."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=BoundedHeads,
            host=settings.host,
            port=settings.port,
            backlog=BACKLOG,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.proxy),
            forwarded_allow_ips=settings.proxy or None,
            ws_max_size=SOCKET_FRAME,
            ws_max_queue=4,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=GRACE,
        )
    )


async def check_clock(database: Database) -> None:
    """Refuse to accept anything while the clock is before the ledger's newest row.

    Raises:
        Misconfigured: by how much the clock is behind.

    """
    async with database.snapshot() as session:
        newest = await newest_received_at(session)
    now = AnchoredClock().now() if database.is_sqlite else await database_now(database)
    if newest is not None and now < newest:
        raise Misconfigured(
            "Jam komputer ini %(seconds)s detik di belakang lamaran terakhir. Betulkan jamnya.",
            seconds=int((newest - now).total_seconds()) + 1,
        )


async def check_documents(settings: Settings, database: Database) -> None:
    """Refuse a store that is not this database's, or that is set up wrongly.

    One that only does not answer now is no reason not to serve: applications need none.

    Raises:
        Misconfigured: which store it is and what is wrong.

    """
    store = store_of(settings)
    try:
        await store.check()
        async with database.transaction() as session:
            await tie_store(session, store, place=settings.documents_place)
    except StoreMisconfigured as error:
        raise Misconfigured(
            "Dokumen tidak dapat disimpan di %(place)s (%(error)s). Periksa setelan documents.",
            place=settings.documents_place,
            error=error,
        ) from None
    except StoreUnavailable as error:
        log.warning("documents cannot be kept now: %s", error)
    finally:
        await store.close()


async def check_start(settings: Settings) -> None:
    """Refuse to serve where something acknowledged could be lost or wrong.

    Raises:
        Misconfigured: what is wrong and what to change.

    """
    read_keys(settings.keys)
    async with ready_database(settings) as database:
        await check_durable(database)
        await check_key(database, settings.keys)
        await check_clock(database)
        await check_documents(settings, database)


def listen(settings: Settings) -> socket.socket:
    """Return the listening socket.

    Raises:
        Misconfigured: the port is taken.

    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform == "linux":
        # Closed by us, it would otherwise stay for ever with what is still to be sent.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SEND_TIMEOUT * 1000)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise Misconfigured(
            "Port %(port)s di %(host)s sudah dipakai program lain. Setel JOBFAIR_PORT.",
            port=settings.port,
            host=settings.host,
        ) from None
    return listening


def settle() -> None:
    """Set this process up for serving, when everything that stays has been made."""
    gc.freeze()  # what stays for ever is not looked through again: 0.16 s every few seconds
    sys.setswitchinterval(SWITCH)


def copies_of(listening: socket.socket) -> list[socket.socket]:
    """Return a listening socket and copies of it; the caller closes them."""
    return [listening, *(listening.dup() for _ in range(ACCEPTS_PER_TURN - 1))]


def run_server(settings: Settings, listening: socket.socket) -> None:
    """Serve until told to stop, and finish in order.

    What was received is answered, the door is drained, sockets are closed with 1012.
    """

    async def work() -> None:
        server = make_server(create_app(make_services(settings), settings), settings)
        settle()
        for told in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them again when it is done
            signal.signal(told, lambda *_: None)
        await server.serve(sockets=copies_of(listening))

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:  # uvloop where there is one
        runner.run(work())


@click.command(short_help="Jalankan peladen web.")
@plain_command
def serve() -> None:
    """Jalankan peladen web di JOBFAIR_HOST:JOBFAIR_PORT sampai dihentikan (Ctrl-C).

    \b
    Contoh:
      jobfair serve
      JOBFAIR_PORT=9000 JOBFAIR_BASE_URL=https://kerja.asahan.go.id jobfair serve
    """
    settings = read_settings()
    asyncio.run(check_start(settings))
    with contextlib.ExitStack() as held:
        if settings.database.startswith("sqlite"):
            held.enter_context(only_server(Path(Database(settings.database).url.database or "")))
        listening = held.enter_context(listen(settings))
        out.print(f"Melayani {settings.base_url} (Ctrl-C untuk berhenti)")
        for line in advice(settings):
            out.print(line)
        run_server(settings, listening)
