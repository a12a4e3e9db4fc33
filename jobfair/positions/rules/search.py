"""Searching the positions of one fair: what fits, and how many each other choice would give.

Every filter is a set of positions of the fair's :class:`Index`: what fits is where they meet, and a
choice is counted without visiting one position. The index is made anew with the fair's definition,
so it cannot disagree with the page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import urlencode

from jobfair.positions.rules import EDUCATION_GROUPS, EMPLOYMENT, EXPERIENCE_BANDS
from jobfair.positions.rules.index import Index, Levels, members, union
from jobfair.positions.rules.offers import Offer, few_applicants
from jobfair.positions.rules.synonyms import plain, synonyms
from jobfair.positions.rules.wording import Correction, Understood, at_least, understand
from jobfair.regions import district_name, regency_name

PER_PAGE = 20
QUERY_LONGEST = 80

SORTS = {
    "cocok": "Paling cocok",
    "kuota": "Paling banyak dibutuhkan",
    "sepi": "Paling sedikit pelamar",
    "gaji": "Gaji tertinggi",
    "nama": "Nama jabatan",
}
DEFAULT_SORT = "cocok"
LEAST_APPLIED = "sepi"
NEAREST_SHOWN = 3
WAGE_FLOORS = {
    "2000000": "Rp2 juta ke atas",
    "3000000": "Rp3 juta ke atas",
    "4000000": "Rp4 juta ke atas",
    "5000000": "Rp5 juta ke atas",
}
SECTOR_LABELS = {"formal": "Perusahaan", "informal": "Usaha informal"}


@dataclass(frozen=True)
class SearchQuery:
    """What somebody looks for; every field is a part of the address."""

    words: str = ""
    district: str = ""
    education: tuple[str, ...] = ()
    experience: tuple[str, ...] = ()
    disability_friendly: bool = False
    wage_named: bool = False
    employment: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    wage_floor: str = ""
    few: bool = False
    sort: str = DEFAULT_SORT
    page: int = 1

    @property
    def filters(self) -> int:
        """Return how many filters besides words and district are in use."""
        return (
            len(self.education) + len(self.experience) + self.disability_friendly + self.wage_named
            + len(self.employment) + len(self.sector) + bool(self.wage_floor) + self.few
        )  # fmt: skip

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
        pairs += [("jk", code) for code in self.employment]
        pairs += [("sek", code) for code in self.sector]
        if self.wage_floor:
            pairs.append(("min", self.wage_floor))
        if self.few:
            pairs.append(("sedikit", "1"))
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
    employment: Sequence[Option]
    sector: Sequence[Option]
    wage_floors: Sequence[Option]
    few: Option
    corrections: Sequence[Correction] = ()
    meant: str = ""
    """The words with the corrections in them; empty: nothing was corrected."""
    nearest: Sequence[Offer] = ()
    """When nothing fits the words: the three that fit most of them."""
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
        employment=tuple(code for code in EMPLOYMENT if code in given.get("jk", ())),
        sector=tuple(code for code in SECTOR_LABELS if code in given.get("sek", ())),
        wage_floor=first.get("min", "") if first.get("min") in WAGE_FLOORS else "",
        few=first.get("sedikit") == "1",
        sort=sort if sort in SORTS else DEFAULT_SORT,
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 5 else 1,  # noqa: PLR2004
    )


def _any(index: Index, kind: str, codes: Sequence[str]) -> int:
    return union(index.facets.get((kind, code), 0) for code in codes)


def _band(index: Index, band: str) -> int:
    _, fewest, most = EXPERIENCE_BANDS[band]
    return _any(index, "experience", [str(years) for years in range(fewest, most + 1)])


def _few(index: Index, applicants: Mapping[int, int]) -> int:
    return union(
        1 << at
        for at, offer in enumerate(index.offers)
        if few_applicants(offer, applicants.get(offer.id, 0))
    )


def _sets(index: Index, wish: SearchQuery, words: int, applicants: Mapping[int, int]) -> dict[str, int]:
    """Return the set of positions that each filter in use leaves, by the filter's name."""
    sets = {"words": words} if wish.words else {}
    if wish.district:
        sets["district"] = _any(index, "district", [wish.district])
    if wish.education:
        sets["education"] = union(_group(index, group) for group in wish.education)
    if wish.experience:
        sets["experience"] = union(_band(index, band) for band in wish.experience)
    if wish.employment:
        sets["employment"] = _any(index, "employment", wish.employment)
    if wish.sector:
        sets["sector"] = _any(index, "sector", wish.sector)
    if wish.disability_friendly:
        sets["disability_friendly"] = _any(index, "disability", ["1"])
    if wish.wage_named:
        sets["wage_named"] = at_least(index, 1)
    if wish.wage_floor:
        sets["wage_floor"] = at_least(index, int(wish.wage_floor))
    if wish.few:
        sets["few"] = _few(index, applicants)
    return sets


def _group(index: Index, group: str) -> int:
    return _any(index, "education", sorted(EDUCATION_GROUPS[group][1]))


def _meet(index: Index, sets: Mapping[str, int], without: str = "") -> int:
    bits = index.everything
    for name, one in sets.items():
        if name != without:
            bits &= one
    return bits


