"""The door: group commit of the applications that arrive together.

Order: a submission gets its instant when the whole of it is here, waits in a bounded queue, is
judged and written with its neighbours in one transaction, and is answered only after that
transaction has committed. While one commit waits for the disk the next batch gathers, and a batch
waits briefly for requests that have arrived and are still on their way to the door.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from time import monotonic
from typing import Any

from jobfair.applications.actions.accepting import Outcome, Receipt, Submission, accept
from jobfair.clock import Clock
from jobfair.db import Database
from jobfair.db.faults import describe, is_transient
from jobfair.errors import InternalFault, JobFairError, Overloaded, retry_after
from jobfair.keys import Keys

log = logging.getLogger(__name__)

CAPACITY = 2000
BATCH = 256
GATHERING = 0.02
"""Seconds a batch waits, at most, for requests on their way. A transaction costs as much as ten of
its rows, so in a rush this saves more time than it takes."""
FAULT_SHOWN = 600.0
"""Seconds for which a fault is reported to the machines that watch this process."""
PATIENCE = 10.0
"""Seconds. A submission that has waited longer is refused, before anything is written."""


@dataclass(eq=False, frozen=True)
class Arrival:
    """When the whole of a request was here, before it waits for its turn."""

    received_at: datetime
    since: float
    """The same instant on the event loop's own clock."""
    answered: asyncio.Future[None]


@dataclass
class _Waiting:
    submission: Submission
    answer: asyncio.Future[Outcome]
    since: float


