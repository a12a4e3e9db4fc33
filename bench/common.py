"""What every benchmark is given: its size, a filled database, and a server on it."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.fill import Fair, fill
from bench.machine import Server, server


@dataclass(frozen=True)
class Size:
    """How much is done: ``tiny`` only shows that it runs, ``full`` is what targets speak of."""

    name: str
    pairs: int
    profile: Path | None = None


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
    with tempfile.TemporaryDirectory(prefix="bangku-") as folder:
        fair = fill(
            Path(folder), applicants=work.applicants, positions=work.positions,
            applications=work.applications, open_for=work.open_for,
        )  # fmt: skip
        arguments = (str(fair.database), str(fair.key_file))
        with server("app", *arguments, profile=size.profile) as running:
            yield fair, running
