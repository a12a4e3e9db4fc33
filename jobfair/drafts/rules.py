"""Which fields of a form a draft holds, and for how long."""

from collections.abc import Mapping
from datetime import timedelta

KEPT_FOR = timedelta(days=30)
FIELDS_MOST = 20
VALUE_LONGEST = 4000
APPLY_FORM = "lamar:"
NEVER = frozenset({"consent", "password"})
"""Fields that are given anew each time."""


def draft_fields(given: Mapping[str, str]) -> dict[str, str]:
    """Return what a draft holds of a form: nothing secret, no token, and no more than fits."""
    typed = {
        name: value[:VALUE_LONGEST]
        for name, value in given.items()
        if value and not name.startswith("_") and name not in NEVER
    }
    return dict(list(typed.items())[:FIELDS_MOST])


def apply_form(position_id: int) -> str:
    """Return the name of the form that applies for a position."""
    return f"{APPLY_FORM}{position_id}"
