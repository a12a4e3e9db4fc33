"""Where a refusal becomes an HTTP status and a page. Nowhere else."""

import logging
from typing import Any

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from jobfair.clock import WIB
from jobfair.db import Clash, DataError, DBAPIError, NoConnection
from jobfair.db.faults import describe, is_duplicate, is_transient
from jobfair.errors import (
    InternalFault,
    Invalid,
    JobFairError,
    Misconfigured,
    NotAllowed,
    NotFound,
    Overloaded,
    Refused,
    TemporarilyUnavailable,
)
from jobfair.people.rules import TooMany
from jobfair.web.http.guards import SignInFirst
from jobfair.web.http.templating import is_part, language_of, show
from jobfair.wording.sentences import sentence

log = logging.getLogger(__name__)
AnyRequest = Request[Any, Any, Any]

STATUS: dict[type[Exception], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Refused: 409,
    Invalid: 422,
    Overloaded: 503,
    TemporarilyUnavailable: 503,
    Misconfigured: 500,
    InternalFault: 500,
    JobFairError: 400,
    SignInFirst: 403,
    DBAPIError: 503,
    NoConnection: 503,
}
"""Statuses of errors; pages lead the two of the guards to a form."""
CLASH = Refused("clash", "Seseorang melakukan hal yang sama pada saat yang sama. Coba sekali lagi.")
BY_STATUS = {
    400: "Permintaan ini tidak dapat dibaca. Kembali dan coba lagi.",
    404: "Halaman ini tidak ada.",
    405: "Alamat ini tidak menerima permintaan seperti itu. Kembali ke halaman sebelumnya.",
    413: "Isian terlalu besar. Persingkat lalu kirim lagi.",
    415: "Isian ini dikirim dalam bentuk yang tidak dikenal.",
    500: "Ada yang rusak di pihak kami. Data yang sudah diterima tetap aman. Coba lagi sebentar.",
}


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error; too many tries are 429, what nobody foresaw is logged."""
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, Refused) and error.code == "too_many":
        return 429
    for kind, code in STATUS.items():
        if isinstance(error, kind):
            return code
    log.error("unforeseen %s", type(error).__name__, exc_info=error)
    return 500


def show_refusal(request: AnyRequest, error: JobFairError, status: int = 0) -> Response[Any]:
    """Show why not: a notice for htmx, a page for everyone else."""
    if isinstance(error, Overloaded):  # this page keeps an application and sends it again
        page = request.app.state.busy.page(request.scope, error.seconds)
        headers = {"Retry-After": str(error.seconds), "Cache-Control": "no-store"}
        return Response(page, media_type=MediaType.HTML, status_code=503, headers=headers)
    status = status or status_of(error)
    part = "ui/_notice.html" if is_part(request.scope["headers"]) else "refusal.html"
    text = sentence(error, language_of(request), WIB)
    answer = show(request, part, message=text, code=status, status_code=status)
    if isinstance(error, TemporarilyUnavailable | TooMany):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def show_database_trouble(request: AnyRequest, error: DBAPIError | NoConnection) -> Response[Any]:
    """Say that nothing was stored, and when to try again if that can help.

    A value that a column cannot hold is the request's fault (U+0000 on PostgreSQL), and so is what
    another request stored first; any other constraint is a fault of ours.
    """
    if isinstance(error, Clash) and is_duplicate(error):
        return show_refusal(request, CLASH)
    if isinstance(error, DataError):
        return show_refusal(request, JobFairError(BY_STATUS[400]))
    if isinstance(error, NoConnection) or is_transient(error):
        log.error("database trouble: %s", describe(error))
        return show_refusal(request, Overloaded(5))
    log.error("the database can never store this: %s", describe(error))
    return show_refusal(request, InternalFault())


def show_http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Show what the framework refused, in our words and never with its details."""
    status = error.status_code if error.status_code in BY_STATUS else 400
    if "disconnected" in error.detail:
        status = 400  # the sender has gone in the middle of a body: no fault, and no reader
    elif error.status_code >= 500:  # noqa: PLR2004
        status = 500
        log.error("framework error: %s", type(error).__name__)
    answer = show_refusal(request, JobFairError(BY_STATUS[status]), status)
    if allow := (error.headers or {}).get("allow", ""):
        answer.headers["Allow"] = allow.replace("GET", "GET, HEAD")
    return answer


def show_failure(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer for what nobody foresaw: logged by type and place, shown as one sentence."""
    return show_refusal(request, JobFairError(BY_STATUS[500]), status_of(error))


def ask_to_sign_in(_: AnyRequest, error: SignInFirst) -> Response[Any]:
    """Send people to sign in or to change the password; the page leads back."""
    onward = f"?ke={error.onward}" if error.onward else ""
    return Redirect(error.page + onward, status_code=303)


HANDLERS: ExceptionHandlersMap = {
    SignInFirst: ask_to_sign_in,
    JobFairError: show_refusal,
    DBAPIError: show_database_trouble,
    NoConnection: show_database_trouble,
    HTTPException: show_http_error,
    Exception: show_failure,
}
