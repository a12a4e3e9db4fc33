"""AWS Signature Version 4: the proof that a request comes from who knows the secret.

The secret itself is never sent. Made for whole requests whose body is at hand.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Access:
    """Who asks, where: the key's public name, its secret, and the region both sides agree on."""

    name: str
    secret: str = field(repr=False)
    region: str
    service: str = "s3"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), sha256)


def canonical_path(path: str) -> str:
    """Return a path as it is signed and sent: every byte but the unreserved and ``/`` escaped."""
    return quote(path, safe="/~")


def sign(
    access: Access,
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> dict[str, str]:
    """Return ``headers`` (lower case, ``host`` among them) with date, digest and signature.

    ``path`` is unescaped and has no query.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    digest = sha256(body).hexdigest()
    sent = {**headers, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    names = ";".join(sorted(sent))
    request = "\n".join(
        [
            method,
            canonical_path(path),
            "",
            *(f"{name}:{' '.join(sent[name].split())}" for name in sorted(sent)),
            "",
            names,
            digest,
        ]
    )
    scope = f"{stamp[:8]}/{access.region}/{access.service}/aws4_request"
    key = f"AWS4{access.secret}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    to_sign = "\n".join([ALGORITHM, stamp, scope, sha256(request.encode()).hexdigest()])
    signature = _hmac(key, to_sign).hex()
    sent["authorization"] = (
        f"{ALGORITHM} Credential={access.name}/{scope}, SignedHeaders={names}, "
        f"Signature={signature}"
    )
    return sent
