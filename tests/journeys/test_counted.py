"""What it takes to apply: every tap and every page load is counted, with scripts and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import APPLICANT, sign_in


class Counted:
    """A page whose taps and loads are counted: a list takes two taps, a line of text one."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps, self.loads = 0, 0
        page.on("domcontentloaded", self._loaded)

    def _loaded(self, _: Page) -> None:
        self.loads += 1

    def tap(self, where) -> None:
        self.taps += 1
        where.click()

    def write(self, label: str, text: str) -> None:
        self.taps += 1
        self.page.get_by_label(label, exact=label == "NIK").fill(text)

    def pick(self, label: str, value: str) -> None:
        self.taps += 2
        self.page.get_by_label(label).select_option(value)

    def begin(self, address: str) -> None:
        """Open the front page, which is where the counting starts."""
        self.page.goto(address)
        self.taps, self.loads = 0, 0

    def send(self) -> None:
        """Answer what the company asks (one thing on these pages), agree, and send."""
        for box in self.page.locator("#lamar textarea").all():
            self.taps += 1
            box.fill("Bersedia.")
        self.tap(self.page.get_by_label("Saya setuju data ini diteruskan"))
        self.tap(self.page.get_by_role("button", name="Kirim lamaran"))
        expect(self.page.get_by_role("heading", name="Lamaran terkirim")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_newcomer_is_at_the_receipt_in_16_taps_and_5_loads(site, visitor, scripts):
    page = visitor.open(scripts=scripts)
    walk = Counted(page)
    walk.begin(site.fair)
    assert page.locator("main .daftar h3 a").count() > 0

    walk.tap(page.locator("main .daftar h3 a").first)
    walk.tap(page.locator(".bilah").get_by_role("link", name="Lamar jabatan ini"))
    walk.write("NIK", "1209990101990777")
    walk.write("Nomor ponsel", "0812 0000 9999")
    walk.write("Kata sandi baru", "rahasia-uji-77")
    walk.tap(page.get_by_role("button", name="Lanjut"))
    walk.tap(page.get_by_label("Ya, benar"))
    walk.write("Nama lengkap", "Siti Uji Coba")
    walk.pick("Kecamatan di KTP", "12.09.19")
    walk.pick("Pendidikan terakhir", "smk")
    walk.tap(page.get_by_role("button", name="Buat akun"))
    walk.send()

    assert re.search(r"/lamaran/ASH-\d\d-\d{5}-\d\d$", page.url)
    assert walk.taps <= 16, walk.taps
    assert walk.loads <= 5, walk.loads


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_who_is_signed_in_is_at_the_receipt_in_4_taps(site, visitor, scripts):
    page = visitor.open(scripts=scripts)
    sign_in(page, site, APPLICANT)
    page.goto(site.fair)
    offers = page.locator("main .daftar h3 a")
    for address in offers.evaluate_all("all => all.map(one => one.getAttribute('href'))"):
        page.goto(f"{site.address}{address}")
        if page.get_by_role("button", name="Kirim lamaran").count():
            break  # one this person has not applied to yet
    walk = Counted(page)
    walk.begin(site.fair)

    walk.tap(page.locator(f"main .daftar h3 a[href='{address}']"))
    walk.send()

    assert walk.taps <= 4, walk.taps
    assert walk.loads <= 2, walk.loads


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_name_of_a_chosen_file_is_seen_before_it_is_sent(shared_site, visitor, scripts):
    page = visitor.open(scripts=scripts)
    sign_in(page, shared_site, APPLICANT)
    page.goto(f"{shared_site.address}/profil/cv")
    empty, field = page.get_by_text("Belum ada berkas dipilih"), page.locator("#cv")
    expect(empty).to_be_visible()
    assert field.evaluate("one => getComputedStyle(one).opacity") == "0"
    assert (
        field.evaluate("one => getComputedStyle(one, '::file-selector-button').display") == "none"
    ), "the browser's own button speaks another language"
    expect(page.locator("label[for=cv]")).to_have_text("Pilih berkas CV")

    field.set_input_files({"name": "cv.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})

    expect(empty).to_be_hidden()
    assert field.evaluate("one => getComputedStyle(one).opacity") == "1"
