"""What is taken as a document and what is not, each with a sentence; and what a copy is called."""

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from jobfair.cvs.rules import MOST_BYTES
from jobfair.documents.rules import Kind, disposition, read_document
from jobfair.errors import Problem
from tests.documents import files

BROKEN_PICTURE = "Gambar ini rusak atau terpotong."


def read_cv(data):
    return read_document(data, most=MOST_BYTES)


def refused(data):
    found = read_cv(data)
    assert isinstance(found, Problem), found
    return str(found)


@pytest.mark.parametrize("data", [files.plain_pdf(), files.packed()], ids=["plain", "packed"])
def test_a_pdf_is_kept_as_it_is(data):
    assert read_cv(data) == (Kind.PDF, data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Berkas ini kosong."),
        (b"PK\x03\x04" + b"word/document.xml", "Berkas ini tampaknya Word atau ZIP."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Berkas ini tampaknya Word atau ZIP."),
        (b"\0\0\0\x18ftypheic\0\0", "Foto ini berformat HEIC."),
        (b"<!doctype html><script>alert(1)</script>", "Berkas ini bukan PDF, JPG, atau PNG."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Berkas ini bukan PDF, JPG, atau PNG."),
        (b"GIF89a", "Berkas ini bukan PDF, JPG, atau PNG."),
        (b"MZ\x90\0", "Berkas ini bukan PDF, JPG, atau PNG."),
        (b"x" * 2000 + files.plain_pdf(), "Berkas ini bukan PDF, JPG, atau PNG."),
        (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-", "Berkas ini bukan PDF, JPG, atau PNG."),
    ],
    ids=["empty", "docx", "doc", "heic", "html", "svg", "gif", "exe", "pdf-behind", "eicar"],
)
def test_anything_else_is_named(data, sentence):
    assert refused(data).startswith(sentence)


def test_the_limit_is_to_the_byte():
    room = b"%" + b" " * MOST_BYTES
    fits = files.plain_pdf()
    fits = fits.replace(b"startxref", room[: MOST_BYTES - len(fits) - 1] + b"\nstartxref")
    assert (len(fits), read_cv(fits)) == (MOST_BYTES, (Kind.PDF, fits))
    assert refused(fits.replace(b"\nstartxref", b" \nstartxref")).startswith(
        "Berkas ini terlalu besar: 2049 KB, padahal paling besar 2048 KB."
    )


# --- pictures


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (files.photo(), Kind.JPG),
        (files.photo(progressive=True), Kind.JPG),
        (files.photo(restart_marker_blocks=2), Kind.JPG),
        (files.photo("PNG"), Kind.PNG),
    ],
    ids=["jpeg", "progressive", "restarts", "png"],
)
def test_a_photo_loses_where_it_was_taken_and_nothing_that_is_seen(data, kind):
    assert files.PLACE.encode() in data
    hanging = b"PK\x03\x04<script>alert(1)</script>"

    found, kept = read_cv(data + hanging)

    assert found is kind
    assert files.PLACE.encode() not in kept
    assert hanging not in kept
    assert files.pixels(kept) == files.pixels(data)
    assert files.turned(data) == 6
    assert files.turned(kept) == (6 if kind is Kind.JPG else 1)
    assert read_cv(kept) == (kind, kept)


@pytest.mark.parametrize("between", [b"\xff", b"\xff\xff\xff", b"\0\0", b"\xff\xd0", b"\xff\x01"])
def test_what_readers_pass_over_between_the_parts_of_a_photo_is_passed_over(between):
    plain = files.photo()
    at = plain.index(b"\xff\xdb")

    found, kept = read_cv(plain[:at] + between + plain[at:])

    assert (found, kept) == (Kind.JPG, read_cv(plain)[1])


def test_a_wrong_checksum_of_what_is_left_out_does_not_matter():
    plain = files.photo("PNG")
    changed = bytearray(plain)
    changed[plain.index(b"tEXt") + 6] ^= 1

    assert read_cv(bytes(changed)) == read_cv(plain)


def test_colours_stay_with_a_photo():
    plain = files.photo(icc_profile=b"warna" * 20)
    _, kept = read_cv(plain)
    assert Image.open(io.BytesIO(kept)).info["icc_profile"] == b"warna" * 20


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_that_was_cut_anywhere_is_refused(kind):
    _, whole = read_cv(files.photo(kind, size=(12, 9)))
    for end in range(12, len(whole) - 1, 7):
        assert refused(whole[:end]).startswith(BROKEN_PICTURE), end


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x01\xff\xd9",
        b"\xff\xd8\xff\xda\x00\x02\xff\xd9",
        b"\xff\xd8" + b"\xff" * 50,
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + files.chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n" + files.chunk(b"IHDR", b"") + files.chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR",
    ],
    ids=range(8),
)
def test_the_shell_of_a_picture_is_refused(data):
    assert refused(data).startswith(BROKEN_PICTURE)


def test_a_png_whose_bytes_changed_is_refused():
    data = bytearray(files.photo("PNG"))
    data[-30] ^= 1
    assert refused(bytes(data)).startswith(BROKEN_PICTURE)


# --- hostile ones cost little


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xda\x00\x02" + b"\xff\x00" * 1_000_000,
        b"\x89PNG\r\n\x1a\n" + files.chunk(b"tEXt", b"") * 170_000,
    ],
    ids=["stuffed", "chunks"],
)  # fmt: skip
def test_what_is_made_to_cost_time_is_given_up_soon(data):
    began = time.process_time()
    found = read_cv(data[:MOST_BYTES])
    assert isinstance(found, Problem) or found[0] is Kind.PDF
    assert time.process_time() - began < 3


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([files.plain_pdf(), files.photo(size=(9, 9)), files.photo("PNG", (9, 9))]),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=8),
    st.integers(0, 5000),
)
def test_no_bytes_make_it_fall_over(data, changes, end):
    changed = bytearray(data)
    for at, value in changes:
        changed[at % len(changed)] = value
    found = read_cv(bytes(changed[: end or None]))
    assert isinstance(found, Problem) or found[0] in Kind


# --- under which name


@pytest.mark.parametrize(
    ("name", "plain", "full"),
    [
        ("Siti Aminah", "CV Siti Aminah.pdf", "CV%20Siti%20Aminah.pdf"),
        ("Zoë Ñ. D'Or", "CV Zoe N. D'Or.pdf", "CV%20Zo%C3%AB%20%C3%91.%20D%27Or.pdf"),
        ('a"; x.exe\r\nX: y/../\\', "CV a x.exe X y.pdf", "CV%20a%20x.exe%20X%20y.pdf"),
        ("李", "CV.pdf", "CV%20%E6%9D%8E.pdf"),
        ("", "CV.pdf", "CV.pdf"),
    ],
)
def test_a_copy_is_called_after_the_applicant(name, plain, full):
    header = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
    assert disposition(f"CV {name}", Kind.PDF) == header
