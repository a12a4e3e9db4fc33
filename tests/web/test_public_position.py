import json
import re
from datetime import datetime, timedelta

import pytest

from jobfair.applicants.models import Applicant
from jobfair.companies.models import Company
from jobfair.fairs.models import Fair
from jobfair.people.rules import Role
from jobfair.positions.models import Position
from tests.builders import NOW, WIB, make_position, stage
from tests.web.pages import AFTER, BEFORE, change, pause, send, staff, text_of

MIDNIGHT = datetime(2026, 3, 10, tzinfo=WIB)


@pytest.fixture
def staged(act):
    return act(stage, positions=2)


@pytest.fixture
def page(staged):
    return f"/asahan-uji/lowongan/{staged.positions[0].slug}"


def test_a_guest_sees_three_steps_and_the_form(client, staged, page):
    answer = client.get(page)
    text = text_of(answer.text)

    assert answer.status_code == 200
    assert staged.positions[0].title in text
    assert "Rp3–3,5 juta per bulan" in text
    assert "0 orang untuk 5 posisi" in text
    assert "Lamar jabatan ini" in text
    assert "Sudah punya akun? Masuk" in text
    assert "Jabatan serupa" in text


def test_search_engines_get_the_posting_as_data(client, staged, page):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', client.get(page).text)

    assert found is not None
    posting = json.loads(found[1])
    assert posting["@type"] == "JobPosting"
    assert posting["title"] == staged.positions[0].title
    assert posting["totalJobOpenings"] == 5
    assert posting["baseSalary"]["value"]["minValue"] == 3_000_000
    assert posting["jobLocation"]["address"]["addressLocality"] == (
        "Kota Kisaran Barat, Kabupaten Asahan"
    )


def test_a_wage_that_is_not_named_is_not_in_the_data(client, act, staged, page):
    act(change, Position, staged.positions[0].id, wage_min=None, wage_max=None)

    answer = client.get(page).text

    assert "baseSalary" not in answer
    assert "Gaji dibicarakan" in answer


def test_before_the_opening_the_card_says_when(client, clock, page):
    clock.move_to(BEFORE)

    text = text_of(client.get(page).text)

    assert "Lamaran baru diterima mulai Senin, 2 Maret 2026 pukul 08.00 WIB." in text
    assert "Kirim lamaran" not in text


def test_a_pause_keeps_the_page_and_takes_the_form(client, act, staged, page):
    act(pause, staged.fair.id)

    text = text_of(client.get(page).text)

    assert "Lamaran sedang dijeda" in text
    assert "Alasan: Listrik padam." in text


def test_after_the_closing_the_card_says_so(client, clock, page):
    clock.move_to(AFTER)

    text = text_of(client.get(page).text)

    assert "Masa pendaftaran berakhir Senin, 9 Maret 2026 pukul 16.00 WIB." in text
    assert "Lanjut masuk" not in text


def test_a_withdrawn_position_keeps_its_page_and_leaves_the_list(client, act, staged, page):
    act(change, Position, staged.positions[0].id, withdrawn_at=NOW)

    assert "Jabatan ini sudah ditarik" in client.get(page).text
    assert staged.positions[0].title not in client.get("/asahan-uji/lowongan").text


def test_a_position_of_an_unverified_company_does_not_exist(client, act, staged, page):
    act(change, Company, staged.companies[0].id, verified_at=None)

    assert client.get(page).status_code == 404
    assert client.get(f"/asahan-uji/perusahaan/{staged.companies[0].slug}").status_code == 404


def test_a_position_of_another_fair_does_not_exist_here(client, act, staged, page):
    act(stage, office=staged.office, slug="lain")

    assert client.get(page.replace("asahan-uji", "lain")).status_code == 404
    assert client.get("/asahan-uji/lowongan/tidak-ada").status_code == 404


def test_staff_see_the_page_without_a_form(client, save, sign_in, staged, page):
    save(staff(Role.REVIEWER, "hr@contoh.id", company_id=staged.companies[0].id))
    sign_in(client, "hr@contoh.id")

    text = text_of(client.get(page).text)

    assert "Anda masuk sebagai petugas" in text
    assert "Kirim lamaran" not in text


@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        ({"minimum_age": 40}, "paling sedikit 40 tahun"),
        ({"residence_policy": "local_only"}, "hanya untuk warga dengan KTP setempat"),
        ({"applications_per_applicant": 1}, "Anda sudah mengirim 1 lamaran"),
    ],
)
def test_who_may_not_apply_reads_why(*, client, act, sign_in, staged, page, conditions, sentence):
    act(change, Applicant, staged.applicants[0].id, district="12.71")
    sign_in(client, staged.niks[0])
    other = f"/asahan-uji/lowongan/{staged.positions[1].slug}"
    assert send(client, other).status_code == 303
    act(change, Fair, staged.fair.id, **conditions)

    text = text_of(client.get(page).text)

    assert sentence in text
    assert "Kirim lamaran" not in text


