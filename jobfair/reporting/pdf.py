"""Printing: each report in a child process with nothing but its job, one at a time.

This process never imports the layout engine and never waits for it on the event loop.
"""

import asyncio
import json
import logging
import os
import sys
import tempfile
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from typing import Any

from jobfair.errors import Refused
from jobfair.reporting.datasets import report_of
from jobfair.reporting.designs import Design, pack
from jobfair.tally.queries.frozen import FrozenClosing

log = logging.getLogger(__name__)
PATIENCE = 90.0
"""Seconds after which a child is killed."""
KEPT = 12
INHERITED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
COMMAND = (sys.executable, "-s", "-P", "-B", "-m", "jobfair.reporting.printer")


def child_environment(scratch: str) -> dict[str, str]:
    """Return the few variables a printing child gets; a folder of its own is its home."""
    given = {name: os.environ[name] for name in INHERITED if name in os.environ}
    own = {"HOME": scratch, "TMPDIR": scratch, "XDG_CACHE_HOME": scratch}
    return {"LANG": "C.UTF-8", "TZ": "UTC", **given, **own}


async def run_printer(job: dict[str, Any], *, patience: float = PATIENCE) -> bytes:
    """Return the PDF of a job.

    Raises:
        Refused: ``unprintable``; what went wrong is in the log, in one line.

    """
    with tempfile.TemporaryDirectory(prefix="jobfair-print-") as scratch:
        child = await asyncio.create_subprocess_exec(
            *COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=scratch,
            env=child_environment(scratch),
        )
        try:
            text = await asyncio.to_thread(json.dumps, job)
            pdf, said = await asyncio.wait_for(child.communicate(text.encode()), patience)
        except TimeoutError:
            pdf, said = b"", f"error: killed after {patience:g} seconds\n".encode()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    for line in said.decode(errors="replace").splitlines():
        log.warning("printing %s: %s", job["base"], line)
    if child.returncode != 0 or not pdf.startswith(b"%PDF-"):
        log.error("printing %s failed with exit code %s", job["base"], child.returncode)
        raise Refused(
            "unprintable",
            "Berkas ini belum berhasil dicetak. Coba lagi sebentar; bila tetap gagal, hubungi "
            "pengelola.",
        )
    return pdf


async def print_report(
    folder: Path, closing: FrozenClosing, *, base_url: str, patience: float = PATIENCE
) -> bytes:
    """Return a closing printed in the design of a folder: the same bytes every time.

    Raises:
        Refused: see :func:`jobfair.reporting.datasets.check_printable` and :func:`run_printer`.

    """

    def prepare() -> dict[str, Any]:
        return pack(Design.read(folder), report_of(closing), base_url=base_url)

    return await run_printer(await asyncio.to_thread(prepare), patience=patience)


class Press:
    """Prints one report at a time and keeps the newest ones in memory. One per process."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._turn = asyncio.Lock()

    def mark(self, folder: Path, closing: FrozenClosing) -> str:
        """Return a hash that is the same as long as the printed bytes are."""
        design = Design.read(folder).mark()
        parts = (folder.name, closing.sha256, str(closing.edition), self._base_url, design)
        return sha256(" ".join(parts).encode()).hexdigest()

    def known(self, folder: Path, closing: FrozenClosing) -> bytes | None:
        """Return the printed report if it is in memory."""
        return self._kept.get(self.mark(folder, closing))

    async def print(self, folder: Path, closing: FrozenClosing) -> bytes:
        """Return the printed report, printing it if need be; raises like print_report."""
        key = self.mark(folder, closing)
        async with self._turn:
            if key not in self._kept:
                self._kept[key] = await print_report(folder, closing, base_url=self._base_url)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]
