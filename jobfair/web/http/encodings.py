"""Compressed versions of a body, and which of them a browser takes.

Only bodies without a token and without personal data may be compressed: where a page repeats what
a visitor sends, its compressed length tells a secret beside it apart (BREACH).
"""

import gzip
from collections.abc import Mapping
from functools import lru_cache

import brotli

WORTH_IT = 0.95
"""A version must be smaller than this part of the body."""


def accepted(header: str) -> dict[str, float]:
    """Return the encodings an ``Accept-Encoding`` header names, each with its quality."""
    found = {}
    for part in header.lower().split(","):
        name, _, quality = part.strip().partition(";")
        q = quality.strip().removeprefix("q=")
        found[name.strip()] = float(q) if q.replace(".", "", 1).isdigit() else 1.0
    return found


def choose(header: str, versions: Mapping[str, bytes]) -> str:
    """Return the encoding to answer with, the smallest version first; empty for the body itself."""
    if not header or len(versions) == 1:
        return ""
    taken = accepted(header)
    return next((name for name in ("br", "gzip") if name in versions and taken.get(name)), "")


def gzipped(body: bytes) -> dict[str, bytes]:
    """Return a body and its gzip version, fast enough for pages that change."""
    return _worth_it(body, {"gzip": gzip.compress(body, 5, mtime=0)})


@lru_cache(maxsize=128)
def compressed(body: bytes) -> Mapping[str, bytes]:
    """Return a body with its smallest brotli and gzip versions, made once."""
    return _worth_it(body, {"br": brotli.compress(body), "gzip": gzip.compress(body, 9, mtime=0)})


def _worth_it(body: bytes, versions: dict[str, bytes]) -> dict[str, bytes]:
    small = {name: one for name, one in versions.items() if len(one) < WORTH_IT * len(body)}
    return {"": body, **small}
