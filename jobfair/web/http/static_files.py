"""Static files: read and compressed at the start, cached for ever under an address with a hash."""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from jobfair.errors import NotFound
from jobfair.web.http.encodings import choose, compressed
from jobfair.web.http.templating import content_folders

FOR_EVER = "public, max-age=31536000, immutable"
TEXT = frozenset({"text/css", "text/javascript", "text/plain", "image/svg+xml"}) | {
    "application/manifest+json"
}
TYPES = {".webmanifest": "application/manifest+json", ".woff2": "font/woff2"} | {
    ".js": "text/javascript"
}


@dataclass(frozen=True)
class _File:
    media_type: str
    digest: str
    versions: Mapping[str, bytes]


def _read(extra_content: str) -> dict[str, _File]:
    """Return every file by its path; one of the office's own takes the place of ours."""
    found = {}
    for folder in reversed(content_folders(extra_content, "static")):
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
            kind = kind or "application/octet-stream"
            body = path.read_bytes()
            versions = compressed(body) if kind in TEXT else {"": body}
            digest = sha256(body).hexdigest()[:16]
            found[path.relative_to(folder).as_posix()] = _File(kind, digest, versions)
    return found


def static_files(extra_content: str) -> HTTPRouteHandler:
    """Return the handler of ``/static``."""
    files = _read(extra_content)

    @get("/static/{path:path}")
    async def send_file(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
        """Send a file in the smallest encoding the browser takes, or 304 when it has that."""
        file = files.get(path.strip("/"))
        if file is None:
            raise NotFound
        encoding = choose(request.headers.get("accept-encoding", ""), file.versions)
        etag = f'"{file.digest}-{encoding}"' if encoding else f'"{file.digest}"'
        headers = {"Cache-Control": FOR_EVER, "ETag": etag, "Vary": "Accept-Encoding"}
        if etag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers)
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(file.versions[encoding], media_type=file.media_type, headers=headers)

    return send_file
