"""What organisers have changed in the schedule of a fair, read off its windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Protocol


class Window(Protocol):
    """One window of a fair."""

    opens_at: datetime
    closes_at: datetime
    reason: str


class ChangeKind(StrEnum):
    """What a change did to opening or closing; a pause changes neither."""

    EXTENDED = "extended"
    CLOSED_EARLY = "closed_early"
    OPENED_EARLY = "opened_early"


@dataclass(frozen=True)
class ScheduleChange:
    """A change as the public is told of it."""

    kind: ChangeKind
    closes_at: datetime
    reason: str


def _kind_of(before: Window, after: Window) -> ChangeKind | None:
    if after.closes_at > before.closes_at:
        return ChangeKind.EXTENDED
    if after.closes_at < before.closes_at:
        return ChangeKind.CLOSED_EARLY
    return ChangeKind.OPENED_EARLY if after.opens_at < before.opens_at else None


def last_change(windows: Sequence[Window]) -> ScheduleChange | None:
    """Return the newest change of opening or closing, whatever pauses came after it."""
    found = None
    for before, after in pairwise(windows):
        if kind := _kind_of(before, after):
            found = ScheduleChange(kind, after.closes_at, after.reason)
    return found
