"""What a public page depends on, and the ETag that is made of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jobfair
from jobfair.fairs.rules import Phase
from jobfair.fairs.rules.details import RESERVED
from jobfair.tally.queries.versions import FairVersion
from jobfair.web.http import templating

ADDRESS = re.compile(r"/([a-z0-9-]+)(?:/(angka|lowongan|perusahaan)(?:/([a-z0-9-]+))?)?")
LANGUAGE_COOKIE = templating.LANGUAGE_COOKIE.encode()
LANGUAGE = re.compile(rb"(?:.*;)?\s*%s=(id|en)\s*(?:;.*)?" % LANGUAGE_COOKIE)
VARYING = frozenset({b"save-data", b"hx-request", b"hx-request-type"})
OWN_COOKIES = b"__Host-"
LONGEST_QUERY = 300


def fingerprint(extra_content: str, base_url: str) -> bytes:
    """Return a digest of this program, its texts and templates: every ETag depends on it."""
    digest = blake2b(base_url.encode(), digest_size=16)
    package = Path(jobfair.__file__).parent
    folders = [
        *templating.content_folders(extra_content, "templates"),
        *templating.content_folders(extra_content, "static"),
    ]
    for folder in (package, *folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.digest()


@dataclass(frozen=True)
class CacheKey:
    """Everything in a request that a page depends on."""

    fair: str
    part: str
    slug: str
    query: bytes
    language: bytes
    varying: tuple[tuple[bytes, bytes], ...]

    def etag(self, secret: bytes, version: FairVersion, now: datetime) -> bytes:
        """Return the ETag of the page at a version of its fair."""
        phase = version.phase(now)
        counts_down = self.part in ("", "angka") and phase is not Phase.CLOSED
        second = now.replace(microsecond=0) if counts_down else None
        numbers = version.ledger
        if self.part == "lowongan" and self.slug:
            numbers = (version.sent,)
        elif self.part == "perusahaan" and not self.slug:
            numbers = ()
        facts = (self, version.defined, numbers, phase, second)
        digest = blake2b(repr(facts).encode(), digest_size=12, key=secret).hexdigest()
        return f'W/"{digest}"'.encode()


def cache_key(scope: Any) -> CacheKey | None:
    """Return the key of a request; None for other pages and for visitors with a cookie of ours."""
    found = ADDRESS.fullmatch(scope["path"])
    if found is None or found[1] in RESERVED or scope["method"] != "GET":
        return None
    language, varying = b"", []
    for name, value in scope["headers"]:
        if name in VARYING:
            varying.append((name, value))
        elif name == b"cookie":
            if language or OWN_COOKIES in value:
                return None
            if LANGUAGE_COOKIE in value:
                chosen = LANGUAGE.fullmatch(value)
                if chosen is None or value.count(LANGUAGE_COOKIE) > 1:
                    return None
                language = chosen[1]
    query = scope["query_string"]
    if len(query) > LONGEST_QUERY or len({name for name, _ in varying}) < len(varying):
        return None
    return CacheKey(found[1], found[2] or "", found[3] or "", query, language, tuple(varying))
