"""Pages for the organiser."""

from typing import Any

HANDLERS: list[Any] = []
