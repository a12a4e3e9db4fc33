"""From account to placement: what is left after each step, and where most is lost."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobfair.applications.rules import Stage
from jobfair.tally.queries.counters import StageCounts


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
class Funnel:
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


def funnel_of(*, accounts: int, applicants: int, stages: StageCounts) -> Funnel:
    """Return the funnel. Companies may skip steps, so a later stage counts for the earlier ones.

    An application marked unsuitable counts as reviewed only: how far it had come before is in
    the recap, not in the kept numbers.
    """
    accepted = stages.at(Stage.ACCEPTED)
    interview = accepted + stages.at(Stage.INTERVIEW)
    shortlisted = interview + stages.at(Stage.SHORTLISTED)
    reviewed = shortlisted + stages.at(Stage.REVIEWED) + stages.at(Stage.UNSUITABLE)
    return Funnel(
        people=_steps([("Punya akun", accounts), ("Mengirim lamaran", applicants)]),
        applications=_steps(
            [
                ("Lamaran berlaku", reviewed + stages.at(Stage.NEW)),
                ("Sudah ditinjau", reviewed),
                ("Lolos berkas", shortlisted),
                ("Wawancara", interview),
                ("Diterima", accepted),
            ]
        ),
    )
