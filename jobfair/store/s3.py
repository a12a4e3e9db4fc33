"""Documents in a bucket of an S3-compatible service, over plain HTTP verbs, path style.

Four verbs and the look at the bucket are all that is asked, so no SDK stands between: any
service that speaks Signature Version 4 will do.
"""

import logging
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from jobfair.store import ObjectNotFound, StoreMisconfigured, StoreUnavailable, checked
from jobfair.store.signing import Access, canonical_path, sign

logging.getLogger("httpx").setLevel(logging.WARNING)  # or it tells of every single request
TIMEOUT = httpx.Timeout(30.0, connect=3.0)
TRIES = 2
"""Every verb can be repeated: a connection that broke is tried once more."""
CODE = re.compile(r"<Code>(\w+)</Code>")
UNCOMPRESSED = {"accept-encoding": "identity"}
"""Encrypted bytes do not compress, and the length told must be the stored one."""
FOUND = frozenset({200, 201, 204})
SERVER_FAULT = 500


class S3Store:
    """A bucket at ``address``, ``https://host[:port]/bucket[/folder]``."""

    def __init__(self, address: str, access: Access) -> None:
        parts = urlsplit(address)
        self._root = f"{parts.scheme}://{parts.netloc}"
        self._host = parts.netloc
        self._folder = "/" + parts.path.strip("/")
        self._bucket = "/" + parts.path.strip("/").split("/")[0]
        self._access = access
        self._client = httpx.AsyncClient(
            timeout=TIMEOUT, headers=UNCOMPRESSED, follow_redirects=False
        )

    async def put(self, name: str, data: bytes) -> None:
        """Store the bytes; the digest of all of them is part of the signature."""
        answer = await self._ask("PUT", self._path(name), data)
        self._expect(answer)

    async def get(self, name: str) -> bytes:
        """Return the bytes."""
        answer = await self._ask("GET", self._path(name))
        if answer.status_code == httpx.codes.NOT_FOUND and _code(answer) != "NoSuchBucket":
            raise ObjectNotFound(name)
        self._expect(answer)
        return answer.content

    async def size(self, name: str) -> int:
        """Return how many bytes are kept; a 404 to HEAD has no words, so the bucket is asked."""
        answer = await self._ask("HEAD", self._path(name))
        if answer.status_code == httpx.codes.NOT_FOUND:
            await self.check()
            raise ObjectNotFound(name)
        self._expect(answer)
        told: str = answer.headers.get("content-length", "")
        if not told.isdecimal():
            raise StoreMisconfigured("s3: no length")
        return int(told)

    async def delete(self, name: str) -> None:
        """Remove the object."""
        answer = await self._ask("DELETE", self._path(name))
        if answer.status_code != httpx.codes.NOT_FOUND or _code(answer) == "NoSuchBucket":
            self._expect(answer)

    async def check(self) -> None:
        """Look at the bucket."""
        self._expect(await self._ask("HEAD", self._bucket))

    async def close(self) -> None:
        """Give back connections."""
        await self._client.aclose()

    def _path(self, name: str) -> str:
        return f"{self._folder}/{checked(name)}"

    def _expect(self, answer: httpx.Response) -> None:
        if answer.status_code not in FOUND:
            raise StoreMisconfigured(f"s3: {answer.status_code} {_code(answer)}".strip())

    async def _ask(self, method: str, path: str, body: bytes = b"") -> httpx.Response:
        trouble = ""
        for _ in range(TRIES):
            headers = sign(
                self._access,
                method=method,
                path=path,
                headers={"host": self._host},
                body=body,
                now=datetime.now(UTC),
            )
            try:
                answer = await self._client.request(
                    method, self._root + canonical_path(path), headers=headers, content=body
                )
            except httpx.TransportError as error:
                trouble = type(error).__name__
                continue
            if answer.status_code < SERVER_FAULT:
                return answer
            trouble = str(answer.status_code)
        raise StoreUnavailable(f"s3: {trouble}")


def _code(answer: httpx.Response) -> str:
    found = CODE.search(answer.text[:2000])
    return found[1] if found else ""
