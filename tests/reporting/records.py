"""Closings with invented numbers that add up: as large, small or odd as a test needs."""

from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jobfair.applications.rules import Stage
from jobfair.companies.rules import KBLI_2020
from jobfair.positions.rules import KBJI
from jobfair.tally.queries.frozen import FrozenClosing, hash_of
from jobfair.tally.queries.record import SECTOR_NAMES, schemes
from jobfair.tally.rules import age_bands, tables
from jobfair.tally.rules.counted import Cell, Offer, Reached
from jobfair.tally.rules.listing import short_positions, top_positions
from jobfair.tally.rules.record import FORMAT, OFFERED
from jobfair.tally.rules.record_json import plain, record_from

OPENS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DISTRICTS = ("12.09.19", "12.09.20", "12.09.21", "12.75", "12.09")
SCHOOLS = ("smk", "sma", "s1", "d3", "smp")


def spread(total: int, parts: int) -> list[int]:
    """Split a number into parts that fall off and add up to it."""
    weights = [parts - at for at in range(parts)]
    shares = [total * weight // sum(weights) for weight in weights]
    if shares:
        shares[0] += total - sum(shares)
    return shares


def _cells(applicants: int, applications: int) -> list[Cell]:
    count = min(applicants, 12)
    people, sent = spread(applicants, count), spread(applications - applicants, count)
    bands = [code for code, _ in age_bands()][1:4]
    return [
        Cell(
            sex="LP"[at % 2], education=SCHOOLS[at % 5], age=bands[at % 3],
            district=DISTRICTS[at % 5], disabled=int(at == 11), level=at % 5,
            recorded=tuple(int(at % 5 >= step) for step in (1, 2, 3, 4)),
            applicants=people[at], applications=people[at] + sent[at], most=people[at] and 3,
        )
        for at in range(count)
    ]  # fmt: skip


def _plain(value: Any) -> Any:
    """Return rows as the mappings that a stored record holds."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def make_closing(
    *,
    companies: int = 3,
    positions: int = 6,
    applicants: int = 40,
    applications: int = 200,
    days: int = 8,
    name: str = "Job Fair Virtual Asahan",
    company: str = "PT Contoh",
    title: str = "Operator Produksi",
    history: list[dict[str, Any]] | None = None,
    recap: Any = None,
    sample: int = 0,
    industries: int = len(KBLI_2020),
    letterhead: tuple[str, ...] = ("PEMERINTAH KABUPATEN ASAHAN", "DINAS TENAGA KERJA", "Kisaran"),
    reconciliation: dict[str, Any] | None = None,
) -> FrozenClosing:
    """Return a closing whose tables add up."""
    offered = [
        Offer(
            id=at, slug=f"jabatan-{at}", title=f"{title} {at + 1}", kbji=list(KBJI)[at % 10],
            sector=("formal", "informal")[at % 7 == 6], openings=1 + at % 9,
            disability_friendly=at % 5 == 0, state=OFFERED, company_id=at % max(companies, 1),
            company_slug=f"pt-{at % max(companies, 1)}",
            company=f"{company} {at % max(companies, 1) + 1}",
            kbli=list(KBLI_2020)[at % max(companies, 1) % industries],
        )
        for at in range(positions)
    ]  # fmt: skip
    cells = _cells(applicants, applications)
    stages = (Stage.NEW, Stage.REVIEWED, Stage.SHORTLISTED, Stage.INTERVIEW, Stage.UNSUITABLE)
    levels = (0, 1, 2, 3, 1)
    reached = [
        Reached(offer.id, stages[at], levels[at], (1, 1, 1, 0), n)
        for offer, total in zip(offered, spread(applications, positions), strict=True)
        for at, n in enumerate(spread(total, 5))
    ]
    rows = tables.positions(offered, reached)
    closes = OPENS + timedelta(days=days - 1, hours=8)
    latched = closes + timedelta(seconds=1)
    figures = {
        "companies": companies, "positions": positions,
        "openings": sum(offer.openings for offer in offered),
        "applicants": applicants, "applications": applications, "withdrawn": 0,
        "most_by_one": 3 if applicants else 0,
    }  # fmt: skip
    numbers = ("companies", "positions", "openings", "applicants", "applications")
    window = {"opens_at": OPENS.isoformat(), "closes_at": closes.isoformat(), "reason": ""}
    first = {"ordinal": 1, "paused_from": "", "made_at": (OPENS - timedelta(9)).isoformat()}
    counts = zip(spread(applications, days), spread(applicants, days), strict=True)
    record = {
        "format": FORMAT,
        "edition": {"number": 1, "kind": "SEMENTARA"},
        "fair": {
            "slug": "asahan-uji", "name": name, "short_name": "Job Fair Asahan",
            "time_zone": "Asia/Jakarta", "residence_policy": "open", "residence_basis": "",
            "minimum_age": 17, "applications_per_applicant": 0, "reporting_days": 30,
            "sample": sample, "recap": recap if recap is not None else {"place": "Kisaran"},
        },
        "office": {
            "name": "Dinas Tenaga Kerja Kabupaten Asahan", "short_name": "Disnaker Asahan",
            "regency": "12.09", "regency_name": "Kabupaten Asahan", "city": "Kisaran",
            "address": "Jalan Contoh 1", "phone": "0623 000000", "whatsapp": "62812",
            "email": "halo@contoh.id", "website": "contoh.id", "letterhead": list(letterhead),
        },
        "window": {
            "opens_at": OPENS.isoformat(), "closes_at": closes.isoformat(),
            "latched_at": latched.isoformat(), "latch_seq": applications,
            "last_day": closes.date().isoformat(), "history": history or [window | first],
        },
        "figures": figures,
        "sectors": tables.grouped(rows, "sector", SECTOR_NAMES),
        "days": [
            {
                "date": (OPENS + timedelta(days=at)).date().isoformat(),
                "applications": n, "new_applicants": new,
            }
            for at, (n, new) in enumerate(counts)
        ],
        "hours": [
            {"hour": hour, "applications": n}
            for hour, n in enumerate([0] * 8 + spread(applications, 8) + [0] * 8)
        ],
        "stages": {
            str(stage): sum(one.n for one in reached if one.stage is stage) for stage in Stage
        },
        "funnel": tables.funnel(cells, reached, "12.09"),
        "education": tables.education(cells),
        "age": tables.age(cells),
        "residence": tables.residence(cells, "12.09"),
        "companies": tables.companies(
            offered, rows, dict.fromkeys(range(max(companies, 1)), applicants)
        ),
        "positions": rows,
        "top_positions": top_positions(rows),
        "short_positions": short_positions(rows),
        "kbli": tables.grouped(rows, "kbli", KBLI_2020),
        "kbji": tables.grouped(rows, "kbji", KBJI),
        "disability": {
            "applicants": sum(cell.applicants for cell in cells if cell.disabled),
            "positions": sum(row.disability_friendly for row in rows),
        },
        "reconciliation": reconciliation
        or {
            "numbers": [
                {"what": what, "kept": figures[what], "counted": figures[what]} for what in numbers
            ],
            "differences": [],
        },
        "schemes": schemes(2026),
    }  # fmt: skip
    read = record_from(_plain(record))
    return FrozenClosing(
        fair_id=1, edition=1, frozen_at=latched, seq=applications, record=read,
        sha256=hash_of(plain(read)),
    )  # fmt: skip
