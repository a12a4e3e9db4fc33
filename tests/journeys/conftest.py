"""A real server with the sample fair, and a real browser in front of it."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from jobfair.cli.demo import build_demo
from jobfair.content import fair_folder
from jobfair.settings import Settings
from tests.free_port import free_port, wait_for

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@dataclass
class Site:
    """A running fair: open, day five of eight."""

    address: str
    data: Path
    process: subprocess.Popen[bytes]

    @property
    def fair(self) -> str:
        return f"{self.address}/asahan-2022"

    def command(self, *words: str) -> str:
        """Run a ``jobfair`` command on the same data and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "jobfair", *words],
            env=environment(self.data), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def environment(data: Path, port: int = 8000) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOBFAIR_")}
    kept.pop("DATABASE_URL", None)
    return kept | {
        "JOBFAIR_DATA": str(data),
        "JOBFAIR_PORT": str(port),
        "JOBFAIR_BASE_URL": f"http://127.0.0.1:{port}",
    }


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a freshly built demo; made once for all workers."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    data = shared / "demo"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "demo.made").exists():
            asyncio.run(
                build_demo(Settings(data=data), fair_folder("asahan-2022"), now=datetime.now(UTC))
            )
            (shared / "demo.made").touch()
    return data


@contextlib.contextmanager
def serving(data: Path) -> Iterator[Site]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "jobfair", "serve"], env=environment(data, port)
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/asahan-2022")
        yield Site(f"http://127.0.0.1:{port}", data, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Iterator[Site]:
    """Return a fair of the test's own."""
    shutil.copytree(built, tmp_path / "data")
    with serving(tmp_path / "data") as running:
        yield running


@pytest.fixture(scope="module")
def shared_site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a fair that the tests of a module only look at."""
    data = tmp_path_factory.mktemp("shared") / "data"
    shutil.copytree(built, data)
    with serving(data) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Debian's Chromium. Without it the run fails: ``script/test`` installs it.

    It ends with its file: while it is there, its event loop is the running one of this thread,
    and no other asynchronous test could run.
    """
    assert CHROMIUM, "Chromium is missing: run script/test, which installs it."
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, chromium_sandbox=False, args=ARGUMENTS
        )
        yield chromium
        chromium.close()


class Visitor:
    """Opens pages in contexts of their own and remembers what the browser complained about."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(
        self, *, scripts: bool = True, size: dict[str, int] = PHONE, dark: bool = False
    ) -> Page:
        """Return an empty page of a new, signed-out browser."""
        context = self._browser.new_context(
            viewport=size, java_script_enabled=scripts, locale="id-ID",
            timezone_id="Asia/Jakarta", color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )  # fmt: skip
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and "the server responded with a status of" not in text:
            self.complaints.append(text)

    def leave(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Return somebody with a browser; console errors and policy violations fail the test."""
    someone = Visitor(browser)
    yield someone
    someone.leave()
    assert someone.complaints == []
