"""Who may come in. What somebody may not see answers like what does not exist.

Guards are coroutines although they wait for nothing: one that is not would be run in another
thread, for every request.
"""

import hmac
from typing import Any
from urllib.parse import quote

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard

from jobfair.errors import NotAllowed, NotFound
from jobfair.people.queries import SignedIn
from jobfair.people.rules import Role
from jobfair.web.http.headers import Headers, header

Connection = ASGIConnection[Any, Any, Any, Any]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_FIELD = "_token"  # noqa: S105 - the name of a form field
GUESTS_KEEP_DRAFTS = "guests_keep_drafts"
READS_ITSELF = "reads_itself"
MALFORMED = "malformed"
"""Key of the scope of a request that is refused before anything of it is read."""
PATH_LONGEST = 500
TOKEN_HEADER = "x-form-token"  # noqa: S105


class SignInFirst(Exception):
    """Nobody is signed in; from ``page`` people go on to ``onward``."""

    page = "/masuk"

    def __init__(self, onward: str) -> None:
        super().__init__(onward)
        self.onward = onward


class ChangePasswordFirst(SignInFirst):
    """Somebody else has set the password; when it is changed, people go on to ``onward``."""

    page = "/sandi"


def here(connection: Connection) -> str:
    """Return path and query of a page, for links that come back to it."""
    query = connection.url.query
    return connection.url.path + (f"?{query}" if query else "")


def onward(connection: Connection) -> str:
    """Return where a page is led back to; nothing for a form or a socket."""
    return quote(here(connection), safe="/?=&") if connection.scope.get("method") == "GET" else ""


async def signed_in_only(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in everybody who is signed in, also before they have changed their password."""
    if connection.scope.get("user") is None:
        raise SignInFirst(onward(connection))


def signed_in_as(connection: Connection, role: Role) -> SignedIn:
    """Return who is signed in with this role and a password of their own; others are sent away."""
    user: SignedIn | None = connection.scope.get("user")
    if user is None:
        raise SignInFirst(onward(connection))
    if user.role is not role:
        raise NotFound
    if user.must_change_password:
        raise ChangePasswordFirst(onward(connection))
    return user


def _only(role: Role) -> Guard:
    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        signed_in_as(connection, role)

    return guard


applicants_only = _only(Role.APPLICANT)
reviewers_only = _only(Role.REVIEWER)


def _has_other_origin(headers: Headers) -> bool:
    host = header(headers, b"host")
    return header(headers, b"origin", f"://{host}").partition("://")[2] != host


def is_foreign(headers: Headers) -> bool:
    """Tell whether another site's page made this request."""
    site = header(headers, b"sec-fetch-site", "none")
    return site not in ("same-origin", "none") or _has_other_origin(headers)


def local_path(text: str) -> str | None:
    """Return a path on this site fit for a Location header, or None for anything else.

    ``//host``, schemes, backslashes and control characters would lead elsewhere.
    """
    if not text.startswith("/") or text.startswith("//") or len(text) > PATH_LONGEST:
        return None
    if any(char == "\\" or char < " " or char == "\x7f" for char in text):
        return None
    return quote(text, safe="/?=&%+,:;@!$'()*~#")


async def every_request(connection: Connection, handler: BaseRouteHandler) -> None:
    """Stand before all pages, forms and sockets: one guard, for each costs a copy of the handler.

    Sockets of another site's page are refused (they would carry our cookie), and so are unsafe
    requests that do not come from a form of ours in this very browser. For these there are two
    independent checks: where the browser says the request comes from, and a token bound to the
    browser's own cookie. A handler marked with ``GUESTS_KEEP_DRAFTS`` does nothing for guests but
    keep what they typed in their own browser, so that somebody whose sign-in has run out loses
    nothing; there the first check is enough. One marked with ``READS_ITSELF`` takes a file: it
    looks at the token while it reads (:func:`jobfair.web.http.uploads.read_upload`).

    Raises:
        NotAllowed: a form that is not ours. DBAPIError, NoConnection: nobody can be recognised.
        ClientException: no browser sends such a request.

    """
    scope = connection.scope
    if scope.get(MALFORMED):
        raise ClientException
    trouble = scope.get("auth_error")  # what kept the authentication middleware from asking
    if isinstance(trouble, Exception):
        raise trouble
    if scope["type"] == ScopeType.WEBSOCKET:
        if _has_other_origin(scope["headers"]):
            raise PermissionDeniedException("foreign origin")
        return
    if scope["method"] in SAFE_METHODS:
        return
    if is_foreign(scope["headers"]):
        raise NotAllowed("Permintaan ini datang dari situs lain dan tidak dijalankan.")
    keeps_a_draft = scope.get("user") is None and handler.opt.get(GUESTS_KEEP_DRAFTS)
    if keeps_a_draft or handler.opt.get(READS_ITSELF):
        return
    given = connection.headers.get(TOKEN_HEADER, "")
    if not given:
        form = await connection.form()  # type: ignore[attr-defined]  # unsafe: a Request
        given = str(form.get(TOKEN_FIELD, ""))
    check_token(connection, given)


def check_token(connection: Connection, given: str) -> None:
    """Raise ``NotAllowed`` unless ``given`` is the token of this very browser's forms."""
    cookie = str(connection.scope.get("form_cookie", ""))
    expected: str = connection.app.state.services.keys.form_token(cookie)
    if not cookie or not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise NotAllowed(
            "Halaman Anda terbuka terlalu lama. Kembali ke halaman sebelumnya, muat ulang, lalu "
            "kirim lagi; isian Anda masih ada di sana."
        )
