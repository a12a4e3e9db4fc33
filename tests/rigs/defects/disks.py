"""Defects that only a power cut or a failing disk brings to light."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from sqlalchemy import Engine

from jobfair.applications.actions.accepting import accept
from jobfair.db import DBAPIError, NoConnection, OperationalError, database, writer
from jobfair.db.changes import take_changes
from jobfair.db.writer import BlockingSession
from jobfair.intake import door as doors
from jobfair.intake.door import Door
from tests.rigs.defects import Patch, planted


def _with_pragma(patch: Patch, pragma: str) -> None:
    patch(database, "WRITER_PRAGMAS", (*database.WRITER_PRAGMAS, pragma))


@planted(
    "synchronous-normal",
    rig="power",
    breaks="SQLite does not wait for the disk at a commit: kill -9 shows nothing, a power cut all.",
)
def synchronous_normal(patch: Patch) -> None:
    _with_pragma(patch, "synchronous=NORMAL")


@planted(
    "synchronous-off",
    rig="power",
    breaks="SQLite never waits for the disk: what a power cut leaves is not even whole.",
)
def synchronous_off(patch: Patch) -> None:
    _with_pragma(patch, "synchronous=OFF")


@planted(
    "disk-only-says-so",
    rig="power",
    breaks="The disk says “synced” and has synced nothing; planted in what the rig believes of it.",
)
def disk_only_says_so(patch: Patch) -> None:
    from tests.rigs.power.disk import Disk  # noqa: PLC0415 - nothing for a server

    patch(Disk, "_sync", lambda *_: None)


@planted(
    "failed-commit-called-done",
    rig="power",
    breaks="An error of the commit is logged and forgotten: people are told “accepted”.",
)
def failed_commit_called_done(patch: Patch) -> None:
    async def carefree(engine: Engine, work: Callable[[Any], Awaitable[Any]]) -> Any:
        session = BlockingSession(engine)
        with session.sync_session as plain:
            result = await work(session)
            changed = take_changes(session)
            try:
                plain.commit()
            except OperationalError:
                plain.rollback()
            return result, changed, 0.0

    patch(writer, "_commit", carefree)


@planted(
    "half-a-batch-kept",
    rig="disk",
    breaks="A batch is stored in two commits: when the second fails everybody is refused.",
)
def half_a_batch_kept(patch: Patch) -> None:
    async def piecemeal(self: Door, taken: list[Any]) -> None:
        middle, outcomes = len(taken) // 2, []
        try:
            for part in (taken[:middle], taken[middle:]):
                submissions = [one.submission for one in part]
                outcomes += await self._database.write(
                    partial(accept, submissions=submissions, keys=self._keys)
                )
        except OperationalError as error:
            await self._after_error(taken, error)
            return
        for one, outcome in zip(taken, outcomes, strict=True):
            doors._answer(one, outcome)

    patch(Door, "_write", piecemeal)


@planted(
    "stuck-after-an-error",
    rig="disk",
    breaks="After one error of the disk the writing connection never works again.",
)
def stuck_after_an_error(patch: Patch) -> None:
    commit = writer._commit
    stuck: list[OperationalError] = []

    async def once(engine: Engine, work: Any) -> Any:
        if stuck:
            raise stuck[0]
        try:
            return await commit(engine, work)
        except OperationalError as error:
            stuck.append(error)
            raise

    patch(writer, "_commit", once)


@planted(
    "trouble-not-told",
    rig="disk",
    breaks="Nothing can be stored, and `/readyz` says that all is well.",
)
def trouble_not_told(patch: Patch) -> None:
    patch(Door, "failing", property(lambda _: False, lambda *_: None))


@planted(
    "trouble-as-an-accident",
    rig="disk",
    breaks="An error of the database is nobody's business: people get a 500.",
)
def trouble_as_an_accident(patch: Patch) -> None:
    from jobfair import app  # noqa: PLC0415 - the program's top; only a server needs it
    from jobfair.web.http import errors  # noqa: PLC0415

    trouble = (DBAPIError, NoConnection)
    patch(app, "HANDLERS", {kind: how for kind, how in app.HANDLERS.items() if kind not in trouble})
    patch(errors, "STATUS", {kind: n for kind, n in errors.STATUS.items() if kind not in trouble})
