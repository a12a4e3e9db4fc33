"""Playing a fair from its files: people register, applications arrive, companies decide.

Applications go through the door, at their own instants on the clock; decisions through the actions
of the desk.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from jobfair.applicants.actions.registering import register_applicant
from jobfair.applicants.queries import applicant_for_nik
from jobfair.applications.actions.accepting import Receipt
from jobfair.applications.actions.stages import move_stage
from jobfair.applications.rules import Stage
from jobfair.clock import ControlledClock
from jobfair.db import Database, Session
from jobfair.errors import JobFairError
from jobfair.fairs.queries import fair_by_slug
from jobfair.intake.door import Door
from jobfair.keys import Keys
from jobfair.loading.fairfile import read_fair_file
from jobfair.loading.mistakes import BadFiles, Problems
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


Event = SampleApplication | SampleDecision
Hour = tuple[Sequence[SampleApplication], Sequence[SampleDecision]]
"""What arrives in one hour, then what is decided in it."""


@dataclass
class Scenario:
    """A fair's sample files and the database rows that their names stand for."""

    fair_id: int
    slug: str
    shift: timedelta
    """How much later the fair is played than its files say."""
    opens_at: datetime
    closes_at: datetime
    hours: Sequence[Hour]
    positions: dict[str, int]
    companies: dict[str, int]
    """Position slug to company id."""
    applicants: dict[str, int] = field(default_factory=dict)
    reviewers: dict[int, int] = field(default_factory=dict)
    """Company id to the account that decides for it."""
    receipts: dict[tuple[str, str], Receipt] = field(default_factory=dict)

    @property
    def applications(self) -> list[SampleApplication]:
        """Return everything that is sent, in order of time."""
        return [event for arriving, _ in self.hours for event in arriving]

    @property
    def events(self) -> int:
        """Return how many applications and decisions the files hold."""
        return sum(len(arriving) + len(decided) for arriving, decided in self.hours)


async def create_scenario(
    database: Database, keys: Keys, folder: Path, *, slug: str, shift: timedelta, now: datetime,
    password_hash: str | None = None,
) -> Scenario:  # fmt: skip
    """Register the people of a sample fair; the first of them can sign in with the password.

    Every company gets a reviewer account that cannot sign in: each decision has an author.

    Raises:
        BadFiles: with every mistake of a file.

    """
    people, hours = read_applicants(folder), _read_hours(folder)

    async def register(session: Session) -> Scenario:
        scenario, positions = await _rows(session, hours, slug=slug, shift=shift)
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
            scenario.applicants[person.ref] = applicant.id
        for position in positions:
            if position.company_id not in scenario.reviewers:
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
                scenario.reviewers[position.company_id] = account.id
        return scenario

    return await database.write(register)


async def _rows(
    session: Session, hours: Sequence[Hour], *, slug: str, shift: timedelta
) -> tuple[Scenario, Sequence[Position]]:
    found = await fair_by_slug(session, slug)
    positions = await positions_of_fair(session, found.id)
    return Scenario(
        fair_id=found.id,
        slug=slug,
        shift=shift,
        opens_at=found.timetable.opens_at,
        closes_at=found.timetable.closes_at,
        hours=hours,
        positions={position.slug: position.id for position in positions},
        companies={position.slug: position.company_id for position in positions},
    ), positions


async def find_scenario(database: Database, keys: Keys, folder: Path, *, slug: str) -> Scenario:
    """Return a sample fair that was created before, its people found by their NIKs."""
    people, hours = read_applicants(folder), _read_hours(folder)
    fair = read_fair_file(folder, Problems())
    assert fair is not None, "the sample folder is part of the program"
    async with database.snapshot() as session:
        found = await fair_by_slug(session, slug)
        shift = found.timetable.opens_at - fair.definition.fair.window.opens_at
        scenario, _ = await _rows(session, hours, slug=slug, shift=shift)
        for person in people:
            index = keys.blind_index(person.facts.nik.digits)
            applicant = await applicant_for_nik(session, index)
            if applicant is not None:
                scenario.applicants[person.ref] = applicant.id
    return scenario


