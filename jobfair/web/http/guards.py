"""Who may come in. What somebody may not see answers like what does not exist.

Guards are coroutines although they wait for nothing: one that is not would be run in another
thread, for every request.
"""

import hmac
from typing import Any
from urllib.parse import quote

from litestar.connection import ASGIConnection
from litestar.exceptions import ClientException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

from jobfair.errors import NotAllowed, NotFound
from jobfair.people.rules import Role
from jobfair.web.http.dependencies import Services, SignedIn

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
    """Nobody is signed in; after signing in, people go on to ``onward``."""

    def __init__(self, onward: str) -> None:
        super().__init__(onward)
        self.onward = onward


class ChangePasswordFirst(Exception):
    """Somebody else has set the password; when it is changed, people go on to ``onward``."""

    def __init__(self, onward: str) -> None:
        super().__init__(onward)
        self.onward = onward


def _here(connection: Connection) -> str:
    query = connection.url.query
    return quote(connection.url.path + (f"?{query}" if query else ""), safe="/?=&")


def _only(connection: Connection, role: Role) -> None:
    user: SignedIn | None = connection.scope.get("user")
    onward = _here(connection) if connection.scope.get("method") == "GET" else ""
    if user is None:
        raise SignInFirst(onward)
    if user.role is not role:
        raise NotFound
    if user.must_change_password:
        raise ChangePasswordFirst(onward)


async def signed_in_only(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in everybody who is signed in, also before they have changed their password."""
    if connection.scope.get("user") is None:
        raise SignInFirst(_here(connection) if connection.scope.get("method") == "GET" else "")


async def applicants_only(connection: Connection, _: BaseRouteHandler) -> None:
    """Let applicants in."""
    _only(connection, Role.APPLICANT)


async def reviewers_only(connection: Connection, _: BaseRouteHandler) -> None:
    """Let reviewers of a company in."""
    _only(connection, Role.REVIEWER)


async def organisers_only(connection: Connection, _: BaseRouteHandler) -> None:
    """Let organisers of an office in."""
    _only(connection, Role.ORGANISER)


def _foreign(connection: Connection) -> bool:
    """Tell whether another site's page made this request."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    return _other_origin(connection)


def _other_origin(connection: Connection) -> bool:
    origin = connection.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != connection.headers.get("host")


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

    Raises:
        NotAllowed: a form that is not ours. DBAPIError, NoConnection: nobody can be recognised.
        ClientException: no browser sends such a request.

    """
    if connection.scope.get(MALFORMED):
        raise ClientException
    raise_auth_error(connection)
    await own_forms_only(connection, handler)


def raise_auth_error(connection: Connection) -> None:
    """Raise the error that kept the authentication middleware from reading the session."""
    trouble = connection.scope.get("auth_error")
    if isinstance(trouble, Exception):
        raise trouble


async def own_forms_only(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse unsafe requests that do not come from a form of ours in this very browser.

    Two independent checks: where the browser says the request comes from, and a token bound to
    the browser's own cookie. A handler marked with ``GUESTS_KEEP_DRAFTS`` does nothing for
    guests but keep what they typed in their own browser, so that somebody whose sign-in has run
    out loses nothing; there the first check is enough. One marked with ``READS_ITSELF`` takes a
    file: it looks at the token while it reads (:func:`jobfair.web.http.uploads.read_upload`).
    """
    if connection.scope.get("method", "GET") in SAFE_METHODS or "method" not in connection.scope:
        return
    if _foreign(connection):
        raise NotAllowed("Permintaan ini datang dari situs lain dan tidak dijalankan.")
    if connection.scope.get("user") is None and handler.opt.get(GUESTS_KEEP_DRAFTS):
        return
    if handler.opt.get(READS_ITSELF):
        return
    given = connection.headers.get(TOKEN_HEADER, "")
    if not given:
        form = await connection.form()  # type: ignore[attr-defined]  # unsafe: a Request
        given = str(form.get(TOKEN_FIELD, ""))
    check_token(connection, given)


def check_token(connection: Connection, given: str) -> None:
    """Raise ``NotAllowed`` unless ``given`` is the token of this very browser's forms."""
    services: Services = connection.app.state.services
    cookie = connection.scope.get("form_cookie", "")
    expected = services.keys.form_token(str(cookie))
    if not cookie or not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise NotAllowed(
            "Halaman Anda terbuka terlalu lama. Kembali ke halaman sebelumnya, muat ulang, lalu "
            "kirim lagi; isian Anda masih ada di sana."
        )


async def same_origin_socket(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse sockets opened by another site's page (they would carry our cookie)."""
    if _other_origin(connection):
        raise PermissionDeniedException("foreign origin")
