"""What every benchmark is given: its size, a filled database, and a server on it."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bench.fill import Fair, fill
from bench.machine import Server, server
from bench.postgres import carried_over


@dataclass(frozen=True)
class Size:
    """How much is done: ``tiny`` only shows that it runs, ``full`` is what targets speak of."""

    name: str
    pairs: int
    profile: Path | None = None
    engine: str = "sqlite"


@dataclass(frozen=True)
class Work:
    """What the database holds before the run."""

    applicants: int
    applications: int = 0
    positions: int = 97
    open_for: timedelta = timedelta(hours=6)


@contextlib.contextmanager
def filled(work: Work, size: Size) -> Iterator[tuple[Fair, Server]]:
    """Give a server on a database of its own, both gone afterwards."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bangku-"))
        fair = fill(
            Path(folder), applicants=work.applicants, positions=work.positions,
            applications=work.applications, open_for=work.open_for,
        )  # fmt: skip
        if size.engine == "postgresql":
            fair = replace(fair, address=stack.enter_context(carried_over(fair.address)))
        arguments = (fair.address, str(fair.key_file))
        with server("app", *arguments, profile=size.profile) as running:
            yield fair, running
