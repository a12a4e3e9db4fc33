"""A WhatsApp or SMS gateway behind one signed HTTP call; ``docs/operating.md`` describes it."""

import hmac
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import httpx

from jobfair.db.base import canonical_json
from jobfair.mailing.channels import HandOverError, Outgoing
from jobfair.outbox.rules import Channel, Reason

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
ALREADY_TAKEN = 409
TRY_LATER = frozenset({408, 425, 429})
BAD_CONTENT = frozenset({400, 413, 415})
BAD_NUMBER = frozenset({410, 422})
SERVER_FAULT = 500


def signature(key: str, *, at: int, body: bytes) -> str:
    """Return what the gateway compares: HMAC-SHA256 over the instant and the body."""
    return hmac.new(key.encode(), f"{at}.".encode() + body, sha256).hexdigest()


class GatewayTransport:
    """Posts each message to the gateway's address."""

    channel = Channel.GATEWAY

    def __init__(
        self, address: str, key: str, *, per_minute: int, now: Callable[[], datetime]
    ) -> None:
        self._address = address
        self._key = key
        self._now = now
        self.per_minute = per_minute

    async def hand_over(self, outgoing: Outgoing) -> None:
        """Return once the gateway has taken the message, now or at an earlier try."""
        text = f"{outgoing.letter.title}\n\n{outgoing.letter.body}"
        body = canonical_json({"id": outgoing.key, "to": outgoing.to, "text": text}).encode()
        at = int(self._now().timestamp())
        headers = {
            "content-type": "application/json",
            "idempotency-key": outgoing.key,
            "x-jobfair-signature": f"t={at},v1={signature(self._key, at=at, body=body)}",
        }
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT) as client:
                answer = await client.post(self._address, content=body, headers=headers)
        except httpx.ConnectError as error:
            raise HandOverError(Reason.UNREACHABLE) from error
        except httpx.HTTPError as error:
            raise HandOverError(Reason.CUT_OFF) from error
        code = answer.status_code
        if not (answer.is_success or code == ALREADY_TAKEN):
            raise HandOverError(_reason(code), code)


def _reason(code: int) -> Reason:
    if code in TRY_LATER or code >= SERVER_FAULT:
        return Reason.BUSY
    if code in BAD_CONTENT:
        return Reason.CONTENT
    return Reason.ADDRESS if code in BAD_NUMBER else Reason.SENDER
