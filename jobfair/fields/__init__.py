"""One reader of fields: for a form, a row of a CSV or XLSX table, a table of a TOML file.

The rules of a subject read their fields in the order of the page, and end with ``settle``. A value
that is wrong becomes a problem at its name and a harmless value for the reader, so that one look
finds every problem.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar

from jobfair.errors import Invalid, Problem
from jobfair.fields.moments import read_day, read_hour, read_instant
from jobfair.fields.parsing import dotted, nearest, read_email, read_slug, read_whole
from jobfair.fields.phone import NO_PHONE, read_phone
from jobfair.fields.text import clean_line, clean_lines
from jobfair.regions import district_name, regency_name

T = TypeVar("T")
EMPTY = Problem("Isian ini kosong. Isi dahulu.")
COMPARED = 1000
"""Words a wrong one is compared with at most."""
_TURNED_DATE = re.compile(r"\d{1,4}[/:-]\d{1,2}[/:-]\d{1,4}")
TURNED_DATE = Problem(
    "Excel mengubah isian ini menjadi tanggal atau jam. Ubah format kolom menjadi Teks, lalu "
    "tulis lagi."
)


class Fields:
    """Typed values by name, and the problems found in them.

    Values are texts; those of a TOML file or a workbook may be numbers, yes or no, instants and
    lists of texts.
    """

    def __init__(
        self, given: Mapping[str, object], *, told: Collection[str] = (), suggest: bool = True
    ) -> None:
        """Read ``given``; of the names in ``told`` everything wrong has been told elsewhere.

        ``suggest`` off spares the search for the word that was meant.
        """
        self.given = given
        self.asked: dict[str, None] = {}
        """The names that were read, in their order: the order of the page."""
        self._told = told
        self._suggest = suggest
        self._problems: dict[str, Problem] = {}

    @property
    def problems(self) -> dict[str, Problem]:
        """What is wrong, in the order of the page."""
        order = [*self.asked, *(name for name in self._problems if name not in self.asked)]
        return {name: self._problems[name] for name in order if name in self._problems}

    def wrong(self, name: str, problem: Problem) -> None:
        """Keep a problem; the first of each name stands."""
        if name not in self._told:
            self._problems.setdefault(name, problem)

    def is_wrong(self, name: str) -> bool:
        """Tell whether a value is not to be relied on."""
        return name in self._problems or name in self._told

    def settle(self) -> None:
        """Raise ``Invalid`` with every problem in the order of the page, if there is any."""
        if problems := self.problems:
            raise Invalid(problems)

    def raw(self, name: str) -> str:
        """Return a text exactly as typed (a password), empty when there is none."""
        self.asked[name] = None
        value = self.given.get(name)
        return value if isinstance(value, str) else ""

    def _typed(self, name: str, missing: Problem | None) -> str | None:
        """Return the text of a name, or None when it is empty or wrong."""
        self.asked[name] = None
        value = self.given.get(name, "")
        if name in self._told:
            return None
        if not isinstance(value, str):
            turned = isinstance(value, date)
            self.wrong(name, TURNED_DATE if turned else Problem("Tulis sebagai teks dalam kutip."))
            return None
        if clean_line(value):
            return value
        if missing is not None:
            self.wrong(name, missing)
        return None

    def parsed(
        self,
        name: str,
        parse: Callable[[str], T | Problem],
        *,
        missing: Problem | None = EMPTY,
    ) -> T | None:
        """Return what ``parse`` reads from a text; None when it is empty or wrong.

        ``missing`` is the problem of an empty one; with None it may be empty.
        """
        typed = self._typed(name, missing)
        return None if typed is None else self._judged(name, parse(typed))

    def _judged(self, name: str, found: T | Problem) -> T | None:
        if isinstance(found, Problem):
            self.wrong(name, found)
            return None
        return found

    def text(
        self, name: str, *, longest: int, missing: Problem | None = EMPTY, lines: bool = False
    ) -> str:
        """Return a text as it is stored, measured as it is stored; ``lines`` lets it have many."""
        typed = self._typed(name, missing)
        text = (clean_lines if lines else clean_line)(typed or "")
        if len(text) > longest:
            self.wrong(name, Problem("Paling panjang %(n)s huruf.", n=longest))
        return text

    def texts(
        self, name: str, *, most: int, longest: int, missing: Problem | None = EMPTY
    ) -> tuple[str, ...]:
        """Return several texts: a list, or one text in which bars separate them."""
        value = self.given.get(name, "")
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            self.asked[name] = None
            typed = value
        else:
            typed = (self._typed(name, missing) or "").split("|")
        found = tuple(text for one in typed if (text := clean_line(one)))
        if not found and missing is not None:
            self.wrong(name, missing)
        if len(found) > most:
            self.wrong(name, Problem("Paling banyak %(n)s butir. Gabungkan sebagian.", n=most))
        if any(len(text) > longest for text in found):
            self.wrong(
                name,
                Problem(
                    "Setiap butir paling panjang %(n)s huruf. Pisahkan dengan “ | ”.", n=longest
                ),
            )
        return found

    def whole(
        self,
        name: str,
        *,
        lowest: int,
        highest: int,
        missing: Problem | None = EMPTY,
        otherwise: Problem | None = None,
    ) -> int | None:
        """Return a whole number, with or without dots between thousands; None when empty."""
        value = self.given.get(name)

        def judged(text: str) -> int | Problem:
            number = read_whole(text)
            if isinstance(number, Problem):
                return otherwise or number
            if lowest <= number <= highest:
                return number
            return otherwise or Problem(
                "Tulis angka %(lowest)s sampai %(highest)s.",
                lowest=dotted(lowest),
                highest=dotted(highest),
            )

        if isinstance(value, int | float):
            self.asked[name] = None
            return self._judged(name, judged(str(value)))
        return self.parsed(name, judged, missing=missing)

    def day(self, name: str, *, missing: Problem | None = EMPTY) -> date | None:
        """Return a day."""
        value = self.given.get(name)
        if isinstance(value, date):
            self.asked[name] = None
            return value.date() if isinstance(value, datetime) else value
        return self.parsed(name, read_day, missing=missing)

    def hour(self, name: str, *, missing: Problem | None = EMPTY) -> timedelta | None:
        """Return a time of day as what has passed since midnight, up to 24 hours."""
        return self.parsed(name, read_hour, missing=missing)

    def instant(self, name: str, *, missing: Problem | None = EMPTY) -> datetime | None:
        """Return an instant with its offset."""
        value = self.given.get(name)
        if isinstance(value, date):
            self.asked[name] = None
            return self._judged(name, read_instant(value.isoformat()))
        return self.parsed(name, read_instant, missing=missing)

    def choice(
        self,
        name: str,
        known: Collection[str],
        *,
        missing: Problem | None = EMPTY,
        otherwise: Problem | None = None,
    ) -> str:
        """Return one of the known words; ``otherwise`` is the problem of another, or of none."""
        typed = clean_line(self._typed(name, missing and (otherwise or missing)) or "")
        if typed and typed not in known:
            self.wrong(name, otherwise or self._unknown(typed, known))
            return ""
        return typed

    def choices(self, name: str, known: Collection[str]) -> tuple[str, ...]:
        """Return the known words of a text in the order of the known.

        Blanks, commas and slashes separate them; capitals are small letters.
        """
        typed = clean_line(self._typed(name, EMPTY) or "").casefold()
        words = [word for word in re.split("[ ,/]+", typed) if word]
        if odd := next((word for word in words if word not in known), None):
            self.wrong(name, self._unknown(odd, known))
        return tuple(word for word in known if word in words)

    def _unknown(self, word: str, known: Collection[str]) -> Problem:
        near = nearest(word, known) if self._suggest and len(known) <= COMPARED else None
        if near:
            return Problem(
                "“%(word)s” tidak dikenal. Maksudnya “%(near)s”?", word=word[:40], near=near
            )
        return Problem(
            "“%(word)s” tidak dikenal. Pakai salah satu: %(known)s.",
            word=word[:40],
            known=", ".join(word for word in known if word),
        )

    def yes(self, name: str, *, missing: Problem | None = EMPTY) -> bool:
        """Return whether the answer is yes."""
        value = self.given.get(name)
        if isinstance(value, bool):
            self.asked[name] = None
            return value
        typed = clean_line(self._typed(name, missing) or "tidak").casefold()
        if typed not in {"ya", "tidak"}:
            self.wrong(name, Problem("Isian ini bukan ya atau tidak. Tulis ya atau tidak."))
        return typed == "ya"

    def place(
        self, name: str, *, regency: bool = False, district: bool = True,
        otherwise: Problem | None = None,
    ) -> str:  # fmt: skip
        """Return the code of a kecamatan, or where ``regency`` says so of a kabupaten or kota."""
        typed = clean_line(self._typed(name, otherwise or EMPTY) or "")
        if (district and district_name(typed)) or (regency and regency_name(typed)):
            return typed
        if typed and _TURNED_DATE.fullmatch(typed):
            self.wrong(name, TURNED_DATE)
        elif typed:
            example = "12.09.19" if district else "12.09"
            unknown = Problem(
                "Kode wilayah ini tidak ada. Tulis kode Kemendagri seperti %(example)s.",
                example=example,
            )
            self.wrong(name, otherwise or unknown)
        return ""

    def phone(self, name: str, *, missing: Problem | None = NO_PHONE) -> str:
        """Return a mobile number as +628…."""
        return self.parsed(name, read_phone, missing=missing) or ""

    def email(self, name: str, *, missing: Problem | None = EMPTY) -> str:
        """Return an e-mail address in small letters."""
        return self.parsed(name, read_email, missing=missing) or ""

    def slug(self, name: str) -> str:
        """Return a name as it stands in an address."""
        return self.parsed(name, read_slug) or ""
