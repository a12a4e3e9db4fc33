"""Which PDFs are taken. They are looked at from outside and never opened or drawn by us.

A document is refused that asks for a password, or that holds a name by which PDFs start programs,
carry other files or fill in forms by themselves. Names are looked for in the whole file, also
where they are spelled with ``#`` escapes or packed into an object stream; unpacking is bounded.
"""

import re
import zlib

from jobfair.errors import Problem

TAIL = 2048
UNPACKED_MOST = 16 * 1024 * 1024
"""Bytes of all object streams of a file together; text of that length is no CV."""
PACKED_MOST = 500
ESCAPES_MOST = 50_000
"""Honest files have some thousands of ``#`` by chance; a file full of them only costs time."""
DICTIONARY = 2000
"""Bytes around the word that tells an object stream in which the rest of its head is looked for."""
_VERSION = re.compile(rb"%PDF-[12]\.\d")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_END = rb"(?=[\s/<>\[\]()%{}]|$)"
_LOCKED = re.compile(rb"/Encrypt" + _END)
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE)" + _END
)
_OBJ_STM = b"".join(b"(?:%c|#%02x|#%02X)" % (char, char, char) for char in b"ObjStm")
_PACKED = re.compile(rb"/" + _OBJ_STM + _END)
_STREAM = re.compile(rb"stream\r?\n")


class Unfit(Exception):
    """This PDF is not taken; ``problem`` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _readable(part: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)


def _unpacked(data: bytes) -> list[bytes]:
    """Return what is packed in object streams; one that is packed in an unusual way is refused."""
    found = [one.end() for one in _PACKED.finditer(data)]
    if len(found) > PACKED_MOST:
        raise _broken()
    parts, left, view = [], UNPACKED_MOST, memoryview(data)
    for at in found:
        begins = _STREAM.search(data, at, at + DICTIONARY)
        if begins is None:
            continue
        try:
            part = zlib.decompressobj().decompress(view[begins.end() :], left)
        except zlib.error:
            if b"/Filter" in _readable(data[max(0, at - DICTIONARY) : begins.end()]):
                raise _active() from None
            continue  # not packed at all: looked at with the rest of the file
        left -= len(part)
        if left <= 0:
            raise _broken()
        parts.append(part)
    return parts


def _broken() -> Unfit:
    return Unfit(
        Problem("PDF ini rusak atau terpotong. Simpan lagi sebagai PDF, lalu unggah sekali lagi.")
    )


def _active() -> Unfit:
    return Unfit(
        Problem(
            "PDF ini memuat program, formulir, atau berkas lain di dalamnya. Cetak sebagai "
            "PDF biasa (Cetak, Simpan sebagai PDF), lalu unggah."
        )
    )


def checked(data: bytes) -> bytes:
    """Return the same bytes, or raise :class:`Unfit`."""
    tail = data[-TAIL:]
    if not _VERSION.match(data) or b"%%EOF" not in tail or b"startxref" not in tail:
        raise _broken()
    if data.count(b"#") > ESCAPES_MOST:
        raise _active()
    parts = [_readable(part) for part in (data, *_unpacked(data))]
    if any(_LOCKED.search(part) for part in parts):
        raise Unfit(Problem("PDF ini memakai kata sandi. Simpan tanpa kata sandi, lalu unggah."))
    if any(_ACTIVE.search(part) for part in parts):
        raise _active()
    return data
