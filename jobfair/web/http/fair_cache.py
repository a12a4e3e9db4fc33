"""A fair as public pages show it: what was made of its rows, kept until one of them changes.

The stamp is read anew for every page, and what was made of another definition is made anew. So no
page shows what is out of date, also where another node changed it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from litestar.connection import ASGIConnection

from jobfair.db import Database, PreparedLookup, Session
from jobfair.errors import NotFound
from jobfair.fairs.queries import defined_fair, last_change_of
from jobfair.fairs.rules.changes import ScheduleChange
from jobfair.fairs.rules.state import FairState
from jobfair.positions.queries import PostedPosition, offers_of_fair, position_by_slug
from jobfair.positions.rules.offers import Booth, Offer, booths, by_likeness
from jobfair.positions.rules.search import Results, SearchQuery, needs_applicants, search
from jobfair.tally.queries.counters import FairTally, tally_fair
from jobfair.tally.queries.versions import FairVersion, fair_version

RESULTS_KEPT = 200
"""Of a fair, each some kilobytes; then all are forgotten."""
STAMP = "stamp"
"""Where the stamp that a page is made of stays with its request."""


@dataclass
class Definition:
    """What people have said of a fair, in the shapes that pages need."""

    defined: str
    found: FairState
    offers: Sequence[Offer]
    booths: Sequence[Booth]
    tally: FairTally
    change: ScheduleChange | None
    results: dict[SearchQuery, Results] = field(default_factory=dict)
    similar: dict[int, Sequence[Offer]] = field(default_factory=dict)
    positions: dict[str, PostedPosition] = field(default_factory=dict)


@dataclass(frozen=True)
class CachedFair:
    """A fair at one state of the database."""

    stamp: FairVersion
    _definition: Definition

    @property
    def found(self) -> FairState:
        """The fair, its office and its timetable; see :func:`defined_fair`."""
        return self._definition.found

    @property
    def booths(self) -> Sequence[Booth]:
        """The companies that take part, by name."""
        return self._definition.booths

    @property
    def change(self) -> ScheduleChange | None:
        """The newest change of its opening or closing."""
        return self._definition.change

    def tally(self, now: datetime) -> FairTally:
        """Return the numbers of the fair at this state, read at ``now``."""
        seq = self.stamp.seq
        return replace(
            self._definition.tally,
            seq=seq,
            as_of=now,
            applications=seq,
            applicants=self.stamp.applicants,
        )

    def offers_of(self, company_id: int) -> list[Offer]:
        """Return what one company offers."""
        return [offer for offer in self._definition.offers if offer.company_id == company_id]

    def find(self, wish: SearchQuery, applicants: dict[int, int] | None = None) -> Results:
        """Return what fits a wish; where ``applicants`` decide the order, it is not kept."""
        kept = self._definition.results
        if wish not in kept:
            found = search(self._definition.offers, wish, applicants=applicants or {})
            if needs_applicants(wish):
                return found
            if len(kept) >= RESULTS_KEPT:
                kept.clear()
            kept[wish] = found
        return kept[wish]

    def similar(self, position_id: int, *, most: int, without: Collection[int] = ()) -> list[Offer]:
        """Return the positions most like one; none when the public does not see that one."""
        kept, offers = self._definition.similar, self._definition.offers
        if position_id not in kept:
            this = next((offer for offer in offers if offer.id == position_id), None)
            kept[position_id] = by_likeness(offers, this) if this else []
        others = (offer for offer in kept[position_id] if offer.id not in without)
        return list(islice(others, most))

    async def position(self, database: Database, slug: str) -> PostedPosition:
        """Return a position the public may see, with its company; ``NotFound`` when there is none.

        Like the fair it is shared by all who look and a part of no session.
        """
        kept = self._definition.positions
        if slug not in kept:
            async with database.snapshot() as session:
                kept[slug] = await position_by_slug(session, fair_id=self.found.id, slug=slug)
        return kept[slug]


class FairCache:
    """The newest definition of each fair, one per process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, Definition] = {}

    async def see(
        self, connection: ASGIConnection[Any, Any, Any, Any], slug: str, *, position: str = ""
    ) -> CachedFair:
        """Return a fair as it stands now; who may see it is not asked here.

        Raises:
            NotFound: there is none.

        """
        scope: Any = connection.scope
        stamp = scope.get(STAMP) or await self._stamp(self._database.lookup, slug, position)
        kept = self._kept.get(slug)
        if kept is None or kept.defined != stamp.defined:
            async with self._database.snapshot() as session:
                stamp = await self._stamp(session, slug, position)
                kept = self._kept[slug] = await _define(session, slug, stamp)
        scope[STAMP] = stamp
        return CachedFair(stamp, kept)

    async def _stamp(
        self, session: Session | PreparedLookup, slug: str, position: str
    ) -> FairVersion:
        stamp = await fair_version(session, slug, position=position)
        if stamp is None:
            raise NotFound("Job fair ini tidak ada.")
        return stamp


async def _define(session: Session, slug: str, stamp: FairVersion) -> Definition:
    """Make what pages need, in the snapshot in which the stamp was read."""
    found = await defined_fair(session, slug)
    offers = await offers_of_fair(session, found.id)
    tally = await tally_fair(session, found.id, now=found.created_at)
    change = await last_change_of(session, found.id)
    return Definition(stamp.defined, found, offers, booths(offers), tally, change)
