"""Live changes of other nodes: heard on PostgreSQL, announced to the feeds of this process.

A notification is only a hint. Feeds read again what they show, so one that was lost with the
connection, or that had no room for its topics, costs only one rendering of every feed. The one
connection that listens also holds the role of the process that keeps the clock.
"""

import asyncio
import logging
import random

import psycopg

from jobfair.db import Database
from jobfair.db.notes import CHANNEL, read_note
from jobfair.live.feed import Hub

log = logging.getLogger(__name__)

PULSE = 1.0
"""Seconds without a note after which the server is asked for an answer. Below ``ANSWER_WITHIN`` of
the connection, which aborts itself when that answer does not come but lets a quiet listener be."""
IDLE_TIMEOUT = "10s"
"""A process that hangs, or whose machine has lost its power, loses the clock's role after that."""


class Bus:
    """One per process. Start it with :meth:`run`; it comes back after every lost connection."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self.hears = False
        self.leads = False
        """Whether this process keeps the clock."""
        self.resyncs = 0

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                if self.hears:
                    log.warning("live changes of other nodes: %s", type(error).__name__)
            finally:
                self.hears = self.leads = False
            await asyncio.sleep(random.uniform(0.1, 1.0))  # noqa: S311 - spreads nodes

    async def _listen(self) -> None:
        """Hear and announce until the connection is lost, then raise."""
        connection = await self._database.own_connection()
        try:
            await connection.execute(
                "select set_config('idle_session_timeout', %s, false)", [IDLE_TIMEOUT]
            )
            await connection.execute(f"listen {CHANNEL}")
            self.hears = True
            self._resync()
            while True:
                self.leads = await connection.takes_role()
                async for note in connection.notifies(timeout=PULSE):
                    self._announce(note.payload)
        finally:
            await connection.close()

    def _announce(self, note: str) -> None:
        topics = read_note(note, self._database.node)
        if topics is None:
            self._resync()
        elif topics:
            self._hub.announce(topics)

    def _resync(self) -> None:
        self.resyncs += 1
        self._hub.resync()
