"""The overload page: small, cheap, and nothing typed is lost.

No database, no session: the pages are rendered once at the start with blanks for what varies.
Only an application gets its fields back, and only the fields such a form has; any other form may
hold a password or a NIK and is kept by the browser alone, which sends it again on reload.
"""

import re
from datetime import datetime, tzinfo
from functools import lru_cache
from html import escape
from typing import cast
from urllib.parse import parse_qsl, quote

from jinja2 import Environment
from litestar.types import HTTPScope

from jobfair.clock import WIB, Clock
from jobfair.errors import Problem
from jobfair.web.http.admission import APPLYING, SENT
from jobfair.web.http.guards import SAFE_METHODS, TOKEN_FIELD, is_foreign
from jobfair.web.http.headers import header
from jobfair.web.http.templating import is_part, language_in
from jobfair.wording.language import LANGUAGES
from jobfair.wording.sentences import sentence

FIELD = re.compile(rf"{TOKEN_FIELD}|consent|answer_\d{{1,2}}")
MOST_FIELDS = 50
SECONDS, ADDRESS, CLOSES, FIELDS = "\x01", "\x02", "\x03", "\x04"
BLANKS = {"seconds": SECONDS, "address": ADDRESS, "closes": CLOSES, "fields": FIELDS}
"""In the place of what varies: the rendered pages hold no control characters otherwise."""


def hidden_fields(body: bytes) -> str:
    """Return what an application's form held, as hidden fields; nothing else is taken along."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return ""
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in pairs
        if FIELD.fullmatch(name)
    )


class BusyPages:
    """The pages in both languages, and until when the fairs that were shown last are open."""

    def __init__(self, environment: Environment, clock: Clock) -> None:
        self._clock = clock
        self._closes: dict[str, tuple[datetime, tzinfo]] = {}
        page, notice = (environment.get_template(name) for name in ("busy.html", "ui/_busy.html"))
        self._pages = {
            (kind, lang): (notice if kind == "part" else page).render(
                lang=lang, zone=WIB, kind=kind, **BLANKS
            )
            for kind in ("form", "sent", "page", "part")
            for lang in LANGUAGES
        }

    def note_closing(self, slug: str, closes_at: datetime, zone: tzinfo) -> None:
        """Remember when a public fair closes, as its newest page showed it."""
        self._closes[slug] = (closes_at, zone)

    def page(self, scope: HTTPScope, seconds: int) -> str:
        """Return the page, or the notice for htmx, for a request that was not taken."""
        headers, lang = scope["headers"], language_in(scope["headers"])
        if is_part(headers):
            return self._pages["part", lang].replace(SECONDS, str(seconds))
        address = escape(quote(scope["path"]))
        if scope["method"] in SAFE_METHODS:
            if query := scope["query_string"].decode("latin-1"):
                address += escape(f"?{query}")
            return self._fill("page", lang, seconds, address)
        applying = APPLYING.fullmatch(scope["path"])
        sent = cast("dict[str, bytes]", scope).get(SENT)
        is_form = header(headers, b"content-type").startswith("application/x-www-form-urlencoded")
        if applying is None or not is_form or sent is None or is_foreign(headers):
            return self._fill("sent", lang, seconds, address)
        page = self._fill("form", lang, seconds, address)
        page = page.replace(CLOSES, self._closing(applying[1], lang))
        return page.replace(FIELDS, hidden_fields(sent))  # last: people typed it

    def _fill(self, kind: str, lang: str, seconds: int, address: str) -> str:
        return self._pages[kind, lang].replace(SECONDS, str(seconds)).replace(ADDRESS, address)

    def _closing(self, slug: str, lang: str) -> str:
        closes_at, zone = self._closes.get(slug, (None, WIB))
        over = closes_at is not None and self._clock.now() >= closes_at
        return _said(closes_at, zone, lang, over=over)


@lru_cache(maxsize=256)  # writing an instant out costs more than the rest of the page
def _said(closes_at: datetime | None, zone: tzinfo, lang: str, *, over: bool) -> str:
    if closes_at is None:
        told = Problem("Jam penutupan tertulis di halaman depan job fair ini.")
    elif over:
        told = Problem(
            "Setahu kami pendaftaran ditutup %(instant)s, jadi lamaran ini mungkin terlambat.",
            instant=closes_at,
        )
    else:
        told = Problem("Pendaftaran ditutup %(instant)s.", instant=closes_at)
    return escape(sentence(told, lang, zone))
