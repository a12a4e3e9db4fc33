"""Real ``jobfair serve`` processes, and browsers that only do what a test needs."""

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

from jobfair.db import Database
from jobfair.people.actions import sign_in
from jobfair.people.models import Account
from tests.builders import KEYS, Staged
from tests.doors import staged
from tests.free_port import free_port, wait_for

KEY = bytes(range(32))
ROOT = Path(__file__).parents[2]
START = 300
"""Seconds a server may take to start; long trials run beside other work."""


@dataclass
class Served:
    """A running server."""

    port: int
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextlib.contextmanager
def serving(
    folder: Path,
    url: str,
    *words: str,
    port: int = 0,
    defect: str | None = None,
    hurried: bool = False,
    errors: int | IO[str] = subprocess.PIPE,
):
    """Run ``jobfair serve``; whatever is left of it at the end is killed.

    ``defect`` names what is planted in it (see ``tests.rigs.defects``); ``hurried`` makes it lose
    its role and close its fairs after a shorter wait. A server that has much to
    complain of needs a file for ``errors``: at a full pipe it would stand still.
    """
    key = folder / "uji.key"
    if not key.exists():
        key.write_text(KEY.hex())
        key.chmod(0o600)
    port = port or free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOBFAIR_")}
    more = {
        "DATABASE_URL": url,
        "JOBFAIR_DATA": str(folder),
        "JOBFAIR_KEY_FILE": str(key),
        "JOBFAIR_PORT": str(port),
        "JOBFAIR_BASE_URL": f"http://127.0.0.1:{port}",
    }
    planted = [defect] if defect else []
    module = "tests.nodes.hurried" if hurried else "tests.nodes.planted" if defect else "jobfair"
    with subprocess.Popen(
        [sys.executable, "-m", module, *planted, "serve", *words],
        cwd=ROOT,
        env=kept | more,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    ) as process:
        try:
            yield Served(port, process)
        finally:
            process.kill()


@contextlib.contextmanager
def answering(folder: Path, url: str, *words: str, **more: Any):
    """Run ``jobfair serve``, as :func:`serving` does, and wait until it answers."""
    with serving(folder, url, *words, **more) as served:
        wait_for(f"{served.address}/livez", START, alive=lambda: served.process.poll() is None)
        yield served


@dataclass
class Crowd:
    """A stored fair that is open now, its applicants signed in."""

    made: Staged
    tokens: list[str] = field(default_factory=list)

    @property
    def page(self) -> str:
        return f"/{self.made.fair.slug}/lowongan/{self.made.positions[0].slug}/lamar"

    async def apply(self, browser: httpx.AsyncClient, who: int) -> str:
        """Apply as somebody; return the receipt's number, or nothing when told to come again."""
        token = self.tokens[who]
        answer = await browser.post(
            self.page,
            data={"consent": "ya"},
            headers={"Cookie": f"__Host-sesi={token}", "X-Form-Token": KEYS.form_token(token)},
        )
        assert answer.status_code in (303, 503), (answer.status_code, answer.text)
        return answer.headers["Location"].rsplit("/", 1)[1] if answer.status_code == 303 else ""


async def gather_crowd(database: Database, people: int, now: Any, **more: Any) -> Crowd:
    """Store a fair and sign everybody in."""
    made = await staged(database, applicants=people, **more)
    crowd = Crowd(made)
    async with database.transaction() as session:
        for applicant in made.applicants:
            account = await session.get_one(Account, applicant.account_id)
            crowd.tokens.append(await sign_in(session, account=account, old_token="", now=now))
    return crowd
