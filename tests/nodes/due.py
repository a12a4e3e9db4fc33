"""A fair that is due to open and to close, and what the clock's role does about it."""

import asyncio
import contextlib
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import func, select

from jobfair.audit.models import AuditEntry
from jobfair.db.silence import KEY
from jobfair.tally.models import Closing
from tests.builders import make_office, stage
from tests.doors import opened

MUST, MAY = frozenset({"window_ended", "latch"}), frozenset({"opened"})
"""An opening is told to open pages while it is news; whoever takes over later leaves it out."""
WHO_LEADS = (
    "select application_name from pg_locks join pg_stat_activity using (pid) "
    f"where locktype = 'advisory' and granted and objid = {KEY}"
)


class DueFair:
    """A fair of its own, to which nobody applies."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._id = 0
        self.seen: dict[str, float] = {}
        """The instant each effect was seen first."""

    async def make(self, *, opens: float, closes: float) -> None:
        """Store it; ``opens`` and ``closes`` are seconds from now."""
        now = datetime.now(UTC)
        hours = {
            "opens_at": now + timedelta(seconds=opens),
            "closes_at": now + timedelta(seconds=closes),
        }
        async with opened(self._url) as database, database.transaction() as session:
            made = await stage(
                session, slug="jatuh-tempo", receipt_prefix="JTP", window=hours,
                office=make_office(slug="lain"), published_at=now,
            )  # fmt: skip
            self._id = made.fair.id

    async def _entries(self) -> Counter[str]:
        async with opened(self._url) as database, database.snapshot() as session:
            return Counter(
                await session.scalars(select(AuditEntry.act).where(AuditEntry.fair_id == self._id))
            )

    async def look(self) -> None:
        """Note what happens until cancelled."""
        while True:
            for act in await self._entries():
                self.seen.setdefault(act, time.monotonic())
            await asyncio.sleep(0.2)

    async def check(self) -> list[str]:
        """Return what has not happened once, or has happened twice."""
        entries = await self._entries()
        async with opened(self._url) as database, database.snapshot() as session:
            closings = await session.scalar(
                select(func.count()).select_from(Closing).where(Closing.fair_id == self._id)
            )
        once = max(entries.values(), default=0) == 1 and entries.keys() <= MUST | MAY
        right = once and entries.keys() >= MUST and closings == 1
        return [] if right else [f"effects: {dict(entries)}, {closings} closings"]


class Role:
    """Who keeps the clock, and since when; nobody is a name as well."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.held: list[tuple[float, str]] = []

    @property
    def holder(self) -> str:
        return self.held[-1][1] if self.held else ""

    def taken_from(self, leader: str, since: float) -> float | None:
        """Return when somebody else led first after an instant."""
        return next((at for at, who in self.held if at > since and who not in {leader, ""}), None)

    async def look(self) -> None:
        """Note every change until cancelled."""
        while True:
            with contextlib.suppress(psycopg.Error):
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True
                ) as connection:
                    while True:
                        row = await (await connection.execute(WHO_LEADS)).fetchone()
                        if (who := row[0] if row else "") != self.holder or not self.held:
                            self.held.append((time.monotonic(), who))
                        await asyncio.sleep(0.1)
            await asyncio.sleep(0.1)
