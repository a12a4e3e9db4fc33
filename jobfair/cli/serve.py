"""``jobfair serve``: the web server."""

import click
import uvicorn
from litestar import Litestar

from jobfair.app import create_app, make_services
from jobfair.cli.frame import command, out, ready_database
from jobfair.clock import AnchoredClock
from jobfair.db import Database
from jobfair.errors import Misconfigured
from jobfair.fairs.queries import newest_received_at
from jobfair.settings import Settings, read_settings

SOCKET_FRAME = 1024
GRACE = 10


def make_server(app: Litestar, settings: Settings) -> uvicorn.Server:
    """Return the server: no server name, small frames in, no compression on sockets."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
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
    now = AnchoredClock().now()
    if newest is not None and now < newest:
        raise Misconfigured(
            "Jam komputer ini %(seconds)s detik di belakang lamaran terakhir. Betulkan jamnya.",
            seconds=int((newest - now).total_seconds()) + 1,
        )


@click.command(short_help="Jalankan peladen web.")
@command
async def serve() -> None:
    """Jalankan peladen web di JOBFAIR_HOST:JOBFAIR_PORT sampai dihentikan (Ctrl-C).

    \b
    Contoh:
      jobfair serve
      JOBFAIR_PORT=9000 JOBFAIR_BASE_URL=https://kerja.asahan.go.id jobfair serve
    """
    settings = read_settings()
    async with ready_database(settings) as database:
        await check_clock(database)
    services = make_services(settings)
    out.print(f"Melayani {settings.base_url} (Ctrl-C untuk berhenti)")
    await make_server(create_app(services, settings), settings).serve()
