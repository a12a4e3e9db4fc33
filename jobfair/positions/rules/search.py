"""Searching the positions of one fair: what fits, and how many each other choice would give.

Every filter is a set of positions of the fair's :class:`Index`: what fits is where they meet, and a
choice is counted without visiting one position. The index is made anew with the fair's definition,
so it cannot disagree with the page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from jobfair.positions.rules import EDUCATION_GROUPS, EMPLOYMENT, EXPERIENCE_BANDS
from jobfair.positions.rules.index import Index, Levels, members, union
from jobfair.positions.rules.offers import Offer, few_applicants
from jobfair.positions.rules.synonyms import plain
from jobfair.positions.rules.wishes import LEAST_APPLIED, SECTOR_LABELS, WAGE_FLOORS, SearchQuery
from jobfair.positions.rules.wording import Correction, Understood, at_least, understand
from jobfair.regions import district_name, regency_name

PER_PAGE = 20
NEAREST_SHOWN = 3


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
    """Counted only where it is chosen: applications change more often than positions."""
    corrections: Sequence[Correction] = ()
    meant: str = ""
    """The words with the corrections in them; empty: nothing was corrected."""
    by_body: frozenset[int] = frozenset()
    """Ids on this page that say the words only in what they ask or offer."""
    left_out: Sequence[str] = ()
    """Words that no position with the other words says."""
    nearest: Sequence[Offer] = ()
    """When nothing fits the words: the three that fit most of them."""

    @property
    def meant_wish(self) -> SearchQuery:
        """Return the wish with the corrections in its words."""
        return replace(self.wish, words=self.meant, page=1)

    used: Sequence[Used] = field(default_factory=tuple)
    suggestion: Used | None = None
    """When nothing fits: the one filter whose dropping gives the most, if any gives something."""
    relief_count: int = 0


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


def _sets(
    index: Index, wish: SearchQuery, words: int, applicants: Mapping[int, int]
) -> dict[str, int]:
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
        levels = (
            [ranked[cost] & bits for cost in sorted(ranked)] if wish.sort == "cocok" else [bits]
        )
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
                        ("disability_friendly", False), ("wage_named", False),
                        ("few", False)):  # fmt: skip
        value = getattr(wish, name)
        if isinstance(value, tuple):
            for code in value:
                kept = tuple(other for other in value if other != code)
                used.append(Used(name, code, replace(first, **{name: kept})))  # type: ignore[arg-type]
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


def matching(index: Index, wish: SearchQuery) -> list[int]:
    """Return the ids of all positions that fit, rising, those without applicants so far."""
    words = understand(index, wish.words).bits if plain(wish.words).strip() else 0
    bits = _meet(index, _sets(index, wish, words, {}))
    return sorted(index.offers[at].id for at in members(bits))


def search(index: Index, wish: SearchQuery, *, applicants: Mapping[int, int]) -> Results:
    """Return the page of positions that fit, and a count beside every other choice.

    A choice is counted with all *other* filters on, so the number beside it is what one gets.
    ``applicants`` are the applications per position, for what depends on competition.
    """
    if plain(wish.words).strip():
        meaning = understand(index, wish.words)
    else:
        meaning = Understood({0: index.everything}, {})
    sets = _sets(index, wish, meaning.bits, applicants)
    bits = _meet(index, sets)
    count = bits.bit_count()
    pages = max(1, -(-count // PER_PAGE))
    at = min(wish.page, pages)
    order = _in_order(index, bits, wish.at(at), meaning.ranked, applicants)
    used = _filters_in_use(wish)
    suggestion, relief_count = (
        _relief(index, meaning.bits, used, applicants) if not bits else (None, 0)
    )

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
    nearest = (
        at
        for cost in sorted(meaning.nearest or {0: index.everything})
        for at in members(meaning.nearest.get(cost, index.everything) & beside_words)
    )
    shown = order[(at - 1) * PER_PAGE : at * PER_PAGE]
    return Results(
        wish=replace(wish, page=at),
        total=len(index.offers),
        count=count,
        page=[index.offers[one] for one in shown],
        by_body=frozenset(index.offers[one].id for one in shown if meaning.by_body >> one & 1),
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
        employment=options(
            "employment", EMPLOYMENT, lambda code: _any(index, "employment", [code])
        ),
        sector=options("sector", SECTOR_LABELS, lambda code: _any(index, "sector", [code])),
        wage_floors=options("wage_floor", WAGE_FLOORS, lambda code: at_least(index, int(code))),
        disability_friendly=tick(
            "disability_friendly", "Ramah disabilitas", _any(index, "disability", ["1"])
        ),
        wage_named=tick("wage_named", "Gaji tercantum", at_least(index, 1)),
        few=tick("few", "Pelamar masih sedikit", index.everything),
        used=used,
        suggestion=suggestion,
        relief_count=relief_count,
        corrections=meaning.corrections,
        meant=meaning.words if meaning.corrections else "",
        left_out=meaning.left_out,
        nearest=[] if bits else [index.offers[one] for one in islice(nearest, NEAREST_SHOWN)],
    )  # fmt: skip
