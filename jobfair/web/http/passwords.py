"""Hashing passwords (argon2id, 19 MiB, t=2: the OWASP minimum) off the event loop.

One hash costs tens of milliseconds of a core: a storm of sign-ins must not starve the intake,
so at most two run at once. Who waits for one keeps a slot of the admission queue, which bounds
how many that are.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

AT_ONCE = 2


class Passwords:
    """A small pool of hashing threads."""

    def __init__(self) -> None:
        self._hash = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._nobody = self.hash_now("tidak ada akun dengan nama ini")

    def hash_now(self, password: str) -> str:
        """Return the hash, blocking: for commands, never for handlers."""
        return self._hash.hash(password)

    async def hash(self, password: str) -> str:
        """Return the hash of a new password."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._hash.hash, password)

    async def fits(self, password: str, stored: str | None) -> bool:
        """Tell whether a password fits; without a stored hash it takes as long and says no."""
        known = stored or self._nobody
        loop = asyncio.get_running_loop()
        fits = await loop.run_in_executor(self._pool, self._hash.verify, password, known)
        return fits and stored is not None
