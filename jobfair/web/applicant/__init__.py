"""Pages for the applicant."""

from typing import Any

HANDLERS: list[Any] = []
