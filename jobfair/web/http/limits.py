"""How often people may try: signing in, registering, opening sockets.

Only failures count: a try is taken from its budgets before the password is looked at, so that
many at once cannot slip through, and is given back when it was right. A name is locked for one
address at a time, so strangers elsewhere cannot keep its owner out; addresses get a wide budget,
for whole villages, labour offices and mobile carriers share one.

Tries are counted in memory by the one process that owns a SQLite file, and in the database where
several nodes may serve the same person; sockets are counted by the process that holds them.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from jobfair.db import Database, Session
from jobfair.keys import Keys
from jobfair.people import actions, rules
from jobfair.people.queries import attempts
from jobfair.people.rules import Budget, TooMany, too_many

log = logging.getLogger(__name__)
SOCKETS_PER_SESSION = 10
SOCKETS_PER_ADDRESS = 200
Tries = Sequence[tuple[Budget, str]]
"""What a try counts against: budgets, each with the name it is kept for."""
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
        self._noted: set[tuple[bytes, datetime]] = set()
        self._sockets: Counter[str] = Counter()

    async def spend(self, budget: Budget, name: str, *, now: datetime) -> None:
        """Take one try from a budget. Raises ``TooMany``; a refused try is not counted."""
        await self.spend_all([(budget, name)], now=now)

    async def spend_all(
        self, tries: Tries, *, now: datetime, source: str = "", final: bool = True
    ) -> None:
        """Take one try from each budget, or from none of them; ``source`` goes to the log.

        ``final`` is false where other budgets may still let the try in: it is not refused yet.

        Raises:
            TooMany: one of them is used up; it says for how long.

        """
        indexed = self._indexed(tries)
        at = indexed[0]
        try:
            if self._database.is_sqlite:
                for at in indexed:
                    self._check_here(*at, now)
                self._tries.update((index, budget.since(now)) for budget, index in indexed)
                self._forget(now)
                return
            async with self._database.transaction() as session:
                for at in indexed:
                    await actions.spend(session, budget=at[0], name=at[1], now=now)
        except TooMany:
            self._note(*at, source, now)
            if final:
                await self.count_refusal(at[0].kind.partition(":")[0], now=now)
            raise

    async def count_refusal(self, kind: str, *, now: datetime) -> None:
        """Count a refused try for the control room."""
        await self.spend(rules.REFUSALS.get(kind, rules.REFUSALS[rules.OTHER]), "", now=now)

    async def refusals(self, session: Session, *, now: datetime) -> dict[str, int]:
        """Return how many tries were refused in the last 24 hours, by kind."""
        found = {}
        for kind, budget in rules.REFUSALS.items():
            ((_, index),) = self._indexed([(budget, "")])
            first = budget.since(now - rules.REFUSALS_SHOWN)
            found[kind] = (
                sum(n for (at, since), n in self._tries.items() if at == index and since > first)
                if self._database.is_sqlite
                else await attempts.attempts_after(session, index, first)
            )
        return found

    async def give_back(self, tries: Tries, *, now: datetime) -> None:
        """Take back tries that were counted at ``now`` and were right."""
        indexed = self._indexed(tries)
        if self._database.is_sqlite:
            for budget, index in indexed:
                self._tries[index, budget.since(now)] -= 1
            return
        async with self._database.transaction() as session:
            for budget, index in indexed:
                await actions.give_back(session, budget=budget, name=index, now=now)

    def _indexed(self, tries: Tries) -> list[tuple[Budget, bytes]]:
        """Return budgets with the keyed index of their name, in the order rows are locked in."""
        found = [(one, self._keys.blind_index(f"{one.kind} {name}")) for one, name in tries]
        return sorted(found, key=lambda pair: pair[1])

    def _check_here(self, budget: Budget, index: bytes, now: datetime) -> None:
        since = budget.since(now)
        tried, before = self._tries[index, since], self._tries[index, since - budget.window]
        if tried >= budget.left(now, before=before):
            raise too_many(budget.seconds_until_free(now, tried=tried, before=before))

    def _forget(self, now: datetime) -> None:
        if len(self._tries) > self._kept:
            long_ago = now - 2 * rules.LONGEST_WINDOW
            self._tries = Counter(
                {one: n for one, n in self._tries.items() if n > 0 and one[1] >= long_ago}
            )
            self._kept = max(KEPT, 2 * len(self._tries))

    def _note(self, budget: Budget, index: bytes, source: str, now: datetime) -> None:
        """Log that a budget is used up, once for each stretch of time, without personal data."""
        known = (index, budget.since(now))
        if known in self._noted:
            return
        if len(self._noted) > KEPT:
            self._noted.clear()
        self._noted.add(known)
        log.warning("limit reached: %s key=%s from=%s", budget.kind, index.hex()[:8], source or "-")

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
