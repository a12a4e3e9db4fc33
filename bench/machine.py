"""The machine: cores, a server in a process of its own, what that process uses."""

import contextlib
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jobfair.cli.serve import listen
from jobfair.settings import Settings

SERVER_CORE, GENERATOR_CORE = 0, -1
TICK = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parent.parent


def pin(which: int) -> None:
    """Keep this process on one core: the first (0) or the last (-1) it may use.

    Not of those it was born with: a server has a generator's core from its parent.
    """
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[which]})


@dataclass
class Server:
    """A running server, known by its process id."""

    process: subprocess.Popen[bytes]
    port: int
    began: float
    """Monotonic instant at which the process was started."""

    @property
    def pid(self) -> int:
        return self.process.pid

    def memory(self, line: str = "VmRSS") -> float:
        """Return MiB; ``VmHWM`` for the highest ever."""
        for row in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if row.startswith(line + ":"):
                return int(row.split()[1]) / 1024
        return 0.0

    def exact_cpu(self) -> float:
        """Return CPU seconds to the nanosecond, of the threads that are there."""
        threads = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9

    def cpu(self) -> float:
        """Return CPU seconds used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def kept_waiting(self) -> float:
        """Return the seconds its threads were ready and other work had the core."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[1]) for task in tasks) / 1e9


@contextlib.contextmanager
def server(kind: str, *args: str, profile: Path | None = None) -> Iterator[Server]:
    """Run ``python -m bench.server kind port ...`` until the block is left."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JOBFAIR_")}
    if profile is not None:
        environment["BENCH_PROFILE"] = str(profile)
    running = _start(kind, args, environment)
    try:
        yield running
    finally:
        running.process.send_signal(signal.SIGTERM)
        try:
            running.process.wait(30)
        except subprocess.TimeoutExpired:
            running.process.kill()
            running.process.wait()


def _start(kind: str, args: tuple[str, ...], environment: dict[str, str]) -> Server:
    """Start a server on a socket that is ours already, and wait for its first answer."""
    began = time.monotonic()
    with listen(Settings(port=0)) as listening:
        port, number = listening.getsockname()[1], listening.fileno()
        words = [sys.executable, "-m", "bench.server", kind, str(port), str(number), *args]
        process = subprocess.Popen(words, cwd=ROOT, env=environment, pass_fds=[number])
    running = Server(process, port, began)
    if not _answers(port):
        process.kill()
        process.wait()
        raise SystemExit("the server did not come up")
    return running


def _answers(port: int) -> bool:
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), timeout=30) as line,
    ):
        line.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return bool(line.recv(1))
    return False


def facts() -> str:
    """Return one line: what these figures were measured on."""
    import sqlite3  # noqa: PLC0415

    from jobfair.db import Database  # noqa: F401, PLC0415 - puts the right sqlite3 in place

    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return (
        f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, load {load}"
    )
