"""The record against an independent count in Python, on ledgers filled by chance."""

import json
from collections import Counter
from dataclasses import fields, replace
from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest
from sqlalchemy import select

from jobfair.applicants.models import Applicant
from jobfair.applications.models import Application, StageChange
from jobfair.applications.rules import Stage, age_on
from jobfair.db.base import canonical_json
from jobfair.fairs.queries import fair_by_id
from jobfair.tally.queries.record import record_of
from jobfair.tally.queries.recount import differences
from jobfair.tally.rules import AGE_EDGES
from jobfair.tally.rules.counted import reached
from jobfair.tally.rules.invariants import broken_invariants
from jobfair.tally.rules.listing import short_positions
from jobfair.tally.rules.record import GONE, OFFERED, PULLED, SUSPENDED, PositionRow, Record
from jobfair.tally.rules.record_json import plain, record_from
from tests.builders import CLOSES, WIB, read_profile, stage, tell
from tests.tally.ledgers import random_ledger

GROUPS = {"sd": "smp", "sma": "sma", "smk": "sma", "d3": "d3", "s1": "s1", "s3": "s1"}


async def record_now(session, made):
    return await record_of(session, await fair_by_id(session, made.fair.id), now=CLOSES)


class Count:
    """Everything counted from loaded rows, the slow and plain way."""

    async def load(self, session, made):
        rows = await session.scalars(
            select(Application)
            .where(Application.fair_id == made.fair.id)
            .order_by(Application.seq)
            .execution_options(populate_existing=True)
        )
        self.rows = list(rows)
        self.people = {one.id: one for one in await session.scalars(select(Applicant))}
        for row in self.rows:
            person = self.people[row.applicant_id]
            day = row.received_at.astimezone(WIB).date()
            person.age = age_on(day, read_profile(person)["birth_date"])
        steps = list(await session.scalars(select(StageChange)))
        trails = {row.id: [] for row in self.rows}
        for step in sorted(steps, key=lambda step: step.id):
            if step.undone_at is None and step.application_id in trails:
                trails[step.application_id].append(step.to_stage)
        self.level = {at: reached(trail) for at, trail in trails.items()}
        self.best = {}
        for row in self.rows:
            self.best[row.applicant_id] = max(
                self.best.get(row.applicant_id, 0), self.level[row.id]
            )
        self.sent = Counter(row.applicant_id for row in self.rows)
        return self

    def people_by(self, key):
        found = {}
        for who in self.best:
            person = self.people[who]
            row = found.setdefault(key(person), Counter())
            row["applicants"] += 1
            row["applications"] += self.sent[who]
            row[{"L": "men", "P": "women"}.get(person.sex, "sex_unknown")] += 1
        return found


def band(person):
    if person.age < AGE_EDGES[0]:
        return "<15"
    edges = [*AGE_EDGES, 200]
    low, high = next((a, b) for a, b in pairwise(edges) if a <= person.age < b)
    return "60+" if low == 60 else f"{low}-{high - 1}"


def home(person):
    if f"{person.district}.".startswith("12.09."):
        return person.district
    return person.district if person.district in ("12.75", "12.74") else "unknown"


def as_counters(rows):
    names = ("applicants", "applications", "men", "women", "sex_unknown")
    return {
        row.code: +Counter({name: getattr(row, name) for name in names})
        for row in rows
        if row.applicants
    }


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_record_is_what_python_counts(session, seed):
    made = await random_ledger(session, seed)

    record = await record_now(session, made)

    count = await Count().load(session, made)
    assert record.figures.applications == len(count.rows)
    assert record.figures.applicants == len(count.best)
    assert record.figures.most_by_one == max(count.sent.values())
    assert record.stages == {
        stage: sum(row.stage == stage for row in count.rows) for stage in Stage
    }
    local = [row.received_at.astimezone(WIB) for row in count.rows]
    assert [day.applications for day in record.days] == [
        sum(f"{at:%Y-%m-%d}" == day.date for at in local) for day in record.days
    ]
    assert {row.hour: row.applications for row in record.hours} == {
        hour: sum(at.hour == hour for at in local) for hour in range(24)
    }
    assert [step.n for step in record.funnel.persons] == [
        sum(level >= at for level in count.best.values()) for at in range(5)
    ]
    assert [step.n for step in record.funnel.applications] == [
        sum(level >= at for level in count.level.values()) for at in range(5)
    ]
    assert as_counters(record.education) == count.people_by(
        lambda person: GROUPS.get(person.education, "unknown")
    )
    assert as_counters(record.age) == count.people_by(band)
    assert as_counters(record.residence) == count.people_by(home)
    assert record.disability.applicants == sum(
        bool(read_profile(count.people[who])["disability"]) for who in count.best
    )


