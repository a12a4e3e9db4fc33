"""The alarm clock: APScheduler rings, the jobs decide. Only the leading process runs them."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from jobfair.jobs.schedule import SCHEDULE, Job, Tools

log = logging.getLogger(__name__)
logging.getLogger("apscheduler").setLevel(logging.ERROR)  # or it tells of every busy second


async def run_job(job: Job, tools: Tools, leads: Callable[[], bool]) -> None:
    """Run a job if this process leads; an error is logged and the next run tries again."""
    try:
        if leads():
            await job.work(tools)
    except Exception:
        log.exception("job failed: %s", job.name)


async def keep_the_clock(tools: Tools, leads: Callable[[], bool]) -> None:
    """Ring until cancelled; ``leads`` tells whether it is this process that keeps the clock now.

    A job that is cut off then has changed nothing: its transaction goes back before this returns.
    """
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"misfire_grace_time": None})
    async with asyncio.TaskGroup() as running:

        async def run_scheduled(job: Job) -> None:
            task = running.create_task(run_job(job, tools, leads))
            with contextlib.suppress(asyncio.CancelledError):  # the scheduler would log it
                await asyncio.wait({task})

        for job in SCHEDULE:
            scheduler.add_job(run_scheduled, "interval", seconds=job.seconds, args=(job,))
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)
