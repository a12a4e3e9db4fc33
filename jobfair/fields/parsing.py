"""Numbers, addresses and names in addresses: a text read, or the problem with it."""

import re
from collections.abc import Collection
from difflib import get_close_matches

from jobfair.errors import Problem
from jobfair.fields.text import clean_line, plain_digits

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LONGEST = 80
EMAIL = re.compile(r"[^@\s,;<>]{1,64}@(?:[^@\s,;<>.]+\.)+[^@\s,;<>.]{2,}")
EMAIL_LONGEST = 254
_WHOLE = re.compile(r"\d{1,15}|\d{1,3}(?:\.\d{3}){1,4}")
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_DECIMAL = re.compile(r"\d[\d.]*,\d+|\d+\.\d{1,2}")
_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+")


def dotted(number: int) -> str:
    """Return 1.000.000."""
    return f"{number:,}".replace(",", ".")


def read_whole(text: str) -> int | Problem:
    """Return a whole number; dots between thousands are fine."""
    typed = plain_digits(text)
    if _WHOLE.fullmatch(typed) and typed.isascii():
        return int(typed.replace(".", ""))
    if _SCIENTIFIC.fullmatch(typed):
        return Problem(
            "Excel menulis angka ini dalam notasi ilmiah. Ubah format kolom menjadi Teks, lalu "
            "tulis lagi."
        )
    if _COMMAS.fullmatch(typed):
        return Problem("Ribuan dipisahkan dengan koma. Pakai titik atau tanpa pemisah: 3.000.000.")
    if _DECIMAL.fullmatch(typed):
        return Problem("Angka ini memakai desimal. Tulis angka bulat tanpa koma, misalnya 3000000.")
    return Problem("Isian ini bukan angka bulat. Tulis angka saja, misalnya 3000000.")


def normalise_email(text: str) -> str:
    """Return the address as it is stored and compared: without hidden marks, small letters."""
    return clean_line(text[: 2 * EMAIL_LONGEST]).casefold()


def read_email(text: str) -> str | Problem:
    """Return an e-mail address in small letters."""
    address = normalise_email(text)
    if len(address) <= EMAIL_LONGEST and EMAIL.fullmatch(address):
        return address
    return Problem("Tulis alamat surel yang lengkap, misalnya nama@perusahaan.id.")


def read_slug(text: str) -> str | Problem:
    """Return a name as it stands in an address."""
    slug = clean_line(text)
    if len(slug) <= SLUG_LONGEST and SLUG.fullmatch(slug):
        return slug
    return Problem(
        "Slug ini tidak dapat dipakai dalam alamat. Pakai huruf kecil, angka, dan tanda hubung, "
        "paling panjang %(n)s.",
        n=SLUG_LONGEST,
    )


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the known name that looks most like a word, if any does."""
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word[:60].strip().casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None
