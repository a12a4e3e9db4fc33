"""A fair as plain values: what its rows said in one snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobfair.clock import last_day
from jobfair.fairs.rules import Phase, Timetable, phase_at


@dataclass(frozen=True)
class OfficeFacts:
    """A labour office; ``regency`` is the Kemendagri code of its district, like 12.09."""

    id: int
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
    letterhead: Sequence[str]


@dataclass(frozen=True)
class FairState:
    """A fair, its office and its timetable.

    Nothing in it moves with the ledger, so it may be cached until the fair itself is changed.
    """

    id: int
    office_id: int
    slug: str
    name: str
    short_name: str
    receipt_prefix: str
    time_zone: str
    residence_policy: str
    residence_basis: str
    minimum_age: int
    applications_per_applicant: int
    """0 means no limit."""
    reporting_days: int
    sample: bool
    texts: Mapping[str, Any]
    recap: Mapping[str, Any]
    created_at: datetime
    published_at: datetime | None
    latched_at: datetime | None
    latch_seq: int | None
    office: OfficeFacts
    timetable: Timetable
    reason: str
    """Why the newest window was made: shown while paused, extended or closed early."""
    windows: int
    """How many windows the fair has had."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the fair's instants are shown."""
        return ZoneInfo(self.time_zone)

    @property
    def last_day(self) -> date:
        """The last day of the window; a closing at 00.00 ended the day before."""
        return last_day(self.timetable.closes_at, self.zone)

    def phase(self, now: datetime) -> Phase:
        """Return the phase at an instant."""
        return phase_at(now, self.timetable)


@dataclass(frozen=True)
class CountedFair(FairState):
    """A fair together with the end of its ledger in the same snapshot."""

    ledger_seq: int
    applicants: int
    last_received_at: datetime | None
