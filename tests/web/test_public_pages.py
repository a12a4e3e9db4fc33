"""The wall, the verification page, the explaining pages."""

import pytest

from jobfair.tally.rules.hours import HourCount, days_of_fair, hours_of_day
from jobfair.web.pages.public.wall import draw
from tests.builders import CLOSES, NOW, OPENS, WIB, stage
from tests.web.pages import AFTER, latch, send, text_of


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
