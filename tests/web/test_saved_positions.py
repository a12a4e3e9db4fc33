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