@pytest.mark.parametrize("seed", [1, 2])
async def test_companies_and_positions_are_what_python_counts(session, seed):
    made = await random_ledger(session, seed)

    record = await record_now(session, made)

    count = await Count().load(session, made)
    per_position = Counter(row.position_id for row in count.rows)
    assert {row.slug: row.applications for row in record.positions} == {
        position.slug: per_position[position.id]
        for position in made.positions
        if per_position[position.id] or position.withdrawn_at is None
    }
    slugs = {company.id: company.slug for company in made.companies}
    firm = {position.id: slugs[position.company_id] for position in made.positions}
    assert {row.slug: row.applicants for row in record.companies} == {
        slug: len({row.applicant_id for row in count.rows if firm[row.position_id] == slug})
        for slug in slugs.values()
    }
    assert record.figures.positions == 5
    assert record.figures.withdrawn == sum(row.stage is Stage.WITHDRAWN for row in count.rows)


@pytest.mark.parametrize("seed", [4, 5])
async def test_nothing_disagrees_and_nothing_is_broken(session, seed):
    made = await random_ledger(session, seed)

    record = await record_now(session, made)

    assert await differences(session, made.fair.id) == []
    assert record.reconciliation.differences == ()
    assert broken_invariants(record) == []


async def test_the_record_is_plain_and_the_same_twice(session):
    made = await random_ledger(session, 6)

    record = await record_now(session, made)

    def kinds(value):
        if isinstance(value, dict):
            return {dict} | {kind for one in value.values() for kind in kinds(one)}
        if isinstance(value, list):
            return {list} | {kind for one in value for kind in kinds(one)}
        return {type(value)}

    stored = canonical_json(plain(record))
    assert kinds(json.loads(stored)) == {dict, list, int, str}
    assert stored == canonical_json(plain(await record_now(session, made)))
    assert msgspec.json.decode(stored, type=Record) == record, "what the published schema allows"
    assert record_from(json.loads(stored)) == record


async def test_a_fair_nobody_applied_to_has_a_record(session):
    made = await stage(session)

    record = await record_now(session, made)

    assert broken_invariants(record) == []
    assert record.figures.applications == 0
    assert record.top_positions == ()
    assert record.short_positions == (made.positions[0].slug,)
    assert len(record.days) == 8


@pytest.mark.parametrize(
    ("part", "name", "where"),
    [
        ("days", "applications", "Lamaran per hari"),
        ("days", "new_applicants", "Pelamar baru per hari"),
        ("positions", "applications", "Lamaran per jabatan"),
        ("companies", "openings", "Posisi per perusahaan"),
        ("kbli", "positions", "Jabatan per lapangan usaha"),
        ("education", "women", "laki-laki, perempuan"),
        ("age", "applicants", "Pelamar menurut age"),
        ("positions", "shortlisted", "lamaran shortlisted: "),
        ("sectors", "offered_applications", "lamaran jabatan ditawarkan: "),
    ],
)
async def test_a_broken_table_is_named(session, part, name, where):
    made = await random_ledger(session, 7)
    record = await record_now(session, made)
    assert broken_invariants(record) == []

    rows = getattr(record, part)
    first = replace(rows[0], **{name: getattr(rows[0], name) + 1})
    record = replace(record, **{part: (first, *rows[1:])})

    assert any(where in sentence for sentence in broken_invariants(record))


def position(slug, **more):
    names = [one.name for one in fields(PositionRow)]
    return PositionRow(**{**dict.fromkeys(names, 0), "slug": slug, **more})


def test_the_shortest_positions_come_first():
    rows = [
        position(slug, state=state, openings=openings, applications=n)
        for slug, state, openings, n in (
            ("full", OFFERED, 2, 2), ("short", OFFERED, 5, 3), ("empty", OFFERED, 9, 0),
            ("gone", PULLED, 9, 0),
        )
    ]  # fmt: skip

    assert short_positions(rows) == ("empty", "short")


