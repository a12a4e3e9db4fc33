"""The funnel of a running fair: what is left after each step, and where most is lost.

It counts as the record does (``tables.application_steps``): what the control room shows before
the closing is what the recap prints after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobfair.tally.rules.counted import STEPS, Reached
from jobfair.tally.rules.tables import application_steps

STEP_NAMES = {
    "applied": "Mengirim lamaran",
    "reviewed": "Ditinjau perusahaan",
    "shortlisted": "Lolos berkas",
    "interview": "Wawancara",
    "accepted": "Diterima",
}


@dataclass(frozen=True)
class Step:
    """One step of the funnel; percentages are of the step before with the same unit."""

    label: str
    n: int
    of_largest: int
    """0 to 100, for the bar."""
    of_previous: int | None
    lost: int
    """How many did not come from the step before; 0 at the first of its unit."""


@dataclass(frozen=True)
class Course:
    """People first, then their applications: two units that must not be mixed."""

    people: Sequence[Step]
    applications: Sequence[Step]

    @property
    def biggest_loss(self) -> tuple[str, str, int] | None:
        """Return (step before, step, how many) of the biggest loss among the applications."""
        pairs = zip(self.applications, self.applications[1:], strict=False)
        worst = max(pairs, key=lambda pair: pair[1].lost, default=None)
        if worst is None or worst[1].lost == 0:
            return None
        return worst[0].label, worst[1].label, worst[1].lost


def _steps(pairs: Sequence[tuple[str, int]]) -> list[Step]:
    largest = max((n for _, n in pairs), default=0)
    steps, before = [], None
    for label, n in pairs:
        steps.append(
            Step(
                label=label,
                n=n,
                of_largest=round(100 * n / largest) if largest else 0,
                of_previous=round(100 * n / before) if before else None,
                lost=max(0, before - n) if before is not None else 0,
            )
        )
        before = n
    return steps


def course_of(people: Mapping[int, int], reached: Sequence[Reached]) -> Course:
    """Return the funnel; ``people`` tells how many came as far as each step and no further."""
    persons = [
        (STEP_NAMES[step], sum(n for came, n in people.items() if came >= level))
        for level, step in enumerate(STEPS)
    ]
    sent = [(STEP_NAMES[step.step], step.n) for step in application_steps(reached)]
    return Course(people=_steps(persons), applications=_steps(sent))
