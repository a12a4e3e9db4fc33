"""A server that is born again in milliseconds: a zygote imports once and forks for every life.

``python -m tests.rigs.server FOLDER [--url URL] [--defect NAME]`` binds a free port and prints it.
Each line on standard input begins a life and prints its process id; when standard input closes,
all ends. ``--defect`` plants what a rig must find (``python -m tests.rigs.defects`` lists them);
``--log-pages`` lets SQLite's log grow to so many pages before it is folded into the file, so that
a short life sees that often; ``--tick``, ``--send-buffer`` and ``--padding`` make live frames
come so often, and fill what is kept for a viewer so soon, that a short run sees much of both.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from jobfair.app import create_app, make_services
from jobfair.cli.serve import make_server
from jobfair.db import database
from jobfair.live import feed
from jobfair.settings import Settings
from jobfair.web.pages.public import landing
from tests.rigs import defects


def pad_frames(patch: defects.Patch, letters: int) -> None:
    """Make the live numbers of a fair that much longer."""
    render = landing.render

    def padded(*args: Any, **more: Any) -> str:
        return render(*args, **more) + " " * letters

    patch(landing, "render", padded)


def main(
    folder: Path,
    url: str,
    defect: str | None,
    *,
    log_pages: int | None,
    tick: float | None,
    send_buffer: int | None,
    padding: int,
) -> None:
    if tick:
        feed.SHORTEST_TICK = tick
    if padding:
        pad_frames(setattr, padding)
    if log_pages:
        often = f"wal_autocheckpoint={log_pages}"
        database.WRITER_PRAGMAS = (*database.WRITER_PRAGMAS, often)
    if defect:
        defects.plant(defect)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    if send_buffer:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    port = listening.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    settings = Settings(data=folder, database_url=url, port=port, base_url=address)
    app = create_app(make_services(settings), settings)
    print(port, flush=True)
    child = 0
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            asyncio.run(make_server(app, settings).serve(sockets=[listening]))
            os._exit(0)
        print(child, flush=True)
    if child:
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="", help="of the database; else a file in the folder")
    parser.add_argument("--defect", choices=defects.all_defects())
    parser.add_argument("--log-pages", type=int)
    parser.add_argument("--tick", type=float, help="seconds between two live frames")
    parser.add_argument("--send-buffer", type=int, help="bytes the kernel keeps for a connection")
    parser.add_argument("--padding", type=int, default=0, help="bytes more in every live frame")
    given = parser.parse_args()
    main(
        given.folder,
        given.url,
        given.defect,
        log_pages=given.log_pages,
        tick=given.tick,
        send_buffer=given.send_buffer,
        padding=given.padding,
    )
