"""A record's way to plain values and back.

Only whole numbers, texts, lists and mappings inside, so that its canonical JSON is the same
everywhere. Format 1 had fewer fields; what it did not tell is filled in.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from jobfair.tally.rules.record import FORMAT, GONE, OFFERED, Record

T = TypeVar("T")


def plain(record: Record) -> dict[str, Any]:
    """Return the record as plain values, to be stored and hashed."""
    return asdict(record)


def record_from(stored: Mapping[str, Any]) -> Record:
    """Return a stored record; one of format 1 gets what it did not tell.

    Raises:
        KeyError, TypeError, ValueError: it is not a record.

    """
    return _read(Record, stored if stored["format"] >= FORMAT else _from_first_format(stored))


def _from_first_format(stored: Mapping[str, Any]) -> dict[str, Any]:
    def stated(row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "state": OFFERED if row["takes_part"] else GONE}

    positions = [stated(row) for row in stored["positions"]]
    offered = {slug for slug, row in ((row["slug"], row) for row in positions) if row["takes_part"]}

    def wanted(row: Mapping[str, Any], name: str) -> dict[str, Any]:
        mine = (
            one["applications"]
            for one in positions
            if one["slug"] in offered and one[name] == row["code"]
        )
        return {**row, "offered_applications": sum(mine)}

    groups = {"sectors": "sector", "kbli": "kbli", "kbji": "kbji"}
    return {
        **stored,
        "positions": positions,
        "companies": [stated(row) for row in stored["companies"]],
        "top_positions": [slug for slug in stored["top_positions"] if slug in offered],
        **{part: [wanted(row, name) for row in stored[part]] for part, name in groups.items()},
    }


def _read(kind: type[T], given: Mapping[str, Any]) -> T:
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]  # only dataclasses come
    values = {name: _value(hints[name], given[name]) for name in known if name in given}
    return kind(**values)


def _value(kind: Any, given: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        return _read(kind, given)
    if get_origin(kind) is tuple:
        return tuple(_value(get_args(kind)[0], one) for one in given)
    return given
