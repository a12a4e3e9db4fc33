"""How many files one process and one person send at a time, and for how long."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jobfair.errors import TemporarilyUnavailable

AT_ONCE = 20
"""Each may hold its limit in memory."""
PER_ACCOUNT = 2
WITHIN = 300.0
"""Seconds: two megabytes at 7 kB a second."""
RETRY = 10


class Uploads:
    """The upload slots of this process."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._held: Counter[int] = Counter()

    @asynccontextmanager
    async def slot(self, account_id: int) -> AsyncIterator[None]:
        """Hold one of the slots for at most ``WITHIN`` seconds.

        Raises:
            TemporarilyUnavailable: every slot is taken, or the account holds its share.
            TimeoutError: it took longer.

        """
        if self._slots.locked():
            raise TemporarilyUnavailable(
                RETRY, "Sedang banyak yang mengunggah. Coba lagi dalam %(seconds)s detik."
            )
        if self._held[account_id] >= PER_ACCOUNT:
            raise TemporarilyUnavailable(
                RETRY,
                "Unggahan Anda yang sebelumnya belum selesai. Tunggu %(seconds)s detik, lalu coba "
                "lagi.",
            )
        self._held[account_id] += 1
        try:
            async with self._slots, asyncio.timeout(WITHIN):
                yield
        finally:
            self._held[account_id] -= 1
            if not self._held[account_id]:
                del self._held[account_id]
