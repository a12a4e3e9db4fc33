"""Answers typed before signing in: kept sealed in the browser until they can be sent.

The cookie holds nothing but the answers, opens only for the position they were typed for, and
only for two hours; nothing is stored on our side for somebody who may never come back.
"""

import base64
import binascii
import json
import zlib
from datetime import datetime, timedelta

from litestar.datastructures import Cookie

from jobfair.applications.rules import ANSWER_LONGEST
from jobfair.db.sealed import Keys
from jobfair.errors import Misconfigured
from jobfair.web.http.authentication import host_cookie

DRAFT_COOKIE = "__Host-draf"
KEPT_FOR = timedelta(hours=2)
LONGEST = 3800
"""Browsers drop cookies above 4096 bytes, name and attributes included."""


def _context(position_id: int) -> str:
    return f"draft:{position_id}"


def draft_cookie(
    keys: Keys, *, position_id: int, answers: tuple[str, ...], now: datetime
) -> Cookie | None:
    """Return a cookie that keeps the answers, or None when there is nothing to keep.

    Answers too long for a cookie (many letters outside the Latin alphabet) are left out one by
    one, the last first.
    """
    kept = [answer[:ANSWER_LONGEST] for answer in answers]
    while any(kept):
        text = json.dumps([now.timestamp(), *kept], ensure_ascii=False)
        packed = base64.b85encode(zlib.compress(text.encode(), 9)).decode()
        sealed = keys.seal(packed, context=_context(position_id))
        value = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        if len(value) <= LONGEST:
            return host_cookie(DRAFT_COOKIE, value)
        kept.pop()
    return None


def read_draft(value: str, keys: Keys, *, position_id: int, now: datetime) -> tuple[str, ...]:
    """Return the answers a cookie keeps for a position; nothing when it is not ours or too old."""
    try:
        sealed = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        packed = keys.unseal(sealed, context=_context(position_id))
        since, *answers = json.loads(zlib.decompress(base64.b85decode(packed)))
    except (Misconfigured, ValueError, binascii.Error, zlib.error):
        return ()
    fresh = timedelta(0) <= now - datetime.fromtimestamp(since, now.tzinfo) <= KEPT_FOR
    return tuple(str(answer) for answer in answers) if fresh else ()


def no_draft() -> Cookie:
    """Return a cookie that ends the draft."""
    return host_cookie(DRAFT_COOKIE, "", keep=False)
