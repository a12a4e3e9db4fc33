"""Every number on every screen is true for the sequence it carries, for everybody (P7, P8, P19)."""

import asyncio
import contextlib
import socket
import time
from datetime import timedelta

import pytest

from jobfair.app import create_app, make_services
from jobfair.cli.serve import make_server
from jobfair.db import Database
from jobfair.live import feed
from jobfair.settings import Settings
from tests.builders import KEYS
from tests.nodes.people import People
from tests.rigs import viewers
from tests.rigs.defects import finds
from tests.rigs.server import pad_frames
from tests.rigs.viewers import PADDING, SEND_BUFFER, TICK, Crowd, Watching, watch

pytestmark = pytest.mark.rig
FRAMES = 4000


async def test_every_frame_is_true(web_url, tmp_path):
    began = time.monotonic()
    watching = await watch(tmp_path, FRAMES, url=web_url, seconds=60)
    print(watching.summary(time.monotonic() - began))

    seen = watching.seen
    assert seen.broken == []
    assert seen.frames >= FRAMES, "too few were seen: this proves little"
    assert len(seen.shown) > 20, "the numbers hardly moved: this proves little"
    assert seen.connections > 100, "hardly anybody came and went: this proves little"


@contextlib.asynccontextmanager
async def served_here(url, folder):
    """Serve on this very loop: born at once, and wrong in whatever way the test has made it."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        port = listening.getsockname()[1]
        settings = Settings(
            data=folder, database_url=url, port=port, base_url=f"http://127.0.0.1:{port}"
        )
        services = make_services(settings, keys=KEYS)
        server = make_server(create_app(services, settings, scheduled=False), settings)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield port
        finally:
            async with asyncio.timeout(5):
                while server.server_state.connections:  # noqa: ASYNC110 - uvicorn has no event
                    await asyncio.sleep(0.01)
            server.should_exit = True
            await serving


async def watch_here(url, folder, crowd, frames, **ends):
    """Let a small crowd watch until so many frames were seen, or it ends otherwise."""
    people, database = People(KEYS), Database(url)
    try:
        await people.gather(database, people=1500, positions=10, open_for=timedelta(hours=1))
        async with served_here(url, folder) as port:
            watching = Watching(port, people, crowd, seed=1)
            await watching.run(frames, **ends)
        await watching.count(database)
    finally:
        await database.close()
    return watching


UNTRUE = {
    "count-before-commit": "a number that was not true at its sequence",
    "sequence-of-another-snapshot": "a number that was not true at its sequence",
    "older-after-newer": "a sequence went back",
    "kept-first-frame": "the first frame was older than what had been acknowledged",
    "lost-last-change": "the last frame was not the final state",
    "backlog": "a viewer that stalled was sent what had piled up",
    "one-after-another": "the last frame was not the final state",
}
SEEN_AT_ONCE = {"older-after-newer", "kept-first-frame", "backlog"}
"""The others show when all is quiet, or when the rows are counted."""
STALLING = {"backlog": Crowd(4, 0, 1, 0), "one-after-another": Crowd(2, 0, 0, 2)}


@finds(*UNTRUE)
async def test_control(web_url, tmp_path, defect, monkeypatch):
    monkeypatch.setattr(feed, "SHORTEST_TICK", 0.3 if defect.name == "kept-first-frame" else TICK)
    monkeypatch.setattr(viewers, "FINAL_WITHIN", 1.0)
    pad_frames(monkeypatch.setattr, PADDING)
    defect.plant(monkeypatch.setattr)
    crowd = STALLING.get(defect.name, Crowd(4, 8, 0, 0))

    untruth = UNTRUE[defect.name]
    frames, seconds = (10**6, 20) if defect.name in SEEN_AT_ONCE else (300, 3)
    watching = await watch_here(web_url, tmp_path, crowd, frames, seconds=seconds, untruth=untruth)

    assert untruth in watching.seen.broken
