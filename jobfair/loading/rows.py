"""Where the fields of a file stand: a row of a table, or a table of a TOML file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from jobfair.errors import Invalid, Problem
from jobfair.fields import Fields
from jobfair.fields.parsing import nearest
from jobfair.loading.mistakes import SHOWN, Problems

T = TypeVar("T")
MASKED_AFTER = 4
"""Characters a masked value shows."""


@dataclass
class Row:
    """Some fields of a file; whatever is wrong with them becomes a mistake with its place."""

    file: str
    problems: Problems
    number: int | None = None
    """The row of a table, or the line at which a TOML table begins."""
    given: dict[str, object] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    """Columns of which everything wrong has been told."""
    secret: frozenset[str] = frozenset()
    """Columns whose value is masked when a mistake shows it."""
    table: str = ""
    """The name of a TOML table."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each ``table.key`` of a TOML file."""

    def raw(self, column: str) -> str:
        """Return what stands in a column, unjudged."""
        return "" if column in self.told else str(self.given.get(column, ""))

    def wrong(self, column: str, what: str, todo: str = "", *, value: str | None = None) -> None:
        """Keep a mistake of one column or key."""
        shown = _plain(self.given.get(column, "")) if value is None else value
        if column in self.secret and len(shown) > MASKED_AFTER:
            shown = f"{shown[:MASKED_AFTER]}••••"
        path = f"{self.table}.{column}" if self.table else column
        row = self.lines.get(path, self.number)
        self.problems.add(self.file, what, todo, row=row, column=path, value=shown)

    def read(self, reader: Callable[[Fields], T], *, closed: bool = False) -> T | None:
        """Return what a reader makes of the fields, or None after mistakes.

        A ``closed`` table may hold nothing that the reader does not ask for.
        """
        suggest = len(self.problems.mistakes) < SHOWN
        fields = Fields(self.given, told=self.told, suggest=suggest)
        found: T | None = None
        try:
            found = reader(fields)
        except Invalid as invalid:
            for name, problem in invalid.fields.items():
                self.wrong(name, str(problem))
        for name in set(self.given) - set(fields.asked) if closed else ():
            near = nearest(name, set(fields.asked) - set(self.given))
            todo = f"Maksudnya “{near}”?" if near else "Hapus kunci ini."
            self.wrong(name, "Kunci ini tidak dikenal.", todo)
        return found

    def check_known(
        self, fields: Fields, column: str, known: Mapping[str, object] | None, *, where: str
    ) -> str:
        """Return a reference to another table; without that table nothing can be said."""
        slug = fields.slug(column)
        if slug and known is not None and slug not in known:
            near = nearest(slug, known) if len(self.problems.mistakes) < SHOWN else None
            fields.wrong(
                column,
                Problem(
                    f"“{slug}” tidak ada di {where}. Maksudnya “{near}”?"
                    if near
                    else f"“{slug}” tidak ada di {where}. Tambahkan, atau perbaiki isian ini."
                ),
            )
        return slug


def _plain(value: object) -> str:
    plain = isinstance(value, str | int | float | date)
    return str(value) if plain else type(value).__name__
