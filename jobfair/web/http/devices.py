"""Browsers an account has signed in from before: a signed cookie that outlives the session.

It proves nothing but that the password was once known here, and opens nothing by itself: such a
browser is only not held up when strangers try the account's name elsewhere. It is bound to the
stored password, so a new password makes every older cookie worthless. Only the very text that was
signed is known: tries are counted by it.
"""

import hmac
from datetime import datetime, timedelta

from litestar.datastructures import Cookie

from jobfair.keys import Keys

DEVICE_COOKIE = "__Secure-kenal"
"""Sent to the sign-in page only, so that public pages stay the same for everybody."""
KNOWN_FOR = timedelta(days=180)


def _signed(since: str, keys: Keys, account_id: int, password_hash: str | None) -> str:
    index = keys.blind_index(f"device:{account_id}:{since}:{password_hash or ''}")
    return f"{since}.{index.hex()}"


def device_cookie(
    keys: Keys, *, account_id: int, password_hash: str | None, now: datetime
) -> Cookie:
    """Return the cookie of a browser that has just signed in."""
    return Cookie(
        key=DEVICE_COOKIE,
        value=_signed(str(int(now.timestamp())), keys, account_id, password_hash),
        path="/masuk",
        secure=True,
        httponly=True,
        samesite="lax",
        max_age=int(KNOWN_FOR.total_seconds()),
    )


def is_known_device(
    value: str, keys: Keys, *, account_id: int, password_hash: str | None, now: datetime
) -> bool:
    """Tell whether this account has signed in from this browser with its present password."""
    since = value.partition(".")[0]
    signed = _signed(since, keys, account_id, password_hash)
    if not hmac.compare_digest(value.encode("utf-8", "replace"), signed.encode("utf-8", "replace")):
        return False
    return timedelta(0) <= now - datetime.fromtimestamp(int(since), now.tzinfo) <= KNOWN_FOR
