from datetime import timedelta

import pytest

from jobfair.fairs.models import Fair
from jobfair.people.rules import Role
from tests.builders import NOW, make_office, make_position, on_both, stage
from tests.web.pages import AFTER, BEFORE, change, latch, pause, send, staff, statements, text_of


def test_without_a_fair_the_front_says_so(client):
    answer = client.get("/")

    assert answer.status_code == 200
    assert "Belum ada job fair yang diumumkan" in answer.text


def test_the_only_published_fair_is_shown_at_once(client, act):
    act(stage)
    act(stage, office=make_office(slug="lain"), slug="draf", published_at=None)

    answer = client.get("/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/asahan-uji")


def test_several_fairs_are_listed_newest_first_and_drafts_are_not(client, act):
    act(stage, name="Bursa Satu")
    later = {"opens_at": NOW + timedelta(days=9), "closes_at": NOW + timedelta(days=12)}
    act(stage, office=make_office(slug="b"), slug="dua", name="Bursa Dua", window=later)
    act(stage, office=make_office(slug="c"), slug="tiga", name="Rahasia", published_at=None)

    page = text_of(client.get("/").text)

    assert page.index("Bursa Dua Belum dibuka") < page.index("Bursa Satu Sedang dibuka")
    assert "Rahasia" not in page


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("/asahan-uji/lowongan?q=las", "/asahan-uji/lowongan?q=las"),
        ("/masuk", "/masuk"),
        ("//jahat.example", "/"),
        ("https://jahat.example", "/"),
        ("/\\jahat.example", "/"),
        ("/\tjahat", "/"),
        ("", "/"),
        ("/" + "a" * 600, "/"),
    ],
)
def test_the_language_is_kept_and_only_leads_back_into_this_site(client, asked, back):
    answer = client.get("/bahasa/en", params={"ke": asked})

    assert (answer.status_code, answer.headers["location"]) == (303, back)
    assert 'lang="en"' in client.get("/privasi").text


def test_an_unknown_language_does_not_exist(client):
    assert client.get("/bahasa/xx").status_code == 404


def test_an_open_fair_shows_state_numbers_and_search(client, act):
    act(stage, companies=2, positions=3)

    answer = client.get("/asahan-uji")
    page = text_of(answer.text)

    assert answer.status_code == 200
    assert "<title>Job Fair Virtual Asahan – 6 jabatan di 2 perusahaan</title>" in answer.text
    assert "Sedang dibuka" in page
    assert "hari ke-3 dari 8" in page
    assert "5 hari 05.30.00 lagi Ditutup Senin, 9 Maret pukul 16.00 WIB" in page
    assert "perusahaan 2 jabatan 6 pelamar 0 lamaran terkirim 0" in page
    assert "Per 10.30.00 WIB" in page
    assert 'property="og:title"' in answer.text
    assert "Data contoh" not in page


def test_a_sample_fair_says_that_its_people_are_invented(client, act):
    act(stage, sample=True)

    for path in ("", "/lowongan", "/perusahaan", "/dinding", "/bukti"):
        assert (
            "Data contoh: orang dan perusahaannya rekaan" in client.get(f"/asahan-uji{path}").text
        )


def test_before_the_opening_people_prepare(client, act, clock):
    act(stage, texts={})
    clock.move_to(BEFORE)

    page = text_of(client.get("/asahan-uji").text)

    assert "Belum dibuka" in page
    assert "01.00.00 lagi Dibuka Senin, 2 Maret pukul 08.00 WIB" in page
    assert "Siapkan profil" in page


def test_a_pause_says_since_when_and_why(client, act):
    staged = act(stage)
    act(pause, staged.fair.id)

    page = text_of(client.get("/asahan-uji").text)

    assert "dijeda sejak Rabu, 4 Maret 2026 pukul 10.30 WIB. Listrik padam." in page


def test_after_the_window_numbers_are_being_locked(client, act, clock):
    act(stage)
    clock.move_to(AFTER)

    page = text_of(client.get("/asahan-uji").text)

    assert "Masa pendaftaran sudah berakhir." in page
    assert "Angka sementara" not in page


