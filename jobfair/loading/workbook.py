"""An XLSX file to its rows. Everything is checked before the workbook is opened."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from posixpath import join, normpath
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from zlib import error as ZlibError  # noqa: N812 - a class, despite its name

import openpyxl
from defusedxml.common import DefusedXmlException
from defusedxml.sax import parse
from openpyxl.utils.cell import range_boundaries

from jobfair.loading.mistakes import Problems
from jobfair.loading.plain import COLUMNS, OLE, ROWS, Cell, Kind

MEMBERS = 1000
UNPACKED = 50 * 1024 * 1024
RATIO = 100
RATIO_FROM = 1024 * 1024
"""Small members may be mostly repetition."""
CHUNK = 65536
XML = (".xml", ".rels", ".vml")
CELLS = 20_000_000
"""Looked at in one sheet, blank ones too."""
LAST_ROW = 1_048_576
"""Excel has no more rows. Rows left out above a number are handed out as empty ones, one by one, so
a larger number costs time."""
EXACT = 10**11
"""From here on Excel shows (and copies) a number as 1.23E+11."""
SAVE_AGAIN = "Buka di Excel atau LibreOffice dan simpan lagi sebagai .xlsx, atau pakai CSV UTF-8."
BOMB = "Isinya mengembang terlalu besar saat dibuka."
BROKEN = "Buku kerja ini rusak atau bukan berkas XLSX."


@dataclass
class _Part(ContentHandler):
    """What is worth knowing of one XML part, without keeping the part."""

    merged: list[str] = field(default_factory=list)
    last_row: int = 0
    sheets: list[tuple[str, str]] = field(default_factory=list)
    """Title and relation id."""
    targets: dict[str, str] = field(default_factory=dict)

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - named by xml.sax
        """Look at one element."""
        match name.rpartition(":")[2]:
            case "mergeCell":
                self.merged.append(attrs.get("ref", ""))
            case "row":
                number = attrs.get("r", "")
                self.last_row = max(self.last_row, int(number) if number.isdecimal() else 0)
            case "sheet":
                ids = [value for key, value in attrs.items() if key.endswith(":id")]
                self.sheets.append((attrs.get("name", ""), ids[0] if ids else ""))
            case "Relationship":
                self.targets[attrs.get("Id", "")] = attrs.get("Target", "")
            case _:
                pass


class _BadWorkbook(Exception):
    """Carries the sentence."""


def _unpacked(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the members, never more than the limits allow."""
    members = archive.infolist()
    if len(members) > MEMBERS:
        raise _BadWorkbook(f"Buku kerja ini berisi {len(members)} bagian, terlalu banyak.")
    if sum(member.file_size for member in members) > UNPACKED:
        raise _BadWorkbook(BOMB)
    total = 0
    for member in members:
        large = member.file_size > RATIO_FROM
        if large and member.file_size > RATIO * max(member.compress_size, 1):
            raise _BadWorkbook(BOMB)
        if member.flag_bits & 1:
            raise _BadWorkbook("Buku kerja ini dikunci dengan kata sandi.")
        content = bytearray()
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK):
                total += len(chunk)
                if total > UNPACKED:
                    raise _BadWorkbook(BOMB)
                content += chunk
        yield member.filename, bytes(content)


def _inspect(data: bytes) -> dict[str, _Part]:
    """Return what each XML part holds, after reading every byte of the archive within limits."""
    parts: dict[str, _Part] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name, content in _unpacked(archive):
                if "vbaproject" in name.casefold():
                    raise _BadWorkbook("Buku kerja ini memuat makro.")
                parts[name] = _Part()
                if name.endswith(XML) or content[:64].lstrip().startswith(b"<"):
                    parse(io.BytesIO(content), parts[name], forbid_dtd=True)
    except DefusedXmlException:
        raise _BadWorkbook(
            "Buku kerja ini memuat definisi XML (DTD atau entitas), yang tidak dibuat oleh Excel."
        ) from None
    except (
        zipfile.BadZipFile, SAXException, ZlibError, NotImplementedError, RuntimeError, EOFError,
        OSError, ValueError,
    ):  # fmt: skip
        raise _BadWorkbook(BROKEN) from None
    return parts


