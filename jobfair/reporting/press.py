"""The press: prints the papers of closed fairs, two at a time, and keeps them on disk.

A paper is printed once for all who wait for it. The queue is short: when it is full, the answer is
"try again soon", at once. A kept paper is found by a hash of all that its bytes are made of, so one
that would be printed differently today is never given out; a restart loses nothing.
"""

import asyncio
import json
import logging
import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jobfair.errors import JobFairError, TemporarilyUnavailable
from jobfair.reporting import printer
from jobfair.reporting.designs import all_designs
from jobfair.reporting.glyphs import font_files
from jobfair.reporting.pdf import Printer, job_of
from jobfair.tally.queries.frozen import FrozenClosing

log = logging.getLogger(__name__)
AT_ONCE = 2
"""How many papers are printed side by side: as many as the smallest machine has cores."""
MOST_PAPERS = 6
"""How many papers are being printed or wait for that."""
MOST_VISITORS = 60
"""How many requests wait for a paper."""
KEPT = 300
"""How many papers stay on disk, the newest ones: some thirty megabytes."""
MARKS_MOST = 3000
RETRY = 5


def _printer_mark() -> str:
    """Return a hash of what turns a job into bytes."""
    digest = sha256(version("weasyprint").encode())
    for path in (Path(printer.__file__), *font_files()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _mark_of(job: dict[str, Any], printer_mark: str) -> str:
    text = json.dumps(job, sort_keys=True)
    return sha256(f"{printer_mark} {text}".encode()).hexdigest()


def _whole(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")


class Press:
    """Prints and keeps papers. One per process; the folder may be shared with others."""

    def __init__(self, base_url: str, folder: Path) -> None:
        self._base_url = base_url
        self._folder = folder
        self._printer = Printer()
        self._printer_mark = ""
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._printing: dict[str, asyncio.Task[bytes]] = {}
        self._visitors = 0
        self._marks: dict[tuple[Path, str, int], str] = {}
        self._prepared: set[tuple[int, int]] = set()

    async def mark(self, folder: Path, closing: FrozenClosing) -> str:
        """Return a hash that is the same as long as the printed bytes are.

        Raises:
            Refused: see :func:`jobfair.reporting.datasets.check_printable`.

        """
        key = (folder, closing.sha256, closing.edition)
        if key not in self._marks:
            if len(self._marks) >= MARKS_MOST:
                self._marks.clear()
            self._marks[key] = await asyncio.to_thread(self._find_mark, folder, closing)
        return self._marks[key]

    def _find_mark(self, folder: Path, closing: FrozenClosing) -> str:
        self._printer_mark = self._printer_mark or _printer_mark()
        return _mark_of(job_of(folder, closing, self._base_url), self._printer_mark)

    async def kept(self, folder: Path, closing: FrozenClosing) -> bytes | None:
        """Return a paper that is on disk; raises like :meth:`mark`."""
        return await asyncio.to_thread(self._read, await self.mark(folder, closing))

    async def size(self, folder: Path, closing: FrozenClosing) -> int | None:
        """Return how many bytes a paper has that is on disk; raises like :meth:`mark`."""
        path = self._folder / f"{await self.mark(folder, closing)}.pdf"
        try:
            return path.stat().st_size
        except OSError:
            return None

    async def print(
        self,
        folder: Path,
        closing: FrozenClosing,
        *,
        before_waiting: Callable[[], None] = lambda: None,
    ) -> bytes:
        """Return a paper, from disk or printed now; ``before_waiting`` is called in that case.

        Raises:
            Refused: see :meth:`mark` and :meth:`jobfair.reporting.pdf.Printer.print`.
            TemporarilyUnavailable: the queue is full.

        """
        if content := await self.kept(folder, closing):
            return content
        mark = await self.mark(folder, closing)
        crowded = mark not in self._printing and len(self._printing) >= MOST_PAPERS
        if crowded or self._visitors >= MOST_VISITORS:
            raise TemporarilyUnavailable(
                RETRY, "Berkas ini sedang disiapkan. Coba lagi dalam %(seconds)s detik."
            )
        if mark not in self._printing:
            task = asyncio.create_task(self._print(folder, closing, mark))
            self._printing[mark] = task
            task.add_done_callback(lambda _: self._printing.pop(mark))
        before_waiting()
        self._visitors += 1
        try:
            return await asyncio.shield(self._printing[mark])  # the others wait for it, too
        finally:
            self._visitors -= 1

    def was_prepared(self, fair_id: int, edition: int) -> bool:
        """Tell whether :meth:`prepare` has seen an edition in this process."""
        return (fair_id, edition) in self._prepared

    async def prepare(self, closing: FrozenClosing) -> None:
        """Print every paper of a closing that is not on disk yet; a failure is logged, once."""
        self._prepared.add((closing.fair_id, closing.edition))
        for design in all_designs():
            try:
                await self.print(design.folder, closing)
            except JobFairError as error:
                log.warning("preparing %s of fair %s: %s", design.name, closing.fair_id, error)

    async def _print(self, folder: Path, closing: FrozenClosing, mark: str) -> bytes:
        async with self._turn:
            job = await asyncio.to_thread(job_of, folder, closing, self._base_url)
            content = await self._printer.print(job)
        await asyncio.to_thread(self._keep, mark, content)
        return content

    def _read(self, mark: str) -> bytes | None:
        try:
            content = (self._folder / f"{mark}.pdf").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("kept papers cannot be read: %s", error)
            return None
        return content if _whole(content) else None

    def _keep(self, mark: str, content: bytes) -> None:
        """Write a paper in one step, then delete the oldest ones over :data:`KEPT`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(self._folder / f"{mark}.pdf")
            files = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
            for path in files[:-KEPT]:
                path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("a paper cannot be kept on disk: %s", error)

    async def close(self) -> None:
        """End what is being printed, and the printer."""
        tasks = list(self._printing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._printer.close()