def test_a_bare_regency_is_local_for_the_page_as_for_the_door(
    *, client, act, sign_in, staged, page
):
    act(change, Applicant, staged.applicants[0].id, district="12.09")
    act(change, Fair, staged.fair.id, residence_policy="local_only")
    sign_in(client, staged.niks[0])

    assert "Kirim lamaran" in text_of(client.get(page).text)
    assert send(client, page).status_code == 303


def test_the_list_marks_what_was_sent_and_where_few_are(client, sign_in, staged, page):
    sign_in(client, staged.niks[0])
    send(client, page)

    text = text_of(client.get("/asahan-uji/lowongan?urut=nama").text)

    assert "Sudah dilamar" in text
    assert "Pelamar masih sedikit" in text
    assert "5 posisi, 1 pelamar" in text


def test_the_search_answers_htmx_with_results_and_a_tidy_address(client, staged):
    answer = client.get(
        "/asahan-uji/lowongan?q=%20operator%20&kec=&urut=cocok",
        headers={"HX-Request": "true", "HX-Request-Type": "partial"},
    )

    assert answer.headers["HX-Push-Url"] == "/asahan-uji/lowongan?q=operator"
    assert "<!doctype" not in answer.text
    assert '<div id="hasil"' in answer.text
    assert "2 jabatan" in answer.text


def test_an_empty_search_names_the_word_to_drop(client, staged):
    text = text_of(client.get("/asahan-uji/lowongan?q=<b>barista").text)

    assert "Belum ada yang cocok" in text
    assert "(2 jabatan)" in text
    assert "<b>barista" not in client.get("/asahan-uji/lowongan?q=<b>barista").text


def test_twenty_on_a_page(client, save, staged):
    fair, company = staged.fair, staged.companies[0]
    save(*[make_position(fair_id=fair.id, company_id=company.id) for _ in range(19)])

    first = client.get("/asahan-uji/lowongan").text
    second = client.get("/asahan-uji/lowongan?hal=2").text
    beyond = client.get("/asahan-uji/lowongan?hal=7").text

    assert first.count('href="/asahan-uji/lowongan/') == 20
    assert second.count('href="/asahan-uji/lowongan/') == 1
    assert 'href="/asahan-uji/lowongan?hal=2"' in first
    assert beyond == second.replace("hal%3D2", "hal%3D7")


def test_a_company_shows_its_own_positions(client, act, save, staged):
    text = text_of(client.get(f"/asahan-uji/perusahaan/{staged.companies[0].slug}").text)

    assert staged.companies[0].about in text
    assert text.count("Operator Produksi") == 2
    idle = save(
        Company(
            office_id=staged.office.id, slug="sepi", name="PT Sepi", legal_form="PT",
            kind="formal", kbli="C", district="12.09.19", address="", about="",
            verified_at=NOW - timedelta(days=1),
        )
    )  # fmt: skip
    assert client.get(f"/asahan-uji/perusahaan/{idle.slug}").status_code == 404


@pytest.mark.parametrize("closes_at", [MIDNIGHT, MIDNIGHT - timedelta(hours=8)])
def test_the_bar_and_the_front_page_name_one_closing_day(client, act, closes_at):
    # A window that ends at 00.00 of the tenth was open through the ninth.
    staged = act(stage, window={"closes_at": closes_at})
    page = f"/asahan-uji/lowongan/{staged.positions[0].slug}"

    assert "2–9 Maret 2026" in text_of(client.get("/asahan-uji").text)
    assert "sampai 9 Mar" in text_of(client.get(page).text)


def test_a_missed_requirement_is_told_before_sending_and_does_not_forbid(
    *, client, act, sign_in, staged, page
):
    sign_in(client, staged.niks[0])
    act(change, Position, staged.positions[0].id, education=["s1"], experience_years=5)

    text = text_of(client.get(page).text)

    assert "2 syarat belum terpenuhi." in text
    assert "Perusahaan meminta S1, ijazah Anda SMK." in text
    assert "Perusahaan meminta pengalaman 5 tahun, Anda 2 tahun." in text
    assert send(client, page).status_code == 303
    act(change, Position, staged.positions[1].id, education=["smk"], experience_years=2)
    other = text_of(client.get(f"/asahan-uji/lowongan/{staged.positions[1].slug}").text)
    assert "syarat belum terpenuhi" not in other
