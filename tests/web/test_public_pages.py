"""The wall, the verification page, the explaining pages."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from jobfair.fairs.actions import close_early, extend_fair, pause_fair, resume_fair
from jobfair.tally.rules.hours import HourCount, days_of_fair, hours_of_day
from jobfair.web.pages.public.wall import draw
from tests.builders import CLOSES, NOW, OPENS, WIB, on_both, stage
from tests.forms import form_on
from tests.web.pages import AFTER, latch, pause, send, text_of


@pytest.fixture
def sent(client, act, sign_in):
    """Give a staged fair with one application, and its receipt number."""
    staged = act(stage)
    sign_in(client, staged.niks[0])
    answer = send(client, f"/asahan-uji/lowongan/{staged.positions[0].slug}")
    return staged, answer.headers["location"].rsplit("/", 1)[1]


def test_bars_show_the_busiest_once():
    chart = draw([("08", 3), ("09", 12), ("10", 12), ("11", 0)])

    assert chart.best is not None
    assert (chart.best.label, chart.best.n) == ("09", 12)
    assert [bar.best for bar in chart.bars] == [False, True, False, False]
    assert all(bar.y + bar.height == pytest.approx(56) for bar in chart.bars)


def test_an_empty_day_has_no_busiest_hour():
    assert draw([("08", 0)]).best is None
    assert draw([]).bars == []


def test_hours_and_days_are_those_of_the_zone():
    late = HourCount(hour=OPENS.replace(hour=23), applications=4, new_applicants=1)

    assert hours_of_day([late], WIB)[23] == ("23", 4)
    days = days_of_fair([late], OPENS, CLOSES, WIB)
    assert days[0] == ("2", 4)
    assert [label for label, _ in days] == ["2", "3", "4", "5", "6", "7", "8", "9"]


def test_the_wall_shows_work_and_place_but_never_who(client, sent):
    staged, number = sent

    page = client.get("/asahan-uji/dinding").text

    assert f"{staged.positions[0].title}, Kec. Kota Kisaran Barat" in page
    assert "Lamaran per jam hari ini, paling ramai pukul 10 (1)" in page
    assert '"pauseOnBackground":false' in page
    for secret in (staged.applicants[0].name, number, staged.niks[0]):
        assert secret not in page


def test_an_empty_wall_is_not_broken(client, act):
    act(stage)

    text = text_of(client.get("/asahan-uji/dinding").text)

    assert "Belum ada lamaran hari ini" in text


def test_the_wall_freezes_on_the_final_numbers(client, act, clock, sent):
    staged, _ = sent
    clock.move_to(AFTER)
    act(latch, staged.fair.id)

    page = text_of(client.get("/asahan-uji/dinding").text)

    assert "Angka sementara" in page
    assert "paling ramai tanggal 4 (1)" in page
    assert "lagi" not in page


def test_the_live_wall_is_the_page_wall(client, sent):
    with client.websocket_connect("/ws/dinding/asahan-uji") as socket:
        frame = socket.receive_text(timeout=5)

    assert frame in client.get("/asahan-uji/dinding").text


def test_anybody_may_verify_a_number_and_learns_nothing_of_the_person(client, sent):
    staged, number = sent
    client.cookies.clear()

    answer = client.get(f"/asahan-uji/bukti/{number.lower()}")

    assert answer.status_code == 200
    assert "Bukti ini asli" in answer.text
    assert staged.positions[0].title in answer.text
    assert "Rabu, 4 Maret 2026 pukul 10.30.00 WIB" in answer.text
    assert staged.applicants[0].name not in answer.text


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("ASH-26-00001-99", "salah ketik"),
        ("bukan nomor", "salah ketik"),
        ("<b>x</b>", "salah ketik"),
        ("ASH-26-00341-09", "tidak tercatat"),
    ],
)
def test_a_wrong_number_gets_a_clear_sentence(client, act, number, sentence):
    act(stage)

    asked = client.get("/asahan-uji/bukti", params={"nomor": number})
    answer = client.get(asked.headers["location"])

    assert answer.status_code == 404
    assert sentence in answer.text
    assert "<b>x" not in answer.text.lower()


def test_a_number_of_another_fair_is_not_recorded_here(client, act, sent):
    staged, number = sent
    act(stage, office=staged.office, slug="lain")

    assert "tidak tercatat" in client.get(f"/lain/bukti/{number}").text


@pytest.mark.parametrize("path", ["/privasi", "/aksesibilitas", "/bantuan", "/gaya"])
def test_explaining_pages_work_without_and_with_a_fair(client, act, path):
    assert client.get(path).status_code == 200
    act(stage)
    assert client.get(path).status_code == 200


def test_help_names_the_office(client, act):
    act(stage)

    page = client.get("/bantuan").text

    assert "https://wa.me/6281200000000" in page


def test_now_is_shown_in_the_zone_of_the_fair(client, act):
    act(stage, time_zone="Asia/Jayapura")

    assert "Per 12.30.00 WIT" in text_of(client.get("/asahan-uji").text)
    assert NOW.hour == 10


SPELLINGS = [
    "ash-26-00001-59", "ASH 26 00001 59", "ash260000159", "26 00001 59", "ASH–26–00001–59",
    " ash.26.00001.59 ", "ＡＳＨ２６００００１５９",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_may_be_typed_in_any_spelling(client, sent, spelling):
    asked = client.get("/asahan-uji/bukti", params={"nomor": spelling})

    assert asked.headers["location"] == "/asahan-uji/bukti/ASH-26-00001-59"
    assert "Bukti ini asli" in client.get(asked.headers["location"]).text


@on_both
def test_a_withdrawn_receipt_is_told_as_withdrawn(client, clock, sent):
    _, number = sent
    receipt = f"/asahan-uji/lamaran/{number}"
    clock.move_to(NOW + timedelta(hours=1))
    client.post(f"{receipt}/batal", data=form_on(client.get(f"{receipt}/batal").text))

    verified = text_of(client.get(f"/asahan-uji/bukti/{number}").text)
    own = client.get(receipt).text

    when = "Rabu, 4 Maret 2026 pukul 11.30"
    assert "Lamaran ini dibatalkan" in verified
    assert f"Dibatalkan pada {when}.00 WIB." in verified
    assert "Bukti ini asli" not in verified
    assert f"<title>Lamaran dibatalkan, {number}" in own
    assert f"Dibatalkan pada {when}.00 WIB." in text_of(own)
    assert quote(f"Lamaran {number} dibatalkan pada {when} WIB", safe="") in own.replace("+", "%20")
    assert "Bukti%20lamaran" not in own


async def extend_and_resume(session, fair_id):
    later = {"fair_id": fair_id, "account_id": None}
    await extend_fair(
        session, closes_at=CLOSES + timedelta(days=1), reason="Banjir.", now=NOW, **later
    )
    await pause_fair(session, reason="Listrik padam.", now=NOW, **later)
    await resume_fair(session, now=NOW, **later)


def test_why_a_fair_was_extended_is_told_also_after_a_pause(client, act):
    staged = act(stage)
    act(extend_and_resume, staged.fair.id)

    page = text_of(client.get("/asahan-uji").text)

    assert "Diperpanjang panitia sampai Selasa, 10 Maret 2026 pukul 16.00 WIB: Banjir." in page
    assert "Listrik padam." not in page


def test_an_early_closing_is_told_as_one(client, act, clock):
    staged = act(stage)
    act(close_early, fair_id=staged.fair.id, reason="Kuota penuh.", now=NOW, account_id=None)
    clock.move_to(NOW + timedelta(hours=1))

    page = text_of(client.get("/asahan-uji").text)

    assert "Ditutup panitia lebih awal, Rabu, 4 Maret 2026 pukul 10.30 WIB: Kuota penuh." in page


def test_a_paused_wall_says_why_and_invites_nobody_to_apply(client, act):
    staged = act(stage)
    open_ = text_of(client.get("/asahan-uji/dinding").text)
    act(pause, staged.fair.id)

    paused = text_of(client.get("/asahan-uji/dinding").text)

    assert ("Pindai, lamar gratis" in open_, "Pindai, lamar gratis" in paused) == (True, False)
    assert "Listrik padam." in paused


def test_the_list_says_when_nobody_can_apply(client, act, clock):
    staged = act(stage)
    before = client.get("/asahan-uji/lowongan").text
    act(pause, staged.fair.id)
    paused = text_of(client.get("/asahan-uji/lowongan").text)
    clock.move_to(AFTER)
    act(latch, staged.fair.id)
    closed = client.get("/asahan-uji/lowongan").text
    front = client.get("/asahan-uji").text

    assert "dijeda sejak" not in before
    assert "dijeda sejak Rabu, 4 Maret 2026 pukul 10.30 WIB. Listrik padam." in paused
    assert "Job fair ini sudah ditutup, Senin, 9 Maret 2026 pukul 16.00 WIB." in text_of(closed)
    for page in (closed, front):
        assert 'href="/?semua=1"' in page
    assert "Paling banyak dibutuhkan" not in front
    assert "Lihat lamaran saya" not in front
    assert 'href="/asahan-uji"' in client.get("/?semua=1").text


def test_the_bar_names_the_same_last_day_as_the_front_page(client, act):
    midnight = CLOSES.replace(hour=0)
    staged = act(stage, window={"closes_at": midnight})

    front = text_of(client.get("/asahan-uji").text)
    bar = text_of(client.get(f"/asahan-uji/lowongan/{staged.positions[0].slug}").text)

    assert "2–8 Maret 2026" in front
    assert "sampai 8 Mar" in bar


def test_a_phone_reaches_every_part_from_the_head_of_a_page(client, act, sign_in):
    staged = act(stage)
    sign_in(client, staged.niks[0])

    page = client.get("/asahan-uji").text
    head = page[page.index('<header class="kepala') : page.index("<main")]

    for path in ("/asahan-uji/lowongan", "/asahan-uji/perusahaan", "/lamaran", "/profil"):
        assert f'href="{path}"' in head
    own = client.get("/lamaran").text
    assert own.count('action="/keluar"') == 1
    assert 'href="/asahan-uji/lowongan"' in own[own.index("<main") : own.index("</main>")]


def test_the_office_can_be_called_from_every_page(client, act):
    act(stage)

    for path in ("/asahan-uji", "/bantuan"):
        assert 'href="tel:0623000000"' in client.get(path).text
