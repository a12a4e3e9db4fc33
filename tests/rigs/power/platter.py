"""The rig's side of ``platter.c``: build it, tell it what shall fail, read what it has noted."""

import mmap
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

SOURCE = Path(__file__).with_name("platter.c")
FIELDS = (
    "capacity", "room", "sync_every", "write_every", "open_every", "short_every", "sync_takes",
    "syncs", "writes", "opens", "bad_syncs", "bad_writes", "bad_opens", "short_writes", "full",
)  # fmt: skip
FAULTS = ("bad_syncs", "bad_writes", "bad_opens", "short_writes", "full")
LAYOUT = struct.Struct(f"<{len(FIELDS)}q")
HEAD = struct.Struct("<qiIc")
ROOM = 1 << 29
"""Bytes that must be free there: containers often give 64 MB, and a long recording takes more."""
FOLDER = -1
"""The number that stands for the folder itself, whose sync makes names durable."""


def scratch() -> str:
    """Return where files come and go fastest: in memory, where there is such a place."""
    memory = "/dev/shm"
    fit = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if fit else gettempdir()


@dataclass(frozen=True)
class Record:
    """One thing that happened to the disk, or one answer that was given.

    ``kind``: Base file, Created, Written, Truncated, Synced, Error at sync, Unlinked,
    Renamed, Answer.
    """

    kind: str
    file: int
    offset: int
    data: memoryview


class Platter:
    """The disk under ``watched``; its log and its controls are in ``place``, outside of it."""

    def __init__(self, watched: Path, place: Path, *, noting: bool = True) -> None:
        self.log = place / "log"
        library, shared = place / "platter.so", place / "control"
        subprocess.run(
            ["cc", "-O2", "-fPIC", "-shared", "-Wall", "-o", library, SOURCE, "-ldl", "-lpthread"],
            check=True,
        )
        shared.write_bytes(bytes(LAYOUT.size))
        with shared.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), LAYOUT.size)
        self["room"] = -1
        self.environment = {
            "LD_PRELOAD": str(library),
            "RIG_FOLDER": str(watched),
            "RIG_CONTROL": str(shared),
            **({"RIG_LOG": str(self.log)} if noting else {}),
        }

    def __getitem__(self, name: str) -> int:
        found: int = struct.unpack_from("<q", self._shared, 8 * FIELDS.index(name))[0]
        return found

    def __setitem__(self, name: str, value: int) -> None:
        struct.pack_into("<q", self._shared, 8 * FIELDS.index(name), value)

    def faults(self) -> dict[str, int]:
        """Return how often each kind of fault has happened."""
        return {name: self[name] for name in FAULTS}

    def records(self) -> Iterator[Record]:
        """Return what was noted, in the order in which it happened."""
        log = memoryview(self.log.read_bytes())
        at = 0
        while at < len(log):
            offset, file, length, kind = HEAD.unpack_from(log, at)
            at += HEAD.size
            yield Record(kind.decode(), file, offset, log[at : at + length])
            at += length
