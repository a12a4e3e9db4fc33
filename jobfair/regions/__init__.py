"""The provinces, regencies and districts of Indonesia, under the codes of a KTP.

Codes are the dotted ones of the Ministry of Home Affairs ("12", "12.09", "12.09.19"), never
those of the statistics office, which look alike and mean other places. A code is the key; a
name is only a label, is not unique, and was restyled between editions of the list. So show a
district together with its regency. Source and licence of the lists: LICENSE-ODbL.md.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

_HERE = Path(__file__).parent

_PROVINCE_RANGES = ((11, 19), (21, 21), (31, 36), (51, 53), (61, 65), (71, 76), (81, 82), (91, 96))

PROVINCES_EVER: frozenset[str] = frozenset(
    str(code) for first, last in _PROVINCE_RANGES for code in range(first, last + 1)
)
"""Every province code that was ever given out: a NIK that begins with another is not a NIK."""


@dataclass(frozen=True)
class Region:
    """One regency or district: the code decides, the name is for reading."""

    code: str
    name: str


def province_name(code: str) -> str | None:
    """Return the name in the current list, or nothing for a code that is not in it."""
    return _names("provinces.csv").get(code)


def regency_name(code: str) -> str | None:
    """Return the full name ("Kabupaten Asahan", "Kota Medan"), or nothing if not in the list.

    A code that has been given up has no name here; ask :func:`current_regency` first.
    """
    return _names("regencies.csv").get(code)


def district_name(code: str) -> str | None:
    """Return the name of a kecamatan, or nothing if it is not in the current list.

    Nothing is no sign of a forgery: when a regency was split, the old codes left the list and
    stayed in the NIK of everybody who had been registered under them.
    """
    return _names("districts.csv").get(code)


@cache
def regencies() -> tuple[Region, ...]:
    """Return every regency and city of today by name, so that cities follow the regencies."""
    return _by_name(_names("regencies.csv"))


def districts_of(regency_code: str) -> tuple[Region, ...]:
    """Return the kecamatan of a regency by name; none for a code that is not in the list."""
    return _districts().get(regency_code, ())


def current_regency(code: str) -> str:
    """Return the code a regency bears today, which is the code itself for nearly all.

    Only the regencies that moved to the new provinces of Papua in 2022 changed their codes;
    people registered before that keep the old code in their NIK for life.
    """
    return _crosswalk().get(code, code)


def regency_of(district_code: str) -> str:
    """Return the regency a district code belongs to, read from the code itself.

    So it also answers for districts that have left the list, and does not follow the
    crosswalk; a regency code is returned as it is.
    """
    return ".".join(district_code.split(".")[:2])


def is_local(code: str, regency: str) -> bool:
    """Tell whether a place (a district, or a bare regency) belongs to a regency.

    The one answer to "is this person local?": the door, the pages and every table ask it here.
    """
    return regency_of(code) == regency


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (_HERE / file).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@cache
def _names(file: str) -> Mapping[str, str]:
    return MappingProxyType({row["code"]: row["name"] for row in _rows(file)})


@cache
def _crosswalk() -> Mapping[str, str]:
    return MappingProxyType({row["old"]: row["new"] for row in _rows("crosswalk.csv")})


@cache
def _districts() -> Mapping[str, tuple[Region, ...]]:
    names: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for code, name in _names("districts.csv").items():
        names[regency_of(code)][code] = name
    return MappingProxyType({code: _by_name(inside) for code, inside in names.items()})


def _by_name(names: Mapping[str, str]) -> tuple[Region, ...]:
    regions = (Region(code, name) for code, name in names.items())
    return tuple(sorted(regions, key=lambda region: (region.name.casefold(), region.code)))
