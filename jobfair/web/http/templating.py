"""Templates: one environment, undefined is an error, and what every page is given.

``show`` answers with a page for a request; ``render`` makes the same part for a socket. Inside a
template ``lang`` and ``zone`` are known and the filters below use them, so that a part reads the
same on a page and in a frame.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import segno
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Request
from litestar.response import Template
from markupsafe import Markup, escape

from jobfair.applicants.rules.profile import DISABILITIES
from jobfair.applications.rules import STAGE_NAMES, Stage
from jobfair.companies.rules import KBLI_2020
from jobfair.content import content_root
from jobfair.db.sealed import Keys
from jobfair.errors import Problem
from jobfair.positions.rules import EDUCATION, EMPLOYMENT, education_label
from jobfair.regions import district_name, regency_name
from jobfair.web.http.dependencies import SignedIn
from jobfair.wording import language as words

LANGUAGE_COOKIE = "bahasa"
LEGAL_FORMS = frozenset({"PT", "CV", "UD", "PD", "TBK", "KOPERASI", "YAYASAN"})
WIB = ZoneInfo("Asia/Jakarta")
"""Zone of pages that belong to no fair."""


@dataclass(frozen=True)
class Static:
    """Addresses of static files, each with a hash of its content, so they cache for ever."""

    folders: tuple[Path, ...]

    @cache  # noqa: B019 - one instance for the life of the process
    def address(self, name: str) -> str:
        """Return the address of a file in ``static/``."""
        for folder in self.folders:
            if (folder / name).is_file():
                mark = sha256((folder / name).read_bytes()).hexdigest()[:10]
                return f"/static/{name}?{mark}"
        raise FileNotFoundError(name)


def content_folders(extra: str, name: str) -> tuple[Path, ...]:
    """Return where a kind of content is looked for: the office's own folder first."""
    own = (Path(extra) / name,) if extra and (Path(extra) / name).is_dir() else ()
    return (*own, content_root() / name)


@lru_cache(maxsize=4096)
def place_name(code: str) -> str:
    """Return "Kec. Air Joman" or "Kota Tanjung Balai" for a region code."""
    district = district_name(code)
    if district is not None:
        return f"Kec. {district}"
    return regency_name(code) or code


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """Return one or two capitals for a name, without "PT", "CV" and the like."""
    words = [word for word in name.split() if word[0].isalnum()]
    kept = [word for word in words if word.strip(".").upper() not in LEGAL_FORMS] or words
    return "".join(word[0] for word in kept[:2]).upper()


@lru_cache(maxsize=4096)
def _schooling(codes: tuple[str, ...]) -> str:
    return education_label(list(codes))


def wa_number(text: str) -> str:
    """Return a phone number as wa.me wants it: 62812... without sign, spaces and dashes."""
    digits = "".join(char for char in text if char.isdigit())
    return f"62{digits[1:]}" if digits.startswith("0") else digits


def qr(text: str) -> Markup:
    """Return a QR code as inline SVG that fills what it is put into."""
    return Markup(segno.make(text, error="m", micro=False).svg_inline(omitsize=True, border=1))  # noqa: S704 - drawn by segno, holds no text


def _here(request: Request[Any, Any, Any]) -> str:
    """Return path and query of the page, for links that come back to it."""
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def _spoken(function: Callable[..., str]) -> Callable[..., str]:
    """Give a word function the language of the template it is used in."""

    @pass_context
    def inner(context: Context, *args: Any, **more: Any) -> str:
        return function(*args, language=context["lang"], **more)

    return inner


def _placed(function: Callable[..., str]) -> Callable[..., str]:
    """Give an instant function the language and the zone of the template it is used in."""

    @pass_context
    def inner(context: Context, at: Any, *args: Any, **more: Any) -> str:
        more.setdefault("zone", context["zone"])
        return function(at, *args, language=context["lang"], **more)

    return inner


@lru_cache(maxsize=4096)
def _plain(text: str, language: str) -> Markup:
    return Markup(words.translate(text, language) % {})  # noqa: S704 - templates are trusted


def _filled(text: str, facts: dict[str, Any]) -> Markup:
    return Markup(text % {name: escape(value) for name, value in facts.items()})  # noqa: S704


@pass_context
def _gettext(context: Context, text: str, /, **facts: Any) -> Markup:
    """Fill a sentence; its first fact chooses between the English forms. Templates are trusted."""
    language = context["lang"]
    if not facts:
        return _plain(text, language)
    return _filled(words.translate(text, language, next(iter(facts.values()))), facts)


