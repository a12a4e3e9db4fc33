"""A whole fair as plain values, already checked, and what defining it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobfair.companies.rules import CompanyDetails
from jobfair.fairs.rules.details import FairDetails, OfficeDetails
from jobfair.positions.rules.details import PositionDetails


@dataclass(frozen=True)
class CompanyDefinition:
    """A company that takes part."""

    details: CompanyDetails
    verified: bool


@dataclass(frozen=True)
class PositionDefinition:
    """A position; ``company`` is the slug of a company of the same definition."""

    company: str
    details: PositionDetails


@dataclass(frozen=True)
class FairDefinition:
    """Everything that makes a fair. ``texts`` and ``recap`` are JSON values."""

    office: OfficeDetails
    fair: FairDetails
    texts: Mapping[str, str]
    recap: Mapping[str, Any]
    companies: tuple[CompanyDefinition, ...] = ()
    positions: tuple[PositionDefinition, ...] = ()


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
