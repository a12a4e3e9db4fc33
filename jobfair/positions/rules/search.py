"""Searching the positions of one fair: what fits, and how many each other choice would give.

A few hundred positions at the largest fair, so everything is decided here from plain values,
in one pass over what was loaded, and needs no index that could disagree with the page.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import urlencode

from jobfair.positions.rules import EDUCATION_GROUPS, EXPERIENCE_BANDS
from jobfair.positions.rules.offers import Offer
from jobfair.regions import district_name, regency_name

PER_PAGE = 20
QUERY_LONGEST = 80

SORTS = {
    "kuota": "Paling banyak dibutuhkan",
    "sepi": "Paling sedikit pelamar",
    "gaji": "Gaji tertinggi",
    "nama": "Nama jabatan",
}
DEFAULT_SORT = "kuota"
LEAST_APPLIED = "sepi"


@dataclass(frozen=True)
class SearchQuery:
    """What somebody looks for; every field is a part of the address."""

    words: str = ""
    district: str = ""
    education: tuple[str, ...] = ()
    experience: tuple[str, ...] = ()
    disability_friendly: bool = False
    wage_named: bool = False
    sort: str = DEFAULT_SORT
    page: int = 1

    @property
    def filters(self) -> int:
        """Return how many filters besides words and district are in use."""
        return (
            len(self.education) + len(self.experience) + self.disability_friendly + self.wage_named
        )

    def at(self, page: int) -> "SearchQuery":
        """Return the same wish at another page."""
        return replace(self, page=page)

    def address(self) -> str:
        """Return the query of the address that leads here, without what is not set."""
        pairs: list[tuple[str, str]] = []
        if self.words:
            pairs.append(("q", self.words))
        if self.district:
            pairs.append(("kec", self.district))
        pairs += [("pd", code) for code in self.education]
        pairs += [("pg", code) for code in self.experience]
        if self.disability_friendly:
            pairs.append(("dis", "1"))
        if self.wage_named:
            pairs.append(("gaji", "1"))
        if self.sort != DEFAULT_SORT:
            pairs.append(("urut", self.sort))
        if self.page > 1:
            pairs.append(("hal", str(self.page)))
        return f"?{urlencode(pairs)}" if pairs else ""


@dataclass(frozen=True)
class Option:
    """One choice of a filter and how many positions it would give beside the other filters."""

    code: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Used:
    """One filter in use, and the wish without it."""

    kind: str
    code: str
    without: SearchQuery


@dataclass(frozen=True)
class Results:
    """What fits, one page of it, and what every other choice would give."""

    wish: SearchQuery
    total: int
    """Of the whole fair."""
    count: int
    page: Sequence[Offer]
    pages: int
    districts: Sequence[Option]
    education: Sequence[Option]
    experience: Sequence[Option]
    disability_friendly: Option
    wage_named: Option
    used: Sequence[Used] = field(default_factory=tuple)
    suggestion: Used | None = None
    """When nothing fits: the one filter whose dropping gives the most, if any gives something."""
    relief_count: int = 0


def read_wish(given: Mapping[str, Sequence[str]]) -> SearchQuery:
    """Return the wish in an address. What it does not know it leaves out: never an error."""
    first = {name: values[0] for name, values in given.items() if values}
    words = " ".join(first.get("q", "").replace("\x00", " ").split())[:QUERY_LONGEST].strip()
    page = first.get("hal", "1")
    sort = first.get("urut", DEFAULT_SORT)
    return SearchQuery(
        words=words,
        district=first.get("kec", "")[:13],
        education=tuple(code for code in EDUCATION_GROUPS if code in given.get("pd", ())),
        experience=tuple(code for code in EXPERIENCE_BANDS if code in given.get("pg", ())),
        disability_friendly=first.get("dis") == "1",
        wage_named=first.get("gaji") == "1",
        sort=sort if sort in SORTS else DEFAULT_SORT,
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 5 else 1,  # noqa: PLR2004
    )


@lru_cache(4096)
def plain(text: str) -> str:
    """Return text as it is compared: lower case, without accents and punctuation."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        char if char.isalnum() else " " for char in parts if not unicodedata.combining(char)
    )


def _has_words(offer: Offer, wish: SearchQuery) -> bool:
    text = plain(offer.search_text)
    return all(word in text for word in plain(wish.words).split())


def _in_district(offer: Offer, wish: SearchQuery) -> bool:
    return not wish.district or offer.district == wish.district


def _asks(offer: Offer, group: str) -> bool:
    return not EDUCATION_GROUPS[group][1].isdisjoint(offer.education)


def _in_band(offer: Offer, band: str) -> bool:
    _, fewest, most = EXPERIENCE_BANDS[band]
    return fewest <= offer.experience_years <= most


