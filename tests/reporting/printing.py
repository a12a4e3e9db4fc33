"""Printing for tests: whole closings, and single jobs given to the printer by hand."""

import asyncio
import contextlib
import io

import pypdf

from jobfair.errors import Refused
from jobfair.reporting import pdf
from jobfair.reporting.editions import print_designs
from jobfair.reporting.glyphs import reports_root
from jobfair.reporting.press import Press
from tests.reporting.records import make_closing

PDF = b"%PDF-1.7 of a test\n%%EOF\n"
SITE = "https://kerja.contoh.id"
RECAP, ANNEX, MEDIA = (reports_root() / name for name in ("rekap", "lampiran", "lembar-media"))


def print_all(closing):
    """Return every paper of a closing, by the name of its design."""
    papers = asyncio.run(print_designs(closing, base_url=SITE))
    return {design.name: pdf for design, pdf in papers.items()}


def text_of(pdf):
    """Return the text of every page."""
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    return [" ".join(page.split()) for page in pages]


def run(*jobs, patience=pdf.PATIENCE):
    """Print jobs one after another in one process."""

    async def work():
        with contextlib.closing(pdf.Printer()) as printer:
            return [await printer.print(job, patience=patience) for job in jobs]

    return asyncio.run(work())


def job_of(closing=None, folder=RECAP):
    """Return the job of a paper."""
    return pdf.job_of(folder, closing or make_closing(), SITE)


class FakePrinter:
    """Prints when it may; remembers its jobs, and how many it had at once."""

    def __init__(self):
        self.jobs, self.most, self.going = [], 0, 0
        self.may_end = asyncio.Event()
        self.fails = False
        self.may_end.set()

    async def print(self, job):
        self.jobs.append(job["base"])
        self.going += 1
        self.most = max(self.most, self.going)
        await self.may_end.wait()
        self.going -= 1
        if self.fails:
            raise Refused("unprintable", "Belum berhasil.")
        return PDF

    def close(self):
        pass


def fake_press(folder, base_url=SITE):
    """Return a press whose printer needs no time and prints nothing."""
    press = Press(base_url, folder / "papers")
    press._printer = FakePrinter()
    return press
