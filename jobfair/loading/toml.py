"""The content of a TOML file, and the line of each of its keys."""

import re
import tomllib
from typing import Any

from jobfair.loading.mistakes import Problems
from jobfair.loading.plain import decoded

PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")
TITLE = re.compile(r"\[\[?\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?")
KEY = re.compile(r"([\w-]+)\s*=")
AGAIN = "Simpan lagi sebagai teks UTF-8."
SENTENCES = {
    "Cannot declare": ("Tabel ini ditulis dua kali.", "Gabungkan menjadi satu tabel."),
    "Cannot overwrite": ("Kunci ini ditulis dua kali.", "Hapus salah satu."),
    "Invalid date": ("Tanggal ini tidak ada.", "Tulis seperti 2022-11-03T08:00:00+07:00."),
    "Unterminated": ("Tanda kutip ini tidak ditutup.", "Tutup dengan tanda kutip yang sama."),
    "Illegal character": ("Ada karakter yang tidak boleh di sini.", "Hapus lalu ketik ulang."),
    "Unclosed": ("Kurung ini tidak ditutup.", "Tutup kurungnya."),
}
OTHERWISE = (
    "Baris ini tidak dapat dibaca sebagai TOML.",
    "Tulis kunci = nilai, teks di antara tanda kutip.",
)


def parsed(
    data: bytes, file: str, problems: Problems
) -> tuple[dict[str, Any], dict[str, int]] | None:
    """Return the content of a TOML file and the line of each key; None after a mistake."""
    text = decoded(data, file, problems, again=AGAIN)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    try:
        return tomllib.loads(text), _lines_of_keys(lines)
    except tomllib.TOMLDecodeError as error:
        place = PLACE.search(str(error))
        row = int(place[1]) if place and place[1] else max(len(text.rstrip().split("\n")), 1)
        what, todo = next(
            (said for begin, said in SENTENCES.items() if str(error).startswith(begin)), OTHERWISE
        )
        problems.add(file, what, todo, row=row, value=lines[row - 1].strip())
    except RecursionError:
        problems.add(file, "Kurung di berkas ini terlalu dalam.", "Tulis tanpa kurung bersusun.")
    except ValueError:
        problems.add(file, "Ada angka yang terlalu panjang.", "Tulis angka yang masuk akal.")
    return None


def _lines_of_keys(lines: list[str]) -> dict[str, int]:
    """Return where each ``table.key`` stands, well enough to point at it."""
    found: dict[str, int] = {}
    table, seen = "", dict[str, int]()
    for number, line in enumerate(lines, start=1):
        if title := TITLE.fullmatch(line.strip()):
            table = title[1]
            if line.strip().startswith("[["):
                found.setdefault(table, number)
                seen[table] = seen.get(table, 0) + 1
                table = f"{table}.{seen[table]}"
            found.setdefault(table, number)
        elif key := KEY.match(line.strip()):
            found.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return found
