"""What identifies a person: encrypted with a key of the person's own, and gone with that key.

What stays plain beside it is what reports count by: sex, schooling, years of experience, district,
and in what was sent the age in whole years.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

PERSONAL = "personal"
DISABILITY = "disability"
ANSWERS = "answers"
DRAFT = "draft"
"""What a key seals: each opens as itself only."""


@dataclass(frozen=True)
class Personal:
    """The part of a profile that is encrypted. Companies get a copy of exactly this."""

    name: str
    birth_date: date
    phone: str
    major: str
    school: str
    graduation_year: int | None
    experience: str
    village: str


def personal_values(personal: Personal) -> dict[str, Any]:
    """Return it as JSON values."""
    return asdict(personal) | {"birth_date": personal.birth_date.isoformat()}


def read_personal(values: Mapping[str, Any]) -> Personal:
    """Return what :func:`personal_values` made."""
    return Personal(**{**values, "birth_date": date.fromisoformat(values["birth_date"])})
