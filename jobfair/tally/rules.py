"""What the record of a closed fair counts by, and what must hold in every such record."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

UNKNOWN = "unknown"
UNKNOWN_LABEL = "Tidak diketahui"
AGE_EDGES = (15, 20, 25, 30, 35, 40, 45, 50, 55, 60)
"""Lower edges of the bands; both official schemes can be added up from them."""
STEPS = ("applied", "reviewed", "shortlisted", "interview", "accepted")
RESIDENCES = ("local", "outside", UNKNOWN)
TOP = 10
PEOPLE_PARTS = ("education", "age", "residence")


def age_bands() -> list[tuple[str, str]]:
    """Return code and label of every band, youngest first, "unknown" last."""
    inner = [(low, high - 1) for low, high in pairwise(AGE_EDGES)]
    return [
        (f"<{AGE_EDGES[0]}", f"Di bawah {AGE_EDGES[0]} tahun"),
        *((f"{low}-{high}", f"{low}–{high} tahun") for low, high in inner),
        (f"{AGE_EDGES[-1]}+", f"{AGE_EDGES[-1]} tahun ke atas"),
        (UNKNOWN, UNKNOWN_LABEL),
    ]


def born_after(day: date, years: int) -> date:
    """Return the date after which someone must be born to be younger than ``years`` on ``day``.

    Agrees with :func:`jobfair.applications.rules.age_on`: who was born on 29 February turns
    older on 1 March of a common year.
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def top_positions(positions: list[dict[str, Any]]) -> list[str]:
    """Return the slugs of the positions with the most applications, at most ``TOP``.

    None without an application. Equal numbers are put in the order of the list given.
    """
    wanted = [position for position in positions if position["applications"]]
    wanted.sort(key=lambda position: -int(position["applications"]))
    return [position["slug"] for position in wanted[:TOP]]


def short_positions(positions: list[dict[str, Any]]) -> list[str]:
    """Return the slugs of positions with fewer applications than openings, most missing first."""
    short = [
        position
        for position in positions
        if position["takes_part"] and position["applications"] < position["openings"]
    ]
    short.sort(key=lambda position: position["applications"] - position["openings"])
    return [position["slug"] for position in short]


def _sum(rows: Iterable[dict[str, Any]], name: str) -> int:
    return sum(row[name] for row in rows)


def _total(where: str, rows: Iterable[dict[str, Any]], name: str, total: int) -> Iterable[str]:
    found = _sum(rows, name)
    if found != total:
        yield f"{where}: jumlah barisnya {found}, seharusnya {total}."


def _check_applications(record: dict[str, Any]) -> Iterable[str]:
    """Every table of applications closes on the one number."""
    total = record["figures"]["applications"]
    for part, where in (
        ("days", "Lamaran per hari"),
        ("hours", "Lamaran per jam"),
        ("companies", "Lamaran per perusahaan"),
        ("positions", "Lamaran per jabatan"),
        ("kbli", "Lamaran per lapangan usaha"),
        ("kbji", "Lamaran per golongan jabatan"),
        ("sectors", "Lamaran formal dan informal"),
        ("education", "Lamaran menurut pendidikan"),
        ("age", "Lamaran menurut usia"),
        ("residence", "Lamaran menurut alamat"),
    ):
        yield from _total(where, record[part], "applications", total)
    if sum(record["stages"].values()) != total:
        yield f"Tahap lamaran: jumlahnya {sum(record['stages'].values())}, seharusnya {total}."
    if record["window"]["latch_seq"] != total:
        yield f"Nomor urut terakhir {record['window']['latch_seq']}, seharusnya {total}."
    withdrawn = record["figures"]["withdrawn"]
    if record["stages"]["withdrawn"] != withdrawn or withdrawn > total:
        yield f"Lamaran yang dibatalkan: {withdrawn}, tidak cocok dengan tahap lamaran."


def _check_people(record: dict[str, Any]) -> Iterable[str]:
    """Every breakdown of people closes on the number of people."""
    people = record["figures"]["applicants"]
    for part in PEOPLE_PARTS:
        rows = record[part]
        yield from _total(f"Pelamar menurut {part}", rows, "applicants", people)
        for row in rows:
            parts = row["men"] + row["women"] + row["sex_unknown"]
            if parts != row["applicants"]:
                yield (
                    f"Pelamar menurut {part}, {row['label']}: laki-laki, perempuan, dan tidak "
                    f"diketahui berjumlah {parts}, seharusnya {row['applicants']}."
                )
    yield from _total("Pelamar baru per hari", record["days"], "new_applicants", people)
    if _sum(record["companies"], "applicants") < people:
        yield "Pelamar per perusahaan: jumlahnya lebih kecil daripada jumlah pelamar."
    if people > record["figures"]["applications"]:
        yield "Pelamar: jumlahnya lebih besar daripada jumlah lamaran."
    if record["disability"]["applicants"] > people:
        yield "Pelamar penyandang disabilitas: jumlahnya lebih besar daripada jumlah pelamar."


def _check_offer(record: dict[str, Any]) -> Iterable[str]:
    figures = record["figures"]
    taking_part = [row for row in record["companies"] if row["takes_part"]]
    offered = [row for row in record["positions"] if row["takes_part"]]
    if len(taking_part) != figures["companies"]:
        yield f"Daftar perusahaan: {len(taking_part)}, seharusnya {figures['companies']}."
    if len(offered) != figures["positions"]:
        yield f"Daftar jabatan: {len(offered)}, seharusnya {figures['positions']}."
    for part, where in (
        ("companies", "perusahaan"),
        ("kbli", "lapangan usaha"),
        ("kbji", "golongan jabatan"),
        ("sectors", "sektor"),
    ):
        yield from _total(f"Jabatan per {where}", record[part], "positions", figures["positions"])
        yield from _total(f"Posisi per {where}", record[part], "openings", figures["openings"])
    companies = figures["companies"]
    yield from _total("Perusahaan per lapangan usaha", record["kbli"], "companies", companies)
    yield from _total("Posisi per jabatan", offered, "openings", figures["openings"])
    for row in record["positions"]:
        if row["over"] != int(row["accepted"] > row["openings"]):
            yield f"Jabatan {row['title']}: tanda melebihi kebutuhan tidak benar."


def _check_funnel(record: dict[str, Any]) -> Iterable[str]:
    persons, rows = record["funnel"]["persons"], record["funnel"]["applications"]
    for step in persons:
        parts = sum(step[residence] for residence in RESIDENCES)
        if parts != step["n"]:
            yield f"Tahap {step['step']}: menurut alamat berjumlah {parts}, bukan {step['n']}."
    columns = [(persons, name) for name in (*RESIDENCES, "n")] + [(rows, "n")]
    for column, name in columns:
        counts = [step[name] for step in column]
        if counts != sorted(counts, reverse=True):
            yield f"Tahap seleksi ({name}): ada tahap yang lebih besar daripada sebelumnya."
    if persons[0]["n"] != record["figures"]["applicants"]:
        yield "Tahap seleksi orang: tidak mulai dari jumlah pelamar."
    if rows[0]["n"] != record["figures"]["applications"]:
        yield "Tahap seleksi lamaran: tidak mulai dari jumlah lamaran."


def broken_invariants(record: dict[str, Any]) -> list[str]:
    """Return a sentence for every rule of ``domain.md`` 7.2 the record breaks; empty is right."""
    return [
        *_check_applications(record),
        *_check_people(record),
        *_check_offer(record),
        *_check_funnel(record),
    ]
