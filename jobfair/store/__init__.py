"""Where the bytes of documents are kept: a folder of this machine, or an S3-compatible service.

Both get encrypted bytes under random names and know nothing else: whose they are, and which of
them are still needed, stands in the database. Each document has a key of its own, and that key,
encrypted, stands in its row: deleting the row makes every copy of the bytes unreadable.
"""

import re
from typing import Protocol

NAME = re.compile(r"[0-9a-f]{32}")


class ObjectNotFound(Exception):
    """There is nothing under this name."""


class StoreUnavailable(Exception):
    """The store cannot do its work now: no answer, no room. Says why, for the log."""


class StoreMisconfigured(StoreUnavailable):
    """The store will not do its work as it is set up: no such bucket, no right, wrong secret."""


class Store(Protocol):
    """Bytes by name. Each of the verbs can be repeated without harm."""

    async def put(self, name: str, data: bytes) -> None:
        """Store ``data`` durably: a power cut after the return loses nothing."""

    async def get(self, name: str) -> bytes:
        """Return what is stored, or raise ``ObjectNotFound`` or ``StoreUnavailable``."""

    async def size(self, name: str) -> int:
        """Return how many bytes are stored, without fetching them; ``ObjectNotFound`` if none."""

    async def delete(self, name: str) -> None:
        """Remove it, if it is there. Raises ``StoreUnavailable``."""

    async def check(self) -> None:
        """Raise ``StoreUnavailable`` when the other verbs would."""

    async def close(self) -> None:
        """Give back connections."""


def checked(name: str) -> str:
    """Return a name fit for a path; the database makes no other."""
    if not NAME.fullmatch(name):
        raise ValueError("not the name of a document")
    return name
