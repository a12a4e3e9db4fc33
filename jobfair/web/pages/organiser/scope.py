"""Which fair an organiser is at: one of the own office, or there is none."""

from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.fairs.queries import fair_by_slug
from jobfair.fairs.rules.state import CountedFair
from jobfair.web.http.dependencies import AnyRequest, SignedIn

LARGEST_ID = 2**31 - 1


def office_of(account: SignedIn) -> int:
    """Return the office of an organiser; without one there is nothing to see."""
    if account.office_id is None:
        raise NotFound
    return account.office_id


async def own_fair(session: Session, account: SignedIn, slug: str) -> CountedFair:
    """Return a fair of the organiser's office.

    Raises:
        NotFound: another office's fair, or no fair: the answer is the same.

    """
    found = await fair_by_slug(session, slug)
    if found.office_id != office_of(account):
        raise NotFound("Job fair ini tidak ada.")
    return found


def known_id(number: int) -> int:
    """Return an id from an address; one no table can hold is ``NotFound`` like a missing row."""
    if not 0 < number <= LARGEST_ID:
        raise NotFound
    return number


def last_word(request: AnyRequest) -> str:
    """Return the last word of an address that names an act."""
    return request.url.path.rstrip("/").rsplit("/", 1)[-1]