def test_a_closed_fair_promises_the_recap_until_it_is_there(client, act, clock):
    staged = act(stage, texts={"closed": "Sampai jumpa tahun depan."})
    clock.move_to(AFTER)
    act(latch, staged.fair.id)
    early = client.get("/asahan-uji").text
    assert "Rekapitulasi sedang disusun" in early
    assert "rekap.pdf" not in early

    act(latch, staged.fair.id, edition=True)
    page = client.get("/asahan-uji").text

    assert "Sampai jumpa tahun depan." in page
    assert "Angka sementara" in page
    for name in ("rekap.pdf", "lembar-media.pdf", "rekap.csv"):
        assert f'href="/asahan-uji/{name}"' in page
    assert "hx-ws:connect" not in page


PUBLIC_PATHS = ("", "/angka", "/lowongan", "/perusahaan", "/dinding", "/bukti")


@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_a_draft_does_not_exist_for_the_public(client, act, path):
    act(stage, slug="belum-terbit", published_at=None)

    draft, missing = client.get(f"/belum-terbit{path}"), client.get(f"/tidak-ada{path}")

    assert draft.status_code == missing.status_code == 404
    assert text_of(draft.text).replace("belum-terbit", "") == text_of(missing.text).replace(
        "tidak-ada", ""
    )


def test_a_draft_is_seen_by_its_own_organisers_only(client, act, save, sign_in):
    staged = act(stage, published_at=None)
    other = save(make_office(slug="lain"))
    save(staff(Role.ORGANISER, "kami@contoh.id", office_id=staged.office.id))
    save(staff(Role.ORGANISER, "lain@contoh.id", office_id=other.id))

    sign_in(client, "kami@contoh.id")
    assert "hanya terlihat oleh panitia" in client.get("/asahan-uji").text
    client.cookies.clear()
    sign_in(client, "lain@contoh.id")
    assert client.get("/asahan-uji").status_code == 404


def test_a_fair_without_positions_says_so(client, act):
    act(stage, companies=0)

    page = text_of(client.get("/asahan-uji").text)

    assert "Belum ada jabatan yang terbit." in page
    assert "Belum ada perusahaan" in text_of(client.get("/asahan-uji/perusahaan").text)
    assert "Belum ada jabatan yang terbit" in text_of(client.get("/asahan-uji/lowongan").text)


def test_who_saves_data_gets_no_socket(client, act):
    act(stage)

    page = client.get("/asahan-uji", headers={"Save-Data": "on"}).text

    assert "mode hemat data" in page
    assert "hx-ws:connect" not in page


@on_both
def test_the_live_part_is_the_page_part(client, act, sign_in):
    staged = act(stage)
    sign_in(client, staged.niks[0])
    page = f"/asahan-uji/lowongan/{staged.positions[0].slug}"

    with client.websocket_connect("/ws/publik/asahan-uji") as socket:
        arrival = socket.receive_text(timeout=5)
        assert send(client, page).status_code == 303
        update = socket.receive_text(timeout=5)

    assert '<dd id="n-lamaran">0</dd>' in arrival
    assert '<dd id="n-lamaran">1</dd>' in update
    assert update == client.get("/asahan-uji/angka").text
    assert update in client.get("/asahan-uji").text


def test_a_change_of_the_window_changes_what_the_script_watches(client, act):
    staged = act(stage)
    before = client.get("/asahan-uji/angka").text

    act(pause, staged.fair.id)

    assert 'data-keadaan="open ' in before
    assert 'data-keadaan="paused ' in client.get("/asahan-uji/angka").text


@pytest.mark.parametrize("path", ["", "/lowongan", "/perusahaan", "/dinding"])
def test_a_list_costs_the_same_for_one_position_and_for_three(client, act, save, services, path):
    staged = act(stage)
    with statements(services) as one:
        client.get(f"/asahan-uji{path}")
    company, fair = staged.companies[0], staged.fair
    save(*[make_position(fair_id=fair.id, company_id=company.id) for _ in range(2)])

    with statements(services) as three:
        client.get(f"/asahan-uji{path}")

    assert len(three) == len(one) <= 8


def test_titles_cannot_break_out_of_the_page(client, act, save):
    staged = act(stage)
    act(change, Fair, staged.fair.id, name="<script>alert(1)</script>")
    save(
        make_position(
            fair_id=staged.fair.id,
            company_id=staged.companies[0].id,
            slug="aneh",
            title='</script><img src=x onerror="1">',
        )
    )

    for path in ("", "/lowongan", "/lowongan/aneh", "/dinding"):
        page = client.get(f"/asahan-uji{path}").text
        assert "<script>alert" not in page
        assert "<img" not in page
