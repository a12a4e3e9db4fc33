"""Which fair a page is about, and who may know of it."""

from typing import Any

from litestar.connection import ASGIConnection

from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.fairs.queries import fair_by_slug
from jobfair.fairs.rules.state import FairState
from jobfair.people.rules import Role
from jobfair.web.http.dependencies import AnyRequest, SignedIn
from jobfair.web.pages.shared.fair_cache import CachedFair, FairCache


def check_visible(connection: ASGIConnection[Any, Any, Any, Any], fair: FairState) -> None:
    """Raise ``NotFound`` for a draft, unless an organiser of its own office asks."""
    account: SignedIn | None = connection.scope.get("user")
    if fair.timetable.published_at is not None:
        return
    if account is None or account.role is not Role.ORGANISER:
        raise NotFound("Job fair ini tidak ada.")
    if account.office_id != fair.office_id:
        raise NotFound("Job fair ini tidak ada.")


async def visible_fair(
    connection: ASGIConnection[Any, Any, Any, Any], session: Session, slug: str
) -> FairState:
    """Return a published fair; a draft exists only for the organisers of its own office.

    Raises:
        NotFound: there is none, or this person may not know of it yet.

    """
    fair = await fair_by_slug(session, slug)
    check_visible(connection, fair)
    return fair


async def cached_fair(request: AnyRequest, slug: str, *, position: str = "") -> CachedFair:
    """Return such a fair with all that public pages show of it.

    With the slug of a ``position`` its version tells how many applications that one has got.

    Raises:
        NotFound: there is none, or this person may not know of it yet.

    """
    fairs: FairCache = request.app.state.fairs
    shown = await fairs.see(request, slug, position=position)
    check_visible(request, shown.found)
    return shown
