"""Writing everything of one edition to a folder: papers and data."""

import asyncio
from hashlib import sha256
from pathlib import Path

from jobfair.reporting.datasets import report_of
from jobfair.reporting.designs import all_designs
from jobfair.reporting.pdf import print_report
from jobfair.reporting.sheets import recap_sheet, sheets
from jobfair.tally.queries.frozen import FrozenClosing


def _write(folder: Path, name: str, content: bytes) -> tuple[Path, str]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path, sha256(content).hexdigest()


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
        design.file.format(fair=report.head.slug): await print_report(
            design.folder, closing, base_url=base_url
        )
        for design in all_designs()
    }
    files |= {"rekap.csv": recap_sheet(report)} | sheets(report)
    return [await asyncio.to_thread(_write, folder, name, files[name]) for name in files]
