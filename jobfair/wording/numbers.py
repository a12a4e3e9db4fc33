"""Numbers and wages as they are written in each language."""

from functools import lru_cache

from babel.numbers import format_decimal

from jobfair.wording.language import LOCALES, translate

MILLION = 1_000_000


@lru_cache(maxsize=4096)  # a page writes dozens, and each takes a tenth of a millisecond
def number(value: float, language: str, digits: int = 0) -> str:
    """Return 2.278 or 6,4 (Indonesian), 2,278 or 6.4 (English)."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, pattern, locale=LOCALES[language])


def _money(amount: int, language: str, *, unit: bool) -> str:
    if amount >= MILLION:
        text = format_decimal(amount / MILLION, "#,##0.##", locale=LOCALES[language])
        million = translate("juta", language)
        return f"{text} {million}" if unit else text
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


def phone(stored: str) -> str:
    """Return a stored number as people write it: 0812 3456 7890."""
    national = "0" + stored.removeprefix("+62") if stored.startswith("+62") else stored
    return " ".join(filter(None, (national[:4], national[4:8], national[8:])))
