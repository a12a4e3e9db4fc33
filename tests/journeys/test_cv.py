"""A CV from a phone: a big photo is made small by script; without, people are told what to do."""

import io

from PIL import Image
from playwright.sync_api import expect

from tests.documents import files
from tests.journeys.people import APPLICANT, sign_in

LARGEST = 1600


def choose(page, site, name, data):
    page.goto(f"{site.address}/profil/cv")
    page.locator("#cv").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": data})


def test_a_big_photo_becomes_a_small_one(site, visitor, tmp_path):
    page, photo = visitor.open(), files.photo(size=(2600, 1900), quality=95)
    assert len(photo) > 2 * 1024 * 1024
    sign_in(page, site, APPLICANT)

    choose(page, site, "IMG_1.jpg", photo)
    expect(page.get_by_role("button", name="Unggah CV")).to_be_enabled()
    page.get_by_role("button", name="Unggah CV").click()

    expect(page.get_by_text("CV tersimpan dan ikut pada lamaran berikutnya.")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="CV (JPG").click()
    assert saved.value.suggested_filename.endswith(".jpg")
    saved.value.save_as(tmp_path / "cv.jpg")
    kept = (tmp_path / "cv.jpg").read_bytes()
    assert files.PLACE.encode() not in kept
    # It was taken lying on its side: what is kept stands upright by itself.
    assert Image.open(io.BytesIO(kept)).size == (LARGEST * 1900 // 2600, LARGEST)
    assert files.turned(kept) == 1


def test_without_scripts_a_big_photo_is_told_and_a_small_one_is_taken(site, visitor):
    page = visitor.open(scripts=False)
    sign_in(page, site, APPLICANT)

    choose(page, site, "IMG_1.jpg", files.photo(size=(2600, 1900), quality=95))
    page.get_by_role("button", name="Unggah CV").click()
    expect(page.get_by_text("Berkas ini terlalu besar").first).to_be_visible()
    choose(page, site, "IMG_2.jpg", files.photo())
    page.get_by_role("button", name="Unggah CV").click()

    expect(page.get_by_text("CV tersimpan dan ikut pada lamaran berikutnya.")).to_be_visible()
    page.get_by_role("link", name="Hapus CV").click()
    page.get_by_role("button", name="Ya, hapus CV").click()
    expect(page.get_by_text("Belum ada CV di profil Anda.")).to_be_visible()
