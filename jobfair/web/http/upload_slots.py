"""How many files one process reads at a time, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jobfair.errors import TemporarilyUnavailable

AT_ONCE = 20
"""Each may hold its limit in memory."""
WITHIN = 300.0
"""Seconds: two megabytes at 7 kB a second."""
RETRY = 10


class Uploads:
    """How many files this process reads at once."""

    def __init__(self) -> None:
        self._seats = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def seat(self) -> AsyncIterator[None]:
        """Hold one of the slots for at most ``WITHIN`` seconds.

        Raises:
            TemporarilyUnavailable: every slot is taken. TimeoutError: it took longer.

        """
        if self._seats.locked():
            raise TemporarilyUnavailable(
                RETRY, "Sedang banyak yang mengunggah. Coba lagi dalam %(seconds)s detik."
            )
        async with self._seats, asyncio.timeout(WITHIN):
            yield
