"""Hashing passwords (argon2id, 19 MiB, t=2: the OWASP minimum) off the event loop.

One hash costs tens of milliseconds of a core: a storm of sign-ins must not starve the intake,
so at most two run at once and a bounded number waits.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from jobfair.errors import Overloaded

AT_ONCE = 2
MOST_WAITING = 200
T = TypeVar("T")


class Passwords:
    """A small pool of hashing threads with a bounded queue."""

    def __init__(self) -> None:
        self._hash = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._waiting = 0
        self._nobody = self.hash_now("tidak ada akun dengan nama ini")

    def hash_now(self, password: str) -> str:
        """Return the hash, blocking: for commands, never for handlers."""
        return self._hash.hash(password)

    async def hash(self, password: str) -> str:
        """Return the hash of a new password. Raises ``Overloaded`` when too many wait."""
        return await self._run(lambda: self._hash.hash(password))

    async def fits(self, password: str, stored: str | None) -> bool:
        """Tell whether a password fits; without a stored hash it takes as long and says no."""
        known = stored or self._nobody
        fits = await self._run(lambda: self._hash.verify(password, known))
        return fits and stored is not None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise Overloaded(5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1