def _in_order(
    index: Index, bits: int, wish: SearchQuery, ranked: Levels, applicants: Mapping[int, int]
) -> list[int]:
    """Return the places of what fits as far as the page asked for needs them."""
    if wish.sort in ("cocok", "kuota"):
        levels = [ranked[cost] & bits for cost in sorted(ranked)] if wish.sort == "cocok" else [bits]
        places = (at for level in levels for at in members(level))
        return list(islice(places, wish.page * PER_PAGE))
    offers = index.offers
    if wish.sort == "nama":
        return sorted(members(bits), key=lambda at: (offers[at].title.casefold(), offers[at].id))
    if wish.sort == "gaji":
        return sorted(members(bits), key=lambda at: (-offers[at].monthly_wage, offers[at].id))
    return sorted(
        members(bits),
        key=lambda at: (applicants.get(offers[at].id, 0) / offers[at].openings, offers[at].id),
    )


def _by_name(code: str) -> tuple[bool, str]:
    district = district_name(code)
    return (district is None, district or regency_name(code) or code)


def needs_applicants(wish: SearchQuery) -> bool:
    """Tell whether what is found also depends on who has applied meanwhile."""
    return wish.sort == LEAST_APPLIED or wish.few


def _filters_in_use(wish: SearchQuery) -> list[Used]:
    used: list[Used] = []
    first = replace(wish, page=1)
    for name, empty in (("words", ""), ("district", ""), ("education", ()), ("experience", ()),
                        ("employment", ()), ("sector", ()), ("wage_floor", ""),
                        ("disability_friendly", False), ("wage_named", False), ("few", False)):  # fmt: skip
        value = getattr(wish, name)
        if isinstance(value, tuple):
            for code in value:
                kept = tuple(other for other in value if other != code)
                used.append(Used(name, code, replace(first, **{name: kept})))
        elif value:
            code = value if isinstance(value, str) else "1"
            used.append(Used(name, code, replace(first, **{name: empty})))  # type: ignore[arg-type]
    return used


def _relief(
    index: Index, words: int, used: Sequence[Used], applicants: Mapping[int, int]
) -> tuple[Used | None, int]:
    best: Used | None = None
    most = 0
    for one in used:
        count = _meet(index, _sets(index, one.without, words, applicants)).bit_count()
        if count > most:
            best, most = one, count
    return best, most


def search(index: Index, wish: SearchQuery, *, applicants: Mapping[int, int]) -> Results:
    """Return the page of positions that fit, and a count beside every other choice.

    A choice is counted with all *other* filters on, so the number beside it is what one gets.
    ``applicants`` are the applications per position, for what depends on competition.
    """
    if plain(wish.words).strip():
        meaning = understand(index, synonyms(), wish.words)
    else:
        meaning = Understood({0: index.everything}, {})
    sets = _sets(index, wish, meaning.bits, applicants)
    bits = _meet(index, sets)
    count = bits.bit_count()
    pages = max(1, -(-count // PER_PAGE))
    at = min(wish.page, pages)
    order = _in_order(index, bits, wish.at(at), meaning.ranked, applicants)
    used = _filters_in_use(wish)
    suggestion, relief_count = _relief(index, meaning.bits, used, applicants) if not bits else (None, 0)

    def options(name: str, labels: Mapping[str, str], fits: Callable[[str], int]) -> list[Option]:
        beside = _meet(index, sets, without=name)
        chosen = getattr(wish, name)
        return [
            Option(code, label, (beside & fits(code)).bit_count(),
                   code in chosen if isinstance(chosen, tuple) else code == chosen)
            for code, label in labels.items()
        ]  # fmt: skip

    def tick(name: str, label: str, fits: int) -> Option:
        return Option("1", label, (bits & fits).bit_count(), getattr(wish, name))

    districts = sorted({code for kind, code in index.facets if kind == "district"}, key=_by_name)
    beside_words = _meet(index, sets, without="words")
    nearest = (at for cost in sorted(meaning.nearest) for at in members(meaning.nearest[cost] & beside_words))
    return Results(
        wish=replace(wish, page=at),
        total=len(index.offers),
        count=count,
        page=[index.offers[one] for one in order[(at - 1) * PER_PAGE : at * PER_PAGE]],
        pages=pages,
        districts=options(
            "district", {code: code for code in districts},
            lambda code: _any(index, "district", [code]),
        ),
        education=options(
            "education", {code: label for code, (label, _) in EDUCATION_GROUPS.items()},
            lambda code: _group(index, code),
        ),
        experience=options(
            "experience", {code: label for code, (label, _, _) in EXPERIENCE_BANDS.items()},
            lambda code: _band(index, code),
        ),
        employment=options("employment", EMPLOYMENT, lambda code: _any(index, "employment", [code])),
        sector=options("sector", SECTOR_LABELS, lambda code: _any(index, "sector", [code])),
        wage_floors=options("wage_floor", WAGE_FLOORS, lambda code: at_least(index, int(code))),
        disability_friendly=tick(
            "disability_friendly", "Ramah disabilitas", _any(index, "disability", ["1"])
        ),
        wage_named=tick("wage_named", "Gaji tercantum", at_least(index, 1)),
        few=tick("few", "Masih sedikit pelamar", _few(index, applicants) if applicants else 0),
        used=used,
        suggestion=suggestion,
        relief_count=relief_count,
        corrections=meaning.corrections,
        meant=meaning.words if meaning.corrections else "",
        nearest=[] if bits else [index.offers[one] for one in islice(nearest, NEAREST_SHOWN)],
    )  # fmt: skip
