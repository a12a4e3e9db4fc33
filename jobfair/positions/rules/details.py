"""A position as it is defined, read from the fields of a form or a file."""

from dataclasses import dataclass

from jobfair.errors import Problem
from jobfair.fields import Fields
from jobfair.positions.rules import EDUCATION, EMPLOYMENT, KBJI, SECTORS, WAGE_PERIODS

MOST_OPENINGS = 10_000
LOWEST_WAGE, HIGHEST_WAGE = 1000, 1_000_000_000
ITEMS, ITEM_LONGEST = 12, 200


@dataclass(frozen=True)
class PositionDetails:
    """A position; every name is a column of the same name."""

    slug: str
    title: str
    kbji: str
    employment: str
    openings: int
    education: tuple[str, ...]
    experience_years: int
    wage_min: int | None
    wage_max: int | None
    wage_period: str
    wage_note: str
    district: str
    sector: str
    disability_friendly: bool
    hours: str
    duties: tuple[str, ...]
    requirements: tuple[str, ...]
    questions: tuple[str, ...]


def read_position(fields: Fields) -> PositionDetails:
    """Return a position. Raises ``Invalid`` with every problem at once."""
    position = PositionDetails(
        slug=fields.slug("slug"),
        title=fields.text("title", longest=100),
        kbji=fields.choice("kbji", KBJI),
        employment=fields.choice("employment", EMPLOYMENT),
        openings=fields.whole("openings", lowest=1, highest=MOST_OPENINGS) or 0,
        education=fields.choices("education", EDUCATION),
        experience_years=fields.whole("experience_years", lowest=0, highest=40) or 0,
        wage_min=_wage(fields, "wage_min"),
        wage_max=_wage(fields, "wage_max"),
        wage_period=fields.choice("wage_period", WAGE_PERIODS),
        wage_note=fields.text("wage_note", longest=200, missing=None),
        district=fields.place("district"),
        sector=fields.choice("sector", SECTORS),
        disability_friendly=fields.yes("disability_friendly"),
        hours=fields.text("hours", longest=160),
        duties=fields.texts("duties", most=ITEMS, longest=ITEM_LONGEST),
        requirements=fields.texts("requirements", most=ITEMS, longest=ITEM_LONGEST),
        questions=tuple(
            text
            for name in ("question_1", "question_2")
            if (text := fields.text(name, longest=200, missing=None))
        ),
    )
    _check_wages(fields, position)
    fields.settle()
    return position


def _wage(fields: Fields, name: str) -> int | None:
    return fields.whole(name, lowest=LOWEST_WAGE, highest=HIGHEST_WAGE, missing=None)


def _check_wages(fields: Fields, position: PositionDetails) -> None:
    if any(map(fields.is_wrong, ("wage_min", "wage_max", "wage_note"))):
        return
    lowest, highest = position.wage_min, position.wage_max
    if lowest is None and highest is None:
        if not position.wage_note:
            fields.wrong(
                "wage_note",
                Problem(
                    "Upah tidak disebut. Isi upah terendah dan tertinggi, atau tulis alasannya "
                    "di sini."
                ),
            )
    elif lowest is None or highest is None:
        fields.wrong(
            "wage_min" if lowest is None else "wage_max",
            Problem("Hanya satu batas upah yang diisi. Isi keduanya, boleh sama."),
        )
    elif lowest > highest:
        fields.wrong(
            "wage_min", Problem("Upah terendah lebih besar dari yang tertinggi. Tukar keduanya.")
        )
