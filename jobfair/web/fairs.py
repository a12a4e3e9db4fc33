"""Which fair a page is about, and who may know of it."""

from typing import Any

from litestar.connection import ASGIConnection

from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.fairs.queries import FairNow, fair_by_slug
from jobfair.people.rules import Role
from jobfair.web.given import SignedIn


async def visible_fair(
    connection: ASGIConnection[Any, Any, Any, Any], session: Session, slug: str
) -> FairNow:
    """Return a published fair; a draft exists only for the organisers of its own office.

    Raises:
        NotFound: there is none, or this person may not know of it yet.

    """
    fair = await fair_by_slug(session, slug)
    if fair.timetable.published_at is not None:
        return fair
    account: SignedIn | None = connection.scope.get("user")
    if account is None or account.role is not Role.ORGANISER:
        raise NotFound("Job fair ini tidak ada.")
    if account.office_id != fair.fair.office_id:
        raise NotFound("Job fair ini tidak ada.")
    return fair
