"""Who is asking: the session cookie becomes ``scope["user"]``, for pages and sockets alike.

This stands around the router, where no exception handler reaches: when the database cannot be
asked, nobody is signed in and ``scope["auth_error"]`` says why; the first guard raises it.
"""

import asyncio
import logging
import secrets
from datetime import datetime
from functools import partial
from typing import Any

from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from jobfair.db import DBAPIError, NoConnection
from jobfair.people.actions import resolve_session, touch_sessions
from jobfair.web.http.dependencies import Services, SignedIn

log = logging.getLogger(__name__)
SESSION_COOKIE = "__Host-sesi"
GUEST_COOKIE = "__Host-tamu"
"""Binds the forms of people who are not signed in; set only on the pages below."""
GUEST_FORMS = ("/masuk", "/daftar", "/lupa", "/undangan")


def host_cookie(name: str, value: str, *, keep: bool = True) -> Cookie:
    """Return a cookie bound to this host; with ``keep`` false, one that ends it."""
    return Cookie(
        key=name,
        value=value,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
        max_age=None if keep else 0,
    )


def _cookies(scope: Scope) -> dict[str, str]:
    text = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"cookie"), "")
    pairs = (part.split("=", 1) for part in text.split(";") if "=" in part)
    return {name.strip(): value.strip() for name, value in pairs}


class AuthenticationMiddleware(ASGIMiddleware):
    """Sets ``user`` (:class:`SignedIn` or None), ``session_token`` and ``form_cookie``.

    Whose password was right and whose authenticator's code is still missing is not ``user``, but
    stands in ``awaits_code``.
    """

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._storing = asyncio.Lock()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Look the cookie up; an unknown or expired one is simply nobody."""
        services: Services = scope["litestar_app"].state.services
        cookies = _cookies(scope)
        token = cookies.get(SESSION_COOKIE, "")
        state: Any = scope
        state["user"], state["awaits_code"], state["auth_error"] = None, None, None
        try:
            state["user"] = await self._who(services, token) if token else None
        except (DBAPIError, NoConnection) as trouble:
            state["auth_error"] = trouble
        if state["user"] is not None and state["user"].awaits_code:
            state["user"], state["awaits_code"] = None, state["user"]
        state["session_token"] = token
        state["form_cookie"] = token if state["user"] else cookies.get(GUEST_COOKIE, "")
        if not state["form_cookie"] and scope["path"].startswith(GUEST_FORMS):
            send = self._with_guest_cookie(state, send)
        await next_app(scope, receive, send)

    async def _who(self, services: Services, token: str) -> SignedIn | None:
        now = services.clock.now()
        found = await resolve_session(services.database.lookup, token=token, now=now)
        if found is None:
            return None
        user, is_stale = found
        if is_stale:
            await self._keep_awake(services, token, now)
        return user

    async def _keep_awake(self, services: Services, token: str, now: datetime) -> None:
        """Store that the browser was seen; all who come meanwhile share one commit.

        When that cannot be stored, people may still read: they are asked again next time.
        """
        self._seen.add(token)
        async with self._storing:
            if token in self._seen:
                seen, self._seen = self._seen, set()
                try:
                    await services.database.write(partial(touch_sessions, tokens=seen, now=now))
                except (DBAPIError, NoConnection) as error:
                    log.warning("%d browsers seen, not stored: %s", len(seen), type(error).__name__)

    def _with_guest_cookie(self, state: Any, send: Send) -> Send:
        state["form_cookie"] = secrets.token_urlsafe(24)
        cookie = host_cookie(GUEST_COOKIE, state["form_cookie"]).to_header(header="")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableScopeHeaders.from_message(message).add("Set-Cookie", cookie)
            await send(message)

        return sending
