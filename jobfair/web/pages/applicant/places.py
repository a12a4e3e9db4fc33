"""The places an address can be in, in the order most people need them."""

from collections.abc import Iterable
from functools import lru_cache

from jobfair.regions import districts_of, province_name, regencies, regency_name


@lru_cache(64)
def _groups(local: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    groups = [
        (regency_name(code) or code, {one.code: f"Kec. {one.name}" for one in districts_of(code)})
        for code in local
    ]
    by_province: dict[str, dict[str, str]] = {}
    for regency in regencies():
        if regency.code not in local:
            by_province.setdefault(regency.code[:2], {})[regency.code] = regency.name
    near = [code[:2] for code in local]
    order = sorted(by_province, key=lambda code: (code not in near, code))
    return groups + [(province_name(code) or code, by_province[code]) for code in order]


def district_groups(regency_codes: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
    """Return (heading, places by code): districts of the offices' own regencies, then the rest.

    Outside the own regencies an address is told by its regency alone; the own province's come
    first.
    """
    return _groups(tuple(dict.fromkeys(regency_codes)))
