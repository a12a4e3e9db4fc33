"""Choosing the store a setting speaks of."""

from pathlib import Path
from urllib.parse import urlsplit

from jobfair.store import Store
from jobfair.store.folder import FolderStore
from jobfair.store.signing import Access


def open_store(place: str, *, access: str, secret: str, region: str) -> Store:
    """Return the bucket at an address, or the folder of a path. Nothing is asked of it yet."""
    if urlsplit(place).scheme in ("http", "https"):
        from jobfair.store.s3 import S3Store  # noqa: PLC0415 - its client costs 0.1 s of every start

        return S3Store(place, Access(access, secret, region))
    return FolderStore(Path(place))
