"""Documents in a folder, each a file of its own that only the server's user may read."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from jobfair.store import ObjectNotFound, StoreMisconfigured, StoreUnavailable, checked

Answer = TypeVar("Answer")
FREE_LEAST = 0.10
"""Of the disk: below this no document is taken, so that applications still have room."""


def _flush_names(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FolderStore:
    """A folder that is made with its first document, mode 0700, its files 0600."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, name: str, data: bytes) -> None:
        """Write beside the name, flush, then rename: a name never holds half a document."""
        await asyncio.to_thread(self._put, checked(name), data)

    async def get(self, name: str) -> bytes:
        """Return the bytes."""
        return await asyncio.to_thread(self._ask, checked(name), Path.read_bytes)

    async def size(self, name: str) -> int:
        """Return how long the file is."""
        return (await asyncio.to_thread(self._ask, checked(name), Path.stat)).st_size

    async def delete(self, name: str) -> None:
        """Remove the file, and what a write that was cut off left beside it."""
        await asyncio.to_thread(self._delete, checked(name))

    async def check(self) -> None:
        """See whether a document could be written."""
        await asyncio.to_thread(self._check)

    async def close(self) -> None:
        """Nothing is held open."""

    def _check(self) -> None:
        try:
            if not self.folder.exists():
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _flush_names(self.folder.parent)
            disk = shutil.disk_usage(self.folder)
        except OSError as error:
            raise StoreMisconfigured(f"folder: {type(error).__name__}") from None
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise StoreMisconfigured("folder: not writable")
        if disk.free < FREE_LEAST * disk.total:
            raise StoreUnavailable("folder: disk nearly full")

    def _put(self, name: str, data: bytes) -> None:
        self._check()
        path, part = self.folder / name, self.folder / f"{name}.part"
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _flush_names(self.folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise StoreUnavailable(f"folder: {type(error).__name__}") from None

    def _ask(self, name: str, how: Callable[[Path], Answer]) -> Answer:
        try:
            return how(self.folder / name)
        except FileNotFoundError:
            raise ObjectNotFound(name) from None
        except OSError as error:
            raise StoreUnavailable(f"folder: {type(error).__name__}") from None

    def _delete(self, name: str) -> None:
        try:
            for path in (self.folder / f"{name}.part", self.folder / name):
                path.unlink(missing_ok=True)
            if self.folder.exists():
                _flush_names(self.folder)
        except OSError as error:
            raise StoreUnavailable(f"folder: {type(error).__name__}") from None
