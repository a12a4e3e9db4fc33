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
from jobfair.people.rules import PROOF_GOOD_FOR, Duty, Role
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


class ProveFirst(SignInFirst):
    """The password or code was given too long ago for what is asked."""

    page = "/buktikan"


class SetUpCodeFirst(SignInFirst):
    """This office's organisers need an authenticator, and this one has none yet."""

    page = "/keamanan/autentikator"


def _here(connection: Connection) -> str:
    """Return the address of a page; nothing for a form or a socket, which nobody returns to."""
    if connection.scope.get("method") != "GET":
        return ""
    query = connection.url.query
    return quote(connection.url.path + (f"?{query}" if query else ""), safe="/?=&")


async def signed_in_only(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in everybody who is signed in, also before they have changed their password."""
    if connection.scope.get("user") is None:
        raise SignInFirst(_here(connection))


def _user(connection: Connection, role: Role) -> SignedIn:
    user: SignedIn | None = connection.scope.get("user")
    if user is None:
        raise SignInFirst(_here(connection))
    if user.role is not role:
        raise NotFound
    if user.must_change_password:
        raise ChangePasswordFirst(_here(connection))
    return user


def _only(role: Role) -> Guard:
    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        _user(connection, role)

    return guard


def _with_duty(*, reading: frozenset[Duty], acting: frozenset[Duty]) -> Guard:
    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        user = _user(connection, Role.ORGANISER)
        services = connection.app.state.services
        if services.organisers_need_code and user.totp_at is None:
            raise SetUpCodeFirst("")
        reads = connection.scope.get("method", "GET") in SAFE_METHODS
        if user.duty not in (reading if reads else acting):
            raise NotAllowed("Tugas Anda di kantor ini tidak mencakup hal itu. Minta panitia.")

    return guard


async def proved_recently(connection: Connection, _: BaseRouteHandler) -> None:
    """Ask for the password or a code again where many people's data leave at once."""
    user: SignedIn | None = connection.scope.get("user")
    services = connection.app.state.services
    now = services.clock.now()
    if user and (user.proved_at is None or now - user.proved_at > PROOF_GOOD_FOR):
        raise ProveFirst(_here(connection))


applicants_only = _only(Role.APPLICANT)
reviewers_only = _only(Role.REVIEWER)
ANY, COMMITTEE = frozenset(Duty), frozenset({Duty.COMMITTEE})
COUNTER = COMMITTEE | {Duty.COUNTER}
organisers_only = _with_duty(reading=COMMITTEE | {Duty.OBSERVER}, acting=COMMITTEE)
any_organiser = _with_duty(reading=ANY, acting=frozenset())
counter_only = _with_duty(reading=COUNTER, acting=COUNTER)
committee_only = _with_duty(reading=COMMITTEE, acting=COMMITTEE)


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