def _for_schooling(offer: Offer, wish: SearchQuery) -> bool:
    return not wish.education or any(_asks(offer, group) for group in wish.education)


def _for_experience(offer: Offer, wish: SearchQuery) -> bool:
    return not wish.experience or any(_in_band(offer, band) for band in wish.experience)


def _friendly(offer: Offer, wish: SearchQuery) -> bool:
    return offer.disability_friendly or not wish.disability_friendly


def _names_wage(offer: Offer, wish: SearchQuery) -> bool:
    return bool(offer.monthly_wage) or not wish.wage_named


_TESTS = (_has_words, _in_district, _for_schooling, _for_experience, _friendly, _names_wage)


def _fitting(offers: Sequence[Offer], wish: SearchQuery) -> list[Offer]:
    return [offer for offer in offers if all(test(offer, wish) for test in _TESTS)]


def _sorted(offers: list[Offer], sort: str, applicants: Mapping[int, int]) -> list[Offer]:
    if sort == "nama":
        return sorted(offers, key=lambda offer: (offer.title.casefold(), offer.id))
    if sort == "gaji":
        return sorted(offers, key=lambda offer: (-offer.monthly_wage, offer.id))
    if sort == LEAST_APPLIED:
        return sorted(
            offers, key=lambda offer: (applicants.get(offer.id, 0) / offer.openings, offer.id)
        )
    return sorted(offers, key=lambda offer: (-offer.openings, offer.id))


def _by_name(code: str) -> tuple[bool, str]:
    district = district_name(code)
    return (district is None, district or regency_name(code) or code)


def needs_applicants(wish: SearchQuery) -> bool:
    """Tell whether what is found also depends on who has applied meanwhile."""
    return wish.sort == LEAST_APPLIED


def _filters_in_use(wish: SearchQuery) -> list[Used]:
    used: list[Used] = []
    first = replace(wish, page=1)
    if wish.words:
        used.append(Used("words", wish.words, replace(first, words="")))
    if wish.district:
        used.append(Used("district", wish.district, replace(first, district="")))
    for code in wish.education:
        kept = tuple(other for other in wish.education if other != code)
        used.append(Used("education", code, replace(first, education=kept)))
    for code in wish.experience:
        kept = tuple(other for other in wish.experience if other != code)
        used.append(Used("experience", code, replace(first, experience=kept)))
    if wish.disability_friendly:
        used.append(Used("disability_friendly", "1", replace(first, disability_friendly=False)))
    if wish.wage_named:
        used.append(Used("wage_named", "1", replace(first, wage_named=False)))
    return used


def _relief(offers: Sequence[Offer], used: Sequence[Used]) -> tuple[Used | None, int]:
    best: Used | None = None
    most = 0
    for one in used:
        count = len(_fitting(offers, one.without))
        if count > most:
            best, most = one, count
    return best, most


def search(offers: Sequence[Offer], wish: SearchQuery, *, applicants: Mapping[int, int]) -> Results:
    """Return the page of positions that fit, and a count beside every other choice.

    A choice is counted with all *other* filters on, so the number beside it is what one gets.
    ``applicants`` are the applications per position, for the sort by competition.
    """
    found = _sorted(_fitting(offers, wish), wish.sort, applicants)
    pages = max(1, -(-len(found) // PER_PAGE))
    at = min(wish.page, pages)
    any_district = _fitting(offers, replace(wish, district=""))
    any_schooling = _fitting(offers, replace(wish, education=()))
    any_experience = _fitting(offers, replace(wish, experience=()))
    friendly = _fitting(offers, replace(wish, disability_friendly=True))
    waged = _fitting(offers, replace(wish, wage_named=True))
    used = _filters_in_use(wish)
    suggestion, relief_count = _relief(offers, used) if not found else (None, 0)
    return Results(
        wish=replace(wish, page=at),
        total=len(offers),
        count=len(found),
        page=found[(at - 1) * PER_PAGE : at * PER_PAGE],
        pages=pages,
        districts=[
            Option(code, code, sum(o.district == code for o in any_district), code == wish.district)
            for code in sorted({offer.district for offer in offers}, key=_by_name)
        ],
        education=[
            Option(code, label, sum(_asks(o, code) for o in any_schooling), code in wish.education)
            for code, (label, _) in EDUCATION_GROUPS.items()
        ],
        experience=[
            Option(
                code, label, sum(_in_band(o, code) for o in any_experience), code in wish.experience
            )
            for code, (label, _, _) in EXPERIENCE_BANDS.items()
        ],
        disability_friendly=Option(
            "1", "Ramah disabilitas", len(friendly), wish.disability_friendly
        ),
        wage_named=Option("1", "Gaji tercantum", len(waged), wish.wage_named),
        used=used,
        suggestion=suggestion,
        relief_count=relief_count,
    )
