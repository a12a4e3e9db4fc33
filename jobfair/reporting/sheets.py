"""The numbers of a report as CSV: UTF-8 with a mark and semicolons, as Excel here expects.

Machines get whole numbers without separators; nothing in a cell can run as a formula.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Protocol

from jobfair.reporting.datasets import NUMBER_NAMES, STATES, Report
from jobfair.reporting.findings import few

BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int
WITHHELD = "disamarkan"
"""Stands in a cell where a number of people is hidden."""


def _cell(value: Cell) -> str:
    """Return the text of a cell; what Excel would run gets an apostrophe in front."""
    text = str(value)
    if isinstance(value, str) and text.startswith(FORMULA_STARTS):
        return f"'{text}"
    return text


def sheet(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return one CSV file."""
    file = io.StringIO(newline="")
    file.write(BOM)
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue().encode()


def _main_figures(report: Report) -> list[tuple[str, Cell]]:
    figures = report.figures
    disability = report.record.disability
    return [
        ("Job fair", report.head.name),
        ("Edisi", report.head.edition),
        ("Dibuka", report.head.opens),
        ("Ditutup", report.head.closes),
        ("Angka dikunci", report.head.latched),
        ("Sidik data (SHA-256)", report.sha256),
        *((label, getattr(figures, name)) for name, label in NUMBER_NAMES.items()),
        ("Lamaran yang dibatalkan pelamar", figures.withdrawn),
        ("Lamaran berlaku saat penutupan", figures.standing),
        ("Lamaran ke jabatan yang ditawarkan", report.record.offered_applications),
        ("Jabatan ramah disabilitas", disability.positions),
        ("Pelamar penyandang disabilitas", few(disability.applicants)),
    ]


def _days(report: Report) -> list[tuple[str, int, int]]:
    return [(row.date, row.applications, row.new_applicants) for row in report.record.days]


def _companies(report: Report) -> list[tuple[Cell, ...]]:
    return [
        (
            row.slug, row.name, row.kbli, row.positions, row.openings, row.applications,
            row.applicants, row.reviewed, STATES.get(row.state, "ya"),
        )
        for row in report.companies
    ]  # fmt: skip


def _positions(report: Report) -> list[tuple[Cell, ...]]:
    return [
        (
            f"{row.company}/{row.slug}", row.title, row.company_name, row.kbji, row.sector,
            row.offered_openings, row.applications, row.withdrawn, row.reviewed, row.shortlisted,
            row.interview, row.accepted, STATES.get(row.state, "ya"),
        )
        for row in report.positions
    ]  # fmt: skip


def sheets(report: Report) -> dict[str, bytes]:
    """Return the files that go with a report, by name."""
    return {
        "angka-utama.csv": sheet(("angka", "nilai"), _main_figures(report)),
        "harian.csv": sheet(("tanggal", "lamaran", "pelamar_baru"), _days(report)),
        "perusahaan.csv": sheet(
            (
                "kode", "perusahaan", "kbli", "jabatan", "posisi", "lamaran", "pelamar",
                "ditinjau", "ikut",
            ),
            _companies(report),
        ),
        "jabatan.csv": sheet(
            (
                "kode", "jabatan", "perusahaan", "kbji", "sektor", "posisi", "lamaran",
                "dibatalkan", "ditinjau", "lolos_berkas", "wawancara", "diterima", "ikut",
            ),
            _positions(report),
        ),
    }  # fmt: skip


AMOUNTS = {
    "companies": "perusahaan",
    "positions": "jabatan",
    "openings": "posisi",
    "applications": "lamaran",
}
PEOPLE = {
    "men": "laki-laki",
    "women": "perempuan",
    "sex_unknown": "tidak diketahui",
    "applicants": "pelamar",
    "applications": "lamaran",
}
STEPS = {
    "local": "orang lokal",
    "outside": "orang luar daerah",
    "unknown": "orang tidak diketahui",
    "n": "orang",
    "applications": "lamaran",
}
Table = tuple[str, Sequence[tuple[str, object]], dict[str, str]]


class Labelled(Protocol):
    """A row that has a label."""

    @property
    def label(self) -> str: ...  # noqa: D102


def _tables(report: Report) -> list[Table]:
    """Return name, labelled rows and measures of every table."""
    record, people = report.record, report.public

    def labelled(rows: Sequence[Labelled]) -> list[tuple[str, object]]:
        return [(row.label, row) for row in rows]

    positions = [(f"{row.title} – {row.company_name}", row) for row in report.positions]
    return [
        (
            "harian",
            [(row.date, row) for row in record.days],
            {"applications": "lamaran", "new_applicants": "pelamar baru"},
        ),
        (
            "jam (semua hari)",
            [(f"{row.hour:02d}.00", row) for row in record.hours],
            {"applications": "lamaran"},
        ),
        ("tahap", labelled(report.steps), STEPS),
        ("pendidikan", labelled(people.education), PEOPLE),
        ("usia", labelled(people.age), PEOPLE),
        ("alamat KTP", labelled(people.residence), PEOPLE),
        ("lapangan usaha", labelled(record.kbli), AMOUNTS),
        ("golongan jabatan", labelled(record.kbji), AMOUNTS),
        ("sektor", labelled(record.sectors), AMOUNTS),
        (
            "perusahaan",
            [(row.name, row) for row in report.companies],
            {
                "positions": "jabatan",
                "openings": "posisi",
                "applications": "lamaran",
                "applicants": "pelamar",
                "reviewed": "ditinjau",
            },
        ),
        (
            "jabatan",
            positions,
            {
                "offered_openings": "posisi",
                "applications": "lamaran",
                "withdrawn": "dibatalkan",
                "reviewed": "ditinjau",
                "shortlisted": "lolos berkas",
                "interview": "wawancara",
                "accepted": "diterima",
            },
        ),
        (
            "pencocokan",
            labelled(report.reconciliation),
            {"kept": "penghitung", "counted": "hitung ulang"},
        ),
    ]


def recap_sheet(report: Report) -> bytes:
    """Return everything in one file: table, row, measure, value."""
    main = [("angka utama", name, "nilai", value) for name, value in _main_figures(report)]
    rows = [
        (table, label, measure, _told(getattr(row, name)))
        for table, found, measures in _tables(report)
        for label, row in found
        for name, measure in measures.items()
    ]
    return sheet(("tabel", "baris", "ukuran", "nilai"), [*main, *rows])


def _told(value: int | None) -> Cell:
    return WITHHELD if value is None else value
