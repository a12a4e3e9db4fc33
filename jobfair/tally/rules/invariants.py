"""What must hold in every record: tables add up, and equal labels mean equal numbers."""

from collections.abc import Iterable, Sequence
from typing import Any

from jobfair.applications.rules import REACHED, Stage
from jobfair.tally.rules import UNKNOWN
from jobfair.tally.rules.record import FORMAT, GroupRow, Record

RESIDENCES = ("local", "outside", UNKNOWN)
PEOPLE_PARTS = ("education", "age", "residence")
SEXES = ("men", "women", "sex_unknown")


def _sum(rows: Iterable[Any], name: str) -> int:
    return sum(getattr(row, name) for row in rows)


def _total(where: str, rows: Iterable[Any], name: str, total: int) -> Iterable[str]:
    found = _sum(rows, name)
    if found != total:
        yield f"{where}: jumlah barisnya {found}, seharusnya {total}."


def _check_applications(record: Record) -> Iterable[str]:
    """Every table of applications closes on the one number."""
    total = record.figures.applications
    parts: tuple[tuple[str, Sequence[Any]], ...] = (
        ("Lamaran per hari", record.days),
        ("Lamaran per jam", record.hours),
        ("Lamaran per perusahaan", record.companies),
        ("Lamaran per jabatan", record.positions),
        ("Lamaran per lapangan usaha", record.kbli),
        ("Lamaran per golongan jabatan", record.kbji),
        ("Lamaran formal dan informal", record.sectors),
        ("Lamaran menurut pendidikan", record.education),
        ("Lamaran menurut usia", record.age),
        ("Lamaran menurut alamat", record.residence),
    )
    for where, rows in parts:
        yield from _total(where, rows, "applications", total)
    if sum(record.stages.values()) != total:
        yield f"Tahap lamaran: jumlahnya {sum(record.stages.values())}, seharusnya {total}."
    if record.window.latch_seq != total:
        yield f"Nomor urut terakhir {record.window.latch_seq}, seharusnya {total}."
    withdrawn = record.figures.withdrawn
    if record.stages["withdrawn"] != withdrawn or withdrawn > total:
        yield f"Lamaran yang dibatalkan: {withdrawn}, tidak cocok dengan tahap lamaran."


def _check_people(record: Record) -> Iterable[str]:
    """Every breakdown of people closes on the number of people."""
    people = record.figures.applicants
    for part in PEOPLE_PARTS:
        rows = getattr(record, part)
        yield from _total(f"Pelamar menurut {part}", rows, "applicants", people)
        for row in rows:
            parts = row.men + row.women + row.sex_unknown
            if parts != row.applicants:
                yield (
                    f"Pelamar menurut {part}, {row.label}: laki-laki, perempuan, dan tidak "
                    f"diketahui berjumlah {parts}, seharusnya {row.applicants}."
                )
    yield from _total("Pelamar baru per hari", record.days, "new_applicants", people)
    if _sum(record.companies, "applicants") < people:
        yield "Pelamar per perusahaan: jumlahnya lebih kecil daripada jumlah pelamar."
    if people > record.figures.applications:
        yield "Pelamar: jumlahnya lebih besar daripada jumlah lamaran."
    if record.disability.applicants > people:
        yield "Pelamar penyandang disabilitas: jumlahnya lebih besar daripada jumlah pelamar."


def _check_offer(record: Record) -> Iterable[str]:
    figures = record.figures
    taking_part = [row for row in record.companies if row.takes_part]
    offered = [row for row in record.positions if row.takes_part]
    if len(taking_part) != figures.companies:
        yield f"Daftar perusahaan: {len(taking_part)}, seharusnya {figures.companies}."
    if len(offered) != figures.positions:
        yield f"Daftar jabatan: {len(offered)}, seharusnya {figures.positions}."
    parts: tuple[tuple[str, Sequence[Any]], ...] = (
        ("perusahaan", record.companies),
        ("lapangan usaha", record.kbli),
        ("golongan jabatan", record.kbji),
        ("sektor", record.sectors),
    )
    for where, rows in parts:
        yield from _total(f"Jabatan per {where}", rows, "positions", figures.positions)
        yield from _total(f"Posisi per {where}", rows, "openings", figures.openings)
    companies = figures.companies
    yield from _total("Perusahaan per lapangan usaha", record.kbli, "companies", companies)
    yield from _total("Posisi per jabatan", offered, "openings", figures.openings)
    for row in record.positions:
        if row.over != int(row.accepted > row.openings):
            yield f"Jabatan {row.title}: tanda melebihi kebutuhan tidak benar."