class Door:
    """One per process. Start it with :meth:`run`; hand in with :meth:`submit`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keys: Keys,
        *,
        capacity: int = CAPACITY,
        batch: int = BATCH,
    ) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._capacity = capacity
        self._batch = batch
        self._queue: deque[_Waiting] = deque()
        self._serving: list[_Waiting] = []
        self._arrivals: set[Arrival] = set()
        self._in_flight: set[Arrival] = set()
        self._arrived = asyncio.Event()
        self._all_here = asyncio.Event()
        self.accepting = True
        """False: every submission is refused for now, for example while the clock is not right."""
        self.failing = False
        """The last batch could not be stored; the readiness check clears it once writing works."""
        self.faults = 0
        """Submissions that can never be stored as things are: each is answered as a fault."""
        self._fault_at = -FAULT_SHOWN
        self.batches = 0
        self.failed = 0
        self.accepted = 0

    @property
    def waiting(self) -> int:
        """Return how many submissions have been handed in and not yet taken."""
        return len(self._queue)

    @property
    def is_full(self) -> bool:
        """Tell whether a submission would be refused for now."""
        return not self.accepting or len(self._queue) >= self._capacity

    @property
    def oldest(self) -> float:
        """Return for how many seconds the oldest unanswered submission has waited."""
        oldest = next(chain(self._serving, self._queue), None)
        return asyncio.get_running_loop().time() - oldest.since if oldest else 0.0

    @property
    def has_recent_fault(self) -> bool:
        """Return whether a submission met a permanent error in the last ten minutes."""
        return monotonic() - self._fault_at < FAULT_SHOWN

    def _receive(self) -> Arrival:
        loop = asyncio.get_running_loop()
        return Arrival(self._clock.now(), loop.time(), loop.create_future())

    @contextmanager
    def arrival(self) -> Iterator[Arrival]:
        """Take the instant of a whole request; :meth:`drain` waits for it until the block ends."""
        arrival = self._receive()
        self._arrivals.add(arrival)
        self._in_flight.add(arrival)
        try:
            yield arrival
        finally:
            self._arrivals.discard(arrival)
            self._landed(arrival)
            arrival.answered.set_result(None)

    async def submit(
        self,
        *,
        fair_id: int,
        applicant_id: int,
        position_id: int,
        answers: tuple[str, ...] = (),
        arrival: Arrival | None = None,
    ) -> Receipt:
        """Hand in an application and return its receipt once it is durable.

        The instant that counts is that of its ``arrival``; without one it is taken now, before
        anything is awaited.

        Raises:
            Overloaded: the queue is full, the wait was too long or the database is out of reach;
                nothing was written.
            InternalFault: the database can never store this; nothing was written.
            JobFairError: a rule says no.

        """
        if self.is_full:
            raise _busy()
        if arrival is None:
            arrival = self._receive()
        submission = Submission(
            fair_id=fair_id,
            applicant_id=applicant_id,
            position_id=position_id,
            answers=answers,
            received_at=arrival.received_at,
        )
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(submission, answer, arrival.since))
        self._arrived.set()
        self._landed(arrival)
        outcome = await asyncio.shield(answer)
        if isinstance(outcome, JobFairError):
            raise outcome
        return outcome

    def _landed(self, arrival: Arrival) -> None:
        self._in_flight.discard(arrival)
        if self._is_gathered:
            self._all_here.set()

    @property
    def _is_gathered(self) -> bool:
        return not self._in_flight or len(self._queue) >= self._batch

    async def drain(self) -> None:
        """Return when everything that was here before this call has been answered.

        Later arrivals are not waited for: under a steady stream the closing would never come.
        """
        before: list[asyncio.Future[Any]] = [one.answer for one in (*self._serving, *self._queue)]
        before += [one.answered for one in self._arrivals]
        if before:
            await asyncio.wait(before)

    async def run(self) -> None:
        """Serve the queue until cancelled.

        A batch that has begun is finished first; what still waits then is refused for now.
        """
        try:
            while True:
                await self._gather()
                most = min(self._batch, len(self._queue))
                self._serving = [self._queue.popleft() for _ in range(most)]
                await _finish(self._serve(self._serving))
                self._serving = []
        finally:
            while self._queue:
                _answer(self._queue.popleft(), _busy())

    async def _gather(self) -> None:
        if not self._queue:
            self._arrived.clear()
            await self._arrived.wait()
        if not self._is_gathered:
            self._all_here.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHERING):
                    await self._all_here.wait()

    async def _serve(self, taken: list[_Waiting]) -> None:
        oldest = asyncio.get_running_loop().time() - PATIENCE
        fresh = [one for one in taken if one.since >= oldest]
        for one in taken:
            if one.since < oldest:
                _answer(one, _busy())
        if fresh:
            self.batches += 1
            await self._write(fresh)

    async def _write(self, taken: list[_Waiting]) -> None:
        try:
            submissions = [one.submission for one in taken]
            outcomes = await self._database.write(
                partial(accept, submissions=submissions, keys=self._keys)
            )
        except Exception as error:  # noqa: BLE001 - whatever went wrong, everybody is answered
            await self._after_error(taken, error)
            return
        if self.failing:
            self.failing = all(isinstance(one, JobFairError) or one.repeated for one in outcomes)
        for one, outcome in zip(taken, outcomes, strict=True):
            self.accepted += isinstance(outcome, Receipt)
            _answer(one, outcome)

    async def _after_error(self, taken: list[_Waiting], error: Exception) -> None:
        """Answer for a batch that was not written.

        A transient error refuses the whole batch for now. A permanent one belongs to some row,
        which is found by halving the batch, and its sender is told that repeating does not help.
        """
        if is_transient(error):
            self.failing, self.failed = True, self.failed + 1
            log.error("a batch of %d was not written: %s", len(taken), describe(error))
            for one in taken:
                _answer(one, _busy())
            return
        if len(taken) > 1:
            middle = len(taken) // 2
            await self._write(taken[:middle])
            await self._write(taken[middle:])
            return
        self.failed, self.faults, self._fault_at = self.failed + 1, self.faults + 1, monotonic()
        fair_id = taken[0].submission.fair_id
        log.error("an application to fair %d can never be stored: %s", fair_id, describe(error))
        _answer(taken[0], InternalFault())


def _busy() -> Overloaded:
    return Overloaded(retry_after())


def _answer(one: _Waiting, outcome: Outcome) -> None:
    if not one.answer.done():
        one.answer.set_result(outcome)


async def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Do ``work`` to its end even when cancelled in the middle, and be cancelled after it."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
