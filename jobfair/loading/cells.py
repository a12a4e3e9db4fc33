"""One row of a table: each kind of cell read, or a mistake kept that says how to write it."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from jobfair.loading.mistakes import Findings
from jobfair.loading.plain import Cell, Kind
from jobfair.regions import district_name

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LONGEST = 80
WHOLE = re.compile(r"\d{1,15}|\d{1,3}(?:\.\d{3}){1,4}")
SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
DECIMAL = re.compile(r"\d[\d.]*,\d+|\d+\.\d{1,2}")
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
DATE_OR_HOUR = re.compile(r"\d{1,4}[/:-]\d{1,2}[/:-]\d{1,4}")
YEARS = range(2000, 2101)
YEARS_ADVICE = f"Tulis tahun {YEARS[0]} sampai {YEARS[-1]}."
AS_TEXT = "Ubah format kolom menjadi Teks, lalu tulis lagi."


@dataclass
class Row:
    """A row. ``cells`` holds None where a mistake has been told, and nothing for a lost column.

    Every method returns a harmless value after a mistake: what is read is used only when nothing
    at all was wrong.
    """

    file: str
    number: int
    findings: Findings
    cells: dict[str, Cell | None] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    """Columns whose value is masked when a mistake shows it."""

    def wrong(self, column: str, what: str, todo: str, *, value: str | None = None) -> None:
        """Keep a mistake of one cell."""
        cell = self.cells.get(column)
        shown = value if value is not None else cell.text if cell else ""
        if column in self.secret and len(shown) > 4:  # noqa: PLR2004 - what a masked NIK shows
            shown = f"{shown[:4]}••••"
        self.findings.add(self.file, what, todo, row=self.number, column=column, value=shown)

    def raw(self, column: str) -> str:
        """Return what stands in a cell, unjudged; an empty text for a cell that was wrong."""
        cell = self.cells.get(column)
        return cell.text if cell else ""

    def _given(self, column: str, *, required: bool, dates: bool = False) -> str | None:
        """Return the text of a cell that may be judged; None when all has been said."""
        cell = self.cells.get(column)
        if cell is None:
            return None
        if cell.kind is Kind.DATE and not dates:
            self.wrong(column, "Excel mengubah isian ini menjadi tanggal atau jam.", AS_TEXT)
            return None
        if required and not cell.text:
            self.wrong(column, "Isian ini kosong.", "Isi sel ini.")
            return None
        return cell.text

    def text(self, column: str, *, longest: int, required: bool = True) -> str:
        """Return a text."""
        text = self._given(column, required=required)
        if text is not None and len(text) > longest:
            self.wrong(
                column,
                f"Isian ini {len(text)} huruf, paling panjang {longest}.",
                "Tulis lebih singkat.",
            )
        return text or ""

    def slug(self, column: str) -> str:
        """Return a name as it stands in an address; empty after a mistake."""
        text = self._given(column, required=True)
        if text is None:
            return ""
        if not SLUG.fullmatch(text) or len(text) > SLUG_LONGEST:
            self.wrong(
                column,
                "Slug ini tidak dapat dipakai dalam alamat.",
                f"Pakai huruf kecil, angka, dan tanda hubung, paling panjang {SLUG_LONGEST}.",
            )
            return ""
        return text

    def choice(self, column: str, known: Collection[str], *, required: bool = True) -> str:
        """Return one of the known words."""
        text = self._given(column, required=required)
        if text and text not in known:
            options = f"Pakai salah satu: {', '.join(word for word in known if word)}."
            self.wrong(
                column, "Isian ini tidak dikenal.", self.findings.perhaps(text, known, options)
            )
        return text or ""

    def choices(self, column: str, known: Collection[str]) -> tuple[str, ...]:
        """Return the known words of a cell, in the order of the known."""
        text = self._given(column, required=True) or ""
        words = text.split()
        if odd := next((word for word in words if word not in known), None):
            options = f"Pakai kode ini, dipisahkan spasi: {', '.join(known)}."
            todo = self.findings.perhaps(odd, known, options) if odd.isalnum() else options
            self.wrong(column, "Kode ini tidak dikenal.", todo, value=odd)
        return tuple(word for word in known if word in words)

    def yes(self, column: str) -> bool:
        """Return whether the cell says ya."""
        text = self._given(column, required=True)
        if text is not None and text.casefold() not in {"ya", "tidak"}:
            self.wrong(column, "Isian ini bukan ya atau tidak.", "Tulis ya atau tidak.")
        return text is not None and text.casefold() == "ya"

    def whole(self, column: str, *, lowest: int, highest: int, required: bool = True) -> int | None:
        """Return a whole number; dots between thousands are fine. None when empty."""
        text = self._given(column, required=required)
        if not text:
            return None
        if not WHOLE.fullmatch(text) or not text.isascii():
            self.wrong(column, *_not_whole(text))
            return None
        number = int(text.replace(".", ""))
        if not lowest <= number <= highest:
            self.wrong(
                column,
                "Angka ini di luar batas.",
                f"Tulis angka {dotted(lowest)} sampai {dotted(highest)}.",
            )
        return number

    def items(self, column: str, *, most: int, longest: int) -> tuple[str, ...]:
        """Return the items of a cell, which a bar separates."""
        text = self._given(column, required=True) or ""
        found = tuple(part.strip() for part in text.split("|") if part.strip())
        if text and not found:
            self.wrong(column, "Isian ini kosong.", "Isi sel ini.")
        if len(found) > most:
            self.wrong(column, f"Ada {len(found)} butir, paling banyak {most}.", "Gabungkan.")
        if part := next((part for part in found if len(part) > longest), None):
            self.wrong(
                column,
                f"Butir ini {len(part)} huruf, paling panjang {longest}.",
                "Tulis lebih singkat, pisahkan butir dengan “ | ”.",
                value=part,
            )
        return found

    def district(self, column: str) -> str:
        """Return the code of a kecamatan."""
        text = self._given(column, required=True)
        if text and district_name(text) is None:
            if DATE_OR_HOUR.fullmatch(text):
                what, todo = "Excel mengubah isian ini menjadi tanggal atau jam.", AS_TEXT
            else:
                what = "Kode kecamatan ini tidak ada."
                todo = "Tulis kode Kemendagri seperti 12.09.19, dalam kolom berformat Teks."
            self.wrong(column, what, todo)
        return text or ""

    def instant(self, column: str) -> datetime | None:
        """Return an instant that says its offset."""
        text = self._given(column, required=True, dates=True)
        if text is None:
            return None
        todo = "Tulis seperti 2022-11-03T08:00:00+07:00."
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            self.wrong(column, "Isian ini bukan tanggal dan jam.", todo)
            return None
        if at.tzinfo is None:
            self.wrong(column, "Jam ini tanpa selisih zona waktu.", todo)
            return None
        if at.year not in YEARS:
            self.wrong(column, "Tahun ini di luar batas.", YEARS_ADVICE)
            return None
        return at


def dotted(number: int) -> str:
    """Return 1.000.000."""
    return f"{number:,}".replace(",", ".")


def _not_whole(text: str) -> tuple[str, str]:
    """Return what is wrong with a text that should be a whole number, and what to do."""
    if SCIENTIFIC.fullmatch(text):
        return "Excel menulis angka ini dalam notasi ilmiah.", AS_TEXT
    if THOUSANDS.fullmatch(text):
        return "Ribuan dipisahkan dengan koma.", "Pakai titik atau tanpa pemisah: 3.000.000."
    if DECIMAL.fullmatch(text):
        return "Angka ini memakai desimal.", "Tulis angka bulat tanpa koma, misalnya 3000000."
    return "Isian ini bukan angka bulat.", "Tulis angka saja, misalnya 3000000."