@pass_context
def _ngettext(context: Context, one: str, many: str, n: int, /, **facts: Any) -> Markup:
    """Fill the sentence for one or for many, which know ``num``."""
    if context["lang"] == "en":
        return _filled(words.translate(one, "en", n), facts | {"num": n})
    return _filled(one if n == 1 else many, facts | {"num": n})


@pass_context
def _problem(context: Context, problem: Problem) -> str:
    return words.sentence(problem, context["lang"], context["zone"])


@pass_context
def _clock_time(context: Context, at: Any, *, seconds: bool = False) -> str:
    zone = context["zone"]
    return f"{words.clock_time(at, zone, seconds=seconds)} {words.zone_name(zone)}"


@pass_context
def _iso(context: Context, at: Any) -> str:
    return words.iso(at, context["zone"])


def make_environment(extra_content: str = "") -> Environment:
    """Return the environment all pages, parts and frames are rendered with."""
    environment = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(folder) for folder in content_folders(extra_content, "templates")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=False)  # type: ignore[attr-defined]
    environment.globals["_"] = _gettext  # not by way of the extension, which looks it up each time
    environment.filters |= {
        "n": _spoken(words.number),
        "day": _placed(words.day),
        "moment": _placed(words.moment),
        "hour": _clock_time,
        "iso": _iso,
        "problem": _problem,
        "place": place_name,
        "education": lambda codes: _schooling(tuple(codes)),
        "paragraphs": words.paragraphs,
        "wa": wa_number,
        "initials": initials,
        "zone": ZoneInfo,
    }
    environment.globals |= {
        "static": Static(content_folders(extra_content, "static")).address,
        "qr": qr,
        "wage": _spoken(words.wage),
        "time_left": _spoken(words.time_left),
        "ago": _spoken(words.ago),
        "days_between": _spoken(words.days_between),
        "Stage": Stage,
        "STAGE_NAMES": STAGE_NAMES,
        "KBLI": KBLI_2020,
        "DISABILITIES": DISABILITIES,
        "EDUCATION": EDUCATION,
        "EMPLOYMENT": EMPLOYMENT,
    }
    return environment


def language_of(request: Request[Any, Any, Any] | Any) -> str:
    """Return the language this browser chose; Bahasa Indonesia unless it chose otherwise."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "id")
    return chosen if chosen in words.LANGUAGES else "id"


def form_token(request: Request[Any, Any, Any], keys: Keys) -> str:
    """Return the token the forms of this page carry, bound to the browser's own cookie."""
    return keys.form_token(str(request.scope.get("form_cookie", "")))


def is_part(request: Request[Any, Any, Any]) -> bool:
    """Tell whether htmx asks for a part of the page rather than for a whole one."""
    return request.headers.get("HX-Request") == "true" and (
        request.headers.get("HX-Request-Type", "partial") == "partial"
    )


def show(
    request: Request[Any, Any, Any], name: str, *, status_code: int = 200, **context: Any
) -> Template:
    """Answer with a page or part.

    Besides ``context`` every template knows: ``lang``, ``zone`` (of ``fair`` when one is given,
    else WIB), ``now``, ``account`` (:class:`SignedIn` or None), ``form_token``, ``base_url``,
    ``path``, ``here`` (path and query), and ``fair`` (:class:`jobfair.fairs.queries.FairState` or
    None).
    """
    services = request.app.state.services
    account: SignedIn | None = request.scope.get("user")
    fair = context.get("fair")
    if fair and fair.timetable.published_at is not None:
        closes_at = fair.timetable.closes_at
        request.app.state.busy.note_closing(fair.slug, closes_at, fair.zone)
    everywhere = {
        "lang": language_of(request),
        "zone": fair.zone if fair else WIB,
        "now": services.clock.now(),
        "account": account,
        "form_token": form_token(request, services.keys),
        "base_url": services.base_url,
        "path": request.url.path,
        "here": _here(request),
        "fair": fair,
    }
    return Template(name, context=everywhere | context, status_code=status_code)


def render(environment: Environment, name: str, *, lang: str, zone: Any, **context: Any) -> str:
    """Return a part as text, for a socket; it knows ``lang`` and ``zone`` and what is given."""
    return environment.get_template(name).render(lang=lang, zone=zone, **context)
