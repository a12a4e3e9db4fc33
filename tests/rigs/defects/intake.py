"""Defects of the door."""

import asyncio
import time
from typing import Any

from jobfair.applications.actions.accepting import accept
from jobfair.intake import door as doors
from tests.rigs.defects import Patch, planted


@planted(
    "answer-before-commit",
    rig="kill",
    breaks="People are told “accepted” while their rows are still only in memory.",
)
def answer_before_the_commit(patch: Patch) -> None:
    async def hasty(self: Any, taken: list[Any]) -> None:
        loop = asyncio.get_running_loop()

        async def work(session: Any) -> None:
            outcomes = await accept(session, [one.submission for one in taken], keys=self._keys)
            for one, outcome in zip(taken, outcomes, strict=True):
                loop.call_soon_threadsafe(doors._answer, one, outcome)
            await session.flush()
            if self._database.is_sqlite:
                time.sleep(0.01)  # noqa: ASYNC251 - in the writer's own thread
            else:
                await asyncio.sleep(0.01)

        try:
            await self._database.write(work)
        except Exception as error:  # noqa: BLE001 - as the door itself does
            await self._after_error(taken, error)

    patch(doors.Door, "_write", hasty)
