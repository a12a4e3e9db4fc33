"""Shared by all commands: opening the database, and errors as sentences with an exit code.

Exit codes: 0 done, 1 a check failed, 2 wrong use, 3 configuration, 4 data, 5 environment.
"""

import asyncio
import functools
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from rich.console import Console

from jobfair.clock import WIB
from jobfair.db import Database, DBAPIError
from jobfair.db.migrations import check_revision
from jobfair.db.safety import check_library, protect_files
from jobfair.errors import Invalid, JobFairError, Misconfigured, NotFound
from jobfair.fairs.queries import fair_by_slug
from jobfair.loading import BadFiles
from jobfair.settings import Settings
from jobfair.wording.sentences import sentence

CHECK_FAILED, USAGE, CONFIGURATION, DATA, ENVIRONMENT = 1, 2, 3, 4, 5
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
P = ParamSpec("P")
R = TypeVar("R")


def fail(text: str, code: int) -> None:
    """Print a sentence and leave with a code."""
    err.print(f"[bold red]Gagal:[/] {text}", soft_wrap=True)
    sys.exit(code)


def _code(error: JobFairError) -> int:
    if isinstance(error, Misconfigured):
        return CONFIGURATION
    return DATA if isinstance(error, NotFound | Invalid | BadFiles) else CHECK_FAILED


def command(work: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, R]:
    """Run an async command; every refusal becomes a sentence and an exit code."""

    @functools.wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return asyncio.run(work(*args, **kwargs))

    return plain_command(run)


def plain_command(work: Callable[P, R]) -> Callable[P, R]:
    """Run a command; every refusal becomes a sentence and an exit code."""

    @functools.wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except Invalid as error:
            problems = "; ".join(f"{name}: {problem}" for name, problem in error.fields.items())
            fail(f"{error} {problems}", DATA)
        except JobFairError as error:
            fail(sentence(error, "id", WIB), _code(error))
        except DBAPIError as error:
            fail(f"basis data tidak dapat dipakai: {error.orig}", ENVIRONMENT)
        except OSError as error:
            fail(f"{error.strerror or error}: {error.filename or ''}", ENVIRONMENT)
        except KeyboardInterrupt:
            sys.exit(130)
        raise AssertionError("fail() never returns")

    return run


@asynccontextmanager
async def ready_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database, check its library and revision, and close it at the end.

    Raises:
        Misconfigured: the database is missing, its library too old, or its revision another.

    """
    database = Database(settings.database)
    path = Path(database.url.database or "") if database.is_sqlite else None
    if path is not None and not path.exists():
        raise Misconfigured("Basis data %(path)s belum ada. Jalankan: jobfair migrate", path=path)
    if path is not None:
        protect_files(path, settings.data)
    try:
        await check_library(database)
        await check_revision(database)
        yield database
    finally:
        await database.close()


async def fair_id_of(database: Database, slug: str) -> int:
    """Return the id of a fair; ``NotFound`` names the slug."""
    async with database.snapshot() as session:
        try:
            return (await fair_by_slug(session, slug)).id
        except NotFound:
            raise NotFound("Job fair “%(slug)s” tidak ada.", slug=slug) from None
