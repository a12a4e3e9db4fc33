"""The tables of a record, added up from grouped counts. Plain values in, plain values out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jobfair.applications.rules import REACHED, Stage
from jobfair.positions.rules import EDUCATION_GROUPS
from jobfair.regions import district_name, districts_of, is_local, regency_name, regency_of
from jobfair.tally.queries.counts import Cell, Offer, Reached
from jobfair.tally.rules import RESIDENCES, STEPS, UNKNOWN, UNKNOWN_LABEL, age_bands

Row = dict[str, Any]


def funnel(cells: Sequence[Cell], reached: Sequence[Reached], regency: str) -> Row:
    """Count how far people came (each by the best of their applications), and applications.

    A step counts as reached when it or a later one was. ``inferred`` tells how many applications
    stand at a step only because of a later one, or because they were marked unsuitable at once.
    """
    persons, applications = [], []
    for level, step in enumerate(STEPS):
        there = [cell for cell in cells if cell.level >= level]
        row: Row = dict.fromkeys(RESIDENCES, 0)
        for cell in there:
            row[_lives(cell.district, regency)] += cell.applicants
        persons.append({"step": step, "n": sum(row.values()), **row})
        sent = [one for one in reached if one.level >= level]
        unsaid = [one for one in sent if level and not one.said[level - 1]]
        applications.append(
            {
                "step": step,
                "n": sum(one.n for one in sent),
                "inferred": sum(one.n for one in unsaid),
            }
        )
    return {"persons": persons, "applications": applications}


def _lives(district: str, regency: str) -> str:
    if is_local(district, regency):
        return "local"
    return "outside" if regency_name(regency_of(district)) else UNKNOWN


def _district_label(code: str) -> str:
    regency = regency_name(code)
    return f"{regency}, kecamatan tidak disebut" if regency else district_name(code) or code


def _people(code: str, label: str, cells: Iterable[Cell]) -> Row:
    mine = list(cells)
    men = sum(cell.applicants for cell in mine if cell.sex == "L")
    women = sum(cell.applicants for cell in mine if cell.sex == "P")
    total = sum(cell.applicants for cell in mine)
    return {
        "code": code,
        "label": label,
        "men": men,
        "women": women,
        "sex_unknown": total - men - women,
        "applicants": total,
        "applications": sum(cell.applications for cell in mine),
    }


def education(cells: Sequence[Cell]) -> list[Row]:
    """Group people by schooling; a code nobody knows is "unknown"."""
    known = frozenset().union(*(members for _, members in EDUCATION_GROUPS.values()))
    rows = [
        _people(code, label, (cell for cell in cells if cell.education in members))
        for code, (label, members) in EDUCATION_GROUPS.items()
    ]
    rest = (cell for cell in cells if cell.education not in known)
    return [*rows, _people(UNKNOWN, UNKNOWN_LABEL, rest)]


def age(cells: Sequence[Cell]) -> list[Row]:
    """Group people by age band."""
    return [
        _people(code, label, (cell for cell in cells if cell.age == code))
        for code, label in age_bands()
    ]


def residence(cells: Sequence[Cell], regency: str) -> list[Row]:
    """Every kecamatan of the office's regency, then other regencies, then unknown."""
    mine: dict[str, list[Cell]] = {region.code: [] for region in districts_of(regency)}
    others: dict[str, list[Cell]] = {}
    unknown = []
    for cell in cells:
        lives = _lives(cell.district, regency)
        if lives == "local":
            mine.setdefault(cell.district, []).append(cell)
        elif lives == "outside":
            others.setdefault(regency_of(cell.district), []).append(cell)
        else:
            unknown.append(cell)
    return [
        *(
            {**_people(code, _district_label(code), inside), "group": "local"}
            for code, inside in mine.items()
        ),
        *(
            {**_people(code, regency_name(code) or code, outside), "group": "outside"}
            for code, outside in sorted(others.items())
        ),
        {**_people(UNKNOWN, UNKNOWN_LABEL, unknown), "group": UNKNOWN},
    ]


def positions(offered: Sequence[Offer], reached: Sequence[Reached]) -> list[Row]:
    """Positions that take part, and withdrawn ones that were applied to, in the order given."""
    per_position: dict[int, list[Reached]] = {}
    for one in reached:
        per_position.setdefault(one.position_id, []).append(one)
    rows = []
    for offer in offered:
        mine = per_position.get(offer.id, [])
        if not (mine or offer.takes_part):
            continue
        came = [sum(one.n for one in mine if one.level >= level) for level in range(len(STEPS))]
        accepted = sum(one.n for one in mine if one.stage is Stage.ACCEPTED)
        rows.append(
            {
                "slug": offer.slug,
                "title": offer.title,
                "company": offer.company_slug,
                "company_name": offer.company,
                "kbli": offer.kbli[:1],
                "kbji": offer.kbji[:1],
                "sector": offer.sector,
                "disability_friendly": int(offer.disability_friendly),
                "takes_part": int(offer.takes_part),
                "openings": offer.openings,
                "applications": came[0],
                "withdrawn": sum(one.n for one in mine if one.stage is Stage.WITHDRAWN),
                "waiting": sum(one.n for one in mine if one.stage is Stage.NEW),
                **{str(stage): n for stage, n in zip(REACHED[:-1], came[1:], strict=False)},
                "accepted": accepted,
                "over": int(accepted > offer.openings),
            }
        )
    return rows


def companies(
    offered: Sequence[Offer], positions: Sequence[Row], visitors: Mapping[int, int]
) -> list[Row]:
    """Return the companies behind these positions, by name.

    ``applicants`` counts each person once per company, so the column adds up to more than the
    applicants of the fair.
    """
    known = {offer.company_slug: offer for offer in offered}
    rows = []
    for slug in dict.fromkeys(position["company"] for position in positions):
        mine = [position for position in positions if position["company"] == slug]
        there = [position for position in mine if position["takes_part"]]
        rows.append(
            {
                "slug": slug,
                "name": known[slug].company,
                "kbli": known[slug].kbli[:1],
                "takes_part": int(bool(there)),
                "positions": len(there),
                "openings": sum(position["openings"] for position in there),
                "applications": sum(position["applications"] for position in mine),
                "applicants": visitors.get(known[slug].company_id, 0),
                "reviewed": sum(position["reviewed"] for position in mine),
            }
        )
    return rows


def grouped(positions: Sequence[Row], name: str, labels: Mapping[str, str]) -> list[Row]:
    """Return companies, positions, openings and applications by a code of the positions."""
    rows = []
    for code in sorted({position[name] for position in positions}):
        mine = [position for position in positions if position[name] == code]
        there = [position for position in mine if position["takes_part"]]
        rows.append(
            {
                "code": code if code in labels else UNKNOWN,
                "label": labels.get(code, UNKNOWN_LABEL),
                "companies": len({position["company"] for position in there}),
                "positions": len(there),
                "openings": sum(position["openings"] for position in there),
                "applications": sum(position["applications"] for position in mine),
            }
        )
    return rows