def _part_of_sheet(parts: dict[str, _Part], title: str) -> _Part:
    book = parts.get("xl/workbook.xml", _Part())
    relations = parts.get("xl/_rels/workbook.xml.rels", _Part()).targets
    target = next((relations.get(key, "") for name, key in book.sheets if name == title), "")
    return parts.get(normpath(join("xl", target)).lstrip("/"), _Part())


def number_text(value: float) -> str:
    """Return a number as an Indonesian Excel shows it: 3,5, and long ones as 1.20999E+15."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value)) if abs(value) < EXACT else f"{value:.5E}"
    return repr(value).replace(".", ",")


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return number_text(value) if isinstance(value, int | float) else str(value)


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell("")
    if cell.data_type == "f":
        return Cell(value if isinstance(value, str) else "={…}", Kind.FORMULA)
    if isinstance(value, datetime):
        whole_day = value.time() == time()
        return Cell(str(value.date()) if whole_day else value.isoformat(), Kind.DATE)
    if isinstance(value, date | time | timedelta):
        return Cell(str(value), Kind.DATE)
    return Cell(_value_text(value), Kind.ERROR if cell.data_type == "e" else Kind.TEXT)


def _rows_of(sheet: Any) -> list[tuple[int, list[Cell]]]:
    """Return the rows that are not blank, one more than is allowed of rows and of columns."""
    sheet.reset_dimensions()  # what the file says about its own size may be wrong
    rows: list[tuple[int, list[Cell]]] = []
    seen = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        seen += len(cells)
        if seen > CELLS or number > LAST_ROW:
            raise _BadWorkbook(BOMB)
        row = [_cell(cell) for cell in cells[:COLUMNS]]
        if any(cell.value is not None for cell in cells[COLUMNS:]):
            row.append(Cell("…"))
        while row and not row[-1].text.strip():
            row.pop()
        if row:
            width = len(rows[0][1]) if rows else 0
            rows.append((number, row + [Cell("")] * (width - len(row))))
        if len(rows) > ROWS + 1:
            break
    return rows


def _say_merged(part: _Part, file: str, problems: Problems) -> None:
    for area in part.merged:
        try:
            _, row, _, _ = range_boundaries(area)
        except (ValueError, TypeError):
            row = None
        problems.add(
            file,
            "Sel-sel ini digabung.",
            "Batalkan penggabungan sel dan isi setiap sel sendiri.",
            row=row,
            value=area,
        )


def xlsx_rows(data: bytes, file: str, problems: Problems) -> list[tuple[int, list[Cell]]]:
    """Return the rows of the first visible sheet; formulas come as formulas, not as results."""
    if data.startswith(OLE):
        problems.add(file, "Berkas ini .xls lama atau dikunci dengan kata sandi.", SAVE_AGAIN)
        return []
    try:
        parts = _inspect(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of what it will not keep
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            return _first_sheet(book, parts, file, problems)
    except _BadWorkbook as error:
        problems.add(file, str(error), SAVE_AGAIN)
    except Exception:  # noqa: BLE001 - openpyxl meets a broken file with any error there is
        problems.add(file, BROKEN, SAVE_AGAIN)
    return []


def _first_sheet(
    book: Any, parts: dict[str, _Part], file: str, problems: Problems
) -> list[tuple[int, list[Cell]]]:
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise _BadWorkbook("Buku kerja ini tidak punya lembar yang terlihat.")
    first, part = visible[0], _part_of_sheet(parts, visible[0].title)
    if part.last_row > LAST_ROW:
        raise _BadWorkbook(BOMB)
    rows = _rows_of(first)
    for sheet in book.worksheets:
        if sheet is not first:
            hidden = "" if sheet in visible else "tersembunyi "
            problems.note(
                f"{file}: lembar {hidden}“{sheet.title}” tidak dibaca, hanya “{first.title}”."
            )
    if any(name.startswith("xl/externalLinks/") for name in parts):
        problems.note(f"{file}: tautan ke buku kerja lain tidak dibaca.")
    _say_merged(part, file, problems)
    if not rows:
        problems.add(file, f"Lembar “{first.title}” kosong.", "Isi lembar pertama yang terlihat.")
    return rows
