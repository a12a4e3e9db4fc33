"""The two languages, and how numbers, money and instants are written in them.

Texts are written in Bahasa Indonesia where they are used; the English catalogue translates
them. Its source file is read at start, so there is nothing to compile.
"""

from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup

from jobfair.clock import ZONE_NAMES, last_day
from jobfair.errors import JobFairError, Problem

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
LOCALES = {"id": "id_ID", "en": "en_GB"}
CATALOGUE = Path(__file__).parent.parent / "locale" / "en.po"
MILLION = 1_000_000
AGO = ((86400, "hari lalu"), (3600, "jam lalu"), (60, "menit lalu"), (1, "detik lalu"))
"""Seconds and what they are called, the longest first."""


@cache
def _english() -> dict[str, tuple[str, ...]]:
    with CATALOGUE.open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id and entry.string]
    return {
        entry.id if isinstance(entry.id, str) else entry.id[0]: (entry.string,)
        if isinstance(entry.string, str)
        else tuple(entry.string or ())
        for entry in entries
    }


def translate(text: str, language: str, count: object = None) -> str:
    """Return the text in the language, or as it is when the catalogue does not know it.

    Bahasa Indonesia counts without plurals; where English has two forms, ``count`` chooses.
    """
    if language != "en":
        return text
    forms = _english().get(text, (text,))
    return forms[0] if str(count) == "1" else forms[-1]


def sentence(error: JobFairError | Problem, language: str, zone: Any = None) -> str:
    """Return what an error says; instants among its facts are written out in ``zone``."""
    facts = {
        name: moment(value, language, zone) if isinstance(value, datetime) and zone else value
        for name, value in error.facts.items()
    }
    facts = {
        name: translate(value, language) if isinstance(value, str) else value
        for name, value in facts.items()
    }
    text = translate(error.message, language, next(iter(facts.values()), None))
    return text % facts if facts else text


@lru_cache(maxsize=4096)  # a page writes dozens, and each takes a tenth of a millisecond
def number(value: float, language: str, digits: int = 0) -> str:
    """Return 2.278 or 6,4 (Indonesian), 2,278 or 6.4 (English)."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, pattern, locale=LOCALES[language])


def clock_time(at: datetime, zone: Any, *, seconds: bool = False) -> str:
    """Return 14.32 WIB, or 14.32.07 WIB."""
    local = at.astimezone(zone)
    return f"{local:%H.%M.%S}" if seconds else f"{local:%H.%M}"


def zone_name(zone: Any) -> str:
    """Return WIB, WITA or WIT."""
    return ZONE_NAMES.get(str(zone), str(zone))


@lru_cache(maxsize=4096)
def day(at: datetime | date, language: str, zone: Any = None, *, style: str = "long") -> str:
    """Return "Selasa, 10 November 2026" (full), "10 November 2026" (long), "10 Nov" (short)."""
    local = at.astimezone(zone) if isinstance(at, datetime) and zone else at
    pattern = {"full": "EEEE, d MMMM y", "long": "d MMMM y", "weekday": "EEEE, d MMMM"}.get(
        style, "d MMM"
    )
    return format_date(local, pattern, locale=LOCALES[language])


@lru_cache(maxsize=4096)
def moment(at: datetime, language: str, zone: Any, *, seconds: bool = False) -> str:
    """Return "Selasa, 10 November 2026 pukul 16.00 WIB"."""
    joint = "pukul" if language == "id" else "at"
    return (
        f"{day(at, language, zone, style='full')} {joint} "
        f"{clock_time(at, zone, seconds=seconds)} {zone_name(zone)}"
    )


@lru_cache(maxsize=256)
def days_between(first: datetime, last: datetime, language: str, zone: Any) -> str:
    """Return "3–10 November 2022" for [first, last); the last day is the one last lies in."""
    start = first.astimezone(zone)
    end = last_day(last, zone)
    locale = LOCALES[language]
    if (start.year, start.month, start.day) == (end.year, end.month, end.day):
        return format_date(start, "d MMMM y", locale=locale)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{format_date(end, 'd MMMM y', locale=locale)}"
    if start.year == end.year:
        return (
            f"{format_date(start, 'd MMMM', locale=locale)} – "
            f"{format_date(end, 'd MMMM y', locale=locale)}"
        )
    return (
        f"{format_date(start, 'd MMMM y', locale=locale)} – "
        f"{format_date(end, 'd MMMM y', locale=locale)}"
    )


def _money(amount: int, language: str, *, unit: bool) -> str:
    if amount >= MILLION:
        text = format_decimal(amount / MILLION, "#,##0.##", locale=LOCALES[language])
        return f"{text} {translate('juta', language)}" if unit else text
    return number(amount, language)


@lru_cache(maxsize=4096)
def wage(
    least: int | None, most: int | None, language: str, *, period: str = "", note: str = ""
) -> str:
    """Return "Rp3,1–3,6 juta", with "per bulan" when a period is given; the note when unstated."""
    if least is None and most is None:
        return note or translate("Gaji dibicarakan", language)
    low, high = least or most or 0, most or least or 0
    if low == high:
        text = f"Rp{_money(low, language, unit=True)}"
    elif low >= MILLION:
        text = f"Rp{_money(low, language, unit=False)}–{_money(high, language, unit=True)}"
    else:
        text = f"Rp{number(low, language)}–{number(high, language)}"
    return f"{text} {translate(f'per {period}', language)}" if period else text


def time_left(until: datetime, now: datetime, language: str) -> str:
    """Return "3 hari 01.27.53", never negative."""
    seconds = max(0, int((until - now).total_seconds()))
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02d}.{rest % 3600 // 60:02d}.{rest % 60:02d}"
    return f"{days} {translate('hari', language, days)} {clock}" if days else clock


def ago(at: datetime, now: datetime, language: str) -> str:
    """Return "12 detik lalu", "3 menit lalu", "5 jam lalu"."""
    seconds = max(0, int((now - at).total_seconds()))
    size, unit = next(one for one in AGO if seconds >= one[0] or one[0] == 1)
    return f"{seconds // size} {translate(unit, language, seconds // size)}"


def iso(at: datetime, zone: Any) -> str:
    """Return the machine form with its offset, for ``datetime`` attributes."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def paragraphs(text: str) -> Markup:
    """Return plain text as escaped paragraphs, split at empty lines."""
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(block) for block in blocks)


__all__ = [
    "LANGUAGES", "ago", "clock_time", "day", "days_between", "iso", "moment",
    "number", "paragraphs", "sentence", "time_left", "translate", "wage", "zone_name",
]  # fmt: skip
