"""A reviewer's and an organiser's day, with scripts and without."""

import re

import pypdf
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK
from tests.journeys.people import APPLICANT, ORGANISER, REVIEWER, sign_in

READ_FIRST = 800
"""Milliseconds after which a desk that has changed takes decisions again, and a little more."""
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@BOTH
def test_a_reviewer_decides_and_takes_it_back(site, visitor, scripts):
    page = visitor.open(scripts=scripts, size=DESK)
    sign_in(page, site, REVIEWER)
    page.goto(f"{site.address}/meja")
    page.get_by_role("link", name="Kasir").click()
    page.locator(".antre li a").first.click()
    name = page.locator("#hn").inner_text()
    page.wait_for_timeout(READ_FIRST)

    page.get_by_role("button", name=re.compile("Lolos berkas")).click()

    expect(page.locator("#hn")).not_to_have_text(name)
    page.get_by_role("button", name=re.compile("Urungkan")).first.click()
    expect(page.locator("#hn")).to_have_text(name)
    assert "Cocok" in site.command("check")


def test_keys_work_at_the_desk_and_stay_out_of_the_note(site, visitor):
    page = visitor.open(size=DESK)
    sign_in(page, site, REVIEWER)
    page.goto(f"{site.address}/meja")
    page.get_by_role("link", name="Kasir").click()
    page.locator(".antre li a").first.click()
    name = page.locator("#hn").inner_text()
    page.get_by_label("Catatan internal").fill("Teliti, wawancarai lebih dulu")
    expect(page.locator("#hn")).to_have_text(name)

    page.wait_for_timeout(READ_FIRST)
    page.locator("#hn").click()
    page.keyboard.press("l")

    expect(page.locator("#hn")).not_to_have_text(name)
    page.keyboard.press("z")
    expect(page.locator("#hn")).to_have_text(name)
    expect(page.get_by_label("Catatan internal")).to_have_value("Teliti, wawancarai lebih dulu")


def test_on_a_phone_the_next_name_comes_into_view_before_anything_is_decided(site, visitor):
    page = visitor.open()
    sign_in(page, site, REVIEWER)
    page.goto(f"{site.address}/meja")
    page.get_by_role("link", name="Kasir").click()
    page.locator(".antre li a").first.click()
    first = page.locator("#hn").inner_text()
    decide = page.get_by_role("button", name=re.compile("Lolos berkas"))
    page.wait_for_timeout(READ_FIRST)

    decide.click()
    expect(page.locator("#hn")).not_to_have_text(first)
    second = page.locator("#hn").inner_text()
    expect(page.locator("#hn")).to_be_in_viewport()
    expect(page.locator(".tindak .untuk")).to_have_text(second)
    decide.dispatch_event("click")  # the second tap of a double tap

    page.wait_for_timeout(READ_FIRST)
    assert page.locator("#hn").inner_text() == second
    decide.click()
    expect(page.locator("#hn")).not_to_have_text(second)


def test_a_note_outlives_the_end_of_the_session(site, visitor):
    page = visitor.open(size=DESK)
    sign_in(page, site, REVIEWER)
    page.goto(f"{site.address}/meja")
    page.get_by_role("link", name="Kasir").click()
    page.locator(".antre li a").first.click()
    name, desk = page.locator("#hn").inner_text(), page.url
    page.context.clear_cookies()
    with page.expect_response(re.compile("/catatan")):
        page.get_by_label("Catatan internal").press_sequentially("Telepon lagi")

    sign_in(page, site, REVIEWER)
    with page.expect_response(re.compile("/catatan")):
        page.goto(desk)

    expect(page.locator("#hn")).to_have_text(name)
    expect(page.get_by_label("Catatan internal")).to_have_value("Telepon lagi")
    expect(page.locator("#catatan-kabar")).to_contain_text("Tersimpan")


@BOTH
def test_an_organiser_pauses_resumes_and_closes(site, visitor, scripts, tmp_path):
    page = visitor.open(scripts=scripts, size=DESK)
    public = visitor.open(scripts=scripts)
    sign_in(page, site, ORGANISER)
    page.goto(f"{site.address}/kendali/asahan-2022")
    page.get_by_role("link", name="Jeda lamaran").click()
    page.get_by_label("Alasan").fill("Listrik padam di kantor")
    page.get_by_role("main").get_by_role("button").last.click()
    public.goto(site.fair)
    expect(public.get_by_text("Listrik padam di kantor").first).to_be_visible()

    page.goto(f"{site.address}/kendali/asahan-2022")
    page.get_by_role("link", name="Lanjutkan").click()
    page.get_by_role("main").get_by_role("button").last.click()
    public.goto(site.fair)
    expect(public.get_by_text("Sedang dibuka")).to_be_visible()

    page.goto(f"{site.address}/kendali/asahan-2022/tutup")
    page.get_by_label("Alasan").fill("Semua kebutuhan sudah terisi")
    page.get_by_label(re.compile("Ketik")).fill("TUTUP")
    page.get_by_role("button", name="Tutup job fair").click()
    public.goto(site.fair)
    expect(public.get_by_text("Hasil akhir").first).to_be_visible()
    public.goto(f"{site.fair}/lowongan/apoteker-klinik-teladan-medika")
    expect(public.get_by_role("heading", name="Sudah ditutup")).to_be_visible()

    paper = public.request.get(f"{site.fair}/rekap.pdf")
    again = public.request.get(f"{site.fair}/rekap.pdf")
    assert paper.status == 200
    assert paper.body() == again.body()
    (tmp_path / "rekap.pdf").write_bytes(paper.body())
    text = "".join(p.extract_text() for p in pypdf.PdfReader(tmp_path / "rekap.pdf").pages)
    total = public.request.get(f"{site.fair}/rekap.csv").text()
    assert "lamaran" in text
    assert "Lamaran" in total
    assert "Cocok" in site.command("check")


def test_what_a_role_may_not_see_does_not_exist(shared_site, visitor):
    page = visitor.open()
    sign_in(page, shared_site, APPLICANT)

    def ask(path):
        answer = page.request.get(f"{shared_site.address}{path}")
        return answer.status, answer.text().replace(path, "(its own address)")

    missing = ask("/tidak-ada/sama-sekali")
    assert missing[0] == 404
    for path in ("/kendali/asahan-2022", "/meja", "/kendali/asahan-2022/tutup", "/meja/1"):
        assert ask(path) == missing, path
