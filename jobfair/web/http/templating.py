"""What every page is given, and how a page answers a request or a part a socket.

``show`` answers with a page for a request; ``render`` makes the same part for a socket. The
environment is that of ``wording`` with the labels of the subjects added.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment
from litestar import Request
from litestar.response import Template
from markupsafe import Markup

from jobfair.applicants.rules.profile import DISABILITIES
from jobfair.applications.rules import STAGE_NAMES, Stage
from jobfair.clock import WIB
from jobfair.companies.rules import KBLI_2020
from jobfair.content import content_root
from jobfair.db.sealed import Keys
from jobfair.positions.rules import EDUCATION, EMPLOYMENT, education_label
from jobfair.regions import district_name, regency_name
from jobfair.web.http.dependencies import SignedIn
from jobfair.wording.environment import make_environment as environment_of
from jobfair.wording.language import LANGUAGES

LANGUAGE_COOKIE = "bahasa"
LEGAL_FORMS = frozenset({"PT", "CV", "UD", "PD", "TBK", "KOPERASI", "YAYASAN"})


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


def make_environment(extra_content: str = "") -> Environment:
    """Return the environment all pages, parts and frames are rendered with."""
    environment = environment_of(content_folders(extra_content, "templates"))
    environment.filters |= {
        "place": place_name,
        "education": lambda codes: _schooling(tuple(codes)),
        "wa": wa_number,
        "initials": initials,
    }
    environment.globals |= {
        "static": Static(content_folders(extra_content, "static")).address,
        "qr": qr,
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
    return chosen if chosen in LANGUAGES else "id"


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
