"""The NIK: 16 digits PPKKCC DDMMYY SSSS (UU 23/2006; ``domain.md`` 1.1 and 1.2).

Only what is impossible by construction is refused. The region part says where a person was
first registered, never where they live.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from jobfair.errors import Problem
from jobfair.regions import PROVINCES_EVER, current_regency

LENGTH = 16
WOMEN = 40
YOUNGEST, OLDEST = 15, 80
LONGEST_TYPED = 100
"""Characters that are looked at: composing marks costs the square of their number."""
_SCIENTIFIC = re.compile(r"\d{1,3}(?:[.,]\d{1,20})?E\+?\d{1,3}", re.IGNORECASE)
_BETWEEN = {"Zs", "Cc", "Cf", "Pd"}


class Nik:
    """A NIK that prints masked everywhere; ``digits`` is the only way to the whole number."""

    __slots__ = ("digits",)

    def __init__(self, digits: str) -> None:
        self.digits = digits

    def __repr__(self) -> str:
        """Show the first four and the last four digits, hiding the birth date."""
        return f"{self.digits[:4]}••••••••{self.digits[-4:]}"

    __str__ = __repr__


@dataclass(frozen=True)
class NikFacts:
    """What the digits say."""

    nik: Nik
    sex: str
    """L or P."""
    birth_dates: tuple[date, ...]
    """The dates that exist in either century, past ones only, earlier first."""
    regency: str
    """Code of the issuing regency, after the crosswalk of dissolved codes."""


@dataclass(frozen=True)
class NikBirth:
    """What a NIK says of a birth, as it is read back to its owner."""

    last_four: str
    sex: str
    birth_date: date | None
    """None: two dates fit, so the person is asked."""


def normalise_nik(text: str) -> str:
    """Return the digits of what was typed or pasted.

    Full-width digits, spaces, dots and dashes of any kind are fine, and so are the invisible
    marks that come along when a number is copied from a chat.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST_TYPED])
    return "".join(
        char for char in plain if char != "." and unicodedata.category(char) not in _BETWEEN
    )


def read_nik(text: str, *, today: date) -> NikFacts | Problem:
    """Return what a NIK says, or the one thing that makes it impossible."""
    digits = normalise_nik(text)
    if not (digits.isascii() and digits.isdigit()):
        return _not_digits(text, digits)
    if len(digits) != LENGTH:
        return Problem("NIK harus 16 angka, yang ini %(n)s angka.", n=len(digits))
    if digits[:2] not in PROVINCES_EVER:
        return Problem("Dua angka pertama NIK bukan kode provinsi. Lihat lagi KTP Anda.")
    if digits[12:] == "0000":
        return Problem("Empat angka terakhir NIK tidak mungkin 0000. Lihat lagi KTP Anda.")
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    woman = day > WOMEN
    dates = []
    for century in (1900, 2000):
        try:
            dates.append(date(century + year, month, day - WOMEN if woman else day))
        except ValueError:
            continue
    born = tuple(found for found in dates if found <= today)
    if not born:
        return Problem("Angka ke-7 sampai ke-12 NIK bukan tanggal lahir. Lihat lagi KTP Anda.")
    return NikFacts(
        nik=Nik(digits),
        sex="P" if woman else "L",
        birth_dates=born,
        regency=current_regency(f"{digits[:2]}.{digits[2:4]}"),
    )


def _not_digits(text: str, found: str) -> Problem:
    if _SCIENTIFIC.fullmatch(text[:LONGEST_TYPED].strip()):
        return Problem(
            "Excel menulis NIK ini dalam notasi ilmiah, angka terakhirnya hilang. Ubah format "
            "kolom menjadi Teks, lalu tulis lagi."
        )
    if found:
        return Problem("NIK hanya berisi angka. Lihat KTP Anda.")
    return Problem("Tulis NIK Anda, 16 angka seperti di KTP.")


def whole_years(born: date, today: date) -> int:
    """Return the age in whole years; born on 29 February, one year older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def likely_birth_date(facts: NikFacts, *, today: date) -> date | None:
    """Return the one birth date that makes the person 15 to 80, or None when unclear."""
    fitting = [born for born in facts.birth_dates if YOUNGEST <= whole_years(born, today) <= OLDEST]
    return fitting[0] if len(fitting) == 1 else None


def birth_told_by(facts: NikFacts, *, today: date) -> NikBirth:
    """Return what is read back to the owner of a NIK."""
    return NikBirth(facts.nik.digits[-4:], facts.sex, likely_birth_date(facts, today=today))