@pytest.mark.parametrize(
    ("trail", "level"),
    [
        ((), 0),
        ((Stage.REVIEWED,), 1),
        ((Stage.UNSUITABLE,), 1),
        ((Stage.INTERVIEW, Stage.UNSUITABLE), 3),
        ((Stage.INTERVIEW, Stage.ACCEPTED), 4),
        ((Stage.INTERVIEW, Stage.ACCEPTED, Stage.UNSUITABLE), 3),
        ((Stage.ACCEPTED, Stage.UNSUITABLE), 1),
        ((Stage.INTERVIEW, Stage.UNSUITABLE, Stage.REVIEWED), 1),
        ((Stage.INTERVIEW, Stage.REVIEWED, Stage.UNSUITABLE), 1),
        ((Stage.SHORTLISTED, Stage.WITHDRAWN), 2),
        ((Stage.WITHDRAWN, Stage.NEW), 0),
    ],
)
def test_a_step_that_was_taken_back_is_not_reached(trail, level):
    assert reached(trail) == level


async def test_an_acceptance_taken_back_is_accepted_nowhere(session):
    made = await random_ledger(session, 8)
    rows = await session.scalars(select(Application).order_by(Application.seq).limit(3))
    for row in rows:
        for wanted in (Stage.ACCEPTED, Stage.UNSUITABLE):
            session.add(
                StageChange(
                    application_id=row.id, from_stage=row.stage, to_stage=wanted, at=CLOSES,
                    account_id=None,
                )
            )  # fmt: skip
            await session.flush()
        row.stage = Stage.UNSUITABLE
    await session.flush()

    record = await record_now(session, made)

    accepted = record.funnel.applications[4].n
    assert accepted == sum(row.accepted for row in record.positions)
    assert accepted == record.stages[Stage.ACCEPTED]
    assert broken_invariants(record) == []


async def test_people_are_counted_by_what_they_sent_last(session):
    made = await random_ledger(session, 9)
    before = await record_now(session, made)

    for person in made.applicants:
        tell(person, sex="?", education="xx", district="99.99.01", birth_date=CLOSES.date())
    await session.flush()
    same = await record_now(session, made)

    parts = ("education", "age", "residence")
    assert [getattr(same, part) for part in parts] == [getattr(before, part) for part in parts]

    newest = await session.scalar(select(Application).order_by(Application.seq.desc()).limit(1))
    newest.profile = {**newest.profile, "education": "none", "sex": "none"}
    await session.flush()
    after = await record_now(session, made)
    who = await session.get(Applicant, newest.applicant_id)
    assert who.education == "xx"
    assert after.education != before.education
    assert sum(row.applicants for row in after.education) == after.figures.applicants


async def test_pulled_and_suspended_are_told_apart_and_never_advertised(session):
    made = await random_ledger(session, 10)
    for position in made.positions:
        position.withdrawn_at = None
    made.positions[0].withdrawn_at = CLOSES - timedelta(hours=1)
    made.companies[2].verified_at = None
    await session.flush()

    record = await record_now(session, made)

    states = {row.slug: row.state for row in record.positions}
    gone = {made.positions[4].slug: SUSPENDED, made.positions[5].slug: SUSPENDED}
    assert states == {
        **{position.slug: OFFERED for position in made.positions},
        made.positions[0].slug: PULLED,
        **gone,
    }
    assert not {made.positions[0].slug, *gone} & {*record.top_positions, *record.short_positions}
    assert sum(row.offered_openings for row in record.positions) == record.figures.openings
    assert sum(row.offered_applications for row in record.kbli) == record.offered_applications
    assert broken_invariants(record) == []


async def test_a_record_of_the_first_format_is_still_read(session):
    made = await random_ledger(session, 11)
    record = await record_now(session, made)
    stored = json.loads(canonical_json(plain(record)))
    del stored["rows"]
    for row in (*stored["positions"], *stored["companies"]):
        row["takes_part"] = int(row.pop("state") == OFFERED)
    for part in ("kbli", "kbji", "sectors"):
        for row in stored[part]:
            del row["offered_applications"]
    for step in stored["funnel"]["persons"]:
        del step["recorded"]

    read = record_from({**stored, "format": 1})

    assert broken_invariants(read) == []
    assert (read.figures, read.kbli, read.rows.ledger) == (record.figures, record.kbli, "")
    assert {row.state for row in read.positions} <= {OFFERED, GONE}
