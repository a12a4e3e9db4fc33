"""Defining a fair: the office, the fair, its window, companies and positions, all at once.

Until a fair opens its definition is the boss; from then on the database is, and only texts may
still be defined.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.companies import queries as companies
from jobfair.companies.models import Company
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.errors import Refused
from jobfair.fairday.queries import fair_with_prefix
from jobfair.fairday.rules import Change, CompanyDefinition, Defined, FairDefinition
from jobfair.fairs import queries as fairs
from jobfair.fairs.models import Fair, FairWindow, Office
from jobfair.fairs.queries import LockedFair
from jobfair.fairs.rules import Phase
from jobfair.fairs.rules.details import FairDetails
from jobfair.fairs.rules.state import FairState
from jobfair.positions import queries
from jobfair.positions.models import Position

OFFICE_TEXTS = frozenset({"address", "phone", "whatsapp", "email", "website", "letterhead"})
FAIR_TEXTS = frozenset({"texts", "recap"})
"""What may be defined at any time, because no rule and no number depends on it."""
RUNNING = frozenset({Phase.OPEN, Phase.PAUSED, Phase.CLOSING})
WINDOW_REASON = "Panitia mengubah jadwal sebelum job fair dibuka."
NAMED_IN_AUDIT = 100


class AlreadyOpen(Refused):
    """A definition wants to change what an open fair does not let go of; names all of it."""

    def __init__(self, forbidden: tuple[Change, ...]) -> None:
        super().__init__(
            "already_open",
            "Job fair sudah dibuka, jadi hanya teks yang dapat diubah lewat berkas.",
        )
        self.forbidden = forbidden


def _stored(value: Any) -> Any:
    """Return a value the way a JSON column gives it back."""
    if isinstance(value, tuple):
        return [_stored(one) for one in value]
    return value


def _columns(definition: Any, *, leave: Iterable[str] = ()) -> dict[str, Any]:
    return {n: _stored(v) for n, v in vars(definition).items() if n not in leave}


def _by_name(name: str, before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    """Return a difference, for a table of texts each text that differs."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return [(name, before, after)]
    return [
        (f"{name}.{key}", before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]


class FairImport:
    """One definition being written; ``forbidden`` decides at the end whether it may stand."""

    def __init__(self, session: Session, *, now: datetime, locked: LockedFair | None) -> None:
        found = locked.fair if locked else None
        self.session = session
        self.now = now
        self.found = found
        self.row = locked.row if locked else None
        self.opened = found is not None and found.phase(now) not in (Phase.DRAFT, Phase.PUBLISHED)
        self.busy: list[int] = []
        """Other fairs of the office that are running: they hold what they share with this one."""
        self.changes: list[Change] = []
        self.forbidden: list[Change] = []
        self.kept: list[Change] = []

    def note(self, change: Change, *, held: bool) -> None:
        """Keep a change, among the forbidden ones when a running fair holds the thing."""
        (self.forbidden if held else self.changes).append(change)

    def put(
        self, row: Any, subject: str, wanted: dict[str, Any], *, held: bool,
        free: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        """Set the columns that differ; what a running fair holds, besides ``free``, is noted."""
        for name, value in wanted.items():
            before = getattr(row, name)
            if before == value:
                continue
            for path, old, new in _by_name(name, before, value):
                change = Change(subject, row.slug, "change", path, old, new)
                self.note(change, held=held and name not in free)
            setattr(row, name, value)

    async def office(self, definition: FairDefinition) -> Office:
        """Store the office."""
        wanted = definition.office
        office = await fairs.office_by_slug(self.session, wanted.slug)
        if self.found is not None and self.found.office.slug != wanted.slug:
            raise Refused(
                "other_office",
                "Job fair %(fair)s milik kantor %(office)s dan tidak dapat dipindahkan. Pakai "
                "slug kantor itu, atau beri job fair ini slug lain.",
                fair=definition.fair.slug,
                office=self.found.office.slug,
            )
        if office is None:
            office = Office(**_columns(wanted))
            self.session.add(office)
            await self.session.flush()
            self.note(Change("office", wanted.slug, "add"), held=False)
            return office
        own = self.found.id if self.found else None
        for fair_id in await fairs.unlatched_fair_ids(self.session):
            other = await fairs.fair_by_id(self.session, fair_id)
            if fair_id != own and other.office_id == office.id:
                self.busy += [fair_id] if other.phase(self.now) in RUNNING else []
        held = self.opened or bool(self.busy)
        self.put(office, "office", _columns(wanted), held=held, free=OFFICE_TEXTS)
        return office

    async def fair(self, definition: FairDefinition, office: Office) -> Fair:
        """Store the fair and its window."""
        wanted = _columns(definition.fair, leave={"window"})
        wanted |= {"texts": definition.texts, "recap": definition.recap}
        window = definition.fair.window
        await self.check_prefix(definition.fair)
        if self.found is not None and self.row is not None:
            self.put(self.row, "fair", wanted, held=self.opened, free=FAIR_TEXTS)
            await self.window(self.found, window.opens_at, window.closes_at)
            return self.row
        fair = Fair(office_id=office.id, created_at=self.now, **wanted)
        self.session.add(fair)
        await self.session.flush()
        self.add_window(fair.id, 1, window.opens_at, window.closes_at, reason="")
        self.note(Change("fair", fair.slug, "add"), held=False)
        return fair

    async def check_prefix(self, wanted: FairDetails) -> None:
        """Refuse a receipt prefix of another fair: their receipt numbers would be the same."""
        own = self.found.id if self.found else None
        prefix = wanted.receipt_prefix
        if other := await fair_with_prefix(self.session, prefix, besides=own):
            raise Refused(
                "prefix_taken",
                "Awalan nomor bukti %(prefix)s sudah dipakai job fair %(fair)s. Pakai awalan lain.",
                prefix=prefix,
                fair=other,
            )

    def add_window(
        self, fair_id: int, ordinal: int, opens_at: datetime, closes_at: datetime, *, reason: str
    ) -> None:
        """Add a window to the fair: the newest counts."""
        self.session.add(FairWindow(
                fair_id=fair_id, ordinal=ordinal, opens_at=opens_at, closes_at=closes_at,
                paused_from=None, made_at=self.now, account_id=None, reason=reason,
            ),
        )  # fmt: skip

    async def window(self, found: FairState, opens_at: datetime, closes_at: datetime) -> None:
        """Add a window if this one is new; an open fair knows the windows it has had."""
        current = found.timetable
        changed = [
            Change("window", found.slug, "change", name, before, after)
            for name, before, after in (
                ("opens_at", current.opens_at, opens_at),
                ("closes_at", current.closes_at, closes_at),
            )
            if before != after
        ]
        if changed and self.opened:
            windows = await fairs.windows_of(self.session, found.id)
            known = any((w.opens_at, w.closes_at) == (opens_at, closes_at) for w in windows)
            (self.kept if known else self.forbidden).extend(changed)
        elif changed:
            number = found.windows + 1
            self.add_window(found.id, number, opens_at, closes_at, reason=WINDOW_REASON)
            self.changes.extend(changed)

    async def companies(
        self, wanted: Iterable[CompanyDefinition], office: Office
    ) -> dict[str, Company]:
        """Return the office's companies by slug; one a running fair has is held by it."""
        stored = await companies.company_rows(self.session, office.id)
        rows = {company.slug: company for company in stored}
        held_ids = await queries.companies_at_fairs(self.session, self.busy)
        for one in wanted:
            slug, columns = one.details.slug, _columns(one.details)
            row = rows.get(slug)
            if row is None:
                row = rows[slug] = Company(office_id=office.id, **columns)
                row.verified_at = self.now if one.verified else None
                self.session.add(row)
                self.note(Change("company", slug, "add"), held=self.opened)
                continue
            held = self.opened or row.id in held_ids
            self.put(row, "company", columns, held=held)
            before = row.verified_at is not None
            if before != one.verified:
                change = Change("company", slug, "change", "verified", before, one.verified)
                (self.kept if held else self.changes).append(change)
                if not held:
                    row.verified_at = self.now if one.verified else None
        await self.session.flush()
        return rows

    async def positions(
        self, definition: FairDefinition, fair: Fair, by: dict[str, Company]
    ) -> None:
        """Store the positions; those that are not defined any more are withdrawn."""
        stored = await queries.every_position_of(self.session, fair.id)
        rows = {position.slug: position for position in stored}
        slugs = {company.id: company.slug for company in by.values()}
        for one in definition.positions:
            company, details = by[one.company], one.details
            columns = _columns(details)
            row = rows.pop(details.slug, None)
            if row is None:
                position = Position(fair_id=fair.id, company_id=company.id, **columns)
                self.session.add(position)
                self.note(Change("position", details.slug, "add"), held=self.opened)
                continue
            self.put(row, "position", columns, held=self.opened)
            if row.company_id != company.id:
                before = slugs[row.company_id]
                change = Change("position", details.slug, "change", "company", before, one.company)
                self.note(change, held=self.opened)
                row.company_id = company.id
            if row.withdrawn_at is not None:
                change = Change("position", details.slug, "restore")
                (self.kept if self.opened else self.changes).append(change)
                row.withdrawn_at = row.withdrawn_at if self.opened else None
        for slug, row in rows.items():
            if row.withdrawn_at is None:
                self.note(Change("position", slug, "withdraw"), held=self.opened)
                row.withdrawn_at = self.now


async def define_fair(
    session: Session, *, definition: FairDefinition, now: datetime, account_id: int | None
) -> Defined:
    """Store a fair as defined, keyed by slugs; the same definition twice changes nothing.

    Takes the fair's lock first and judges under it. Positions that are not defined any more are
    withdrawn; companies belong to the office and stay. Another window is another row. A fair of
    the same office that is running holds the companies it shares with this one.

    Raises:
        AlreadyOpen: the fair has opened and something besides texts differs.
        Refused: ``other_office``, the slug belongs to a fair of another office; ``prefix_taken``,
            another fair has the receipt prefix.

    """
    bare = await fairs.find_fair(session, definition.fair.slug)
    locked = await fairs.lock_fair(session, bare.id) if bare else None
    work = FairImport(session, now=now, locked=locked)
    office = await work.office(definition)
    fair = await work.fair(definition, office)
    by_slug = await work.companies(definition.companies, office)
    await work.positions(definition, fair, by_slug)
    if work.forbidden:
        raise AlreadyOpen(tuple(work.forbidden))
    await session.flush()
    if work.changes:
        named = [f"{one.act} {one.subject}:{one.slug} {one.field}".strip() for one in work.changes]
        record_audit(
            session,
            Act.DEFINE if locked is None else Act.REDEFINE,
            now=now,
            account_id=account_id,
            fair_id=fair.id,
            subject=f"fair:{fair.slug}",
            window=[at.isoformat() for at in asdict(definition.fair.window).values()],
            changes=len(named),
            changed=named[:NAMED_IN_AUDIT],
        )
        mark_changed(session, topics.fair(fair.id))
    return Defined(fair_id=fair.id, changes=tuple(work.changes), kept=tuple(work.kept))
