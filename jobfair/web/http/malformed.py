"""Requests that no browser sends: refused before anything reads them.

A NUL in an address is no text PostgreSQL takes, and a broken Host breaks every function that
parses the address of a request. Refusing them in one place keeps each page from checking again.
"""

import re
from typing import Any

from jinja2 import Environment
from litestar.types import ASGIApp, Receive, Scope, Send

from jobfair.clock import WIB
from jobfair.errors import JobFairError
from jobfair.web.http.errors import BY_STATUS
from jobfair.web.http.headers import encoded, send_page
from jobfair.web.http.overload import language_in
from jobfair.web.http.templating import render
from jobfair.wording.language import LANGUAGES
from jobfair.wording.sentences import sentence

HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
HIGHEST_PORT = 65535
CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def is_host(value: bytes) -> bool:
    """Tell whether this is a host name or an address, with or without a port."""
    found = HOST.fullmatch(value)
    return found is not None and int(found[1] or 0) <= HIGHEST_PORT


def is_malformed(scope: Scope) -> bool:
    """Tell whether the address or the Host of a request cannot be what a browser sends."""
    query = scope["query_string"]
    if CONTROL.search(scope["path"]) or b"%00" in query or b"\x00" in query:
        return True
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    needed = scope.get("http_version") == "1.1"
    return not needed <= len(hosts) <= 1 or not all(map(is_host, hosts))


class RefuseMalformed:
    """The outermost layer: answers malformed requests and sockets with 400, others pass."""

    def __init__(
        self, next_app: ASGIApp, environment: Environment, *, headers: dict[str, str]
    ) -> None:
        self._next = next_app
        self._headers = encoded(headers)
        self._pages = {
            lang: render(
                environment,
                "refusal.html",
                lang=lang,
                zone=WIB,
                message=sentence(JobFairError(BY_STATUS[400]), lang, WIB),
                code=400,
                account=None,
                fair=None,
                form_token="",
                here="/",
                path="/",
            ).encode()
            for lang in LANGUAGES
        }

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass on what is well formed."""
        if scope["type"] == "lifespan" or not is_malformed(scope):
            await self._next(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4400, "reason": ""})
        else:
            body = self._pages[language_in(scope["headers"])]
            await send_page(send, 400, body, self._headers, head=scope["method"] == "HEAD")
