"""Filling in a form the way a browser does: with everything the page put into it."""

from html.parser import HTMLParser
from typing import Any

from httpx import Response


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str | None], dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append((given, {}))
        elif tag == "input" and self.forms and given.get("name"):
            chosen = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if chosen:
                self.forms[-1][1][str(given["name"])] = given.get("value") or ""


def form_on(page: str, *, action: str = "", having: str = "") -> dict[str, str]:
    """Return the fields of the first posting form of a page, hidden ones and its token included.

    ``action`` narrows by the end of the form's address, ``having`` by a field it must hold.
    """
    reader = _Forms()
    reader.feed(page)
    for given, fields in reader.forms:
        posts = (given.get("method") or "get").lower() == "post"
        if (
            posts
            and (given.get("action") or "").endswith(action)
            and (not having or having in fields)
        ):
            return dict(fields)
    raise AssertionError(f"no such form (action {action!r}, field {having!r}) on the page")


def post_form(client: Any, path: str, *, action: str = "", **typed: str) -> Response:
    """Open ``path``, type into its form and send it; the form must have the fields typed.

    The form is found by its first typed field; ``action`` is where it goes, else ``path``.
    """
    page = client.get(path)
    assert page.status_code == 200, page.text
    fields = form_on(page.text, action=action, having=next(iter(typed), ""))
    missing = set(typed) - set(fields)
    assert not missing, f"the form has no field {sorted(missing)}, only {sorted(fields)}"
    answer: Response = client.post(action or path, data=fields | typed)
    return answer
