"""Answers sent after a sign-in had ended: kept sealed in the browser until the person is back.

The cookie holds nothing but the answers. It opens for one position, for two hours, and only by the
address that was given along with it, so the next person at a shared browser never meets them.
What a signed-in person types is kept on the server instead, see :mod:`jobfair.drafts`.
"""

import base64
import binascii
import json
import re
import secrets
import zlib
from datetime import datetime, timedelta
from urllib.parse import quote

from litestar.datastructures import Cookie

from jobfair.applications.rules import ANSWER_LONGEST
from jobfair.errors import Misconfigured
from jobfair.keys import Keys
from jobfair.web.http.authentication import host_cookie

DRAFT_COOKIE = "__Host-draf"
DRAFT_FIELD = "draf"
"""Query field with the key of a guest's draft."""
KEPT_FOR = timedelta(hours=2)
LONGEST = 3800
"""Browsers drop cookies above 4096 bytes, name and attributes included."""
POSITION_PAGE = re.compile(r"(/[a-z0-9-]+/lowongan/[a-z0-9-]+)(?:\?([^#]*))?(?:#.*)?")
CAME_FROM = "dari"
"""Query field that says which page led back to the card: a sentence is shown for it."""


def new_guest_owner() -> tuple[str, str]:
    """Return the owner of a guest's draft, and the key that must be in the address to open it."""
    key = secrets.token_urlsafe(9)
    return guest_owner(key), key


def guest_owner(key: str) -> str:
    """Return the owner of the draft that a key in the address opens."""
    return f"guest:{key}"


def back_to_card(path: str, came_from: str) -> str:
    """Lead to the card of a position page, which then says what is still to be done.

    Any other path is returned as it is.
    """
    found = POSITION_PAGE.fullmatch(path)
    if found is None:
        return path
    kept = [pair for pair in (found[2] or "").split("&") if pair.startswith(f"{DRAFT_FIELD}=")]
    return f"{found[1]}?{'&'.join([*kept, f'{CAME_FROM}={came_from}'])}#lamar"


def after_sign_in(path: str) -> str:
    """Return a path as the value of ``ke``, its own query and fragment included."""
    return quote(path, safe="/")


def _context(position_id: int, owner: str) -> str:
    return f"draft:{position_id}:{owner}"


def draft_cookie(
    keys: Keys, *, position_id: int, owner: str, answers: tuple[str, ...], now: datetime
) -> Cookie:
    """Return a cookie that keeps the answers; one that ends a draft when there is nothing to keep.

    Answers too long for a cookie (many letters outside the Latin alphabet) are left out one by
    one, the last first.
    """
    kept = [answer[:ANSWER_LONGEST] for answer in answers]
    while any(kept):
        text = json.dumps([now.timestamp(), *kept], ensure_ascii=False)
        packed = base64.b85encode(zlib.compress(text.encode(), 9)).decode()
        sealed = keys.seal(packed, context=_context(position_id, owner))
        value = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        if len(value) <= LONGEST:
            return host_cookie(DRAFT_COOKIE, value)
        kept.pop()
    return no_draft()


def read_draft(
    value: str, keys: Keys, *, position_id: int, owner: str, now: datetime
) -> tuple[str, ...]:
    """Return the answers a cookie keeps; nothing when it is another's, not ours or too old."""
    try:
        sealed = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        packed = keys.unseal(sealed, context=_context(position_id, owner))
        since, *answers = json.loads(zlib.decompress(base64.b85decode(packed)))
    except (Misconfigured, ValueError, binascii.Error, zlib.error):
        return ()
    fresh = timedelta(0) <= now - datetime.fromtimestamp(since, now.tzinfo) <= KEPT_FOR
    return tuple(str(answer) for answer in answers) if fresh else ()


def no_draft() -> Cookie:
    """Return a cookie that ends the draft."""
    return host_cookie(DRAFT_COOKIE, "", keep=False)
