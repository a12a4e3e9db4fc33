"""Printing: a warm process that has loaded the layout engine, with a child of it for each job.

This process never imports the layout engine and never waits for it on the event loop.
"""

import asyncio
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from jobfair.errors import Misconfigured, Refused
from jobfair.reporting.datasets import report_of
from jobfair.reporting.designs import Design, pack
from jobfair.reporting.glyphs import font_files
from jobfair.tally.queries.frozen import FrozenClosing

log = logging.getLogger(__name__)
PATIENCE = 90.0
"""Seconds after which a child is killed."""
GRACE = 5.0
"""Seconds for the process to start and the child to end."""
WARM = 60.0
"""Seconds for which a process without a job waits for the next one."""
INHERITED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
COMMAND = (sys.executable, "-s", "-P", "-B", "-m", "jobfair.reporting.printer")
OWN_FONTS = "<fontconfig><dir>{fonts}</dir><cachedir>{scratch}/fonts</cachedir></fontconfig>"
"""The whole configuration of fonts: what a machine has besides ours is never looked at."""


def child_environment(scratch: str) -> dict[str, str]:
    """Return the few variables a printing process gets; a folder of its own is its home."""
    given = {name: os.environ[name] for name in INHERITED if name in os.environ}
    own = {"HOME": scratch, "TMPDIR": scratch, "XDG_CACHE_HOME": scratch}
    fonts = {"FONTCONFIG_FILE": f"{scratch}/fonts.xml"}
    return {"LANG": "C.UTF-8", "TZ": "UTC", **given, **own, **fonts}


def configure_fonts(scratch: str) -> None:
    """Write the configuration of fonts.

    Raises:
        Misconfigured: our fonts are not there; the engine would crash without a word.

    """
    folders = {path.parent for path in font_files()}
    if not folders:
        raise Misconfigured("Huruf untuk mencetak tidak ada. Pasang lagi aplikasi ini.")
    text = OWN_FONTS.format(fonts=folders.pop(), scratch=scratch)
    Path(scratch, "fonts.xml").write_text(text)


class Printer:
    """The warm process: started by the first job, ended when it has had none for a while."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._jobs: socket.socket | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._starting = asyncio.Lock()
        self._printing = 0
        self._ending: asyncio.TimerHandle | None = None

    async def print(self, job: dict[str, Any], *, patience: float = PATIENCE) -> bytes:
        """Return the PDF of a job.

        Raises:
            Refused: ``unprintable``; what went wrong is in the log, in one line.

        """
        self._printing += 1
        try:
            warnings, error, pdf = await self._ask(job, patience)
        finally:
            self._printing -= 1
            self._end_later()
        for line in warnings:
            log.warning("printing %s: %s", job["base"], line)
        if error or not pdf.startswith(b"%PDF-"):
            log.error("printing %s failed: %s", job["base"], error)
            raise Refused(
                "unprintable",
                "Berkas ini belum berhasil dicetak. Coba lagi sebentar; bila tetap gagal, hubungi "
                "pengelola.",
            )
        return pdf

    async def _ask(self, job: dict[str, Any], patience: float) -> tuple[list[str], str, bytes]:
        """Return the warnings, the error, and the PDF."""
        text = await asyncio.to_thread(json.dumps, job)
        answer = b""
        try:
            async with asyncio.timeout(patience + GRACE):
                ours = await self._child(patience)
                reader, writer = await asyncio.open_unix_connection(sock=ours)
                try:
                    writer.write(text.encode())
                    writer.write_eof()
                    answer = await reader.read()
                finally:
                    writer.close()
        except (ConnectionError, TimeoutError):
            pass  # told below: there is no answer
        except OSError as error:
            return [], f"{type(error).__name__} {error}", b""
        first, _, pdf = answer.partition(b"\n")
        if not first:
            return [], f"the child ended without an answer; it may take {patience:g} seconds", b""
        head = json.loads(first)
        return head["warnings"], head["error"] or "cut off" * (len(pdf) != head["size"]), pdf

    async def _child(self, patience: float) -> socket.socket:
        """Return the socket of a new child; starts the process when there is none."""
        async with self._starting:
            if self._process is None or self._process.poll() is not None:
                await asyncio.to_thread(self._start)
            ours, theirs = socket.socketpair()
            with theirs:
                assert self._jobs is not None
                socket.send_fds(self._jobs, [f"{patience:g}".encode()], [theirs.fileno()])
            return ours

    def _start(self) -> None:
        self.close()
        self._scratch = tempfile.TemporaryDirectory(
            prefix="jobfair-print-", ignore_cleanup_errors=True
        )
        folder = self._scratch.name
        configure_fonts(folder)
        self._jobs, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - a constant
                COMMAND,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=folder,
                env=child_environment(folder),
            )

    def _end_later(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
        if self._printing == 0:
            self._ending = asyncio.get_running_loop().call_later(WARM, self.close)

    def close(self) -> None:
        """End the process; the next job starts another."""
        if self._ending is not None:
            self._ending.cancel()
        if self._jobs is not None:
            self._jobs.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._scratch is not None:
            self._scratch.cleanup()
        self._jobs = self._process = self._scratch = None


async def print_report(
    folder: Path, closing: FrozenClosing, *, base_url: str, printer: Printer
) -> bytes:
    """Return a closing printed in the design of a folder: the same bytes every time.

    Raises:
        Refused: see :func:`jobfair.reporting.datasets.check_printable` and :meth:`Printer.print`.

    """
    return await printer.print(await asyncio.to_thread(job_of, folder, closing, base_url))


def job_of(folder: Path, closing: FrozenClosing, base_url: str) -> dict[str, Any]:
    """Return what the printer needs to print a closing in the design of a folder.

    Raises:
        Refused: see :func:`jobfair.reporting.datasets.check_printable`.

    """
    return pack(Design.read(folder), report_of(closing), base_url=base_url)
