"""What is wrong with a file, said so that the person who wrote it can put it right."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from jobfair.errors import JobFairError

VALUE_LONGEST = 40
SHOWN = 500
"""Mistakes printed at most; the total is always told."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. ``row`` is the line of the file, or the row as the spreadsheet counts it."""

    file: str
    row: int | None
    column: str
    value: str
    """What stands there, shortened and harmless to print; a NIK is masked."""
    text: str
    """What is wrong, and what to do."""

    def __str__(self) -> str:
        """Return where and what in one line."""
        where = self.file + (f" baris {self.row}" if self.row else "")
        return f"{where}{f' kolom {self.column}' if self.column else ''}: {self.text}"


@dataclass
class Problems:
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
        text = f"{what} {todo}".strip()
        self.mistakes.append(Mistake(file, row, shortened(column), shortened(value), text))

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
