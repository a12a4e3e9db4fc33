"""Which files are taken, by their own bytes, and what a saved copy is called."""

import unicodedata
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from urllib.parse import quote

from jobfair.documents.rules import pdf, pictures
from jobfair.errors import Problem

SETTLED = timedelta(hours=1)
"""An upload takes minutes, accepting an application less: what is older than this is not moving."""
NAME_LONGEST = 80


class Kind(StrEnum):
    """What a document is, by its own bytes; the value is the end of its file name."""

    PDF = "pdf"
    JPG = "jpg"
    PNG = "png"


MEDIA = {Kind.PDF: "application/pdf", Kind.JPG: "image/jpeg", Kind.PNG: "image/png"}
_PICTURES: dict[bytes, tuple[Kind, Callable[[bytes], bytes]]] = {
    b"\xff\xd8\xff": (Kind.JPG, pictures.strip_jpeg),
    b"\x89PNG\r\n\x1a\n": (Kind.PNG, pictures.strip_png),
}
_WORD = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc")


def too_large(size: int, *, most: int) -> Problem:
    """Return the sentence for a file of ``size`` bytes that is over the limit."""
    return Problem(
        "Berkas ini terlalu besar: %(now)s KB, padahal paling besar %(most)s KB. Perkecil PDF-nya, "
        "atau foto dengan mutu lebih rendah.",
        now=-(-size // 1024),
        most=most // 1024,
    )


def _what_instead(data: bytes) -> Problem:
    if data.startswith(_WORD):
        return Problem("Berkas ini tampaknya Word atau ZIP. Simpan dulu sebagai PDF, lalu unggah.")
    if data[4:12] in _HEIC:
        return Problem("Foto ini berformat HEIC. Ubah dulu menjadi JPG, lalu unggah.")
    return Problem("Berkas ini bukan PDF, JPG, atau PNG. Simpan sebagai PDF, lalu unggah.")


def read_document(data: bytes, *, most: int) -> tuple[Kind, bytes] | Problem:
    """Return the kind and the bytes to keep, or what is wrong; the name a file has is not asked.

    PDFs are kept as they are, and still have to be looked into by a child process; pictures lose
    where and with what they were taken, and whatever hangs behind them.
    """
    if not data:
        return Problem("Berkas ini kosong. Pilih berkas lain.")
    if len(data) > most:
        return too_large(len(data), most=most)
    picture = next((found for start, found in _PICTURES.items() if data.startswith(start)), None)
    if picture is None:
        return (Kind.PDF, data) if pdf.begins(data) else _what_instead(data)
    kind, strip = picture
    try:
        return kind, strip(data)
    except pictures.Broken:
        return Problem("Gambar ini rusak atau terpotong. Buka dulu, simpan lagi, lalu unggah.")


def disposition(title: str, kind: Kind) -> str:
    """Return the header under which a document is saved (RFC 6266).

    What only understands ASCII gets the title without accents.
    """
    words = "".join(char if char.isalnum() or char in " .'-" else " " for char in title)
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    full = quote(_file_name(words, kind), safe="")
    return f"attachment; filename=\"{_file_name(plain, kind)}\"; filename*=UTF-8''{full}"


def _file_name(words: str, kind: Kind) -> str:
    told = " ".join(words[:NAME_LONGEST].split())
    return f"{told.rstrip(' .')}.{kind}"
