"""What a record repeats of the fair and its office, as they were defined at the closing."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FairFacts:
    """The fair as it was defined when it closed."""

    slug: str
    name: str
    short_name: str
    time_zone: str
    residence_policy: str
    residence_basis: str
    minimum_age: int
    applications_per_applicant: int
    reporting_days: int
    sample: int
    recap: Any
    """What the office wrote for the paper: a free JSON value."""


@dataclass(frozen=True)
class OfficeFacts:
    """Whose fair it was."""

    name: str
    short_name: str
    regency: str
    regency_name: str
    city: str
    address: str
    phone: str
    whatsapp: str
    email: str
    website: str
    letterhead: tuple[str, ...]
