"""The tables of a record, added up from grouped counts. Plain values in, plain values out."""

from collections.abc import Iterable, Mapping, Sequence

from jobfair.applications.rules import Stage
from jobfair.positions.rules import EDUCATION_GROUPS
from jobfair.regions import district_name, districts_of, is_local, regency_name, regency_of
from jobfair.tally.rules import UNKNOWN, UNKNOWN_LABEL, age_bands
from jobfair.tally.rules.counted import STEPS, Cell, Offer, Reached
from jobfair.tally.rules.record import (
    OFFERED,
    PULLED,
    SUSPENDED,
    ApplicationStep,
    CompanyRow,
    Funnel,
    GroupRow,
    PeopleRow,
    PersonStep,
    PositionRow,
)

LOCAL, OUTSIDE = "local", "outside"


def application_steps(reached: Sequence[Reached]) -> tuple[ApplicationStep, ...]:
    """Count applications by how far they came.

    A step counts as reached when it or a later one was (see ``counted.reached``). ``inferred``
    tells how many stand at a step only because of a later one, or because they were marked
    unsuitable at once.
    """
    steps = []
    for level, step in enumerate(STEPS):
        there = [one for one in reached if one.level >= level]
        inferred = sum(one.n for one in there if level and not one.recorded[level - 1])
        steps.append(ApplicationStep(step, sum(one.n for one in there), inferred))
    return tuple(steps)


def funnel(cells: Sequence[Cell], reached: Sequence[Reached], regency: str) -> Funnel:
    """Count how far people came, each by the best of their applications, and applications."""
    persons = []
    for level, step in enumerate(STEPS):
        there = [cell for cell in cells if cell.level >= level]
        lives = dict.fromkeys((LOCAL, OUTSIDE, UNKNOWN), 0)
        for cell in there:
            lives[_lives(cell.district, regency)] += cell.applicants
        recorded = sum(cell.applicants for cell in there if not level or cell.recorded[level - 1])
        persons.append(PersonStep(step, sum(lives.values()), **lives, recorded=recorded))
    return Funnel(tuple(persons), application_steps(reached))


def _lives(district: str, regency: str) -> str:
    if is_local(district, regency):
        return LOCAL
    return OUTSIDE if regency_name(regency_of(district)) else UNKNOWN


def _district_label(code: str) -> str:
    regency = regency_name(code)
    return f"{regency}, kecamatan tidak disebut" if regency else district_name(code) or code


def _people(code: str, label: str, cells: Iterable[Cell], group: str = "") -> PeopleRow:
    mine = list(cells)
    men = sum(cell.applicants for cell in mine if cell.sex == "L")
    women = sum(cell.applicants for cell in mine if cell.sex == "P")
    total = sum(cell.applicants for cell in mine)
    return PeopleRow(
        code=code, label=label, men=men, women=women, sex_unknown=total - men - women,
        applicants=total, applications=sum(cell.applications for cell in mine), group=group,
    )  # fmt: skip


def education(cells: Sequence[Cell]) -> tuple[PeopleRow, ...]:
    """Group people by schooling; a code that is not in the list is "unknown"."""
    known = frozenset().union(*(members for _, members in EDUCATION_GROUPS.values()))
    rows = [
        _people(code, label, (cell for cell in cells if cell.education in members))
        for code, (label, members) in EDUCATION_GROUPS.items()
    ]
    rest = (cell for cell in cells if cell.education not in known)
    return (*rows, _people(UNKNOWN, UNKNOWN_LABEL, rest))


def age(cells: Sequence[Cell]) -> tuple[PeopleRow, ...]:
    """Group people by age band."""
    return tuple(
        _people(code, label, (cell for cell in cells if cell.age == code))
        for code, label in age_bands()
    )


