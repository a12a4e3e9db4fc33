"""What a search costs among 100 and among 20,000 positions: CPU of one process, and the ratio."""

import csv
import time
from dataclasses import replace

from bench.common import Size
from jobfair.content import fair_folder
from jobfair.positions.rules.index import Index, build_index
from jobfair.positions.rules.offers import Offer
from jobfair.positions.rules.search import search
from jobfair.positions.rules.synonyms import synonyms
from jobfair.positions.rules.wishes import SearchQuery

FEW, MANY = 100, {"tiny": 1000, "small": 20_000, "full": 20_000}
ASKED = ("", "satpam", "scurity", "supir truk kisaran", "gaji 5 juta", "oprator", "ope",
         "s1 akuntansi", "bersih-bersih", "dokter umum", "part time", "xyzzy")  # fmt: skip


def _texts(given: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in given.split("|"))


def _positions() -> list[Offer]:
    with (fair_folder("asahan-2022") / "positions.csv").open(encoding="utf-8") as file:
        return [
            Offer(
                id=at, slug=row["slug"], title=row["title"], kbji=row["kbji"],
                company=row["company"], company_slug=row["company"], kbli="C", company_id=1,
                district=row["district"], education=tuple(row["education"].split()),
                experience_years=int(row["experience_years"]), openings=int(row["openings"]),
                wage_min=int(row["wage_min"] or 0), wage_max=int(row["wage_max"] or 0),
                wage_period=row["wage_period"], wage_note=row["wage_note"],
                disability_friendly=row["disability_friendly"] == "ya",
                employment=row["employment"], sector=row["sector"], hours=row["hours"],
                duties=_texts(row["duties"]), requirements=_texts(row["requirements"]),
            )
            for at, row in enumerate(csv.DictReader(file))
        ]  # fmt: skip


def _many(count: int) -> Index:
    known = _positions()
    offers = [
        replace(known[at % len(known)], id=at, company=f"PT Usaha {at % 900}", openings=1 + at % 50)
        for at in range(count)
    ]
    began = time.process_time()
    index = build_index(offers, synonyms())
    print(f"{count:>6} positions indexed in {time.process_time() - began:.2f} s")
    return index


def _cost(index: Index, words: str, times: int) -> float:
    costs = []
    for _ in range(times):
        began = time.perf_counter()
        search(index, SearchQuery(words=words), applicants={})
        costs.append(time.perf_counter() - began)
    return sorted(costs)[times // 2] * 1000


def run(size: Size) -> None:
    """Print both costs of each search, and the ratio of their sums."""
    few, many = _many(FEW), _many(MANY[size.name])
    sums = [0.0, 0.0]
    for words in ASKED:
        costs = [_cost(index, words, 4 * size.pairs) for index in (few, many)]
        sums = [total + cost for total, cost in zip(sums, costs, strict=True)]
        print(
            f"{words or '(all)':<20} {costs[0]:7.3f} {costs[1]:7.3f} ms {costs[1] / costs[0]:5.2f}"
        )
    print(f"{'sum':<20} {sums[0]:7.3f} {sums[1]:7.3f} ms {sums[1] / sums[0]:5.2f}")
