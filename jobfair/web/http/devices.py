"""Browsers an account has signed in from before: a sealed cookie that outlives the session.

It proves nothing but that the password was once known here, and opens nothing by itself: such a
browser is only not held up when strangers try the account's name elsewhere. It is bound to the
stored password, so a new password makes every older cookie worthless.
"""

import base64
import binascii
from datetime import datetime, timedelta
from hashlib import sha256

from litestar.datastructures import Cookie

from jobfair.db.sealed import Keys
from jobfair.errors import Misconfigured

DEVICE_COOKIE = "__Secure-kenal"
"""Sent to the sign-in page only, so that public pages stay the same for everybody."""
KNOWN_FOR = timedelta(days=180)


def _context(account_id: int, password_hash: str | None) -> str:
    return f"device:{account_id}:{sha256((password_hash or '').encode()).hexdigest()}"


def device_cookie(
    keys: Keys, *, account_id: int, password_hash: str | None, now: datetime
) -> Cookie:
    """Return the cookie of a browser that has just signed in."""
    context = _context(account_id, password_hash)
    sealed = keys.seal(str(int(now.timestamp())), context=context)
    value = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    return _cookie(value, int(KNOWN_FOR.total_seconds()))


def no_device() -> Cookie:
    """Return a cookie that makes a browser a stranger again."""
    return _cookie("", 0)


def is_known_device(
    value: str, keys: Keys, *, account_id: int, password_hash: str | None, now: datetime
) -> bool:
    """Tell whether this account has signed in from this browser with its present password."""
    try:
        sealed = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        since = int(keys.unseal(sealed, context=_context(account_id, password_hash)))
    except (Misconfigured, ValueError, binascii.Error):
        return False
    return timedelta(0) <= now - datetime.fromtimestamp(since, now.tzinfo) <= KNOWN_FOR


def _cookie(value: str, seconds: int) -> Cookie:
    return Cookie(
        key=DEVICE_COOKIE,
        value=value,
        path="/masuk",
        secure=True,
        httponly=True,
        samesite="lax",
        max_age=seconds,
    )
