"""Reading a file that somebody sends: streamed, bounded, and only after the form's token.

The rest of the site reads whole forms of at most 64 KiB before anything is decided. A file is
bigger, so its handler is marked with ``READS_ITSELF`` and calls :func:`read_upload`, which looks
at the token, the first field of the form, before it keeps a single byte of the file.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from litestar import Request
from litestar.exceptions import ClientException
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from jobfair.errors import TemporarilyUnavailable
from jobfair.web.http.guards import TOKEN_FIELD, check_token

AT_ONCE = 20
"""Files that one process takes at a time: each may hold its limit in memory."""
PER_ACCOUNT = 2
WITHIN = 300.0
"""Seconds for a whole file: two megabytes at 7 kB a second."""
RETRY = 10
BODY_MOST = 12 * 1024 * 1024
"""What is read of a request so that whoever sends a big photo gets an answer, not a broken line."""
WINDOW = 20.0
SLOWEST = 1024
"""Bytes a second, over each window: whoever sends less holds a slot that others need."""
FIELDS_MOST = 8
FIELD_LONGEST = 4096


class Uploads:
    """The upload slots of this process."""

    def __init__(self) -> None:
        self._held: Counter[int] = Counter()

    @asynccontextmanager
    async def slot(self, account_id: int) -> AsyncIterator[None]:
        """Hold one of the slots for at most ``WITHIN`` seconds.

        Raises:
            TemporarilyUnavailable: every slot is taken, or the account holds its share.
            TimeoutError: it took longer.

        """
        if self._held.total() >= AT_ONCE:
            raise TemporarilyUnavailable(
                RETRY, "Sedang banyak yang mengunggah. Coba lagi dalam %(seconds)s detik."
            )
        if self._held[account_id] >= PER_ACCOUNT:
            raise TemporarilyUnavailable(
                RETRY,
                "Unggahan Anda yang sebelumnya belum selesai. Tunggu %(seconds)s detik, lalu coba "
                "lagi.",
            )
        self._held[account_id] += 1
        try:
            async with asyncio.timeout(WITHIN):
                yield
        finally:
            self._held -= Counter([account_id])


@dataclass
class Upload:
    """A form with one file; of a file over the limit only its size is known."""

    given: dict[str, str] = field(default_factory=dict)
    data: bytes | None = b""
    size: int = 0


class _Reader:
    """Takes a form apart as it arrives; the token comes first."""

    def __init__(self, request: Request[Any, Any, Any], *, file: str, most: int) -> None:
        self._request = request
        self._file, self._most = file, most
        self._name, self._kept = "", bytearray()
        self.upload = Upload()

    def take(self, piece: MultipartSegment | bytearray | None) -> None:
        """Take the next piece of the form: a part's head, some of its bytes, or its end."""
        if isinstance(piece, MultipartSegment):
            self._name, self._kept = piece.name, bytearray()
            if self._name != TOKEN_FIELD:
                self.done()
        elif piece is None:
            self._end()
        else:
            most = FIELD_LONGEST
            if self._name == self._file:
                self.upload.size += len(piece)
                most = self._most
            if len(self._kept) <= most:
                self._kept += piece

    def _end(self) -> None:
        if self._name == self._file:
            fits = self.upload.size <= self._most
            self.upload.data = bytes(self._kept) if fits else None
            return
        text = bytes(self._kept[:FIELD_LONGEST]).decode("utf-8", "replace")
        if self._name == TOKEN_FIELD:
            check_token(self._request, text)
        self.upload.given.setdefault(self._name, text)

    def done(self) -> Upload:
        """Return the form; one without a token is refused here."""
        if TOKEN_FIELD not in self.upload.given:
            check_token(self._request, "")
        return self.upload


async def read_upload(request: Request[Any, Any, Any], *, file: str, most: int) -> Upload:
    """Return the form with the file in field ``file``, of which at most ``most`` bytes are kept.

    Raises:
        NotAllowed: without the token of a form of ours, before any of the file is kept.
        ClientException: what is sent is no such form, or was cut off.
        TimeoutError: less than ``SLOWEST`` bytes a second arrived over a whole ``WINDOW``.

    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        check_token(request, "")
    reader = _Reader(request, file=file, most=most)
    try:
        with PushMultipartParser(boundary, max_segment_count=FIELDS_MOST) as parser:
            async with asyncio.timeout(WINDOW) as limit:
                arrived = 0
                async for chunk in request.stream():
                    for piece in parser.parse(chunk):
                        reader.take(piece)
                    arrived += len(chunk)
                    if arrived >= WINDOW * SLOWEST:
                        arrived = 0
                        limit.reschedule(asyncio.get_running_loop().time() + WINDOW)
    except (MultipartError, ValueError):
        raise ClientException("not a whole form") from None
    return reader.done()
