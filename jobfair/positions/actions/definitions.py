"""A whole fair as plain values, already checked, and what defining it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class OfficeDefinition:
    """The labour office; every name is a column of the same name."""

    slug: str
    name: str
    short_name: str
    regency: str
    city: str
    address: str
    phone: str
    whatsapp: str
    email: str
    website: str
    letterhead: tuple[str, ...]


@dataclass(frozen=True)
class WindowDefinition:
    """When applications are to be accepted; aware instants."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class CompanyDefinition:
    """A company that takes part."""

    slug: str
    name: str
    legal_form: str
    kind: str
    kbli: str
    district: str
    address: str
    about: str
    verified: bool


@dataclass(frozen=True)
class PositionDefinition:
    """A position; ``company`` is the slug of a company of the same definition."""

    slug: str
    company: str
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


@dataclass(frozen=True)
class FairDefinition:
    """Everything that makes a fair. ``texts`` and ``recap`` are JSON values."""

    office: OfficeDefinition
    slug: str
    name: str
    short_name: str
    receipt_prefix: str
    time_zone: str
    residence_policy: str
    residence_basis: str
    minimum_age: int
    applications_per_applicant: int
    reporting_days: int
    sample: bool
    window: WindowDefinition
    texts: Mapping[str, str]
    recap: Mapping[str, Any]
    companies: tuple[CompanyDefinition, ...]
    positions: tuple[PositionDefinition, ...]


@dataclass(frozen=True)
class Change:
    """One thing that is, or would be, different from what was stored."""

    subject: str
    """office, fair, window, company or position."""
    slug: str
    act: str
    """add, change, withdraw, restore or publish."""
    field: str = ""
    before: object = None
    after: object = None


@dataclass(frozen=True)
class Defined:
    """What defining a fair did."""

    fair_id: int
    changes: tuple[Change, ...]
    kept: tuple[Change, ...]
    """Differences left as stored: once a fair is open, people decide them on their pages."""
