import pytest

from jobfair.positions.models import Position
from tests.builders import NOW, on_both, stage
from tests.forms import form_on
from tests.web.pages import change, text_of


@pytest.fixture
def staged(act):
    return act(stage, positions=2, applicants=1)


@pytest.fixture
def page(staged):
    return f"/asahan-uji/lowongan/{staged.positions[0].slug}"


def tap(client, at, page):
    fields = form_on(client.get(at).text, action=f"{page}/simpan")
    return client.post(f"{page}/simpan", data=fields)


@on_both
def test_what_a_guest_saved_is_in_the_account_after_signing_in(client, sign_in, staged, page):
    answer = tap(client, "/asahan-uji/lowongan", page)
    assert (answer.status_code, answer.headers["location"]) == (303, "/asahan-uji/lowongan")
    assert staged.positions[0].title in text_of(client.get("/simpanan").text)
    assert "Tersimpan, hapus" in client.get(page).text

    sign_in(client, staged.niks[0])

    assert "__Host-simpanan" not in client.cookies
    assert staged.positions[0].title in text_of(client.get("/simpanan").text)
    assert tap(client, page, page).headers["location"] == page
    assert "Belum ada simpanan" in client.get("/simpanan").text


def test_a_pulled_position_stays_on_the_list_without_a_link(client, act, staged, page):
    tap(client, page, page)
    act(change, Position, staged.positions[0].id, withdrawn_at=NOW)

    listed = client.get("/simpanan").text

    assert "Ditarik" in listed
    assert f'href="{page}"' not in listed


@pytest.mark.parametrize("cookie", ["x", "1.1.1", "9" * 400, "0.-1.2²", ""])
def test_a_strange_cookie_is_no_error(client, staged, cookie):
    answer = client.get("/simpanan", headers={"cookie": f"__Host-simpanan={cookie}".encode()})

    assert answer.status_code == 200


def test_a_typo_is_named_and_what_is_nearest_is_set_apart(client, staged):
    title = staged.positions[0].title
    typed = f"x{title.split()[0]}"

    corrected = text_of(client.get("/asahan-uji/lowongan", params={"q": typed}).text)
    nothing = text_of(client.get("/asahan-uji/lowongan", params={"q": "kerja di malaysia"}).text)

    assert "Mungkin maksud Anda" in corrected
    assert "Belum ada yang cocok" in nothing
    assert "Yang terdekat" in nothing


@on_both
def test_a_search_is_told_of_and_let_go_by_one_tap_each(client, sign_in, staged):
    at, act = "/asahan-uji/lowongan", "/asahan-uji/lowongan/kabari"
    guest = client.get(at, params={"q": "operator"}).text
    assert "/daftar?ke=/asahan-uji/lowongan%3Fq%3Doperator" in guest
    assert "Beri tahu" not in client.get(at).text
    sign_in(client, staged.niks[0])

    kept = client.post(act, data=form_on(client.get(at, params={"q": "operator"}).text, action=act))
    assert (kept.status_code, kept.headers["location"]) == (303, "/simpanan")
    listed = client.get("/simpanan").text
    assert "“operator”" in listed

    client.post(act, data=form_on(listed, action=act))
    assert "“operator”" not in client.get("/simpanan").text


def test_what_only_the_duties_say_is_named_and_the_nearest_can_be_saved(client, act, staged):
    act(change, Position, staged.positions[0].id, duties=["Merawat kucing."])

    by_duty = text_of(client.get("/asahan-uji/lowongan", params={"q": "kucing"}).text)
    by_title = text_of(client.get("/asahan-uji/lowongan", params={"q": "operator"}).text)
    nothing = client.get("/asahan-uji/lowongan", params={"q": "astronot"}).text

    assert "Cocok karena tugasnya" in by_duty
    assert "Cocok karena tugasnya" not in by_title
    assert f'action="/asahan-uji/lowongan/{staged.positions[0].slug}/simpan"' in nothing
