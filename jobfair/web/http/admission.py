"""Load shedding: the layer around all pages and forms.

A request that would wait too long is refused at once, before its session is looked up and before
anything is written, with a page that tries again by itself. A request that has begun is never
abandoned. A form takes a slot only when the whole of it is here, and gives it back when the answer
begins, so neither slow senders nor slow readers hold up others.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Send

from jobfair.errors import retry_after
from jobfair.intake.door import Door
from jobfair.web.http.admission_queue import AdmissionQueue, PriorityClass
from jobfair.web.http.guards import SAFE_METHODS
from jobfair.web.http.headers import send_answer

OPEN_PATHS = ("/static/", "/livez", "/readyz", "/metrics")
"""For monitoring, and for files that cost next to nothing."""
SENT = "sent_form"
"""Key of the scope under which the whole body of a form is found again."""
APPLYING = re.compile(r"/([^/]+)/lowongan/[^/]+/lamar")
ARRIVAL = "arrival"
"""Key of the scope of an application for the instant at which it was all here: its wait for
a slot must not count against it at the closing instant."""
GIVE_BACK = "give_back"
"""Key of the scope for what gives the slot of a request back before it is answered: one that waits
for a printer must not keep others from beginning."""
PAPER = re.compile(r"/[^/]+/[a-z-]+\.(?:pdf|csv)")
PAPERS_AT_ONCE = 2
PAPERS_WAITING = 20
"""Papers of closed fairs are read and sent two at a time, and few wait for that, so that pages and
forms never have more than two of them before themselves."""
BODY_WITHIN = 20.0
"""Seconds for the whole of a form to arrive."""


class Admission(ASGIMiddleware):
    """Lets requests begin one after another, forms before pages, or refuses them at once."""

    scopes = (ScopeType.HTTP,)

    def __init__(
        self,
        line: AdmissionQueue,
        busy_page: Callable[[Any, int], str],
        *,
        body_limit: int,
        door: Door,
    ) -> None:
        self._line = line
        self._busy_page = busy_page
        self._body_limit = body_limit
        self._door = door
        self._papers = asyncio.Semaphore(PAPERS_AT_ONCE)
        self._papers_waiting = 0

    async def handle(self, scope: Any, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer with the application, or with the page for crowded moments."""
        if scope["path"].startswith(OPEN_PATHS):
            await next_app(scope, receive, send)
            return
        lane = self._line.pages
        if scope["method"] not in SAFE_METHODS:
            lane = self._line.forms
            read = await self._read(scope, receive, send)
            if read is None:
                return
            receive = read
        with ExitStack() as until_answered:
            if not await self._may_begin(scope, lane, until_answered):
                await self._refuse(scope, send)
                return
            scope[GIVE_BACK] = until_answered.close

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    until_answered.close()
                await send(message)

            if lane is self._line.forms and SENT not in scope:  # an upload that is under way
                until_answered.close()
            await next_app(scope, receive, sending)

    async def _may_begin(self, scope: Any, lane: PriorityClass, until_answered: ExitStack) -> bool:
        """Wait for a slot and give it back with ``until_answered``; False at once if it is full."""
        if SENT in scope and APPLYING.fullmatch(scope["path"]):
            scope[ARRIVAL] = until_answered.enter_context(self._door.arrival())
            if self._door.is_full:
                lane.refused += 1
                return False
        if PAPER.fullmatch(scope["path"]):
            if self._papers_waiting >= PAPERS_WAITING:
                return False
            self._papers_waiting += 1
            try:
                await self._papers.acquire()
            finally:
                self._papers_waiting -= 1
            until_answered.callback(self._papers.release)
        if not await self._line.enter(lane):
            return False
        until_answered.callback(self._line.leave)
        return True

    async def _read(self, scope: Any, receive: Receive, send: Send) -> Receive | None:
        """Read a form to its end and return a ``receive`` that replays it; None if it never came.

        One that is too large is read no further: the application refuses it.
        """
        body, more, given = b"", True, False
        try:
            async with asyncio.timeout(BODY_WITHIN):
                while more and len(body) <= self._body_limit:
                    message = await receive()
                    if message["type"] != "http.request":
                        return None
                    body += message["body"]
                    more = message["more_body"]
        except TimeoutError:
            await self._refuse(scope, send, 408, (b"connection", b"close"))
            return None
        if not more and len(body) <= self._body_limit:
            scope[SENT] = body

        async def again() -> Any:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": more}

        return again

    async def _refuse(
        self, scope: Any, send: Send, status: int = 503, *more: tuple[bytes, bytes]
    ) -> None:
        seconds = retry_after()
        body = self._busy_page(scope, seconds).encode()
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"retry-after", b"%d" % seconds),
            *more,
        ]
        await send_answer(send, status, headers, body)
