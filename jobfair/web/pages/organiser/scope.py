"""Which fair an organiser is at: one of the own office, or there is none."""

from dataclasses import dataclass
from typing import Any

from litestar.response import Template

from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.fairs.queries import fair_by_slug
from jobfair.fairs.rules import Phase
from jobfair.fairs.rules.state import CountedFair, FairState
from jobfair.web.http.dependencies import SignedIn
from jobfair.web.http.forms import Form
from jobfair.web.http.templating import show
from jobfair.wording.language import zone_name

LARGEST_ID = 2**31 - 1


def office_of(account: SignedIn) -> int:
    """Return the office of an organiser; without one there is nothing to see."""
    if account.office_id is None:
        raise NotFound
    return account.office_id


async def own_fair(session: Session, account: SignedIn, slug: str) -> CountedFair:
    """Return a fair of the organiser's office.

    Raises:
        NotFound: another office's, or none; nobody can tell which.

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


APPLIES = {
    "extend": frozenset({Phase.PUBLISHED, Phase.OPEN, Phase.PAUSED, Phase.CLOSING}),
    "pause": frozenset({Phase.OPEN}),
    "resume": frozenset({Phase.PAUSED}),
    "publish": frozenset({Phase.DRAFT}),
    "close": frozenset({Phase.OPEN, Phase.PAUSED, Phase.CLOSING}),
}
"""When a page has anything to offer; the rules of ``fairs`` decide again when it is sent."""


@dataclass(frozen=True)
class Act:
    """A page of the control room that does something: which template, and for which fair."""

    template: str
    fair: FairState

    def page(self, request: Any, form: Form | None = None, **context: Any) -> Template:
        """Show the page, with what was typed and what is wrong with it."""
        form = form or Form()
        phase = self.fair.phase(request.app.state.services.clock.now())
        return show(
            request,
            f"organiser/{self.template}.html",
            fair=self.fair,
            phase=phase,
            applies=phase in APPLIES[self.template],
            form=form,
            zone_word=zone_name(self.fair.zone),
            status_code=422 if form.problems else 200,
            **context,
        )
