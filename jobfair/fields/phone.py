"""A mobile number of Indonesia, in the spellings people use."""

import re

from jobfair.errors import Problem
from jobfair.fields.text import plain_digits

NO_PHONE = Problem("Tulis nomor ponsel, misalnya 0812 3456 7890.")
SHORTEST, LONGEST = 10, 13
"""Digits of a mobile number, with its 0."""
FEWEST = 7
"""Digits from which on a part of a field is a number of its own."""
_BETWEEN = re.compile(r"[/,;&|]|\b(?:atau|dan|or|and)\b", re.IGNORECASE)
_BEGINNING_AGAIN = re.compile(r"(?:\+62|\b0)[\d .()-]{8,}\s(?:\+62|0)[ (-]*8")
_SPELLING = re.compile(r"[+0-9 ().\-\u2010-\u2015\u2212]+")


def read_phone(text: str) -> str | Problem:
    """Return a mobile number as +628…, or what is wrong with it.

    Read are 0812…, 812…, 62812…, +62 812…, +62 0812…, +62 (0)812… and 0062 812…, with blanks,
    dots, dashes and brackets anywhere.
    """
    typed = plain_digits(text)
    several = [part for part in _BETWEEN.split(typed) if len(_digits(part)) >= FEWEST]
    if len(several) > 1 or _BEGINNING_AGAIN.search(typed):
        return Problem("Ada dua nomor di isian ini. Tulis satu nomor ponsel saja.")
    if not _SPELLING.fullmatch(typed):
        return NO_PHONE
    digits = _digits(typed)
    abroad = typed.lstrip("(").startswith("+") or digits.startswith("00")
    number = digits.removeprefix("00") if abroad else digits
    if number.startswith("62"):
        number = number.removeprefix("62")
    elif abroad and number[:1] not in {"", "0"}:
        return Problem(
            "Ini nomor luar negeri. Tulis nomor ponsel Indonesia, yang dimulai dengan 08 atau +62."
        )
    return _national(number.removeprefix("0"))


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def _national(number: str) -> str | Problem:
    """Judge what follows the 0 or the +62."""
    if len(number) >= FEWEST and not number.startswith("8"):
        return Problem(
            "Ini nomor telepon rumah atau kantor. Tulis nomor ponsel, yang dimulai dengan 08."
        )
    if not number.startswith("8"):
        return NO_PHONE
    if not SHORTEST <= len(number) + 1 <= LONGEST:
        return Problem(
            "Nomor ponsel %(least)s sampai %(most)s angka, yang ini %(n)s angka. Periksa lagi.",
            least=SHORTEST,
            most=LONGEST,
            n=len(number) + 1,
        )
    return f"+62{number}"
