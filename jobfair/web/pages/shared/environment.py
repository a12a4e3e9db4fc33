"""The environment of all pages, parts and frames: that of ``wording`` and the subjects' labels."""

from functools import lru_cache, partial

import segno
from jinja2 import Environment
from markupsafe import Markup

from jobfair.applicants.rules.profile import DISABILITIES
from jobfair.applications.rules import STAGE_NAMES, Stage
from jobfair.companies.rules import KBLI_2020
from jobfair.positions.rules import EDUCATION, EMPLOYMENT, education_label
from jobfair.regions import district_name, regency_name
from jobfair.web.http.static_files import address_of
from jobfair.web.http.templating import content_folders
from jobfair.wording.environment import make_environment as environment_of

LEGAL_FORMS = frozenset({"PT", "CV", "UD", "PD", "TBK", "KOPERASI", "YAYASAN"})


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
        "static": partial(address_of, extra_content),
        "qr": qr,
        "Stage": Stage,
        "STAGE_NAMES": STAGE_NAMES,
        "KBLI": KBLI_2020,
        "DISABILITIES": DISABILITIES,
        "EDUCATION": EDUCATION,
        "EMPLOYMENT": EMPLOYMENT,
    }
    return environment
