"""The line in front of the event loop: who begins next, and who would wait too long.

Every turn of the event loop lets one waiting request begin, so that what arrives meanwhile is
looked at between two of them and a refusal never waits behind much work. How long the next one will
wait is known when it comes: the people before it, times what each of the last ones took. That
holds on a slow machine and on a fast one, which a fixed number would not: at 100 a second 25
people make the wait that 500 make at 2,000.
"""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

AT_ONCE = 128
"""How many may have begun without an answer yet: what waits for the disk, for a database out of
reach or for the hashing of a password does not pile up without end."""
FORMS_FIRST = 4
"""Forms that begin for each page that begins while both wait: who has filled in a form comes
first, and who was accepted still sees the receipt."""
SERVICE_TIME = 0.002
"""Seconds each one is taken to need before any was measured."""
LONGEST_SERVICE = 0.05
SMOOTHING = 1 / 256
"""The pace is that of about as many as wait when the line is full: of fewer, one quick moment would
let in more than can be served in time."""


@dataclass
class PriorityClass:
    """People who wait for the same kind of thing, and for how long they may."""

    max_wait: float
    """Seconds. Who would wait longer is refused on arrival."""
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
        self._turning = False
        self._one_began = False
        self._turn_began = 0.0
        self._forms_in_a_row = 0

    @property
    def waiting(self) -> int:
        """Return how many wait to begin."""
        return len(self.forms.waiting) + len(self.pages.waiting)

    def wait_of(self, lane: PriorityClass) -> float:
        """Return for how many seconds the next one in a lane would wait."""
        forms, pages = len(self.forms.waiting), len(self.pages.waiting)
        if lane is self.forms:
            return (forms + min(pages, (forms + 1) // FORMS_FIRST)) * self.pace
        return (pages + min(forms, (pages + 1) * FORMS_FIRST)) * self.pace

    async def enter(self, lane: PriorityClass) -> bool:
        """Wait for a turn; False at once where that would take too long.

        Who was let in says :meth:`leave` once it is answered.
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
        """Give a place back."""
        self.begun -= 1
        if self.waiting:
            self._turn_soon()

    def _has_room(self) -> bool:
        return not self._one_began and self.begun < self._at_once

    def _begin(self) -> None:
        self._turn_began = time.perf_counter()
        self._one_began = True
        self.begun += 1
        self._turn_soon()

    def _turn_soon(self) -> None:
        if not self._turning:
            self._turning = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Measure the turn that is over, whether anybody waited in it or not, and begin another."""
        self._turning = False
        if self._one_began:
            took = min(LONGEST_SERVICE, time.perf_counter() - self._turn_began)
            self.pace += (took - self.pace) * SMOOTHING
            self._one_began = False
        if self._has_room() and (turn := self._next()) is not None:
            turn.set_result(None)
            self._begin()

    def _next(self) -> asyncio.Future[None] | None:
        """Return who begins next; people who have gone meanwhile are passed over."""
        while self.waiting:
            form_first = self._forms_in_a_row < FORMS_FIRST or not self.pages.waiting
            is_form = bool(self.forms.waiting) and form_first
            self._forms_in_a_row = self._forms_in_a_row + 1 if is_form else 0
            turn = (self.forms if is_form else self.pages).waiting.popleft()
            if not turn.done():
                return turn
        return None
