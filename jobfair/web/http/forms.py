"""A form between the browser and the rules: what was typed, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar import Request

from jobfair.errors import Invalid, Problem


@dataclass
class Form:
    """What was typed (kept, to be shown again) and the problems by field, in page order."""

    given: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a trimmed text; a field that was not sent is empty."""
        return self.given.get(name, "").strip()

    def with_problems(self, error: Invalid) -> "Form":
        """Return the same form with its problems, to be shown again."""
        return Form(self.given, error.fields)


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """Return the text fields of a request; a field sent twice counts once, files are ignored."""
    sent = await request.form()
    return Form({name: value for name, value in sent.multi_items() if isinstance(value, str)})
