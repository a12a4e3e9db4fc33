"""Files people upload, honest and not: made here, from nothing."""

import io
import struct
import zlib
from functools import cache

import pikepdf
from PIL import Image, PngImagePlugin

CANARY = b"KENARI-DI-DALAM-CV"
PLACE = "TempatRahasia"


def pdf_of(change=None, **saving) -> bytes:
    """Return a page with a line of text, as ``change(pdf)`` left it."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pdf.make_stream(b"BT (" + CANARY + b") Tj ET")
    if change is not None:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out, **saving)
    return out.getvalue()


@cache
def plain_pdf() -> bytes:
    return pdf_of()


def packed(change=None) -> bytes:
    """Return the same with everything in object streams, where no name can be read."""
    return pdf_of(change, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def opening(**action):
    """Return a change that lets a document do something when it is opened."""

    def change(pdf):
        pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(**action))

    return change


def script(pdf):
    opening(S=pikepdf.Name.JavaScript, JS="app.alert(1)")(pdf)


def attachment(pdf):
    pdf.attachments["muatan.exe"] = b"MZ" * 99


def form(pdf):
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA="x")


def locked_pdf() -> bytes:
    return pdf_of(encryption=pikepdf.Encryption(owner="a", user="b"))


def photo(kind: str = "JPEG", size: tuple[int, int] = (60, 80), **saving) -> bytes:
    """Return a picture that tells where it was taken, by what, and which way up it is."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = PLACE
    exif.get_ifd(0x8825)[1] = "S"
    out = io.BytesIO()
    picture = Image.effect_noise(size, 60).convert("RGB")
    if kind == "PNG":
        told = PngImagePlugin.PngInfo()
        told.add_text("Comment", PLACE)
        saving["pnginfo"] = told
    else:
        saving["comment"] = PLACE.encode()
    picture.save(out, kind, exif=exif, **saving)
    return out.getvalue()


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).tobytes()


def turned(data: bytes) -> int:
    return Image.open(io.BytesIO(data)).getexif().get(0x0112, 1)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
