"""Defects that only show when many work at once and each answer is written down."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from jobfair.applications.actions import stages
from jobfair.db import Database
from jobfair.intake import door as doors
from jobfair.tally.queries import counters
from tests.rigs.defects import Patch, planted


@planted(
    "stage-not-compared",
    rig="history",
    breaks="A reviewer's move does not ask whether the application is still where it was seen.",
)
def stage_not_compared(patch: Patch) -> None:
    move = stages.move_stage

    async def blind(session: Any, *, seen: Any = None, **more: Any) -> None:
        await move(session, **more)

    patch(stages, "move_stage", blind)


@planted(
    "counted-when-handed-in",
    rig="history",
    breaks="The live number counts submissions that wait, before they are in the ledger.",
)
def counted_when_handed_in(patch: Patch) -> None:
    tally, submit = counters.tally_fair, doors.Door.submit
    waiting = 0

    async def counted(self: Any, **more: Any) -> Any:
        nonlocal waiting
        waiting += 1
        try:
            return await submit(self, **more)
        finally:
            waiting -= 1

    async def hasty(session: Any, fair_id: int, **more: Any) -> Any:
        true = await tally(session, fair_id, **more)
        return type(true)(**{**vars(true), "applications": true.applications + waiting})

    patch(doors.Door, "submit", counted)
    patch(counters, "tally_fair", hasty)


@planted(
    "reading-without-snapshot",
    rig="history",
    breaks="What one page shows is read at READ COMMITTED: newer rows beside older numbers.",
)
def reading_without_snapshot(patch: Patch) -> None:
    @contextlib.asynccontextmanager
    async def without(self: Database) -> AsyncIterator[Any]:
        async with AsyncSession(self.engine) as session:
            yield Dawdling(session)

    patch(Database, "snapshot", without)


class Dawdling:
    """A session whose reader takes a breath before each statement, as on a slow line."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._session, name)
        if name not in ("execute", "scalar", "scalars"):
            return asked

        async def slowly(*args: Any, **more: Any) -> Any:
            await asyncio.sleep(0.005)
            return await asked(*args, **more)

        return slowly


@planted(
    "answered-with-the-newest",
    rig="history",
    breaks="Answers of a batch reach the wrong people: everybody gets the batch's last receipt.",
)
def answered_with_the_newest(patch: Patch) -> None:
    answer = doors._answer
    last: list[Any] = []

    def mixed(one: Any, outcome: Any) -> None:
        last[:] = [outcome] if not last or len(last) > 7 else [*last, outcome]
        answer(one, last[0])

    patch(doors, "_answer", mixed)
