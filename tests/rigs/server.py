"""A server that is born again in milliseconds: a zygote imports once and forks for every life.

``python -m tests.rigs.server FOLDER [hasty]`` binds a free port and prints it. Each line on
standard input begins a life and prints its process id; when standard input closes, all ends.
``hasty`` plants the defect that the kill rig must find: answering before the commit.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from jobfair.app import create_app, make_services
from jobfair.applications.actions.accepting import accept
from jobfair.cli.serve import make_server
from jobfair.intake import door as doors
from jobfair.settings import Settings


def answer_before_the_commit() -> None:
    """Make every door tell people "accepted" while their rows are still only in memory."""

    async def hasty(self: Any, taken: list[Any]) -> None:
        loop = asyncio.get_running_loop()

        async def work(session: Any) -> None:
            outcomes = await accept(session, [one.submission for one in taken])
            for one, outcome in zip(taken, outcomes, strict=True):
                loop.call_soon_threadsafe(doors._answer, one, outcome)
            await session.flush()
            time.sleep(0.01)  # noqa: ASYNC251 - in the writer's own thread

        await self._database.write(work)

    doors.Door._write = hasty


def main(folder: Path, *, hasty: bool) -> None:
    if hasty:
        answer_before_the_commit()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    port = listening.getsockname()[1]
    settings = Settings(data=folder, port=port, base_url=f"http://127.0.0.1:{port}")
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
    main(Path(sys.argv[1]), hasty="hasty" in sys.argv)
