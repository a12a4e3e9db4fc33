"""What is wrong with a file, said so that the person who wrote it can put it right."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from jobfair.errors import JobFairError

VALUE_LONGEST = 40
SHOWN = 500
"""Mistakes printed at most; the total is always told."""
COMPARED = 1000


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. ``row`` is the line of the file, or the row as the spreadsheet counts it."""

    file: str
    row: int | None
    column: str
    value: str
    """What stands there, shortened and harmless to print; a NIK is masked."""
    what: str
    todo: str

    def __str__(self) -> str:
        """Return where and what in one line."""
        where = self.file + (f" baris {self.row}" if self.row else "")
        return f"{where}{f' kolom {self.column}' if self.column else ''}: {self.what} {self.todo}"


@dataclass
class Findings:
    """Everything found while reading; reading goes on after a mistake, to find all of them."""

    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        file: str,
        what: str,
        todo: str,
        *,
        row: int | None = None,
        column: str = "",
        value: str = "",
    ) -> None:
        """Keep a mistake."""
        self.mistakes.append(Mistake(file, row, shortened(column), shortened(value), what, todo))

    def perhaps(self, word: str, known: Collection[str], otherwise: str) -> str:
        """Return "Maksudnya “x”?" when a known name is near, else ``otherwise``.

        Not for mistakes that nobody is shown, and not among thousands: looking takes time.
        """
        look = len(self.mistakes) < SHOWN and len(known) <= COMPARED
        near = nearest(word, known) if look else None
        return f"Maksudnya “{near}”?" if near else otherwise

    def note(self, text: str) -> None:
        """Keep something worth knowing that is not wrong."""
        if text not in self.notes:
            self.notes.append(text)


class BadFiles(JobFairError):
    """Files that cannot be used; ``mistakes`` holds every reason."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(
            "Ada %(n)s kesalahan di berkas, yang pertama: %(first)s",
            n=len(self.mistakes),
            first=str(self.mistakes[0]),
        )


def shortened(value: str) -> str:
    """Return at most 40 characters in one line, with a dot for what a terminal would obey."""
    cut = value[: VALUE_LONGEST + 1]
    safe = "".join(
        "·" if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} else char for char in cut
    )
    return safe if len(safe) <= VALUE_LONGEST else f"{safe[: VALUE_LONGEST - 1]}…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like a word, if any does."""
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word[:60].strip().casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None
