"""Printing for tests: whole closings, and single jobs given to the child by hand."""

import asyncio
import io
import json
import os
import subprocess

import pypdf

from jobfair.reporting.datasets import report_of
from jobfair.reporting.designs import Design, pack, reports_root
from jobfair.reporting.editions import print_designs
from jobfair.reporting.pdf import COMMAND
from tests.reporting.records import make_closing

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


def run(job, **environment):
    """Give a job to a child in these surroundings; returns how it ended."""
    given = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | environment
    return subprocess.run(
        COMMAND, input=json.dumps(job).encode(), capture_output=True, env=given, check=False
    )


def job_of(closing=None, folder=RECAP):
    """Return the job of a paper."""
    return pack(Design.read(folder), report_of(closing or make_closing()), base_url=SITE)
