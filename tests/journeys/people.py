"""What people do with their hands: signing in, registering, applying."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site

PASSWORD = "contoh-2022"
REVIEWER, ORGANISER = "peninjau@contoh.id", "panitia@contoh.id"
APPLICANT = "1209991806980001"
NEWCOMER_NIK = "1209990101990777"


def sign_in(page: Page, site: Site, name: str) -> None:
    """Sign in on the sign-in page and end where the role starts."""
    page.goto(f"{site.address}/masuk")
    page.get_by_label("NIK atau surel").fill(name)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()
    expect(page).not_to_have_url(re.compile("/masuk"))


def register(page: Page) -> None:
    """Take both steps of a registration, from its first page on."""
    page.get_by_label("NIK", exact=True).fill("1209.9901 0199 0777")
    page.get_by_label("Nomor ponsel").fill("0812 0000 9999")
    page.get_by_label("Kata sandi baru").fill("rahasia-uji-77")
    page.get_by_role("button", name="Lanjut").click()
    page.get_by_label("Ya, benar").check()
    page.get_by_label("Nama lengkap").fill("Siti Uji Coba")
    page.get_by_label("Kecamatan di KTP").select_option("12.09.19")
    page.get_by_label("Pendidikan terakhir").select_option("smk")
    page.get_by_role("button", name="Buat akun").click()


def shown_applications(page: Page) -> int:
    """Return the number of applications a page shows."""
    return int(page.locator("#n-lamaran").inner_text().replace(".", ""))
