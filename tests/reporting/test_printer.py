"""The printing child reaches nothing but its job, and its failures are one sentence."""

import asyncio
import contextlib
import signal
import subprocess
import sys

import pytest

from jobfair.errors import Refused
from jobfair.reporting import pdf
from jobfair.reporting.pdf import Printer
from tests.reporting.printing import MEDIA, job_of, run


@pytest.mark.parametrize(
    "page",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/">',
        '<link rel="stylesheet" href="https://contoh.id/a.css">',
        '<img src="../../../../etc/passwd">',
        "<style>@import url(file:///etc/hosts);</style>",
        '<a href="x">x</a><object data="file:///etc/passwd"></object>',
        '<svg><image href="file:///etc/passwd" width="9" height="9"/></svg>',
    ],
)  # fmt: skip
def test_a_page_cannot_reach_outside(page, caplog):
    job = job_of() | {"html": f"<html lang=id><title>t</title>{page}", "attachments": []}

    with pytest.raises(Refused, match="belum berhasil dicetak"):
        run(job)

    said = caplog.messages[-1].removeprefix("printing rekap/report.html failed: ")
    assert said.startswith(("FatalURLFetchingError", "Forbidden not packed: "))


def test_the_child_cannot_open_what_is_not_its_own(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    tries = {
        "open": f"open({str(secret)!r})",
        "passwd": "open('/etc/passwd')",
        "write": f"open({str(tmp_path / 'new')!r}, 'w')",
        "socket": "__import__('socket').socket()",
        "program": "__import__('subprocess').run(['true'])",
        "system": "__import__('os').system('true')",
    }
    code = f"""
import tempfile; tempfile.tempdir = {str(tmp_path / "scratch")!r}
from jobfair.reporting.printer import Forbidden, guard, leave_network, set_limits
import socket, subprocess
set_limits(); leave_network(); guard()
for name, code in {tries!r}.items():
    try:
        eval(code)
    except Forbidden:
        continue
    print("went through:", name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "new").exists()


def test_a_failing_or_slow_child_is_one_sentence_and_the_next_job_is_printed(caplog):
    broken, good = job_of() | {"html": '<img src="file:///etc/passwd">'}, job_of(folder=MEDIA)

    async def work():
        with contextlib.closing(Printer()) as printer:
            for job, patience in ((broken, 60), (good, 0.01)):
                with pytest.raises(Refused, match="belum berhasil dicetak"):
                    await printer.print(job, patience=patience)
            return await printer.print(good)

    assert asyncio.run(work()).startswith(b"%PDF-")
    assert caplog.messages == [
        "printing rekap/report.html failed: FatalURLFetchingError file:///etc/passwd",
        (
            "printing lembar-media/report.html failed: "
            "the child ended without an answer; it may take 0.01 seconds"
        ),
    ]


def test_a_print_server_that_died_is_started_again(monkeypatch, caplog):
    async def work():
        with contextlib.closing(Printer()) as printer:
            monkeypatch.setattr(pdf, "COMMAND", ("/bin/false",))
            with pytest.raises(Refused, match="belum berhasil dicetak"):
                await printer.print(job_of(folder=MEDIA))
            monkeypatch.undo()
            return await printer.print(job_of(folder=MEDIA))

    assert asyncio.run(work()).startswith(b"%PDF-")


def test_the_print_server_ends_when_it_has_had_no_job_for_a_while(monkeypatch):
    monkeypatch.setattr(pdf, "WARM", 0.0)

    async def work():
        printer = Printer()
        await printer.print(job_of(folder=MEDIA))
        process = printer._process
        await asyncio.sleep(0.05)
        return printer._process, process.poll()

    assert asyncio.run(work()) == (None, -signal.SIGKILL)


def test_the_parent_never_loads_the_layout_engine():
    code = "import sys, jobfair.reporting.editions; print('weasyprint' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
