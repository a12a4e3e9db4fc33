"""An applicant's day, on a phone, with scripts and without."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import APPLICANT, NEWCOMER_NIK, register, shown_applications, sign_in

ANSWER = "Bersedia, saya pernah magang dengan giliran malam."


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_newcomer_finds_registers_applies_and_holds_a_receipt(site, visitor, scripts):
    page = visitor.open(scripts=scripts)
    page.goto(site.fair)
    before = shown_applications(page)
    page.get_by_label("Pekerjaan atau perusahaan").fill("operator proses pabrik")
    page.get_by_role("button", name="Cari").click()
    page.locator("#hasil h3 a").first.click()
    position = page.url

    page.locator("#lamar").get_by_role("link", name="Lamar jabatan ini").click()
    expect(page.get_by_label("Yang sedang Anda lamar")).to_contain_text("Operator Proses Pabrik")
    register(page)

    expect(page).to_have_url(re.compile(re.escape(position) + ".*#lamar"))
    expect(page.get_by_text("Akun jadi. Lamaran belum terkirim.")).to_be_in_viewport()
    page.get_by_label("Apakah Anda bersedia bekerja bergiliran?").fill(ANSWER)
    if scripts:
        expect(page.get_by_text("Tersimpan sebagai draf")).to_be_visible()
        page.reload()
        expect(page.get_by_label("Apakah Anda bersedia bekerja bergiliran?")).to_have_value(ANSWER)
    page.get_by_label("Saya setuju data ini diteruskan").check()
    page.get_by_role("button", name="Kirim lamaran").click()
    expect(page.get_by_role("heading", name="Lamaran terkirim")).to_be_visible()
    number = page.locator(".tiket-nomor").inner_text()
    assert re.fullmatch(r"ASH-\d\d-\d{5}-\d\d", number)

    page.goto(site.fair)
    assert shown_applications(page) == before + 1
    page.goto(position)
    expect(page.get_by_role("heading", name="Anda sudah melamar")).to_be_visible()
    page.goto(f"{site.address}/lamaran")
    expect(page.locator(".nomor", has_text=number)).to_be_visible()
    page.goto(f"{site.address}/profil")
    assert NEWCOMER_NIK not in page.content()
    expect(page.get_by_text("1209••••••••0777")).to_be_visible()
    stranger = visitor.open(scripts=scripts)
    stranger.goto(f"{site.fair}/bukti/{number}")
    assert "Siti Uji Coba" not in stranger.content()
    expect(stranger.get_by_text("Operator Proses Pabrik").first).to_be_visible()

    page.goto(f"{site.address}/lamaran")
    page.get_by_role("button", name="Keluar").first.click()
    page.goto(f"{site.fair}/lamaran/{number}")
    expect(page).to_have_url(re.compile("/masuk"))


def test_a_wrong_form_keeps_what_was_typed_and_says_everything_at_once(shared_site, visitor):
    page = visitor.open()
    page.goto(f"{shared_site.address}/daftar")
    page.get_by_label("NIK", exact=True).fill("120999010199077")
    page.get_by_label("Nomor ponsel").fill("0812 0000 9999")
    page.get_by_role("button", name="Lanjut").click()

    summary = page.locator(".ringkas-galat")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("NIK harus 16 angka, yang ini 15 angka.")
    expect(summary).to_contain_text("Kata sandi")
    expect(page.get_by_label("Nomor ponsel")).to_have_value("0812 0000 9999")


def test_pressing_twice_sends_once(site, visitor):
    page = visitor.open()
    sign_in(page, site, APPLICANT)
    page.goto(f"{site.fair}/lowongan/apoteker-klinik-teladan-medika")
    for box in page.locator("form textarea").all():
        box.fill(ANSWER)
    page.get_by_label("Saya setuju data ini diteruskan").check()

    page.get_by_role("button", name="Kirim lamaran").dblclick()

    expect(page.get_by_role("heading", name="Lamaran terkirim")).to_be_visible()
    page.goto(f"{site.fair}/lowongan/apoteker-klinik-teladan-medika")
    expect(page.get_by_text("1 orang untuk")).to_be_visible()
    assert "Cocok" in site.command("check")


def test_a_printed_receipt_is_one_page(shared_site, visitor):
    page = visitor.open()
    sign_in(page, shared_site, APPLICANT)
    page.goto(f"{shared_site.address}/lamaran")
    page.locator("main a[href*='/lamaran/']").first.click()
    expect(page.locator(".tiket-nomor")).to_be_visible()

    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