def residence(cells: Sequence[Cell], regency: str) -> tuple[PeopleRow, ...]:
    """Every kecamatan of the office's regency, then other regencies, then unknown."""
    mine: dict[str, list[Cell]] = {region.code: [] for region in districts_of(regency)}
    others: dict[str, list[Cell]] = {}
    unknown = []
    for cell in cells:
        lives = _lives(cell.district, regency)
        if lives == LOCAL:
            mine.setdefault(cell.district, []).append(cell)
        elif lives == OUTSIDE:
            others.setdefault(regency_of(cell.district), []).append(cell)
        else:
            unknown.append(cell)
    return (
        *(_people(code, _district_label(code), inside, LOCAL) for code, inside in mine.items()),
        *(
            _people(code, regency_name(code) or code, outside, OUTSIDE)
            for code, outside in sorted(others.items())
        ),
        _people(UNKNOWN, UNKNOWN_LABEL, unknown, UNKNOWN),
    )


def positions(offered: Sequence[Offer], reached: Sequence[Reached]) -> tuple[PositionRow, ...]:
    """Positions that are offered, and others that were applied to, in the order given.

    ``accepted`` is what the funnel counts as accepted: what stands as accepted now.
    """
    per_position: dict[int, list[Reached]] = {}
    for one in reached:
        per_position.setdefault(one.position_id, []).append(one)
    rows = []
    for offer in offered:
        mine = per_position.get(offer.id, [])
        if not (mine or offer.state == OFFERED):
            continue
        applied, reviewed, shortlisted, interview, accepted = (
            step.n for step in application_steps(mine)
        )
        rows.append(
            PositionRow(
                slug=offer.slug,
                title=offer.title,
                company=offer.company_slug,
                company_name=offer.company,
                kbli=offer.kbli[:1],
                kbji=offer.kbji[:1],
                sector=offer.sector,
                disability_friendly=int(offer.disability_friendly),
                state=offer.state,
                openings=offer.openings,
                applications=applied,
                withdrawn=sum(one.n for one in mine if one.stage is Stage.WITHDRAWN),
                waiting=sum(one.n for one in mine if one.stage is Stage.NEW),
                reviewed=reviewed,
                shortlisted=shortlisted,
                interview=interview,
                accepted=accepted,
                over=int(accepted > offer.openings),
            )
        )
    return tuple(rows)


def _state_of(mine: Sequence[PositionRow]) -> str:
    states = {position.state for position in mine}
    return next(state for state in (OFFERED, SUSPENDED, PULLED) if state in states)


def companies(
    offered: Sequence[Offer], positions: Sequence[PositionRow], visitors: Mapping[int, int]
) -> tuple[CompanyRow, ...]:
    """Return the companies behind these positions, by name."""
    known = {offer.company_slug: offer for offer in offered}
    rows = []
    for slug in dict.fromkeys(position.company for position in positions):
        mine = [position for position in positions if position.company == slug]
        rows.append(
            CompanyRow(
                slug=slug,
                name=known[slug].company,
                kbli=known[slug].kbli[:1],
                state=_state_of(mine),
                positions=sum(position.takes_part for position in mine),
                openings=sum(position.offered_openings for position in mine),
                applications=sum(position.applications for position in mine),
                applicants=visitors.get(known[slug].company_id, 0),
                reviewed=sum(position.reviewed for position in mine),
            )
        )
    return tuple(rows)


def grouped(
    positions: Sequence[PositionRow], name: str, labels: Mapping[str, str]
) -> tuple[GroupRow, ...]:
    """Return companies, positions, openings and applications by a code of the positions."""
    rows = []
    for code in sorted({getattr(position, name) for position in positions}):
        mine = [position for position in positions if getattr(position, name) == code]
        there = [position for position in mine if position.takes_part]
        rows.append(
            GroupRow(
                code=code if code in labels else UNKNOWN,
                label=labels.get(code, UNKNOWN_LABEL),
                companies=len({position.company for position in there}),
                positions=len(there),
                openings=sum(position.openings for position in there),
                applications=sum(position.applications for position in mine),
                offered_applications=sum(position.applications for position in there),
            )
        )
    return tuple(rows)
