"""The print server: it has loaded the layout engine and forks one child for each job.

Run as ``python -m jobfair.reporting.printer`` with a socket as standard input. Each message there
brings the socket of one job and the seconds it may take; the server itself never reads a job. The
child answers on that socket: one line of JSON with the warnings and the error, then the PDF.

Before a child looks at its job it gives up what it does not need: time, memory, the network, other
programs, and every file but Python's own and its temporary folder. Whatever a page asks for must be
packed into the job. The server has one thread, so that forking it is safe.
"""

import base64
import contextlib
import ctypes
import gc
import io
import json
import logging
import os
import resource
import signal
import socket
import sys
import sysconfig
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

ORIGIN = "https://packed.invalid/"
"""Where packed files seem to come from; nothing is ever asked for there."""
CPU_SECONDS = 60
MEMORY = 1536 * 1024 * 1024
FILE_SIZE = 50 * 1024 * 1024
NICER = 10
"""Printing waits for pages and forms where the processor is short."""
LONGEST_WARNING = 400
SCALES = (1.0, 0.97, 0.94, 0.91, 0.88, 0.85, 0.82, 0.76, 0.7)
"""A paper with a bound of pages is printed at the largest of these at which it fits."""
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
REFUSED = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
    "os.startfile", "pty.", "urllib.Request", "ctypes.dlopen",
)  # fmt: skip


class Forbidden(Exception):
    """A page or a library reached for what printing does not need."""


def set_limits() -> None:
    """Bound what this process may use, for good."""
    for what, limit in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_CORE, 0),
    ):
        hardest = resource.getrlimit(what)[1]
        if hardest != resource.RLIM_INFINITY:
            limit = min(limit, hardest)  # noqa: PLW2901 - an outer limit may be stricter
        resource.setrlimit(what, (limit, limit))


def leave_network() -> None:
    """Move into an empty network namespace where the kernel lets us; best effort."""
    with contextlib.suppress(OSError, AttributeError):
        unshare = ctypes.CDLL(None, use_errno=True).unshare
        if unshare(CLONE_NEWNET) != 0:
            unshare(CLONE_NEWUSER | CLONE_NEWNET)


def guard() -> None:
    """Refuse from now on, inside Python, what :data:`REFUSED` names and foreign files."""
    paths = sysconfig.get_paths()
    own = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    package = str(Path(__file__).parent.parent)
    readable = [os.path.realpath(path) for path in (*own, package)]
    scratch = os.path.realpath(tempfile.gettempdir())

    def inside(path: str, folder: str) -> bool:
        return path == folder or path.startswith(folder + os.sep)

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            if isinstance(path, int):
                return
            real = os.path.realpath(os.fsdecode(path))
            if inside(real, scratch):
                return
            if flags & WRITING or not any(inside(real, folder) for folder in readable):
                raise Forbidden(f"file {real}")
        elif event.startswith(REFUSED):
            raise Forbidden(event)

    sys.addaudithook(watch)


def on_paper(html: str, scale: float) -> str:
    """Return a page with a sheet that is A4 once it is printed at a scale."""
    width, height = 210 / scale, 297 / scale
    sheet = f"<style>@page{{size:{width:.2f}mm {height:.2f}mm}}</style>"
    return html.replace("</head>", f"{sheet}</head>", 1)


def make_pdf(job: dict[str, Any]) -> bytes:
    """Return the PDF of a job; its warnings are logged by WeasyPrint."""
    import weasyprint  # noqa: PLC0415 - the web process imports this module, not the engine
    from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse  # noqa: PLC0415

    packed = {name: base64.b64decode(content) for name, content in job["assets"].items()}
    refused: list[str] = []

    class Packed(weasyprint.URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """Serves packed files and nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002 - its signature
            """Return a packed file, or end the printing."""
            name = url.removeprefix(ORIGIN)
            if not url.startswith(ORIGIN) or name not in packed:
                refused.append(url)
                raise FatalURLFetchingError(url)
            kind = "text/css" if name.endswith(".css") else "application/octet-stream"
            return URLFetcherResponse(url, io.BytesIO(packed[name]), {"Content-Type": kind})

    guard()
    fetcher = Packed()
    at = datetime.fromisoformat(job["at"])
    os.environ["SOURCE_DATE_EPOCH"] = str(int(at.timestamp()))  # dates the subset fonts
    attachments = [
        weasyprint.Attachment(
            file_obj=io.BytesIO(packed[one["asset"]]),
            name=one["name"],
            description=one["description"],
            created=at,
            modified=at,
            relationship="Data",
            url_fetcher=fetcher,
        )
        for one in job["attachments"]
    ]
    options = {"pdf_variant": job["variant"], "attachments": attachments}
    for scale in SCALES:
        page = weasyprint.HTML(
            string=on_paper(job["html"], scale), base_url=ORIGIN + job["base"], url_fetcher=fetcher
        )
        document = page.render(**options)
        if not job["pages"] or len(document.pages) <= job["pages"]:
            break
    else:
        logging.getLogger("weasyprint").warning("more than %s pages at any scale", job["pages"])
    pdf: bytes = document.write_pdf(zoom=scale, **options)
    if refused:
        raise Forbidden(f"not packed: {refused[0]}")
    return pdf


class _Lines(logging.Handler):
    """Keeps each warning as one line."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(one_line(record.getMessage()))


def one_line(text: str) -> str:
    """Return a message on one line, cut to a length that a log can take."""
    return " ".join(text.split())[:LONGEST_WARNING]


def answer(peer: socket.socket) -> None:
    """Print the job that comes on a socket, and answer there."""
    set_limits()
    with peer.makefile("rb") as incoming:
        job = json.load(incoming)
    lines, pdf, error = _Lines(), b"", ""
    log = logging.getLogger("weasyprint")
    log.handlers, log.propagate = [lines], False
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        pdf = make_pdf(job)
    except BaseException as failure:  # noqa: BLE001 - the parent reads one line, never a trace
        error = f"{type(failure).__name__} {one_line(str(failure))}"
    head = json.dumps({"warnings": lines.lines, "error": error, "size": len(pdf)})
    peer.sendall(head.encode() + b"\n" + pdf)


def serve(jobs: socket.socket) -> None:
    """Fork a child for each job until the other end of the socket is closed."""
    leave_network()
    os.nice(NICER)
    import weasyprint  # noqa: F401, PLC0415 - loaded once, for all children

    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    while True:
        seconds, given, _, _ = socket.recv_fds(jobs, 32, 1)
        if not given:
            return
        if os.fork() == 0:
            signal.setitimer(signal.ITIMER_REAL, float(seconds))
            jobs.close()
            with contextlib.suppress(BaseException):
                answer(socket.socket(fileno=given[0]))
            os._exit(0)
        os.close(given[0])


if __name__ == "__main__":
    serve(socket.socket(fileno=sys.stdin.fileno()))
