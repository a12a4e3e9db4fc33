"""Personal values at rest: encrypted, with a keyed index for equality.

Why a plain hash of a NIK would not do: with district and birth date known, 120 candidates are
left (UU 27/2022; the reasoning is in ``docs/data-protection.md``). Keys live outside the
database, in a file that only the server's user may read.
"""

import hmac
import json
import os
import stat
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jobfair.encryption import KEY_BYTES, DecryptionFailed, decrypt, encrypt, new_key
from jobfair.errors import Misconfigured

UNOPENED = "Data tersegel tidak dapat dibuka. Periksa apakah berkas kunci yang dipakai benar."


class PersonalKey:
    """The key of one person's data, good for values of this person only; keep it for a request."""

    def __init__(self, key: bytes, person: str) -> None:
        self._key = key
        self.person = person

    def __repr__(self) -> str:
        """Never show a key."""
        return "PersonalKey(...)"

    def seal(self, value: object, *, what: str) -> bytes:
        """Return a JSON value encrypted; it opens as the same thing of the same person only."""
        data = json.dumps(value, ensure_ascii=False).encode()
        return encrypt(data, key=self._key, context=f"{what}:{self.person}")

    def unseal(self, sealed: bytes, *, what: str) -> Any:
        """Return the value that was sealed.

        Raises:
            Misconfigured: it is another person's, another thing, or was changed.

        """
        try:
            return json.loads(decrypt(sealed, key=self._key, context=f"{what}:{self.person}"))
        except DecryptionFailed:
            raise Misconfigured(UNOPENED) from None

    def wrapped(self, wrapping: bytes) -> bytes:
        """Return this key encrypted under another."""
        return encrypt(self._key, key=wrapping, context=f"person:{self.person}")


class Keys:
    """Everything derived from one root key; ``repr`` shows nothing of it."""

    def __init__(self, root: bytes) -> None:
        def derive(label: bytes) -> bytes:
            return HKDF(hashes.SHA256(), 32, salt=None, info=label).derive(root)

        self._seal = derive(b"jobfair seal v1")
        self._wrapping = derive(b"jobfair person keys v1")
        self._index = derive(b"jobfair blind index v1")
        self._token = derive(b"jobfair form token v1")
        self._signer = Ed25519PrivateKey.from_private_bytes(derive(b"jobfair record signature v1"))

    def __repr__(self) -> str:
        """Never show a key."""
        return "Keys(...)"

    def seal(self, text: str, *, context: str) -> bytes:
        """Return ``text`` encrypted; it opens only with the same ``context`` (row and column)."""
        return encrypt(text.encode(), key=self._seal, context=context)

    def unseal(self, sealed: bytes, *, context: str) -> str:
        """Return the text sealed for ``context``.

        Raises:
            Misconfigured: another key, or a value moved from another row.

        """
        try:
            return decrypt(sealed, key=self._seal, context=context).decode()
        except DecryptionFailed:
            raise Misconfigured(UNOPENED) from None

    def new_person(self, person: str) -> PersonalKey:
        """Return a random key for a person who has none yet."""
        return PersonalKey(new_key(), person)

    def wrap(self, personal: PersonalKey) -> bytes:
        """Return a person's key as it is stored. Deleting every copy of it forgets the person."""
        return personal.wrapped(self._wrapping)

    def person(self, wrapped: bytes, person: str) -> PersonalKey:
        """Return the key of a person as it was wrapped.

        Raises:
            Misconfigured: another root key, or another person's.

        """
        try:
            key = decrypt(wrapped, key=self._wrapping, context=f"person:{person}")
        except DecryptionFailed:
            raise Misconfigured(UNOPENED) from None
        return PersonalKey(key, person)

    def blind_index(self, text: str) -> bytes:
        """Return 32 bytes that are equal for equal texts and tell nothing without the key."""
        return hmac.digest(self._index, text.encode(), sha256)

    def sign(self, message: bytes) -> str:
        """Return the Ed25519 signature of a message, in hexadecimal."""
        return self._signer.sign(message).hex()

    @property
    def public_key(self) -> str:
        """The public half of the signing key, in hexadecimal: with it alone anybody can verify."""
        return self._signer.public_key().public_bytes_raw().hex()

    def form_token(self, cookie: str) -> str:
        """Return the token a form must carry when its browser holds ``cookie``."""
        return hmac.new(self._token, cookie.encode(), sha256).hexdigest()


def is_signed_by(public_key: str, signature: str, message: bytes) -> bool:
    """Tell whether a message was signed with the private half of ``public_key``."""
    try:
        known = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        known.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def make_key_file(path: Path) -> None:
    """Write a new root key, readable by its owner only. An existing file is an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(new_key().hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    _keep_name(path)


def replace_key_file(path: Path, new: Path) -> None:
    """Put ``new`` in the place of ``path``, in one step that outlives a power cut."""
    new.replace(path)
    _keep_name(path)


def _keep_name(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def read_keys(path: Path) -> Keys:
    """Read the root key.

    Raises:
        Misconfigured: the file is missing, open to others, or not a key.

    """
    if not path.is_file():
        raise Misconfigured(
            "Berkas kunci %(path)s tidak ada. Jalankan `jobfair migrate` untuk pemasangan baru, "
            "atau pulihkan berkas itu dari cadangan.",
            path=path,
        )
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Misconfigured(
            "Berkas kunci %(path)s dapat dibaca pengguna lain. Jalankan: chmod 600 %(path)s",
            path=path,
        )
    try:
        root = bytes.fromhex(path.read_text("ascii").strip())
    except PermissionError:
        raise Misconfigured(
            "Berkas kunci %(path)s tidak dapat dibaca. Jalankan server sebagai pemilik berkas itu.",
            path=path,
        ) from None
    except ValueError:
        root = b""
    if len(root) != KEY_BYTES:
        raise Misconfigured(
            "Berkas kunci %(path)s tidak berisi kunci 256 bit (64 angka heksadesimal).", path=path
        )
    return Keys(root)
