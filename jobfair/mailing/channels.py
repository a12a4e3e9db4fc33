"""What the sender hands over, and to what: one small adapter for each way out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jobfair.mailing.letters import Written
from jobfair.outbox.rules import Channel, Reason


@dataclass(frozen=True)
class Outgoing:
    """A letter for one address. Each try of the same delivery is the same to the letter."""

    key: str
    """Idempotency key; for e-mail the Message-ID is made of it."""
    to: str
    name: str
    letter: Written
    at: datetime


class HandOverError(Exception):
    """The other side has not taken it, or may not have. ``code`` is its number for that."""

    def __init__(self, reason: Reason, code: int | str = "") -> None:
        super().__init__(f"{reason} {code}".strip())
        self.reason = reason
        self.code = str(code)


class Transport(Protocol):
    """A way out of the product."""

    channel: Channel
    per_minute: int

    async def hand_over(self, outgoing: Outgoing) -> None:
        """Return once the other side has taken the letter.

        Raises:
            HandOverError: it has not, or its answer was lost.

        """
