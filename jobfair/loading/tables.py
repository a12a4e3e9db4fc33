"""A table of a fair folder, from CSV or XLSX alike: the header checked, every cell harmless."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from jobfair.loading.cells import Row
from jobfair.loading.mistakes import Findings, nearest
from jobfair.loading.plain import COLUMNS, ROWS, Cell, Kind, csv_rows, read_bytes

SUFFIXES = (".csv", ".xlsx")
OTHER_SUFFIXES = (".xlsm", ".xls", ".ods", ".tsv", ".txt")
WIDE_ROWS = 20


@dataclass
class Table:
    """The usable rows of a table, and those that are out of shape (kept for their keys)."""

    file: str
    secret: frozenset[str] = frozenset()
    """Columns whose values are masked in mistakes."""
    rows: list[Row] = field(default_factory=list)
    bent: list[Row] = field(default_factory=list)

    def every_row(self) -> Iterator[Row]:
        """Yield all rows, also those whose cells are in the wrong columns."""
        return chain(self.rows, self.bent)


def _find(folder: Path, stem: str, findings: Findings) -> Path | None:
    """Return the one file of a table; letters of its name may be large or small."""
    try:
        names = sorted(path for path in folder.iterdir() if path.stem.casefold() == stem)
    except OSError:
        names = []
    for path in names:
        if path.suffix.casefold() in OTHER_SUFFIXES:
            macro = path.suffix.casefold() == ".xlsm"
            findings.add(
                path.name,
                "Berkas dengan makro tidak diterima."
                if macro
                else "Jenis berkas ini tidak dibaca.",
                f"Simpan sebagai {stem}.xlsx atau {stem}.csv (CSV UTF-8), lalu hapus yang ini.",
            )
    found = [path for path in names if path.suffix.casefold() in SUFFIXES]
    if len(found) > 1:
        findings.add(
            found[1].name,
            f"Ada dua berkas untuk tabel yang sama: {found[0].name} dan {found[1].name}.",
            "Hapus salah satu.",
        )
    elif not found and not names:
        findings.add(
            f"{stem}.csv",
            "Berkas ini tidak ada.",
            f"Tambahkan {stem}.csv atau {stem}.xlsx ke folder.",
        )
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class _Header:
    names: tuple[str, ...]
    """As they stand in the file, unknown and repeated ones as an empty text."""
    width: int


def _read_header(
    row: int, cells: list[Cell], columns: tuple[str, ...], file: str, findings: Findings
) -> _Header | None:
    given = [cell.text.strip().casefold() for cell in cells]
    while given and not given[-1]:
        given.pop()
    if len(given) > COLUMNS:
        findings.add(
            file,
            f"Tabel ini lebih dari {COLUMNS} kolom.",
            f"Pakai hanya kolom ini: {', '.join(columns)}.",
            row=row,
        )
        return None
    if not set(given) & set(columns):
        findings.add(
            file,
            "Baris pertama bukan judul kolom.",
            f"Tulis judul ini di baris pertama: {', '.join(columns)}.",
            row=row,
            value=" ".join(given),
        )
        return None
    missing = [name for name in columns if name not in given]
    names: list[str] = []
    for name in given:
        names.append(name if name in columns and name not in names else "")
        if name in columns and names[-1]:
            continue
        if name in columns:
            what, todo = f"Kolom “{name}” ada dua kali.", "Hapus salah satu."
        elif near := nearest(name, missing):
            missing.remove(near)
            what, todo = "Kolom ini tidak dikenal.", f"Maksudnya “{near}”? Ganti judulnya."
        else:
            what, todo = "Kolom ini tidak dikenal.", "Hapus kolom ini."
        findings.add(file, what, todo, row=row, column=name, value=name)
    for name in missing:
        findings.add(
            file,
            f"Kolom “{name}” tidak ada.",
            "Tambahkan kolom ini; isinya boleh kosong bila tidak wajib.",
            row=row,
            column=name,
        )
    return _Header(tuple(names), len(given))


def _harmless(row: Row, column: str, cell: Cell) -> Cell | None:
    """Return the cell tidied, or None with a mistake when no column may hold such a thing."""
    text = unicodedata.normalize("NFC", cell.text).strip()
    if cell.kind is Kind.FORMULA or text.startswith("="):
        row.wrong(
            column, "Sel ini berisi rumus.", "Salin lalu tempel sebagai nilai.", value=cell.text
        )
    elif cell.kind is Kind.ERROR or text in {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!"}:
        row.wrong(column, "Sel ini berisi galat Excel.", "Tulis nilainya sendiri.", value=text)
    elif text.isascii() and text.isprintable():
        return Cell(" ".join(text.split()), cell.kind)
    elif "\n" in text or "\r" in text:
        row.wrong(
            column,
            "Isian ini lebih dari satu baris.",
            "Tulis dalam satu baris; pisahkan butir dengan “ | ”.",
            value=text,
        )
    elif odd := next((char for char in text if unicodedata.category(char) == "Cc"), None):
        row.wrong(
            column,
            f"Isian ini memuat karakter kendali U+{ord(odd):04X}.",
            "Hapus lalu ketik ulang isian ini.",
            value=text,
        )
    else:
        shown = "".join(char for char in text if unicodedata.category(char) != "Cf")
        return Cell(" ".join(shown.split()), cell.kind)
    return None


def _read_row(number: int, cells: list[Cell], header: _Header, table: Table, to: Findings) -> bool:
    """Add a row to the table; tell whether it had the right number of cells."""
    row = Row(table.file, number, to, secret=table.secret)
    extra = any(cell.text.strip() for cell in cells[header.width :])
    fits = not extra and len(cells) >= header.width
    if not fits:
        to.add(
            table.file,
            f"Baris ini punya {len(cells)} isian, padahal judulnya {header.width} kolom.",
            "Beri tanda kutip pada isian yang memuat koma, dan isi semua kolom.",
            row=number,
            value=cells[0].text,
        )
    for name, cell in zip(header.names, cells, strict=False):
        if name:
            row.cells[name] = _harmless(row, name, cell) if fits else Cell(cell.text.strip())
    (table.rows if fits else table.bent).append(row)
    return fits


def _read_rows(
    rows: Iterable[tuple[int, list[Cell]]], columns: tuple[str, ...], table: Table, to: Findings
) -> bool:
    header: _Header | None = None
    titles: list[str] = []
    bent = 0
    for number, cells in rows:
        texts = [cell.text.strip().casefold() for cell in cells]
        if not any(texts):
            continue
        if header is None:
            header, titles = _read_header(number, cells, columns, table.file, to), texts
            if header is None:
                return False
        elif texts == titles:
            to.add(table.file, "Baris judul muncul lagi.", "Hapus baris ini.", row=number)
        elif len(table.rows) + len(table.bent) == ROWS:
            to.add(
                table.file,
                f"Tabel ini lebih dari {ROWS:,} baris.".replace(",", "."),
                "Baris sesudah ini tidak dibaca. Kurangi barisnya.",
                row=number,
            )
            break
        else:
            bent += not _read_row(number, cells, header, table, to)
            if bent == WIDE_ROWS:
                break
    return header is not None


def read_table(
    folder: Path,
    stem: str,
    columns: tuple[str, ...],
    findings: Findings,
    *,
    secret: frozenset[str] = frozenset(),
) -> Table | None:
    """Return ``stem.csv`` or ``stem.xlsx``, or None when there is nothing to read in it.

    Columns may stand in any order, all of them must be there. Mistakes of shape are kept in
    ``findings``; a cell that cannot hold anything good is None, so nothing is said twice.
    """
    path = _find(folder, stem, findings)
    data = read_bytes(path, findings) if path else None
    if path is None or data is None:
        return None
    table = Table(path.name, secret)
    if path.suffix.casefold() == ".csv":
        rows: Iterable[tuple[int, list[Cell]]] = csv_rows(data, path.name, columns, findings)
    else:
        # A third of a second of every start, and a server never reads a workbook.
        from jobfair.loading.workbook import xlsx_rows  # noqa: PLC0415

        rows = xlsx_rows(data, path.name, findings)
    return table if _read_rows(rows, columns, table, findings) else None
