"""A fair as public pages show it: what was made of its rows, cached until one of them changes.

The version is read anew for every page, and what was made of another definition is made anew. So
no page shows what is out of date, also where another node changed it.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, cast

from litestar.connection import ASGIConnection

from jobfair.db import Database, PreparedLookup, Session
from jobfair.errors import NotFound
from jobfair.fairs.queries import defined_fair, last_change_of
from jobfair.fairs.rules.changes import ScheduleChange
from jobfair.fairs.rules.state import FairState
from jobfair.positions.queries import PostedPosition, offers_of_fair, position_by_slug
from jobfair.positions.rules.index import Index, build_index
from jobfair.positions.rules.offers import Booth, Offer, booths, by_likeness
from jobfair.positions.rules.search import Results, needs_applicants, search
from jobfair.positions.rules.synonyms import Synonyms, synonyms
from jobfair.positions.rules.wishes import SearchQuery
from jobfair.tally.queries.counters import FairTally, tally_fair
from jobfair.tally.queries.versions import FairVersion, fair_version
from jobfair.web.http.page_cache import FAIR_VERSION

RESULTS_CACHED = 200
"""Of one fair, each some kilobytes; at this number all are dropped."""


@dataclass
class FairDefinition:
    """Everything of a fair except its running numbers, in the shapes that pages need."""

    defined: str
    found: FairState
    offers: Sequence[Offer]
    booths: Sequence[Booth]
    tally: FairTally
    change: ScheduleChange | None
    results: dict[SearchQuery, Results] = field(default_factory=dict)
    index: asyncio.Task[Index] | None = None
    """Made at the first search, in a thread: it takes a second for 20,000 positions."""
    similar: dict[int, Sequence[Offer]] = field(default_factory=dict)
    positions: dict[str, PostedPosition] = field(default_factory=dict)


@dataclass(frozen=True)
class CachedFair:
    """A fair at one state of the database."""

    version: FairVersion
    _definition: FairDefinition
    _builder: "IndexBuilder"

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
        seq = self.version.seq
        return replace(
            self._definition.tally,
            seq=seq,
            as_of=now,
            applications=seq,
            applicants=self.version.applicants,
        )

    def offers_of(self, company_id: int) -> list[Offer]:
        """Return what one company offers."""
        return [offer for offer in self._definition.offers if offer.company_id == company_id]

    async def index(self) -> Index:
        """Return the index of the fair's positions; a request that is cut off does not end it."""
        definition = self._definition
        if definition.index is None or definition.index.cancelled():
            definition.index = asyncio.create_task(self._builder.build(definition.offers))
        return await asyncio.shield(definition.index)

    async def find(self, query: SearchQuery, applicants: dict[int, int] | None = None) -> Results:
        """Return what fits a query; where ``applicants`` decide the order, it is not cached."""
        cached = self._definition.results
        index = await self.index()
        if query not in cached:
            found = search(index, query, applicants=applicants or {})
            if needs_applicants(query):
                return found
            if len(cached) >= RESULTS_CACHED:
                cached.clear()
            cached[query] = found
        return cached[query]

    def similar(self, position_id: int, *, most: int, without: Collection[int] = ()) -> list[Offer]:
        """Return the positions most like one; none when the public does not see that one."""
        cached, offers = self._definition.similar, self._definition.offers
        if position_id not in cached:
            this = next((offer for offer in offers if offer.id == position_id), None)
            cached[position_id] = by_likeness(offers, this) if this else []
        others = (offer for offer in cached[position_id] if offer.id not in without)
        return list(islice(others, most))

    async def position(self, database: Database, slug: str) -> PostedPosition:
        """Return a position the public may see, with its company; ``NotFound`` when there is none.

        Shared by all requests and attached to no session, like the fair.
        """
        cached = self._definition.positions
        if slug not in cached:
            async with database.snapshot() as session:
                cached[slug] = await position_by_slug(session, fair_id=self.found.id, slug=slug)
        return cached[slug]


class IndexBuilder:
    """Makes indexes in a thread, one at a time, while pages go on being answered."""

    def __init__(self, known: Synonyms) -> None:
        self._known = known
        self._turn = asyncio.Lock()

    async def build(self, offers: Sequence[Offer]) -> Index:
        """Return the index of a fair's positions."""
        async with self._turn:
            return await asyncio.to_thread(build_index, offers, self._known)


class FairCache:
    """The newest definition of each fair, one per process."""

    def __init__(self, database: Database, own_content: str = "") -> None:
        """``own_content`` is the office's folder, whose ``events/synonyms.toml`` adds words."""
        self._database = database
        self.words = synonyms(Path(own_content) if own_content else None)
        self._builder = IndexBuilder(self.words)
        self._definitions: dict[str, FairDefinition] = {}

    async def see(
        self, connection: ASGIConnection[Any, Any, Any, Any], slug: str, *, position: str = ""
    ) -> CachedFair:
        """Return a fair as it stands now; the caller checks who may see it.

        Raises:
            NotFound: there is none.

        """
        scope = cast("dict[str, FairVersion]", connection.scope)
        version = scope.get(FAIR_VERSION) or await self._version(
            self._database.lookup, slug, position
        )
        definition = self._definitions.get(slug)
        if definition is None or definition.defined != version.defined:
            async with self._database.snapshot() as session:
                version = await self._version(session, slug, position)
                definition = self._definitions[slug] = await _define(session, slug, version)
        scope[FAIR_VERSION] = version
        return CachedFair(version, definition, self._builder)

    async def _version(
        self, session: Session | PreparedLookup, slug: str, position: str
    ) -> FairVersion:
        version = await fair_version(session, slug, position=position)
        if version is None:
            raise NotFound("Job fair ini tidak ada.")
        return version


async def _define(session: Session, slug: str, version: FairVersion) -> FairDefinition:
    """Make what pages need, in the snapshot in which the version was read."""
    found = await defined_fair(session, slug)
    offers = await offers_of_fair(session, found.id)
    tally = await tally_fair(session, found.id, now=found.created_at)
    change = await last_change_of(session, found.id)
    return FairDefinition(version.defined, found, offers, booths(offers), tally, change)
