"""The printing child reaches nothing but its job, and its failures are one sentence."""

import asyncio
import subprocess
import sys

import pytest

from jobfair.errors import Refused
from jobfair.reporting.pdf import run_printer
from tests.reporting.printing import job_of, run


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
def test_a_page_cannot_reach_outside(page):
    printed = run(job_of() | {"html": f"<html lang=id><title>t</title>{page}", "attachments": []})

    assert printed.returncode == 1
    assert printed.stdout == b""
    said = printed.stderr.decode().splitlines()[-1]
    assert said.startswith(("error: FatalURLFetchingError", "error: Forbidden not packed: "))
    assert "Traceback" not in printed.stderr.decode()


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


def test_a_failing_or_slow_child_is_one_sentence(caplog):
    broken = job_of() | {"html": '<img src="file:///etc/passwd">'}

    with pytest.raises(Refused, match="belum berhasil dicetak"):
        asyncio.run(run_printer(broken))
    with pytest.raises(Refused, match="belum berhasil dicetak"):
        asyncio.run(run_printer(job_of(), patience=0.05))

    assert "killed after 0.05 seconds" in caplog.text


def test_the_parent_never_loads_the_layout_engine():
    code = "import sys, jobfair.reporting.editions; print('weasyprint' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
