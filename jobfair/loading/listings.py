"""``companies`` and ``positions``: rows to definitions, read by the rules of their subjects."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from jobfair.companies.rules import read_company
from jobfair.fairday.rules import CompanyDefinition, PositionDefinition
from jobfair.fields import Fields
from jobfair.loading.mistakes import Problems, shortened
from jobfair.loading.rows import Row
from jobfair.loading.tables import Table, read_table
from jobfair.positions.rules.details import read_position
from jobfair.positions.rules.flags import flags_of

COMPANY_COLUMNS = (
    "slug", "name", "legal_form", "kind", "kbli", "district", "address", "about", "verified",
)  # fmt: skip
POSITION_COLUMNS = (
    "slug", "company", "title", "kbji", "employment", "openings", "education", "experience_years",
    "wage_min", "wage_max", "wage_period", "wage_note", "district", "sector",
    "disability_friendly", "hours", "duties", "requirements", "question_1", "question_2",
)  # fmt: skip
COLUMN_OF = {"questions": "question_1, question_2"}


def check_unique(rows: Iterable[Row], column: str, name: str) -> dict[str, Row]:
    """Return the rows by a key; a key that was there before is a mistake."""
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row.number or 0):
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


def _company(fields: Fields) -> CompanyDefinition:
    verified = fields.yes("verified")
    return CompanyDefinition(read_company(fields), verified)


def _positions(
    table: Table, companies: Mapping[str, Row] | None, where: str
) -> Iterator[tuple[PositionDefinition, Row]]:
    for row in table.rows:

        def read(fields: Fields, row: Row = row) -> PositionDefinition:
            company = row.check_known(fields, "company", companies, where=where)
            return PositionDefinition(company, read_position(fields))

        if (position := row.read(read)) is not None:
            yield position, row


def read_listings(
    folder: Path, problems: Problems
) -> tuple[list[tuple[CompanyDefinition, Row]], list[tuple[PositionDefinition, Row]]]:
    """Return companies and positions in the order of their files, each with its row."""
    table = read_table(folder, "companies", COMPANY_COLUMNS, problems)
    companies = [
        (company, row)
        for row in (table.rows if table else ())
        if (company := row.read(_company)) is not None
    ]
    known = (check_unique(table.every_row(), "slug", "Slug") or None) if table else None
    offers = read_table(folder, "positions", POSITION_COLUMNS, problems)
    where = table.file if table else "companies.csv"
    positions = list(_positions(offers, known, where)) if offers else []
    if offers:
        check_unique(offers.every_row(), "slug", "Slug")
    for read, stem in ((table, "perusahaan"), (offers, "jabatan")):
        if read and not read.rows and not read.malformed:
            problems.add(read.file, f"Tidak ada satu {stem} pun.", "Isi paling sedikit satu baris.")
    if not problems.mistakes:
        taken = {position.company for position, _ in positions}
        for company, _ in companies:
            slug = company.details.slug
            if slug not in taken:
                problems.note(f"“{slug}” tidak punya jabatan di job fair ini.")
            elif not company.verified:
                problems.note(f"“{slug}” belum diverifikasi, jadi jabatannya tidak tampil.")
    for position, row in positions:
        for name, flag in flags_of(position.details):
            problems.note(
                f"{row.file} baris {row.number} kolom {COLUMN_OF.get(name, name)}, perlu diperiksa "
                f"panitia: “{shortened(flag.found)}”. {flag.reason}"
            )
    return companies, positions
