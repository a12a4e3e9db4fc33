"""Which PDFs are taken: all that readers open and that do nothing but show their pages.

What a file is, a child process finds out by its structure (:mod:`jobfair.inspection`); here each
answer has its sentence.
"""

from jobfair.errors import Problem
from jobfair.wording.language import gettext_noop

BEGINS_WITHIN = 1024
"""Bytes in which a PDF may begin, as readers have it (ISO 32000, annex H)."""
_FOUND = {
    "broken": gettext_noop("rusak atau terpotong, sehingga tidak dapat dibuka"),
    "program": gettext_noop("memuat program (JavaScript)"),
    "elsewhere": gettext_noop("membuka alamat atau berkas lain dengan sendirinya"),
    "files": gettext_noop("memuat berkas lain di dalamnya"),
    "media": gettext_noop("memuat film atau suara"),
    "form": gettext_noop("memuat formulir yang mengirim data"),
}
_UNKNOWN = gettext_noop("terlalu rumit atau rusak, sehingga tidak dapat diperiksa")
LOCKED = Problem("PDF ini memakai kata sandi. Simpan tanpa kata sandi, lalu unggah.")


def begins(data: bytes) -> bool:
    """Tell whether this calls itself a PDF."""
    return b"%PDF-" in data[:BEGINS_WITHIN]


def problem_for(found: str) -> Problem | None:
    """Return what is wrong with a PDF of which a child found this, None when it is taken."""
    if found == "fine":
        return None
    if found == "locked":
        return LOCKED
    return Problem(
        "PDF ini %(found)s. Buka berkasnya, pilih Cetak, lalu Simpan sebagai PDF, dan unggah "
        "hasilnya.",
        found=_FOUND.get(found, _UNKNOWN),
    )
