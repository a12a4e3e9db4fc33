"""The printing child: one JSON job on standard input, one PDF on standard output.

Run as ``python -m jobfair.reporting.printer``. Before it looks at the job it gives up what it
does not need: time, memory, the network, other programs, and every file but Python's own, the
fonts and its temporary folder. Whatever a page asks for must be packed into the job. Warnings go
to standard error, one a line; a failure is one line there and exit code 1.
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
LONGEST_WARNING = 400
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig")
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
    readable = [os.path.realpath(path) for path in (*own, package, *FONTS)]
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


def make_pdf(job: dict[str, Any]) -> bytes:
    """Return the PDF of a job; its warnings are logged by WeasyPrint."""
    import weasyprint  # noqa: PLC0415 - only after the limits are set
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
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    page = weasyprint.HTML(string=job["html"], base_url=ORIGIN + job["base"], url_fetcher=fetcher)
    pdf: bytes = page.write_pdf(pdf_variant=job["variant"], attachments=attachments)
    if refused:
        raise Forbidden(f"not packed: {refused[0]}")
    return pdf


class _Lines(logging.Handler):
    """Writes each warning as one line to standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        text = " ".join(record.getMessage().split())[:LONGEST_WARNING]
        sys.stderr.write(f"warning: {text}\n")


def main() -> int:
    """Print the job on standard input."""
    set_limits()
    leave_network()
    job = json.load(sys.stdin)
    log = logging.getLogger("weasyprint")
    log.handlers, log.propagate = [_Lines(logging.WARNING)], False
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        pdf = make_pdf(job)
    except BaseException as error:  # noqa: BLE001 - the parent reads one line, never a trace
        text = " ".join(str(error).split())[:LONGEST_WARNING]
        sys.stderr.write(f"error: {type(error).__name__} {text}\n")
        return 1
    sys.stdout.buffer.write(pdf)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)
