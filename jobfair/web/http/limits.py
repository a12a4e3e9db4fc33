"""How often somebody may try: signing in, registering, opening sockets.

Addresses get a wide budget, for whole labour offices and mobile carriers share one. Tries are
counted in memory by the one process that owns a SQLite file, and in the database where several
nodes may serve the same person; sockets are counted by the process that holds them.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from jobfair.db import Database
from jobfair.db.sealed import Keys
from jobfair.people import actions
from jobfair.people.rules import LONGEST_WINDOW, Budget, too_many

SIGN_IN_PER_NAME = Budget("sign-in:name", 5, timedelta(minutes=5))
SIGN_IN_PER_ADDRESS = Budget("sign-in:address", 60, timedelta(minutes=1))
REGISTER_PER_ADDRESS = Budget("register:address", 200, LONGEST_WINDOW)
SOCKETS_PER_SESSION = 5
SOCKETS_PER_ADDRESS = 200
Owners = Sequence[tuple[str, int]]
"""Who opens a socket, by several names, and how many of them each may hold at once."""
KEPT = 10_000
"""Counted names after which those of long ago are looked for."""


class Limits:
    """Budgets of everybody, and sockets of this process."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._tries: Counter[tuple[bytes, datetime]] = Counter()
        self._kept = KEPT
        self._sockets: Counter[str] = Counter()

    async def spend(self, budget: Budget, name: str, *, now: datetime) -> None:
        """Take one from somebody's budget.

        Raises:
            Refused: ``too_many``; a try that was refused is not counted.

        """
        index = self._keys.blind_index(f"{budget.kind} {name}")
        if self._database.is_sqlite:
            self._spend_here(budget, index, now)
            return
        async with self._database.transaction() as session:
            await actions.spend(session, budget=budget, name=index, now=now)

    def _spend_here(self, budget: Budget, index: bytes, now: datetime) -> None:
        since = budget.since(now)
        before = self._tries[index, since - budget.window]
        if self._tries[index, since] >= budget.left(now, before=before):
            raise too_many(budget)
        self._tries[index, since] += 1
        if len(self._tries) > self._kept:
            long_ago = now - 2 * LONGEST_WINDOW
            self._tries = Counter({one: n for one, n in self._tries.items() if one[1] >= long_ago})
            self._kept = max(KEPT, 2 * len(self._tries))

    def take_socket(self, owners: Owners) -> bool:
        """Count a socket for all its owners, or for none of them when one has too many."""
        if any(self._sockets[name] >= most for name, most in owners):
            return False
        self._sockets.update(name for name, _ in owners)
        return True

    def give_socket(self, owners: Owners) -> None:
        """Give a counted socket back."""
        for name, _ in owners:
            self._sockets[name] -= 1
            if not self._sockets[name]:
                del self._sockets[name]
