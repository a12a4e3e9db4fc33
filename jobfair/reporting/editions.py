"""Writing everything of one edition to a folder: papers and data."""

import asyncio
import contextlib
from hashlib import sha256
from pathlib import Path

from jobfair.reporting.datasets import report_of
from jobfair.reporting.designs import Design, all_designs
from jobfair.reporting.pdf import Printer, print_report
from jobfair.reporting.sheets import recap_sheet, sheets
from jobfair.tally.queries.frozen import FrozenClosing

AT_ONCE = 2
"""How many children print side by side: as many as the smallest machine has cores."""


def _write(folder: Path, name: str, content: bytes) -> tuple[Path, str]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path, sha256(content).hexdigest()


async def print_designs(closing: FrozenClosing, *, base_url: str) -> dict[Design, bytes]:
    """Return a closing printed in every design, at most :data:`AT_ONCE` at a time.

    Raises:
        Refused: see :func:`jobfair.reporting.pdf.print_report`.

    """
    turn, designs = asyncio.Semaphore(AT_ONCE), all_designs()
    with contextlib.closing(Printer()) as printer:

        async def printed(design: Design) -> bytes:
            async with turn:
                return await print_report(
                    design.folder, closing, base_url=base_url, printer=printer
                )

        return dict(zip(designs, await asyncio.gather(*map(printed, designs)), strict=True))


async def write_edition(
    closing: FrozenClosing, folder: Path, *, base_url: str
) -> list[tuple[Path, str]]:
    """Write every design as PDF and every sheet as CSV; returns paths with their SHA-256.

    Files of the same name are overwritten: the same edition gives the same bytes.

    Raises:
        Refused: see :func:`jobfair.reporting.pdf.print_report`; then nothing was written.

    """
    report = report_of(closing)
    files = {
        design.file.format(fair=report.head.slug): pdf
        for design, pdf in (await print_designs(closing, base_url=base_url)).items()
    }
    files |= {"rekap.csv": recap_sheet(report)} | sheets(report)
    return [await asyncio.to_thread(_write, folder, name, files[name]) for name in files]
