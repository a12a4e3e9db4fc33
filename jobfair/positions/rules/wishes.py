"""A search query, read from an address and written back to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode

from jobfair.positions.rules import EDUCATION_GROUPS, EMPLOYMENT, EXPERIENCE_BANDS

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
WAGE_FLOORS = {
    "2000000": "Rp2 juta ke atas",
    "3000000": "Rp3 juta ke atas",
    "4000000": "Rp4 juta ke atas",
    "5000000": "Rp5 juta ke atas",
}
SECTOR_LABELS = {"formal": "Perusahaan", "informal": "Usaha informal"}


@dataclass(frozen=True)
class SearchQuery:
    """A search query; every field is a part of the address."""

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

    def saved_address(self) -> str:
        """Return the address of what fits, whatever the order and the page."""
        return replace(self, sort=DEFAULT_SORT, page=1).address()

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


def wish_at(address: str) -> SearchQuery:
    """Return the wish of an address as :meth:`SearchQuery.address` wrote it."""
    return read_wish(parse_qs(address.removeprefix("?")))
