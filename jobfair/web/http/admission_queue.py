"""The admission queue in front of the event loop: which request begins next, and which is refused.

Every turn of the event loop lets one waiting request begin, so that arrivals are looked at between
two of them and a refusal never waits behind much work. The wait of an arrival is the number of
requests before it times the mean service time. That holds on slow and fast machines, which a fixed
length would not: at 100 a second 25 requests make the wait that 500 make at 2,000.
"""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

AT_ONCE = 128
"""Slots for requests begun and not answered yet: waits for the disk, for a database out of reach or
for the hashing of a password do not pile up without end."""
FORMS_FIRST = 4
"""Forms that begin for each page that begins while both wait: a filled-in form comes first, and its
receipt can still be seen."""
SERVICE_TIME = 0.002
"""Seconds assumed before any request was measured."""
LONGEST_SERVICE = 0.05
SMOOTHING = 1 / 256
"""The mean is over about as many requests as fit into the queue: over fewer, one quick moment would
admit more than can be served in time."""


@dataclass
class PriorityClass:
    """Waiting requests of one kind, and for how long they may wait."""

    max_wait: float
    """Seconds. A request that would wait longer is refused on arrival."""
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    refused: int = 0


class AdmissionQueue:
    """One per process, used by its event loop alone."""

    def __init__(self, *, at_once: int = AT_ONCE) -> None:
        self.forms = PriorityClass(max_wait=0.2)
        self.pages = PriorityClass(max_wait=0.15)
        self.begun = 0
        self.pace = SERVICE_TIME
        self._at_once = at_once
        self._one_began = False
        """In this turn of the event loop."""
        self._forms_in_a_row = 0

    @property
    def waiting(self) -> int:
        """Return how many wait to begin."""
        return len(self.forms.waiting) + len(self.pages.waiting)

    def wait_of(self, lane: PriorityClass) -> float:
        """Return for how many seconds the next request of a class would wait."""
        forms, pages = len(self.forms.waiting), len(self.pages.waiting)
        if lane is self.forms:
            return (forms + min(pages, (forms + 1) // FORMS_FIRST)) * self.pace
        return (pages + min(forms, (pages + 1) * FORMS_FIRST)) * self.pace

    async def enter(self, lane: PriorityClass) -> bool:
        """Wait for a slot; False at once if that would take too long.

        An admitted request must :meth:`leave` once it is answered.
        """
        if not self.waiting and self._has_room():
            self._begin()
            return True
        if self.wait_of(lane) > lane.max_wait:
            lane.refused += 1
            return False
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise
        return True

    def leave(self) -> None:
        """Give the slot back, to one who waits for it."""
        self.begun -= 1
        self._let_one_begin()

    def _has_room(self) -> bool:
        return not self._one_began and self.begun < self._at_once

    def _begin(self) -> None:
        self._one_began = True
        self.begun += 1
        asyncio.get_running_loop().call_soon(self._end_turn, time.perf_counter())

    def _end_turn(self, began: float) -> None:
        """Measure the turn that is over and let another request begin."""
        took = min(LONGEST_SERVICE, time.perf_counter() - began)
        self.pace += (took - self.pace) * SMOOTHING
        self._one_began = False
        self._let_one_begin()

    def _let_one_begin(self) -> None:
        if self._has_room() and (turn := self._next()) is not None:
            turn.set_result(None)
            self._begin()

    def _next(self) -> asyncio.Future[None] | None:
        """Return the request that begins next; cancelled ones are passed over."""
        while self.waiting:
            forms_due = self._forms_in_a_row < FORMS_FIRST or not self.pages.waiting
            lane = self.forms if self.forms.waiting and forms_due else self.pages
            self._forms_in_a_row = self._forms_in_a_row + 1 if lane is self.forms else 0
            turn = lane.waiting.popleft()
            if not turn.done():
                return turn
        return None
