"""The record of a closed fair as types; ``record_json`` is its way to plain values and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobfair.tally.rules.facts import FairFacts, OfficeFacts

FORMAT = 2
OFFERED, PULLED, SUSPENDED, GONE = "offered", "pulled", "suspended", "gone"
"""How a position or a company stood when the figures were frozen: offered; pulled by the company
or the office; the company suspended by the office; ``gone`` in format 1, which did not tell."""
PROVISIONAL = "SEMENTARA"


@dataclass(frozen=True)
class Edition:
    """Which of a fair's records this is."""

    number: int
    kind: str = PROVISIONAL


@dataclass(frozen=True)
class WindowChange:
    """One window of the fair; the last one is the one that counted."""

    ordinal: int
    opens_at: str
    closes_at: str
    paused_from: str
    made_at: str
    reason: str


@dataclass(frozen=True)
class WindowFacts:
    """When the fair was open, and where its ledger ended."""

    opens_at: str
    closes_at: str
    latched_at: str
    latch_seq: int
    last_day: str
    history: tuple[WindowChange, ...]


@dataclass(frozen=True)
class Figures:
    """The main numbers. ``applications`` are those sent: withdrawn ones stay in the ledger."""

    companies: int
    positions: int
    openings: int
    applicants: int
    applications: int
    withdrawn: int
    most_by_one: int

    @property
    def standing(self) -> int:
        """Applications sent and not withdrawn before the closing."""
        return self.applications - self.withdrawn


@dataclass(frozen=True)
class Day:
    """One day of the fair."""

    date: str
    applications: int
    new_applicants: int


@dataclass(frozen=True)
class Hour:
    """One hour of the clock, of all days together."""

    hour: int
    applications: int


@dataclass(frozen=True)
class PersonStep:
    """How many people came as far as a step, by where they live."""

    step: str
    n: int
    local: int
    outside: int
    unknown: int
    recorded: int = -1
    """People for whom the step itself was recorded, not inferred; -1 in format 1."""


@dataclass(frozen=True)
class ApplicationStep:
    """How many applications came as far as a step."""

    step: str
    n: int
    inferred: int


@dataclass(frozen=True)
class Funnel:
    """Two units that must not be mixed: people, each by the best of theirs, and applications."""

    persons: tuple[PersonStep, ...]
    applications: tuple[ApplicationStep, ...]


@dataclass(frozen=True)
class PeopleRow:
    """People who are alike in one thing."""

    code: str
    label: str
    men: int
    women: int
    sex_unknown: int
    applicants: int
    applications: int
    group: str = ""
    """Of places: local, outside or unknown."""


@dataclass(frozen=True)
class CompanyRow:
    """A company; its offer is what was offered at the closing."""

    slug: str
    name: str
    kbli: str
    state: str
    positions: int
    openings: int
    applications: int
    applicants: int
    """Different people; one person can be counted at several companies."""
    reviewed: int

    @property
    def takes_part(self) -> bool:
        """Whether it offered a position at the closing."""
        return self.state == OFFERED


@dataclass(frozen=True)
class PositionRow:
    """A position and how far its applications came."""

    slug: str
    title: str
    company: str
    company_name: str
    kbli: str
    kbji: str
    sector: str
    disability_friendly: int
    state: str
    openings: int
    applications: int
    withdrawn: int
    waiting: int
    reviewed: int
    shortlisted: int
    interview: int
    accepted: int
    over: int

    @property
    def takes_part(self) -> bool:
        """Whether it was offered at the closing."""
        return self.state == OFFERED

    @property
    def offered_openings(self) -> int:
        """The openings that were offered at the closing."""
        return self.openings if self.takes_part else 0


@dataclass(frozen=True)
class GroupRow:
    """Positions of one code: companies, positions and openings offered, applications to all."""

    code: str
    label: str
    companies: int
    positions: int
    openings: int
    applications: int
    offered_applications: int
    """Applications to positions offered at the closing: what openings can be compared with."""


@dataclass(frozen=True)
class Disability:
    """People who say that they are disabled, and positions open to them."""

    applicants: int
    positions: int


@dataclass(frozen=True)
class Reconciled:
    """A kept number beside the same one counted from the rows."""

    what: str
    kept: int
    counted: int


@dataclass(frozen=True)
class Disagreement:
    """A place where kept numbers and rows disagreed when the fair was closed."""

    what: str
    where: str
    kept: int | str
    counted: int | str
    sentence: str


@dataclass(frozen=True)
class Reconciliation:
    """The kept numbers held against the rows at the closing."""

    numbers: tuple[Reconciled, ...]
    differences: tuple[Disagreement, ...]


@dataclass(frozen=True)
class RowDigests:
    """Hashes of the rows that were counted; empty in format 1."""

    ledger: str = ""
    trail: str = ""
    trail_last: int = 0
    """The highest id among the steps that were counted."""


@dataclass(frozen=True)
class Record:
    """Everything that is known of a closed fair; what is printed comes from it."""

    format: int
    edition: Edition
    fair: FairFacts
    office: OfficeFacts
    window: WindowFacts
    figures: Figures
    sectors: tuple[GroupRow, ...]
    days: tuple[Day, ...]
    hours: tuple[Hour, ...]
    stages: Mapping[str, int]
    funnel: Funnel
    education: tuple[PeopleRow, ...]
    age: tuple[PeopleRow, ...]
    residence: tuple[PeopleRow, ...]
    companies: tuple[CompanyRow, ...]
    positions: tuple[PositionRow, ...]
    top_positions: tuple[str, ...]
    short_positions: tuple[str, ...]
    kbli: tuple[GroupRow, ...]
    kbji: tuple[GroupRow, ...]
    disability: Disability
    reconciliation: Reconciliation
    schemes: Mapping[str, str]
    rows: RowDigests = field(default_factory=RowDigests)

    @property
    def offered_applications(self) -> int:
        """Applications to positions that were offered at the closing."""
        return sum(row.applications for row in self.positions if row.takes_part)

    @property
    def named(self) -> dict[str, PositionRow]:
        """The positions by slug."""
        return {row.slug: row for row in self.positions}
