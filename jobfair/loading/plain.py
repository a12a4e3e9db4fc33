"""From the bytes of a file to its text; and a CSV file to its rows."""

import csv
import io
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from jobfair.loading.mistakes import Problems

LARGEST = 10 * 1024 * 1024
ROWS, COLUMNS = 20_000, 60
"""The most a table may have, without its header."""
QUOTE_MISTAKES = 20
"""After so many the rest of the file is not looked at: it is not a table."""
SAVE_AGAIN = "Simpan lagi sebagai “CSV UTF-8”."
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Kind(Enum):
    """What a cell was before it became text."""

    TEXT = auto()
    DATE = auto()
    FORMULA = auto()
    ERROR = auto()


class Cell(NamedTuple):
    """A cell as text."""

    text: str
    kind: Kind = Kind.TEXT


def _beginning(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def read_bytes(path: Path, problems: Problems, *, largest: int = LARGEST) -> bytes | None:
    """Return the content of a file, or None with a mistake: too large, not readable, empty."""
    try:
        regular = S_ISREG(path.stat().st_mode)
        data = _beginning(path, largest + 1) if regular else b""
    except OSError as error:
        problems.add(
            path.name,
            f"Berkas tidak dapat dibaca ({error.strerror or 'galat'}).",
            "Periksa apakah berkas ini memang berkas biasa dan izin bacanya ada.",
        )
        return None
    if not regular:
        problems.add(
            path.name,
            "Ini bukan berkas biasa (pipa, perangkat, atau folder).",
            "Salin isinya ke berkas biasa.",
        )
        return None
    if len(data) > largest:
        problems.add(
            path.name,
            f"Berkas lebih besar dari {largest // 1024:,} KiB.".replace(",", "."),
            "Buang baris, kolom, atau gambar yang tidak perlu.",
        )
        return None
    if not data.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        problems.add(path.name, "Berkas ini kosong.", "Isi berkas ini, lihat contohnya.")
        return None
    return data


def _decoded_utf16(data: bytes) -> str:
    if data[:2] in UTF_16:
        return data.decode("utf-16", "replace")
    little = data[1::2].count(0) >= data[::2].count(0)
    return data.decode("utf-16-le" if little else "utf-16-be", "replace")


def decoded(data: bytes, file: str, problems: Problems, *, again: str = SAVE_AGAIN) -> str | None:
    """Return UTF-8 text, with or without a byte order mark.

    Another encoding is a mistake; the text is then read in that encoding all the same, so that
    the mistakes in it can be told too. None when it is no text at all.
    """
    if data.startswith((ZIP, OLE)):
        problems.add(file, "Isi berkas ini buku kerja Excel, bukan teks.", again)
        return None
    if data[:2] in UTF_16 or data.count(0) > len(data) // 4:
        problems.add(file, "Berkas ini disimpan sebagai UTF-16 (“Unicode Text”).", again)
        return _decoded_utf16(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        line = data[start : error.start + 20].split(b"\r")[0].split(b"\n")[0]
        problems.add(
            file,
            "Berkas ini bukan UTF-8, tampaknya Windows-1252 (ANSI).",
            again,
            row=data.count(b"\n", 0, error.start) + 1,
            value=line[max(0, error.start - start - 15) :].decode("cp1252", "replace"),
        )
        return data.decode("cp1252", "replace")


def _delimiter(lines: list[str], columns: Iterable[str], file: str, problems: Problems) -> str:
    header = next((line for line in lines if line.strip()), "")
    known = set(columns)

    def fitting(mark: str) -> int:
        return len({part.strip('" \t\r\n').casefold() for part in header.split(mark)} & known)

    best = max(",;\t|", key=fitting)
    if best in "\t|":
        name = "tab" if best == "\t" else "garis tegak (|)"
        problems.add(
            file,
            f"Kolom dipisahkan dengan {name}, bukan koma atau titik koma.",
            SAVE_AGAIN,
            row=1,
        )
    return best


def csv_rows(
    data: bytes, file: str, columns: Iterable[str], problems: Problems
) -> Iterator[tuple[int, list[Cell]]]:
    """Yield number and cells of the rows of a CSV file.

    Separated by commas or by semicolons, as an Indonesian Excel does. Where quotes do not match,
    reading goes on in the next line.
    """
    text = decoded(data, file, problems)
    if text is None:
        return
    lines = list(io.StringIO(text, newline=""))
    mark = _delimiter(lines, columns, file, problems)
    start, wrong = 0, 0
    while start < len(lines) and wrong < QUOTE_MISTAKES:
        reader = csv.reader(islice(lines, start, None), delimiter=mark, strict=True)
        first = start
        try:
            for cells in reader:
                yield first + 1, [Cell(cell) for cell in cells[: COLUMNS + 1]]
                first = start + reader.line_num
        except csv.Error as error:
            too_long = "field limit" in str(error)
            problems.add(
                file,
                "Isian terlalu panjang." if too_long else "Tanda kutip tidak berpasangan.",
                'Tutup setiap tanda kutip ("), dan tulis kutip di dalam isian dua kali ("").',
                row=first + 1,
                value=lines[first],
            )
            start, wrong = first + 1, wrong + 1
        else:
            return
