"""Small cells: numbers of people that public paper and pages must not tell.

A number of one to four people who share a sex, an age, a schooling or an address is hidden, and
so is one more number of every sum it stands in, so that no single subtraction gives it back.
Main figures, and how many people or applications came how far, are told in full.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from jobfair.tally.rules.invariants import PEOPLE_PARTS, RESIDENCES, SEXES
from jobfair.tally.rules.record import Record

SMALL_CELL = 5
Key = tuple[str, ...]
Sum = Sequence[Key]
"""Keys: the first is the sum of all others."""


def hide(cells: Mapping[Key, int], sums: Iterable[Sum], secret: Collection[Key]) -> frozenset[Key]:
    """Return ``secret`` and whatever else must be hidden with it.

    No sum is left with exactly one hidden number. The number hidden in addition is the smallest
    part that is not zero, then a zero, then the sum itself; a key that is not in ``cells`` is
    told in any case. A number that is the only part of a told sum is told by that sum.
    """
    hidden, equations = set(secret), [list(one) for one in sums]
    while True:
        exposed = [one for one in equations if sum(key in hidden for key in one) == 1]
        if not exposed:
            return frozenset(hidden)
        total, known = exposed[0][0], [key for key in exposed[0] if key in cells.keys() - hidden]
        if not known:
            equations.remove(exposed[0])
            continue
        hidden.add(min(known, key=lambda key: (key == total, cells[key] == 0, cells[key], key)))


def _small(n: int) -> bool:
    return 0 < n < SMALL_CELL


def cells_of(record: Record) -> tuple[dict[Key, int], list[Sum], set[Key]]:
    """Return every number of people the edition breaks down, their sums, and the small ones.

    Totals that stand in several tables are one key, so that what one table hides no other tells.
    """
    cells: dict[Key, int] = {}
    sums: list[Sum] = []
    secret: set[Key] = set()

    def tell(key: Key, n: int) -> Key:
        cells[key] = n
        if _small(n):
            secret.add(key)
        return key

    for part in PEOPLE_PARTS:
        rows = getattr(record, part)
        for row in rows:
            total = tell((part, row.code, "applicants"), row.applicants)
            sums.append([total, *(tell((part, row.code, sex), getattr(row, sex)) for sex in SEXES)])
            sent = (part, row.code, "applications")
            cells[sent] = row.applications
            if _small(row.applicants):
                secret.add(sent)
        for sex in SEXES:
            total = tell(("sex", sex), sum(getattr(row, sex) for row in rows))
            sums.append([total, *((part, row.code, sex) for row in rows)])
        for name in ("applicants", "applications"):
            sums += [[("all", name), *((part, row.code, name) for row in rows)]]
    sums.append([("all", "applicants"), *(("sex", sex) for sex in SEXES)])
    listed = {row.group for row in record.residence}
    for step in record.funnel.persons:
        lives = [
            tell(("step", step.step, one), getattr(step, one))
            for one in RESIDENCES
            if one in listed  # where no place is listed, everybody sees that there is nobody
        ]
        sums.append([("all", step.step), *lives])
    for one in listed:
        mine = [
            ("residence", row.code, "applicants") for row in record.residence if row.group == one
        ]
        sums.append([("step", "applied", one), *mine])
    return cells, sums, secret


def hidden_of(record: Record) -> frozenset[Key]:
    """Return the keys of all numbers that the public edition of a record does not tell."""
    return hide(*cells_of(record))
