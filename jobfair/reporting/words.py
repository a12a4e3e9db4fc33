"""Numbers, dates and shares in the Indonesian of a printed report; whole numbers in, text out."""

from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_month_names

from jobfair.wording import dates, numbers

LANGUAGE = "id"
MONTHS = tuple(get_month_names("wide", locale=LANGUAGE).values())
COUNTED = (
    "nol", "satu", "dua", "tiga", "empat", "lima", "enam",
    "tujuh", "delapan", "sembilan", "sepuluh", "sebelas", "dua belas",
)  # fmt: skip
PARTS = (
    (Fraction(1, 10), "sepersepuluh"),
    (Fraction(1, 5), "seperlima"),
    (Fraction(1, 4), "seperempat"),
    (Fraction(1, 3), "sepertiga"),
    (Fraction(2, 5), "dua perlima"),
    (Fraction(1, 2), "separuh"),
    (Fraction(3, 5), "tiga perlima"),
    (Fraction(2, 3), "dua pertiga"),
    (Fraction(3, 4), "tiga perempat"),
    (Fraction(4, 5), "empat perlima"),
    (Fraction(9, 10), "sembilan persepuluh"),
)
NEARLY = Fraction(4, 100)
NEARLY_ALL = Fraction(94, 100)
HARDLY = Fraction(7, 100)
FEW = 10


def number(value: int) -> str:
    """Return 2.278."""
    return numbers.number(value, LANGUAGE)


def counted(value: int) -> str:
    """Return "delapan" for 8, and figures from 13 on."""
    return COUNTED[value] if 0 <= value < len(COUNTED) else number(value)


def _rounded(part: int, whole: int, places: int) -> int:
    """Return part / whole in units of the last place, halves rounded up."""
    scale: int = 10**places
    return (2 * part * scale + whole) // (2 * whole)


def ratio(part: int, whole: int) -> str:
    """Return "6,4": one decimal; a dash where nothing can be divided."""
    if not whole:
        return "–"
    tenths = _rounded(part, whole, 1)
    return f"{number(tenths // 10)},{tenths % 10}"


def percent(part: int, whole: int) -> str:
    """Return "61,6%"; a dash where there is no whole."""
    return f"{ratio(100 * part, whole)}%" if whole else "–"


def whole_percent(part: int, whole: int) -> str:
    """Return "62%", and never "0%" for some or "100%" for not all."""
    if not whole:
        return "–"
    rounded = _rounded(100 * part, whole, 0)
    if rounded == 0 and part:
        return "<1%"
    return ">99%" if rounded == 100 and part < whole else f"{rounded}%"  # noqa: PLR2004


def share(part: int, whole: int) -> str:
    """Return a share as people say it, true to the number: "Hampir separuh", "3 dari 7".

    Begins with a capital. ``part`` is at least 1 and at most ``whole``.
    """
    if part == whole:
        return "Semua"
    if whole < FEW:
        return f"{part} dari {whole}"
    return _spoken(part, whole)


def _spoken(part: int, whole: int) -> str:
    exact = Fraction(part, whole)
    if exact < HARDLY:
        return "Kurang dari 1%" if exact < Fraction(1, 100) else whole_percent(part, whole)
    if exact >= NEARLY_ALL:
        return "Hampir semua"
    nearest, word = min(PARTS, key=lambda known: (abs(known[0] - exact), known[0]))
    if nearest == exact:
        return word.capitalize()
    if 0 < nearest - exact <= NEARLY:
        return f"Hampir {word}"
    return f"Lebih dari {[word for known, word in PARTS if known <= exact][-1]}"


def listed(names: list[str]) -> str:
    """Return "A", "A dan B", "A, B, dan C"."""
    if len(names) < 3:  # noqa: PLR2004
        return " dan ".join(names)
    return f"{', '.join(names[:-1])}, dan {names[-1]}"


def day(on: date) -> str:
    """Return "10 November 2022"."""
    return dates.day(on, LANGUAGE)


def weekday(on: date) -> str:
    """Return "Kamis"."""
    return format_date(on, "EEEE", locale=LANGUAGE)


def days(first: date, last: date) -> str:
    """Return "3–10 November 2022", shorter or longer as the two days need."""
    return dates.days(first, last, LANGUAGE)


def moment(at: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """Return "10 November 2022 pukul 16.00 WIB"."""
    return dates.moment(at, LANGUAGE, zone, seconds=seconds, style="long")
