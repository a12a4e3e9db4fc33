"""One way from a form to its answer: run an act in its transaction, and say what came of it.

A handler says three things: what the act is, which page it was sent from, and where success leads.
What can go wrong is answered here and nowhere else, on that same page, with everything that was
typed still in it:

====================================  ======  ==========================
``Invalid``                           422     the problems at their fields
``Refused``, a duplicate              409     a notice (429 and ``Retry-After``: too many tries)
``Overloaded``, ``TemporarilyUnavailable``  503     a notice, and ``Retry-After``
====================================  ======  ==========================

``NotFound`` and ``NotAllowed`` go on to the pages of ``errors``: there is no form to return to.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

from litestar.response import Redirect, Response, Template

from jobfair.db import Clash, Session
from jobfair.db.faults import is_duplicate
from jobfair.errors import Invalid, JobFairError, Overloaded, Refused, TemporarilyUnavailable
from jobfair.people.rules import TooMany
from jobfair.web.http.dependencies import AnyRequest, Services
from jobfair.web.http.errors import CLASH, status_of
from jobfair.web.http.forms import Form, read_form

T = TypeVar("T")
Page: TypeAlias = Callable[[Form], Awaitable[Template]]
"""Shows the page a form is on: with ``form.given``, ``problems``, ``notice``, ``status_code``."""
Done: TypeAlias = str | Callable[[T], Awaitable[Response[Any]]]
"""Where success leads: an address for 303, or what makes the answer out of the act's result."""


async def perform(
    request: AnyRequest,
    act: Callable[[Session, Form], Awaitable[T]],
    *,
    page: Page,
    done: Done[T],
) -> Response[Any]:
    """Read the form, run ``act`` in one writing transaction, and answer.

    The transaction is committed before ``done`` is asked; an act that raises leaves no trace.
    """

    async def prepared(form: Form) -> Callable[[Session], Awaitable[T]]:
        return lambda session: act(session, form)

    return await perform_prepared(request, prepared, page=page, done=done)


async def perform_prepared(
    request: AnyRequest,
    prepare: Callable[[Form], Awaitable[Callable[[Session], Awaitable[T]]]],
    *,
    page: Page,
    done: Done[T],
) -> Response[Any]:
    """Do the same for an act that has something to do before its transaction opens.

    ``prepare`` reads the form and does what takes long (hashing a password, spending a limit);
    it returns the act. The only writing transaction of SQLite is not held meanwhile.
    """
    services: Services = request.app.state.services
    form = await read_form(request)
    try:
        act = await prepare(form)
        async with services.database.transaction() as session:
            result = await act(session)
    except Clash as error:
        if not is_duplicate(error):
            raise
        return await _again(page, form, CLASH)
    except (Invalid, Refused, Overloaded, TemporarilyUnavailable) as error:
        return await _again(page, form, error)
    if isinstance(done, str):
        return Redirect(done, status_code=303)
    return await done(result)


async def _again(page: Page, form: Form, error: JobFairError) -> Template:
    answer = await page(form.after(error, status_code=status_of(error)))
    if isinstance(error, Overloaded | TemporarilyUnavailable | TooMany):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer
