"""Which instant a sender was stamped with: what a rig must know to judge an answer."""

from contextvars import ContextVar
from datetime import datetime

from jobfair.clock import Clock

stamp: ContextVar[datetime] = ContextVar("stamp")
"""The instant the submission of this task was stamped with."""


class Stamps:
    """A clock that tells each task which instant it was given last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        stamp.set(self._clock.now())
        return stamp.get()

    async def until(self, instant: datetime) -> None:
        await self._clock.until(instant)
