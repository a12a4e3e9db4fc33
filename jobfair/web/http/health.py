"""Is this process alive, can it do its work, and what has it done: for machines that watch it.

``/metrics`` answers only to who knows the token; without one it does not exist.
"""

import asyncio
import hmac
import shutil
from collections.abc import Awaitable
from typing import Any

from litestar import MediaType, Request, Response, get
from prometheus_client import CONTENT_TYPE_LATEST

from jobfair.db import DBAPIError, NoConnection
from jobfair.db.migrations import check_revision, rewrite_revision
from jobfair.errors import Misconfigured, NotFound
from jobfair.store import StoreUnavailable
from jobfair.web.http.dependencies import Services, ServicesDep
from jobfair.web.http.metrics import exposition

ANSWER_WITHIN = 3.0
WAIT_MOST = 10.0
"""Seconds; a submission that waits longer is refused, so the door is stuck."""
TEXT = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")  # the framework adds it again
FREE_LEAST = 0.05
"""Of the disk that holds the data folder."""


async def _works(asked: Awaitable[object]) -> bool:
    """Tell whether the database, its disk or the store answers in time."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            await asked
    except (DBAPIError, NoConnection, StoreUnavailable, OSError):  # a timeout is an OSError
        return False
    return True


def _disk_is_full(services: Services) -> bool:
    try:
        disk = shutil.disk_usage(services.data)
    except FileNotFoundError:
        return False
    return disk.free < FREE_LEAST * disk.total


async def problems_of(services: Services) -> dict[str, str]:
    """Return why this process should not be sent work, each reason with a sentence."""
    problems = {}
    try:
        if not await _works(check_revision(services.database)):
            problems["database"] = "Basis data tidak terjangkau."
    except Misconfigured as error:
        problems["schema"] = str(error)
    if services.door.failing:  # a batch was not stored: does the disk take anything by now?
        services.door.failing = not await _works(services.database.write(rewrite_revision))
        if services.door.failing:
            problems["writing"] = "Lamaran tidak dapat disimpan. Periksa disk folder data."
    if services.door.oldest > WAIT_MOST:
        problems["door"] = "Lamaran tertahan lebih dari 10 detik."
    if not services.door.accepting:
        problems["clock"] = "Jam komputer ini berbeda lebih dari 250 milidetik dari basis data."
    if _disk_is_full(services):
        problems["disk"] = "Sisa ruang folder data kurang dari 5%."
    return problems


async def warnings_of(services: Services) -> dict[str, str]:
    """Return what somebody should look at although this process can do its work."""
    warnings = {}
    if not await _works(services.store.check()):
        warnings["documents"] = "CV tidak dapat disimpan atau dibuka sekarang."
    if services.door.has_recent_fault:
        warnings["fault"] = "Ada lamaran yang tidak akan pernah dapat disimpan. Periksa catatan."
    return warnings


@get("/livez", media_type=MediaType.TEXT)
async def say_alive() -> str:
    """Answer: the event loop does its rounds."""
    return "ok\n"


@get("/readyz")
async def say_ready(services: ServicesDep) -> Response[dict[str, Any]]:
    """Answer 200, or 503 with the reasons; a store that is out of reach is only a warning."""
    problems, warnings = await problems_of(services), await warnings_of(services)
    return Response(
        {"ready": not problems, "problems": problems, "warnings": warnings},
        status_code=503 if problems else 200,
    )


@get("/metrics")
async def show_metrics(request: Request[Any, Any, Any], services: ServicesDep) -> Response[bytes]:
    """Show the numbers of this one process to who has the token."""
    given = request.headers.get("authorization", "").encode()
    token = services.metrics_token
    if not token or not hmac.compare_digest(given, f"Bearer {token}".encode()):
        raise NotFound
    return Response(exposition(services), media_type=TEXT)


HANDLERS = [say_alive, say_ready, show_metrics]
