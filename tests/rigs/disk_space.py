"""How much room there is on the disk of the rig."""

import os
import subprocess
from pathlib import Path

from tests.rigs.power.platter import Platter


class Space:
    """The room on the disk, as the preloaded library gives it out."""

    def __init__(self, platter: Platter) -> None:
        self._platter = platter

    def leave(self, room: int) -> None:
        """Let only so many bytes be left."""
        self._platter["capacity"] = 100 * max(room, 1_000_000)
        self._platter["room"] = room

    def give_back(self) -> None:
        self._platter["room"] = -1


class Mounted:
    """A real small file system of the rig's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "rig", folder], check=True)

    def leave(self, room: int) -> None:
        disk = os.statvfs(self._folder)
        self._size((disk.f_blocks - disk.f_bfree) * disk.f_frsize + room)

    def give_back(self) -> None:
        self._size(1 << 28)

    def _size(self, size: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", self._folder], check=True)

    def end(self) -> None:
        subprocess.run(["umount", self._folder], check=True)