def _hour(event: Event) -> datetime:
    return event.at.replace(minute=0, second=0, microsecond=0)


def _read_hours(folder: Path) -> list[Hour]:
    """Read what the files say happens, hour by hour."""
    events: list[Event] = [*read_applications(folder), *read_decisions(folder)]
    events.sort(key=lambda event: event.at)
    hours: list[Hour] = []
    for _, hour in groupby(events, key=_hour):
        happened = list(hour)
        hours.append((
            [event for event in happened if isinstance(event, SampleApplication)],
            [event for event in happened if isinstance(event, SampleDecision)],
        ))  # fmt: skip
    return hours


async def submit(door: Door, scenario: Scenario, event: SampleApplication) -> Receipt:
    """Hand one application of the files to the door."""
    receipt = await door.submit(
        fair_id=scenario.fair_id,
        applicant_id=scenario.applicants[event.applicant],
        position_id=scenario.positions[event.position],
        answers=event.answers,
    )
    scenario.receipts[event.applicant, event.position] = receipt
    return receipt


async def decide(
    database: Database, scenario: Scenario, decisions: Sequence[SampleDecision]
) -> list[JobFairError | None]:
    """Carry out decisions in one transaction; those on applications never sent are left out.

    Returns, for each of them, why it could not be carried out, or None.
    """

    async def carry_out(session: Session) -> list[JobFairError | None]:
        # Nothing here reads the trail that each step adds, so it is written once, at the end.
        with session.no_autoflush:
            return [await _decide(session, scenario, event) for event in decisions]

    return await database.write(carry_out)


async def _decide(
    session: Session, scenario: Scenario, event: SampleDecision
) -> JobFairError | None:
    receipt = scenario.receipts.get((event.applicant, event.position))
    if receipt is None:
        return None
    company_id = scenario.companies[event.position]
    try:
        await move_stage(
            session,
            company_id=company_id,
            receipt=receipt.number,
            to_stage=Stage(event.stage),
            account_id=scenario.reviewers[company_id],
            now=event.at + scenario.shift,
        )
    except JobFairError as refusal:
        return refusal
    return None


async def _submit_all(
    door: Door, clock: ControlledClock, scenario: Scenario, events: Sequence[SampleApplication]
) -> list[JobFairError | None]:
    """Hand in applications together, each stamped at its own instant."""
    waiting = []
    for event in events:
        clock.move_to(event.at + scenario.shift)
        waiting.append(asyncio.create_task(submit(door, scenario, event)))
        await asyncio.sleep(0)  # stamped by the door at this instant
    await asyncio.wait(waiting)
    refusals: list[JobFairError | None] = []
    for task in waiting:
        error = task.exception()
        if error is not None and not isinstance(error, JobFairError):
            raise error
        refusals.append(error)
    return refusals


async def play(
    database: Database,
    door: Door,
    clock: ControlledClock,
    scenario: Scenario,
    *,
    until: datetime,
    advance: Callable[[int], None],
) -> None:
    """Play everything before ``until``, each application at its own instant on the clock.

    ``advance`` takes how many events have passed, for a progress bar.

    Raises:
        BadFiles: with every row that a rule of the fair refuses.

    """
    findings = Problems()

    def note(events: Sequence[Event], refusals: Sequence[JobFairError | None]) -> None:
        for event, refusal in zip(events, refusals, strict=True):
            if refusal is not None:
                findings.add(event.file, str(refusal), "Perbaiki atau hapus.", row=event.row)

    for arriving, decisions in scenario.hours:
        due = [event for event in arriving if event.at + scenario.shift < until]
        for first in range(0, len(due), AT_ONCE):
            batch = due[first : first + AT_ONCE]
            note(batch, await _submit_all(door, clock, scenario, batch))
        decided = [event for event in decisions if event.at + scenario.shift < until]
        if decided:
            clock.move_to(max(clock.now(), decided[-1].at + scenario.shift))
            note(decided, await decide(database, scenario, decided))
        advance(len(arriving) + len(decisions))
    if findings.mistakes:
        raise BadFiles(findings.mistakes)
