"""What is left on a disk when the power goes, worked out from the log of what was done to it.

What was synced is there. Of the rest anything may be there or not: nothing, a beginning, any
choice of the writes, any choice of their 512-byte sectors; each file for itself, for a disk
writes in the order it likes. Names (creation, removal) become durable with the folder's own sync
and are lost from the end. Bytes outside a write stay as they are, also within its sector: that
is the promise of the disk (SQLite's "powersafe overwrite") that no program can do without.
"""

import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.rigs.power.platter import FOLDER, Record

SECTOR = 512
INDEX = 32768
FATES = ("nothing", "prefix", "choice", "torn", "all")


@dataclass
class File:
    """Bytes that are on the disk for good, and writes and truncations that may be lost."""

    lasting: bytearray = field(default_factory=bytearray)
    pending: list[Record] = field(default_factory=list)

    def keep(self, records: list[Record]) -> None:
        for record in records:
            change(self.lasting, record)


def change(content: bytearray, record: Record) -> None:
    """Do to ``content`` what was done to the file; a hole is zeros."""
    end = record.offset + len(record.data)
    if record.kind == "T":
        del content[record.offset :]
        end = record.offset
    if end > len(content):
        content.extend(bytes(end - len(content)))
    if record.kind == "W":
        content[record.offset : end] = record.data


def sectors(record: Record, rng: random.Random) -> list[Record]:
    """Return those sectors of a write that happened to reach the disk."""
    if record.kind == "T":
        return [record] * rng.randrange(2)
    kept, start, end = [], record.offset, record.offset + len(record.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        if rng.random() < 0.5:
            piece = record.data[start - record.offset : stop - record.offset]
            kept.append(Record("W", record.file, start, piece))
        start = stop
    return kept


def survivors(pending: list[Record], rng: random.Random) -> list[Record]:
    """Return what happened to reach the disk of what nobody had waited for."""
    match rng.choice(FATES):
        case "nothing":
            return []
        case "prefix":
            return pending[: rng.randint(0, len(pending))]
        case "choice":
            return [record for record in pending if rng.random() < 0.5]
        case "torn":
            return [piece for record in pending for piece in sectors(record, rng)]
    return pending


class Disk:
    """A folder's disk as it goes through the log, record by record."""

    def __init__(self, begins: Path, rng: random.Random) -> None:
        """``begins`` holds the files of before, which are durable."""
        self._rng = rng
        self._files: dict[int | str, File] = {
            path.name: File(bytearray(path.read_bytes()))
            for path in begins.iterdir()
            if path.is_file()
        }
        self._names: dict[str, int | str] = {name: name for name in self._files}
        self._renamed: list[Record] = []

    def go_on(self, record: Record) -> None:
        """Let one more thing happen."""
        if record.kind in "BC":
            self._appear(record)
        elif record.kind in "UR":
            self._renamed.append(record)
        elif record.kind in "WT":
            self._files[record.file].pending.append(record)
        elif record.kind in "SE":
            self._sync(record)

    def _appear(self, record: Record) -> None:
        if record.kind == "C":
            self._files[record.file] = File()
            self._renamed.append(record)
            return
        name = bytes(record.data).decode()
        self._files[record.file] = self._files[name]
        self._names[name] = record.file

    def _sync(self, record: Record) -> None:
        """Make what is pending last; after an error the pages are gone, whatever they held."""
        if record.file == FOLDER:
            self._names = self._names_after(len(self._renamed))
            self._renamed = []
            return
        file = self._files[record.file]
        failed = record.kind == "E"
        file.keep(survivors(file.pending, self._rng) if failed else file.pending)
        file.pending = []

    def _names_after(self, count: int) -> dict[str, int | str]:
        names = dict(self._names)
        for record in self._renamed[:count]:
            if record.kind in "UR":
                names = {name: file for name, file in names.items() if file != record.file}
            if record.kind in "CR":
                names[bytes(record.data).decode()] = record.file
        return names

    def cut(self, folder: Path) -> None:
        """Write into ``folder`` what is found after the power has gone at this instant."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        names = self._names_after(self._rng.randint(0, len(self._renamed)))
        for name, number in names.items():
            file = self._files[number]
            kept = survivors(file.pending, self._rng) if file.pending else []
            content = bytearray(file.lasting) if kept else file.lasting
            for record in kept:
                change(content, record)
            (folder / name).touch(0o600)
            (folder / name).write_bytes(content)
            if name.endswith("-wal") and self._rng.random() < 0.25:
                # An index of the log that nobody wrote: whatever is in it must not matter.
                left = folder / f"{name.removesuffix('-wal')}-shm"
                left.write_bytes(self._rng.randbytes(INDEX))


def as_it_ran(begins: Path, records: list[Record]) -> dict[str, bytes]:
    """Return the files as the running program saw them at the end: nothing is lost."""
    disk = Disk(begins, random.Random(0))
    for record in records:
        if record.kind not in "SEA":
            disk.go_on(record)
    names = disk._names_after(len(disk._renamed))
    for number in names.values():
        disk._files[number].keep(disk._files[number].pending)
    return {name: bytes(disk._files[number].lasting) for name, number in names.items()}
