"""Sealing the bytes of one document with a key of its own.

The key stands in the document's row, itself sealed with the root key: a new root key touches rows
only, and deleting the row makes every copy of the bytes unreadable, wherever it lies.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BITS = 256


class DecryptionFailed(Exception):
    """These are not the bytes that were sealed: changed, cut, or another document's."""


def new_key() -> str:
    """Return a random key as text."""
    return AESGCM.generate_key(KEY_BITS).hex()


def sealed_size(size: int) -> int:
    """Return how many bytes ``size`` bytes are once they are sealed."""
    return len(VERSION) + NONCE_BYTES + size + TAG_BYTES


def shut(data: bytes, *, key: str, name: str) -> bytes:
    """Return ``data`` sealed; it opens with the same key and under the same name only."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(bytes.fromhex(key)).encrypt(nonce, data, name.encode())


def unshut(sealed: bytes, *, key: str, name: str) -> bytes:
    """Return what was sealed, or raise :class:`DecryptionFailed`."""
    nonce = sealed[1 : 1 + NONCE_BYTES] if sealed.startswith(VERSION) else b""
    try:
        body = sealed[1 + NONCE_BYTES :]
        return AESGCM(bytes.fromhex(key)).decrypt(nonce, body, name.encode())
    except (InvalidTag, ValueError):
        raise DecryptionFailed from None
