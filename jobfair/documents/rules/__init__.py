"""What is taken as a CV, who may open one and for how long, and what a copy is called."""

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from jobfair.applications.rules import Stage
from jobfair.documents.rules import pdf, pictures
from jobfair.errors import Problem

MOST_BYTES = 2 * 1024 * 1024
MOST_MEGABYTES = MOST_BYTES // 1024**2
READABLE_AFTER_CLOSING = timedelta(days=90)
"""How long companies can open what they were sent (``domain.md`` 5)."""
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


def too_large(size: int) -> Problem:
    """Return the sentence for a file of ``size`` bytes that is over the limit."""
    return Problem(
        "Berkas ini terlalu besar: %(now)s KB, padahal paling besar %(most)s KB. Perkecil PDF-nya, "
        "atau foto dengan mutu lebih rendah.",
        now=-(-size // 1024),
        most=MOST_BYTES // 1024,
    )


def _what_instead(data: bytes) -> Problem:
    if data.startswith(_WORD):
        return Problem("Berkas ini tampaknya Word atau ZIP. Simpan dulu sebagai PDF, lalu unggah.")
    if data[4:12] in _HEIC:
        return Problem("Foto ini berformat HEIC. Ubah dulu menjadi JPG, lalu unggah.")
    return Problem("Berkas ini bukan PDF, JPG, atau PNG. Simpan CV Anda sebagai PDF.")


def read_cv(data: bytes) -> tuple[Kind, bytes] | Problem:
    """Return the kind and the bytes to keep, or what is wrong; the name a file has is not asked.

    PDFs are kept as they are, and still have to be looked into by a child process; pictures lose
    where and with what they were taken, and whatever hangs behind them.
    """
    if not data:
        return Problem("Berkas ini kosong. Pilih berkas CV Anda.")
    if len(data) > MOST_BYTES:
        return too_large(len(data))
    picture = next((found for start, found in _PICTURES.items() if data.startswith(start)), None)
    if picture is None:
        return (Kind.PDF, data) if pdf.begins(data) else _what_instead(data)
    kind, strip = picture
    try:
        return kind, strip(data)
    except pictures.Broken:
        return Problem("Gambar ini rusak atau terpotong. Buka dulu, simpan lagi, lalu unggah.")


def may_open(*, stage: Stage, closes_at: datetime, now: datetime) -> bool:
    """Tell whether a company may open the CV of an application sent to it."""
    return stage is not Stage.WITHDRAWN and now < closes_at + READABLE_AFTER_CLOSING


def disposition(name: str, kind: Kind) -> str:
    """Return the header under which a CV is saved, made from the applicant's name (RFC 6266).

    What only understands ASCII gets the name without accents.
    """
    words = "".join(char if char.isalnum() or char in " .'-" else " " for char in name)
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    full = quote(_file_name(words, kind), safe="")
    return f"attachment; filename=\"{_file_name(plain, kind)}\"; filename*=UTF-8''{full}"


def _file_name(words: str, kind: Kind) -> str:
    told = " ".join(words[:NAME_LONGEST].split())
    return f"{f'CV {told}'.rstrip(' .')}.{kind}"
