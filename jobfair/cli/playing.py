"""Playing a fair from its files: people register, applications arrive, companies decide.

Everything goes the way it would go in life: applications through the door, at their own
instants on the clock; decisions through the actions of the desk.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from jobfair.applicants.actions import register_applicant
from jobfair.applicants.queries import applicant_for_nik
from jobfair.applications.actions.accepting import Receipt
from jobfair.applications.actions.stages import move_stage
from jobfair.applications.rules import Stage
from jobfair.clock import ControlledClock
from jobfair.db import Database, Session
from jobfair.db.sealed import Keys
from jobfair.fairs.queries import fair_by_slug
from jobfair.intake.door import Door
from jobfair.loading.fairfile import read_fair_file
from jobfair.loading.mistakes import Problems
from jobfair.loading.people import (
    SampleApplication,
    SampleDecision,
    read_applicants,
    read_applications,
    read_decisions,
)
from jobfair.people.actions import add_staff
from jobfair.people.rules import Role
from jobfair.positions.models import Position
from jobfair.positions.queries import positions_of_fair

AT_ONCE = 128
"""Submissions handed to the door together: it may gather them into one commit."""


@dataclass
class Cast:
    """Who and what of the files stands where in the database."""

    fair_id: int
    slug: str
    folder: Path
    shift: timedelta
    opens_at: datetime
    closes_at: datetime
    positions: dict[str, int]
    companies: dict[str, int]
    """Position slug to company id."""
    applicants: dict[str, int] = field(default_factory=dict)
    reviewers: dict[int, int] = field(default_factory=dict)
    receipts: dict[tuple[str, str], Receipt] = field(default_factory=dict)

    @property
    def events(self) -> int:
        """How many things happen in the files."""
        return sum(len(arriving) + len(decided) for arriving, decided in events_of(self))


async def cast_fair(
    database: Database, keys: Keys, folder: Path, *, slug: str, shift: timedelta, now: datetime,
    password_hash: str | None = None,
) -> Cast:  # fmt: skip
    """Register the people of a sample fair; the first of them can sign in with the password.

    Every company gets a reviewer (who cannot sign in), so that decisions have somebody behind
    them.
    """
    people = read_applicants(folder)
    async with database.transaction() as session:
        cast, positions = await _stage(session, folder, slug=slug, shift=shift)
        for number, person in enumerate(people):
            applicant = await register_applicant(
                session,
                keys=keys,
                facts=person.facts,
                profile=person.profile,
                password_hash=password_hash if number == 0 else None,
                now=now,
                sample=True,
            )
            cast.applicants[person.ref] = applicant.id
        for position in positions:
            if position.company_id not in cast.reviewers:
                account = await add_staff(
                    session,
                    keys=keys,
                    role=Role.REVIEWER,
                    name=f"Peninjau {position.company.name}",
                    email=f"peninjau@{position.company.slug}.example",
                    password_hash=None,
                    now=now,
                    by=None,
                    company_id=position.company_id,
                )
                await session.flush()
                cast.reviewers[position.company_id] = account.id
    return cast


async def _stage(
    session: Session, folder: Path, *, slug: str, shift: timedelta
) -> tuple[Cast, Sequence[Position]]:
    found = await fair_by_slug(session, slug)
    positions = await positions_of_fair(session, found.id)
    return Cast(
        fair_id=found.id,
        slug=slug,
        folder=folder,
        shift=shift,
        opens_at=found.timetable.opens_at,
        closes_at=found.timetable.closes_at,
        positions={position.slug: position.id for position in positions},
        companies={position.slug: position.company_id for position in positions},
    ), positions


async def find_cast(database: Database, keys: Keys, folder: Path, *, slug: str) -> Cast:
    """Return the people of a sample fair that was cast before, by their NIKs."""
    async with database.snapshot() as session:
        found = await fair_by_slug(session, slug)
        told = read_fair_file(folder, Problems())
        assert told is not None, "the sample folder is part of the program"
        shift = found.timetable.opens_at - told.definition.fair.window.opens_at
        cast, _ = await _stage(session, folder, slug=slug, shift=shift)
        for person in read_applicants(folder):
            index = keys.blind_index(person.facts.nik.digits)
            applicant = await applicant_for_nik(session, index)
            if applicant is not None:
                cast.applicants[person.ref] = applicant.id
    return cast


def _hour(event: SampleApplication | SampleDecision) -> datetime:
    return event.at.replace(minute=0, second=0, microsecond=0)


def events_of(cast: Cast) -> Iterator[tuple[list[SampleApplication], list[SampleDecision]]]:
    """Yield the fair hour by hour: what arrives, then what is decided."""
    events: list[SampleApplication | SampleDecision] = [
        *read_applications(cast.folder), *read_decisions(cast.folder)
    ]  # fmt: skip
    for _, hour in groupby(sorted(events, key=_hour), key=_hour):
        happened = list(hour)
        yield (
            sorted((e for e in happened if isinstance(e, SampleApplication)), key=lambda e: e.at),
            sorted((e for e in happened if isinstance(e, SampleDecision)), key=lambda e: e.at),
        )


async def submit(door: Door, cast: Cast, event: SampleApplication) -> Receipt:
    """Hand one application of the files to the door."""
    receipt = await door.submit(
        fair_id=cast.fair_id,
        applicant_id=cast.applicants[event.applicant],
        position_id=cast.positions[event.position],
        answers=event.answers,
    )
    cast.receipts[event.applicant, event.position] = receipt
    return receipt


async def decide(database: Database, cast: Cast, decisions: list[SampleDecision]) -> None:
    """Carry out decisions in one transaction; those on applications never sent are left out."""
    async with database.transaction() as session:
        for event in decisions:
            receipt = cast.receipts.get((event.applicant, event.position))
            if receipt is None:
                continue
            company_id = cast.companies[event.position]
            await move_stage(
                session,
                company_id=company_id,
                receipt=receipt.number,
                to_stage=Stage(event.stage),
                account_id=cast.reviewers[company_id],
                now=event.at + cast.shift,
            )


async def play(
    database: Database,
    door: Door,
    clock: ControlledClock,
    cast: Cast,
    *,
    until: datetime,
    advance: Callable[[int], None],
) -> None:
    """Play everything before ``until``, each application at its own instant on the clock.

    ``advance`` is told how many events have passed, for a progress bar.
    """
    for arriving, decisions in events_of(cast):
        waiting: list[asyncio.Task[Receipt]] = []
        for event in arriving:
            if event.at + cast.shift >= until:
                continue
            clock.move_to(event.at + cast.shift)
            waiting.append(asyncio.create_task(submit(door, cast, event)))
            await asyncio.sleep(0)  # stamped by the door at this instant
            if len(waiting) == AT_ONCE:
                await asyncio.gather(*waiting)
                waiting.clear()
        await asyncio.gather(*waiting)
        due = [event for event in decisions if event.at + cast.shift < until]
        if due:
            clock.move_to(max(clock.now(), due[-1].at + cast.shift))
            await decide(database, cast, due)
        advance(len(arriving) + len(decisions))
