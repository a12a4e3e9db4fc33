"""A form between the browser and the rules: what was typed, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import ClientException

from jobfair.errors import Invalid, JobFairError, Problem
from jobfair.fields import Fields

FIELDS_MOST = 1000
PLAIN_FORM = "application/x-www-form-urlencoded"
_FIELDS = "form_fields"
"""Key of the scope under which the fields stand once they were read."""


class FormRequest(Request[Any, Any, Any]):
    """A request whose form is always Unicode text that every database can store.

    Any charset that is named is ignored: the pages are UTF-8, and decoding with "unicode_escape" or
    "utf-16" would bring in what no field may hold. Bytes that are no UTF-8, unpaired surrogates and
    NUL become U+FFFD. A form in parts holds a file, and its handler reads it itself
    (:func:`jobfair.web.http.uploads.read_upload`): here it has no fields, so no token either.
    """

    async def form(self) -> FormMultiDict:
        """Return the text fields.

        Raises:
            ClientException: the body is not the form it says it is.

        """
        scope: Any = self.scope
        if _FIELDS not in scope:
            kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
            text = (await self.body()).decode("utf-8", "replace") if kind == PLAIN_FORM else ""
            try:
                pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MOST)
            except ValueError:
                raise ClientException("not a form") from None
            scope[_FIELDS] = FormMultiDict((_storable(name), _storable(v)) for name, v in pairs)
        fields: FormMultiDict = scope[_FIELDS]
        return fields


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


@dataclass(frozen=True)
class Form:
    """What was typed, to be shown again, with the problems by field in page order."""

    given: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)
    notice: JobFairError | None = None
    """Why it could not be done, where that is not about a field."""
    status_code: int = 200
    many: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Every value of each name, for fields that may be sent several times."""

    @property
    def fields(self) -> Fields:
        """What was typed, for the ``read_…`` of a subject's rules."""
        return Fields(self.given)

    def text(self, name: str) -> str:
        """Return a trimmed text; a field that was not sent is empty."""
        return self.given.get(name, "").strip()

    def with_problems(self, error: Invalid) -> "Form":
        """Return the same form with its problems, to be shown again."""
        return self.after(error, status_code=422)

    def after(self, error: JobFairError, *, status_code: int) -> "Form":
        """Return the same form with what an error says of it, to be shown again."""
        if isinstance(error, Invalid):
            return replace(self, problems=error.fields, notice=None, status_code=status_code)
        return replace(self, problems={}, notice=error, status_code=status_code)


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """Return the text fields of a request."""
    sent = await request.form()
    many = {name: tuple(sent.getall(name)) for name in sent}
    return Form({name: values[-1] for name, values in many.items()}, many=many)
