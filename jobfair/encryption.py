"""AES-256-GCM in one envelope: a version, a random nonce, the encrypted bytes with their tag.

What is encrypted for one context (a row and column, or a name) opens in no other.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32


class DecryptionFailed(Exception):
    """These are not the bytes that were encrypted: changed, cut, or of another key or context."""


def new_key() -> bytes:
    """Return a random key."""
    return secrets.token_bytes(KEY_BYTES)


def encrypted_size(size: int) -> int:
    """Return how many bytes ``size`` bytes are once they are encrypted."""
    return len(VERSION) + NONCE_BYTES + size + TAG_BYTES


def encrypt(data: bytes, *, key: bytes, context: str) -> bytes:
    """Return ``data`` encrypted; it opens with the same key and in the same context only."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, data, context.encode())


def decrypt(sealed: bytes, *, key: bytes, context: str) -> bytes:
    """Return what was encrypted, or raise :class:`DecryptionFailed`."""
    nonce = sealed[1 : 1 + NONCE_BYTES] if sealed.startswith(VERSION) else b""
    try:
        return AESGCM(key).decrypt(nonce, sealed[1 + NONCE_BYTES :], context.encode())
    except (InvalidTag, ValueError):  # ValueError: no nonce, so it was never encrypted
        raise DecryptionFailed from None
