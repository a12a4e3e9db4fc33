"""Defects of the clock: which one is read, when, and what is believed of it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from jobfair.clock import AnchoredClock
from jobfair.fairs import rules
from jobfair.intake import door as doors
from jobfair.intake.timekeeper import Timekeeper
from tests.builders import EDGE
from tests.rigs.defects import Patch, planted


@planted(
    "opening-counts-out",
    rig="clocks",
    breaks="The window is judged with `<` at the opening: the opening instant is still too early.",
)
def the_opening_instant_counts_out(patch: Patch) -> None:
    judge = rules.phase_at

    def strict(now: Any, timetable: Any) -> Any:
        return judge(now - EDGE if now == timetable.opens_at else now, timetable)

    patch(rules, "phase_at", strict)


@planted(
    "stamped-when-written",
    rig="clocks",
    breaks="The clock is read after the waiting, not at the handing in: who queues is shut out.",
)
def stamped_when_written(patch: Patch) -> None:
    write = doors.Door._write

    async def late(self: Any, taken: list[Any]) -> None:
        now = self._clock.now()
        for one in taken:
            one.submission = replace(one.submission, received_at=now)
        await write(self, taken)

    patch(doors.Door, "_write", late)


@planted(
    "latch-ignored",
    rig="clocks",
    breaks="Only the clock decides, not the latch: set back, it opens a closed fair again.",
)
def latch_ignored(patch: Patch) -> None:
    judge = rules.phase_at

    def trusting(now: Any, timetable: Any) -> Any:
        return judge(now, replace(timetable, latched_at=None))

    patch(rules, "phase_at", trusting)


@planted(
    "wall-clock",
    rig="clocks",
    breaks="Instants come from the wall clock of the moment: whoever sets it moves the window.",
)
def wall_clock(patch: Patch) -> None:
    patch(AnchoredClock, "now", lambda _: datetime.now(UTC))


@planted(
    "no-steering",
    rig="clocks",
    breaks="Nodes do not follow the database's clock: each has a window of its own.",
)
def no_steering(patch: Patch) -> None:
    async def stay(self: Any) -> None:
        await asyncio.sleep(0)

    patch(Timekeeper, "follow", stay)


@planted(
    "starts-behind-the-ledger",
    rig="clocks",
    breaks="The server starts although its clock is before the newest row of the ledger.",
)
def starts_behind_the_ledger(patch: Patch) -> None:
    from jobfair.cli import serve  # noqa: PLC0415 - not every process with a defect has commands

    async def fine(_: Any) -> None:
        await asyncio.sleep(0)

    patch(serve, "check_clock", fine)
