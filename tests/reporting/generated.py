"""Closings of fairs as chance would have them, made of the counts that a real one is made of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as some

from jobfair.applications.rules import REACHED, Stage
from jobfair.companies.rules import KBLI_2020
from jobfair.positions.rules import KBJI
from jobfair.tally.queries.frozen import FrozenClosing, hash_of
from jobfair.tally.queries.record import SECTOR_NAMES
from jobfair.tally.rules import age_bands, tables
from jobfair.tally.rules.counted import Cell, Offer, Reached, reached
from jobfair.tally.rules.listing import short_positions, top_positions
from jobfair.tally.rules.record import OFFERED, PULLED, SUSPENDED, Day, Disability, Hour, Record
from jobfair.tally.rules.record_json import plain
from tests.reporting.records import make_closing, spread

AGES = [code for code, _ in age_bands()]
TRAILS = (
    (), (Stage.REVIEWED,), (Stage.SHORTLISTED,), (Stage.INTERVIEW,), (Stage.ACCEPTED,),
    (Stage.UNSUITABLE,), (Stage.WITHDRAWN,), (Stage.REVIEWED, Stage.WITHDRAWN),
    (Stage.INTERVIEW, Stage.ACCEPTED), (Stage.INTERVIEW, Stage.UNSUITABLE),
    (Stage.ACCEPTED, Stage.UNSUITABLE), (Stage.INTERVIEW, Stage.ACCEPTED, Stage.UNSUITABLE),
)  # fmt: skip


def _recorded(trail: tuple[Stage, ...], level: int) -> tuple[int, ...]:
    return tuple(int(level >= at and step in trail) for at, step in enumerate(REACHED, start=1))


@some.composite
def closings(draw: some.DrawFn, *, most: int = 60) -> FrozenClosing:
    """Return a closing whose tables come from the same applications."""
    chance = draw(some.randoms(use_true_random=False))
    people = draw(some.integers(0, most))
    firms, jobs = draw(some.integers(1, 4)), draw(some.integers(1, 7))
    states = [chance.choice([OFFERED, OFFERED, OFFERED, SUSPENDED]) for _ in range(firms)]
    offered = [
        Offer(
            id=at, slug=f"jabatan-{at}", title=f"Operator {at}", kbji=chance.choice([*KBJI, ""]),
            sector=chance.choice([*SECTOR_NAMES]), openings=chance.randint(1, 9),
            disability_friendly=chance.random() < 0.4,
            state=SUSPENDED
            if states[at % firms] == SUSPENDED
            else chance.choice([OFFERED, OFFERED, OFFERED, PULLED]),
            company_id=at % firms, company_slug=f"pt-{at % firms}", company=f"PT {at % firms}",
            kbli=list(KBLI_2020)[at % firms],
        )
        for at in range(jobs)
    ]  # fmt: skip
    homes = chance.sample(
        ["12.09.19", "12.09.20", "12.09.21", "12.75", "12.74", "12.09", "99.99.01"], k=3
    )
    weights = [chance.choice([1, 2, 20]) for _ in homes]
    counts: dict[tuple[int, Stage, int, tuple[int, ...]], int] = {}
    visitors: dict[int, int] = {}
    cells: list[Cell] = []
    for _ in range(people):
        sent = chance.sample(offered, k=chance.randint(1, min(3, jobs)))
        best, recorded = 0, (0, 0, 0, 0)
        for offer in sent:
            trail = chance.choice(TRAILS)
            level = reached(trail)
            said = _recorded(trail, level)
            key = (offer.id, trail[-1] if trail else Stage.NEW, level, said)
            counts[key] = counts.get(key, 0) + 1
            best = max(best, level)
            recorded = tuple(max(pair) for pair in zip(recorded, said, strict=True))
        for company_id in {offer.company_id for offer in sent}:
            visitors[company_id] = visitors.get(company_id, 0) + 1
        cells.append(
            Cell(
                sex=chance.choice("LLLPP?"),
                education=chance.choice(["sma", "sma", "s1", "sd", "x"]),
                age=chance.choice([*AGES[1:4], AGES[-1]]),
                district=chance.choices(homes, weights)[0], disabled=int(chance.random() < 0.1),
                level=best, recorded=recorded, applicants=1, applications=len(sent),
                most=len(sent),
            )
        )  # fmt: skip
    here = [Reached(*key, n) for key, n in counts.items()]
    return _closing(draw, offered, cells, here, visitors)


def _closing(
    draw: some.DrawFn,
    offered: list[Offer],
    cells: list[Cell],
    here: list[Reached],
    visitors: dict[int, int],
) -> FrozenClosing:
    chance = draw(some.randoms(use_true_random=False))
    rows = tables.positions(offered, here)
    total, people = sum(one.n for one in here), len(cells)
    days = draw(some.integers(1, 9))
    opens = datetime(2026, 3, 2, 1, tzinfo=UTC)
    closes = opens + timedelta(days=days - 1, hours=draw(some.integers(1, 12)))
    parts = spread(total, days)
    chance.shuffle(parts)
    stages = {str(one): sum(r.n for r in here if r.stage is one) for one in Stage}
    base = make_closing()
    record: Record = base.record
    record = replace(
        record,
        window=replace(
            record.window, opens_at=opens.isoformat(), closes_at=closes.isoformat(),
            latch_seq=total,
        ),
        figures=replace(
            record.figures,
            companies=len({row.company for row in rows if row.takes_part}),
            positions=sum(row.takes_part for row in rows),
            openings=sum(row.offered_openings for row in rows),
            applicants=people, applications=total, withdrawn=stages[Stage.WITHDRAWN],
            most_by_one=max((cell.most for cell in cells), default=0),
        ),
        sectors=tables.grouped(rows, "sector", SECTOR_NAMES),
        days=tuple(
            Day((date(2026, 3, 2) + timedelta(days=at)).isoformat(), n, people if at == 0 else 0)
            for at, n in enumerate(parts)
        ),
        hours=tuple(Hour(at, n) for at, n in enumerate([0] * 16 + spread(total, 8))),
        stages=stages,
        funnel=tables.funnel(cells, here, "12.09"),
        education=tables.education(cells),
        age=tables.age(cells),
        residence=tables.residence(cells, "12.09"),
        companies=tables.companies(offered, rows, visitors),
        positions=rows,
        top_positions=top_positions(rows),
        short_positions=short_positions(rows),
        kbli=tables.grouped(rows, "kbli", KBLI_2020),
        kbji=tables.grouped(rows, "kbji", KBJI),
        disability=Disability(
            sum(cell.disabled for cell in cells),
            sum(row.disability_friendly for row in rows if row.takes_part),
        ),
    )  # fmt: skip
    return replace(base, record=record, seq=total, sha256=hash_of(plain(record)))
