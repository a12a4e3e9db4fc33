"""Tables of a TOML file: each value read by its type, or a mistake kept that names the key."""

import re
import tomllib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jobfair.loading.cells import YEARS, YEARS_ADVICE, dotted
from jobfair.loading.mistakes import Findings
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
    data: bytes, file: str, findings: Findings
) -> tuple[dict[str, Any], dict[str, int]] | None:
    """Return the content of a TOML file and the line of each key; None after a mistake."""
    text = decoded(data, file, findings, again=AGAIN)
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
        findings.add(file, what, todo, row=row, value=lines[row - 1].strip())
    except RecursionError:
        findings.add(file, "Kurung di berkas ini terlalu dalam.", "Tulis tanpa kurung bersusun.")
    except ValueError:
        findings.add(file, "Ada angka yang terlalu panjang.", "Tulis angka yang masuk akal.")
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


@dataclass
class Section:
    """One table. Every method returns a harmless value after a mistake."""

    file: str
    name: str
    given: dict[str, Any]
    lines: dict[str, int]
    findings: Findings
    absent: bool = False
    """There is no such table, which has been told."""
    known: set[str] = field(default_factory=set)

    def path(self, key: str) -> str:
        """Return ``table.key``."""
        return f"{self.name}.{key}" if self.name else key

    def wrong(self, key: str, what: str, todo: str, *, value: object = None) -> None:
        """Keep a mistake of one key."""
        path = self.path(key)
        row = self.lines.get(path, self.lines.get(self.name))
        shown = self.given.get(key, "") if value is None else value
        shown = shown if isinstance(shown, str | int | float | datetime) else type(shown).__name__
        self.findings.add(self.file, what, todo, row=row, column=path, value=str(shown))

    def _value(self, key: str, kind: type, should: str, *, required: bool) -> Any:
        self.known.add(key)
        if key not in self.given:
            if required and not self.absent:
                self.wrong(key, f"“{self.path(key)}” tidak ada.", f"Tambahkan {should}.")
            return None
        value = self.given[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.wrong(key, f"“{self.path(key)}” bukan {should}.", f"Tulis {should}.")
            return None
        return value

    def _tidy(self, key: str, text: str, *, longest: int, lines: bool) -> str:
        text = unicodedata.normalize("NFC", text).strip()
        kept = "".join(char for char in text if unicodedata.category(char) != "Cf")
        if odd := next(
            (c for c in kept if unicodedata.category(c) == "Cc" and not (lines and c == "\n")), None
        ):
            self.wrong(
                key,
                f"Teks ini memuat karakter kendali U+{ord(odd):04X}.",
                "Hapus lalu ketik ulang teks ini.",
                value=text,
            )
        elif len(kept) > longest:
            self.wrong(
                key,
                f"Teks ini {len(kept)} huruf, paling panjang {longest}.",
                "Tulis lebih singkat.",
                value=text,
            )
        return kept

    def text(
        self, key: str, *, longest: int = 200, required: bool = True, lines: bool = False
    ) -> str:
        """Return a text; ``lines`` lets it have several."""
        value = self._value(key, str, "teks di antara tanda kutip", required=required)
        if value is not None and required and not value.strip():
            self.wrong(key, "Teks ini kosong.", "Isi teks ini.")
        return self._tidy(key, value or "", longest=longest, lines=lines)

    def texts(self, key: str, *, most: int, longest: int = 200) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self._value(key, list, 'daftar teks, misalnya ["baris 1"]', required=True) or []
        if len(value) > most:
            self.wrong(key, f"Ada {len(value)} baris, paling banyak {most}.", "Kurangi barisnya.")
        if not all(isinstance(one, str) for one in value):
            self.wrong(
                key, "Daftar ini tidak hanya berisi teks.", "Tulis setiap baris dalam kutip."
            )
            return ()
        return tuple(self._tidy(key, one, longest=longest, lines=False) for one in value)

    def choice(self, key: str, known: Collection[str], *, otherwise: str) -> str:
        """Return one of the known words; ``otherwise`` says what to do when none is near."""
        text = self.text(key)
        if text and text not in known:
            self.wrong(
                key, "Isian ini tidak dikenal.", self.findings.perhaps(text, known, otherwise)
            )
        return text

    def whole(self, key: str, *, lowest: int, highest: int) -> int:
        """Return a whole number."""
        value = self._value(key, int, "angka bulat tanpa kutip", required=True)
        if value is not None and not lowest <= value <= highest:
            todo = f"Tulis angka {dotted(lowest)} sampai {dotted(highest)}."
            self.wrong(key, "Angka ini di luar batas.", todo)
        return value or 0

    def flag(self, key: str) -> bool:
        """Return true or false; a key that is not there says false."""
        return self._value(key, bool, "true atau false", required=False) or False

    def instant(self, key: str) -> datetime | None:
        """Return an instant with its offset."""
        example = "tanggal dan jam dengan zona, misalnya 2022-11-03T08:00:00+07:00"
        value = self._value(key, datetime, example, required=True)
        if value is not None and value.tzinfo is None:
            self.wrong(key, "Jam ini tanpa selisih zona waktu.", f"Tulis {example}.")
            return None
        if value is not None and value.year not in YEARS:
            self.wrong(key, "Tahun ini di luar batas.", YEARS_ADVICE)
            return None
        return value if isinstance(value, datetime) else None

    def settle(self) -> None:
        """Tell which keys nobody asked for."""
        for key in self.given:
            if key not in self.known:
                lost = [name for name in self.known if name not in self.given]
                todo = self.findings.perhaps(key, lost, "Hapus kunci ini.")
                self.wrong(key, "Kunci ini tidak dikenal.", todo)