def _check_funnel(record: Record) -> Iterable[str]:
    persons, rows = record.funnel.persons, record.funnel.applications
    for step in persons:
        parts = sum(getattr(step, residence) for residence in RESIDENCES)
        if parts != step.n:
            yield f"Tahap {step.step}: menurut alamat berjumlah {parts}, bukan {step.n}."
    columns: list[tuple[Sequence[Any], str]] = [(persons, name) for name in (*RESIDENCES, "n")]
    for column, name in [*columns, (rows, "n")]:
        counts = [getattr(step, name) for step in column]
        if counts != sorted(counts, reverse=True):
            yield f"Tahap seleksi ({name}): ada tahap yang lebih besar daripada sebelumnya."
    if persons[0].n != record.figures.applicants:
        yield "Tahap seleksi orang: tidak mulai dari jumlah pelamar."
    if rows[0].n != record.figures.applications:
        yield "Tahap seleksi lamaran: tidak mulai dari jumlah lamaran."


def same_label(record: Record) -> list[tuple[str, str, int]]:
    """Return (label, where it stands, number) of whatever an edition tells more than once.

    Equal labels must have equal numbers, wherever they stand: in the tables of the recap and
    the annex, in the sheets, on the pages.
    """
    found: list[tuple[str, str, int]] = []
    by_step = {step.step: step.n for step in record.funnel.applications}
    for stage in REACHED:
        found += [
            (f"lamaran {stage}", "tahap seleksi", by_step[stage]),
            (f"lamaran {stage}", "daftar jabatan", _sum(record.positions, stage)),
        ]
    found += [
        ("lamaran accepted", "tahap lamaran", record.stages[Stage.ACCEPTED]),
        ("lamaran reviewed", "daftar perusahaan", _sum(record.companies, "reviewed")),
        ("lamaran withdrawn", "angka utama", record.figures.withdrawn),
        ("lamaran withdrawn", "daftar jabatan", _sum(record.positions, "withdrawn")),
        ("lamaran withdrawn", "tahap lamaran", record.stages[Stage.WITHDRAWN]),
        ("lamaran new", "tahap lamaran", record.stages[Stage.NEW]),
        ("lamaran new", "daftar jabatan", _sum(record.positions, "waiting")),
        ("jabatan ramah disabilitas", "disabilitas", record.disability.positions),
        (
            "jabatan ramah disabilitas",
            "daftar jabatan",
            sum(row.disability_friendly for row in record.positions if row.takes_part),
        ),
    ]
    for part in PEOPLE_PARTS:
        found += [(f"pelamar {sex}", part, _sum(getattr(record, part), sex)) for sex in SEXES]
    for residence in RESIDENCES:
        mine = [row for row in record.residence if row.group == residence]
        found += [
            (f"pelamar {residence}", "alamat", _sum(mine, "applicants")),
            (f"pelamar {residence}", "tahap seleksi", getattr(record.funnel.persons[0], residence)),
        ]
    groups: tuple[Sequence[GroupRow], ...] = (record.kbli, record.kbji, record.sectors)
    found.append(("lamaran jabatan ditawarkan", "daftar jabatan", record.offered_applications))
    for rows in groups:
        total = _sum(rows, "offered_applications")
        found.append(("lamaran jabatan ditawarkan", "kelompok jabatan", total))
    for company in record.companies:
        mine_too = [row for row in record.positions if row.company == company.slug]
        for name in ("applications", "reviewed"):
            label = f"lamaran {name} {company.name} ({company.slug})"
            found += [
                (label, "daftar perusahaan", getattr(company, name)),
                (label, "daftar jabatan", _sum(mine_too, name)),
            ]
    return found


def _check_labels(record: Record) -> Iterable[str]:
    first: dict[str, tuple[str, int]] = {}
    for label, where, n in same_label(record):
        before, known = first.setdefault(label, (where, n))
        if n != known:
            yield f"{label}: {known} di {before}, {n} di {where}."


def broken_invariants(record: Record) -> list[str]:
    """Return a sentence for every rule of ``domain.md`` 7.2 the record breaks; empty is right.

    Records of format 1 counted some steps by another rule; they are not held to equal labels.
    """
    return [
        *_check_applications(record),
        *_check_people(record),
        *_check_offer(record),
        *_check_funnel(record),
        *(_check_labels(record) if record.format >= FORMAT else ()),
    ]
