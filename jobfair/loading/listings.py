"""``companies`` and ``positions``: rows to definitions, judged by the rules of a position."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from jobfair.companies.rules import KBLI_2020, KINDS
from jobfair.loading.cells import Row
from jobfair.loading.mistakes import Findings
from jobfair.loading.tables import read_table
from jobfair.positions.actions import CompanyDefinition, PositionDefinition
from jobfair.positions.rules import (
    DISCRIMINATING_WORDS,
    EDUCATION,
    EMPLOYMENT,
    KBJI,
    SECTORS,
    WAGE_PERIODS,
    forbidden_in,
)

COMPANY_COLUMNS = (
    "slug", "name", "legal_form", "kind", "kbli", "district", "address", "about", "verified",
)  # fmt: skip
POSITION_COLUMNS = (
    "slug", "company", "title", "kbji", "employment", "openings", "education", "experience_years",
    "wage_min", "wage_max", "wage_period", "wage_note", "district", "sector",
    "disability_friendly", "hours", "duties", "requirements", "question_1", "question_2",
)  # fmt: skip
LEGAL_FORMS = (
    "PT", "CV", "UD", "Firma", "Koperasi", "Yayasan", "BUMN", "BUMD", "Perorangan", "Toko",
    "Instansi",
)  # fmt: skip
"""``domain.md`` 2.4, and the shops of informal trade."""
READ_BY_APPLICANTS = (
    "title", "wage_note", "hours", "duties", "requirements", "question_1", "question_2",
)  # fmt: skip
MOST_OPENINGS = 10_000
HIGHEST_WAGE = 1_000_000_000
ITEMS, ITEM_LONGEST = 12, 200


def check_unique(rows: Iterable[Row], column: str, name: str) -> dict[str, Row]:
    """Return the rows by a key; a key that was there before is a mistake."""
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row.number):
        key = row.raw(column)
        if key in found:
            row.wrong(
                column,
                f"{name} ini sudah dipakai di baris {found[key].number}.",
                "Pakai yang lain.",
            )
        elif key:
            found[key] = row
    return found


def check_known(row: Row, column: str, known: Mapping[str, Row] | None, *, where: str) -> str:
    """Return a reference to another table; without that table nothing can be said."""
    text = row.slug(column)
    if text and known is not None and text not in known:
        row.wrong(
            column, f"“{text}” tidak ada di {where}.",
            row.findings.perhaps(text, known, f"Tambahkan ke {where}, atau perbaiki isian ini."),
        )  # fmt: skip
    return text


def _company(row: Row) -> CompanyDefinition:
    return CompanyDefinition(
        slug=row.slug("slug"),
        name=row.text("name", longest=120),
        legal_form=row.choice("legal_form", LEGAL_FORMS),
        kind=row.choice("kind", KINDS),
        kbli=row.choice("kbli", KBLI_2020),
        district=row.district("district"),
        address=row.text("address", longest=200),
        about=row.text("about", longest=500),
        verified=row.yes("verified"),
    )


def _wages(row: Row) -> tuple[int | None, int | None]:
    lowest, highest = (
        row.whole(column, lowest=1000, highest=HIGHEST_WAGE, required=False)
        for column in ("wage_min", "wage_max")
    )
    given = [column for column in ("wage_min", "wage_max") if row.raw(column)]
    known = all(row.cells.get(column) for column in ("wage_min", "wage_max", "wage_note"))
    if known and len(given) == 1:
        empty = "wage_max" if given == ["wage_min"] else "wage_min"
        row.wrong(empty, "Hanya satu batas upah yang diisi.", "Isi keduanya, boleh sama.")
    if known and not given and not row.raw("wage_note"):
        row.wrong(
            "wage_note", "Upah tidak disebut.", "Isi wage_min dan wage_max, atau alasannya di sini."
        )
    if lowest is not None and highest is not None and lowest > highest:
        row.wrong("wage_min", "Upah terendah lebih besar dari yang tertinggi.", "Tukar keduanya.")
    return lowest, highest


def _check_words(row: Row) -> None:
    for column in READ_BY_APPLICANTS:
        word = forbidden_in(row.raw(column))
        if word in DISCRIMINATING_WORDS:
            row.wrong(
                column, f"“{word}” adalah syarat yang membeda-bedakan (SE M/6/HK.04/V/2025).",
                "Hapus syarat itu.",
            )  # fmt: skip
        elif word:
            row.wrong(
                column, f"“{word}” tidak boleh ada: melamar gratis, ijazah tidak ditahan.",
                "Hapus bagian itu.",
            )  # fmt: skip


def _position(row: Row, companies: Mapping[str, Row] | None, where: str) -> PositionDefinition:
    lowest, highest = _wages(row)
    _check_words(row)
    return PositionDefinition(
        slug=row.slug("slug"),
        company=check_known(row, "company", companies, where=where),
        title=row.text("title", longest=100),
        kbji=row.choice("kbji", KBJI),
        employment=row.choice("employment", EMPLOYMENT),
        openings=row.whole("openings", lowest=1, highest=MOST_OPENINGS) or 0,
        education=row.choices("education", EDUCATION),
        experience_years=row.whole("experience_years", lowest=0, highest=40) or 0,
        wage_min=lowest,
        wage_max=highest,
        wage_period=row.choice("wage_period", WAGE_PERIODS),
        wage_note=row.text("wage_note", longest=200, required=False),
        district=row.district("district"),
        sector=row.choice("sector", SECTORS),
        disability_friendly=row.yes("disability_friendly"),
        hours=row.text("hours", longest=160),
        duties=row.items("duties", most=ITEMS, longest=ITEM_LONGEST),
        requirements=row.items("requirements", most=ITEMS, longest=ITEM_LONGEST),
        questions=tuple(
            text
            for column in ("question_1", "question_2")
            if (text := row.text(column, longest=200, required=False))
        ),
    )


def read_listings(
    folder: Path, findings: Findings
) -> tuple[list[tuple[CompanyDefinition, Row]], list[tuple[PositionDefinition, Row]]]:
    """Return companies and positions in the order of their files, each with its row."""
    table = read_table(folder, "companies", COMPANY_COLUMNS, findings)
    companies = [(_company(row), row) for row in table.rows] if table else []
    known = (check_unique(table.every_row(), "slug", "Slug") or None) if table else None
    offers = read_table(folder, "positions", POSITION_COLUMNS, findings)
    where = table.file if table else "companies.csv"
    positions = [(_position(row, known, where), row) for row in offers.rows] if offers else []
    if offers:
        check_unique(offers.every_row(), "slug", "Slug")
    for read, stem in ((table, "perusahaan"), (offers, "jabatan")):
        if read and not read.rows and not read.bent:
            findings.add(read.file, f"Tidak ada satu {stem} pun.", "Isi paling sedikit satu baris.")
    if not findings.mistakes:
        taken = {position.company for position, _ in positions}
        for company, _ in companies:
            if company.slug not in taken:
                findings.note(f"“{company.slug}” tidak punya jabatan di job fair ini.")
            elif not company.verified:
                findings.note(f"“{company.slug}” belum diverifikasi, jadi jabatannya tidak tampil.")
    return companies, positions
