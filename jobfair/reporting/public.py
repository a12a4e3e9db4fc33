"""Numbers of people as public paper tells them: small ones hidden, and what would betray them."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobfair.tally.rules.invariants import PEOPLE_PARTS, RESIDENCES, SEXES
from jobfair.tally.rules.record import PeopleRow, Record
from jobfair.tally.rules.small_cells import Key, hidden_of

Shown = int | None
"""A number; None when it is hidden."""


@dataclass(frozen=True)
class PublicRow:
    """People who are alike in one thing, as far as it is told."""

    code: str
    label: str
    group: str
    men: Shown
    women: Shown
    sex_unknown: Shown
    applicants: Shown
    applications: Shown

    @property
    def told(self) -> int:
        """The number of people, for rows that tell it."""
        assert self.applicants is not None, "asked only of rows that tell it"
        return self.applicants


@dataclass(frozen=True)
class PublicStep:
    """How many people came so far, by where they live, and how many applications."""

    step: str
    label: str
    local: Shown
    outside: Shown
    unknown: Shown
    n: int
    recorded: int
    applications: int


@dataclass(frozen=True)
class PublicPeople:
    """All breakdowns of people of a record."""

    education: tuple[PublicRow, ...]
    age: tuple[PublicRow, ...]
    residence: tuple[PublicRow, ...]
    sexes: PublicRow
    """The sums of all three."""
    steps: tuple[PublicStep, ...]
    hidden: int
    """How many numbers are not told."""

    def lives(self, group: str) -> Shown:
        """Return how many people live there: local, outside or unknown."""
        found: Shown = getattr(self.steps[0], group)
        return found


def public_people(record: Record, step_names: dict[str, str]) -> PublicPeople:
    """Return the breakdowns of a record without what must not be told."""
    hidden = hidden_of(record)

    def shown(key: Key, n: int) -> Shown:
        return None if key in hidden else n

    def rows(part: str, given: Sequence[PeopleRow]) -> tuple[PublicRow, ...]:
        return tuple(
            PublicRow(
                code=row.code,
                label=row.label,
                group=row.group,
                **{
                    name: shown((part, row.code, name), getattr(row, name))
                    for name in (*SEXES, "applicants", "applications")
                },
            )
            for row in given
        )

    found = {part: rows(part, getattr(record, part)) for part in PEOPLE_PARTS}
    totals = {
        sex: shown(("sex", sex), sum(getattr(row, sex) for row in record.education))
        for sex in SEXES
    }
    figures = record.figures
    steps = tuple(
        PublicStep(
            step=persons.step,
            label=step_names[persons.step],
            n=persons.n,
            recorded=persons.recorded,
            applications=sent.n,
            **{
                one: shown(("step", persons.step, one), getattr(persons, one)) for one in RESIDENCES
            },
        )
        for persons, sent in zip(record.funnel.persons, record.funnel.applications, strict=True)
    )
    return PublicPeople(
        education=found["education"],
        age=found["age"],
        residence=found["residence"],
        sexes=PublicRow(
            code="", label="Jumlah", group="", applicants=figures.applicants,
            applications=figures.applications, **totals,
        ),
        steps=steps,
        hidden=len(hidden),
    )  # fmt: skip
