"""Pages for the company."""

from typing import Any

HANDLERS: list[Any] = []
