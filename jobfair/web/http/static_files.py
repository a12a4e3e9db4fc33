"""Static files: read and compressed at the start, cached for ever under an address with a hash.

They hold no token and no personal data, so they may be compressed (BREACH).
"""

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

import brotli
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from jobfair.errors import NotFound
from jobfair.web.http.headers import accepts
from jobfair.web.http.templating import content_folders

FOR_EVER = "public, max-age=31536000, immutable"
TEXT = frozenset({"text/css", "text/javascript", "text/plain", "image/svg+xml"}) | {
    "application/manifest+json"
}
TYPES = {".webmanifest": "application/manifest+json", ".woff2": "font/woff2"} | {
    ".js": "text/javascript"
}


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent: its type, the hash of its content, and its encodings."""

    media_type: str
    digest: str
    encodings: Mapping[str, bytes]
    """The smallest first; the last, without a name, is the file itself."""


@cache
def read_files(extra_content: str) -> Mapping[str, StaticFile]:
    """Return every file by its path; one of the office's own takes the place of ours."""
    found = {}
    for folder in reversed(content_folders(extra_content, "static")):
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
            kind = kind or "application/octet-stream"
            body = path.read_bytes()
            encodings = {"": body}
            if kind in TEXT:
                small = {"br": brotli.compress(body), "gzip": gzip.compress(body, mtime=0)}
                encodings = small | encodings
            digest = sha256(body).hexdigest()[:16]
            found[path.relative_to(folder).as_posix()] = StaticFile(kind, digest, encodings)
    return found


def address_of(extra_content: str, name: str) -> str:
    """Return the address of a file, with the hash of its content, so that it is cached for ever."""
    return f"/static/{name}?{read_files(extra_content)[name].digest}"


def static_files(extra_content: str) -> HTTPRouteHandler:
    """Return the handler of ``/static``."""
    files = read_files(extra_content)

    @get("/static/{path:path}")
    async def send_file(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
        """Send a file in the smallest encoding the browser takes, or 304 when it has that."""
        file = files.get(path.strip("/"))
        if file is None:
            raise NotFound
        taken = request.scope["headers"]
        encoding = next(one for one in file.encodings if not one or accepts(taken, one))
        etag = f'"{file.digest}-{encoding}"'
        headers = {"Cache-Control": FOR_EVER, "ETag": etag, "Vary": "Accept-Encoding"}
        if etag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers)
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(file.encodings[encoding], media_type=file.media_type, headers=headers)

    return send_file
