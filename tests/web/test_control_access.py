"""Who may enter which control room: another office's fair answers like a missing one."""

import pytest
from litestar.exceptions import WebSocketDisconnect

from jobfair.people.rules import Role
from tests.builders import make_account, make_office, stage
from tests.forms import form_on
from tests.web.rooms import ORGANISER, OTHER_ORGANISER, REVIEWER, furnish, watch

PAGES = (
    "", "/angka", "/perpanjang", "/jeda", "/lanjutkan", "/tutup", "/terbitkan", "/perusahaan",
    "/pelamar", "/jejak", "/rekap",
)  # fmt: skip
ACTS = {
    "/cocokkan": {},
    "/perpanjang": {"closes_at": "2026-03-12", "closes_time": "16:00", "reason": "x"},
    "/jeda": {"reason": "x"},
    "/lanjutkan": {},
    "/terbitkan": {},
    "/tutup": {"reason": "x", "confirm": "TUTUP"},
}


@pytest.fixture
def room(act):
    return act(furnish)


@pytest.fixture
def stranger(act, save):
    """Return the name of an organiser of another office, which has a fair of its own."""
    other = make_office(slug="kantor-lain", name="Disnaker Lain")
    made = act(stage, office=other, slug="lain-uji", receipt_prefix="LAN")
    save(make_account(Role.ORGANISER, name_to_sign_in=OTHER_ORGANISER, office_id=made.office.id))
    return OTHER_ORGANISER


def company_pages(room):
    return [f"{room.control}/perusahaan/{room.made.companies[0].id}"]


def company_acts(room):
    company = f"{room.control}/perusahaan/{room.made.companies[0].id}"
    return {
        f"{company}/verifikasi": {},
        f"{company}/tangguhkan": {"reason": "x"},
        f"{company}/peninjau": {"name": "X", "email": "x@contoh.id"},
        f"{company}/peninjau/1/sandi": {},
        f"{company}/peninjau/1/nonaktif": {},
    }


def everything(room):
    return [room.control + page for page in PAGES] + company_pages(room)


def test_nobody_is_sent_to_sign_in(client, room):
    for page in ["/kendali", *everything(room)]:
        answer = client.get(page)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/masuk?ke={page}")


def test_reviewers_and_applicants_find_nothing_here(client, room, sign_in):
    for name in (REVIEWER, room.made.niks[0]):
        sign_in(client, name)
        for page in ["/kendali", *everything(room)]:
            assert client.get(page).status_code == 404, page
        client.cookies.clear()


def test_the_own_organisers_find_everything(client, room, sign_in):
    sign_in(client, ORGANISER)
    for page in everything(room):
        assert client.get(page).status_code == 200, page
    answer = client.get("/kendali")
    assert (answer.status_code, answer.headers["location"]) == (303, room.control)


def test_another_offices_fair_answers_like_a_missing_one(client, room, stranger, sign_in):
    sign_in(client, stranger)
    for page in everything(room):
        gone = page.replace("asahan-uji", "tidak-ada")
        theirs, missing = client.get(page), client.get(gone)
        assert (theirs.status_code, missing.status_code) == (404, 404), page
        assert clean(theirs.text) == clean(missing.text)


def clean(text):
    return text.replace("asahan-uji", "*").replace("tidak-ada", "*")


def test_another_offices_acts_do_not_exist_and_change_nothing(client, room, stranger, sign_in):
    sign_in(client, stranger)
    token = form_on(client.get("/kendali/lain-uji/jeda").text, action="/jeda")["_token"]
    acts = {room.control + act: typed for act, typed in ACTS.items()} | company_acts(room)

    for act, typed in acts.items():
        assert client.post(act, data=typed | {"_token": token}).status_code == 404, act

    client.cookies.clear()
    sign_in(client, ORGANISER)
    page = client.get(room.control).text
    assert "Dibuka, hari ke-3 dari 8" in page
    assert "terverifikasi" in client.get(company_pages(room)[0]).text


def test_a_company_of_another_office_does_not_exist_under_the_own_fair(
    client, room, stranger, sign_in
):
    sign_in(client, stranger)
    company = room.made.companies[0].id
    assert client.get(f"/kendali/lain-uji/perusahaan/{company}").status_code == 404
    token = form_on(client.get("/kendali/lain-uji/jeda").text, action="/jeda")["_token"]
    for act, typed in company_acts(room).items():
        moved = act.replace("asahan-uji", "lain-uji")
        assert client.post(moved, data=typed | {"_token": token}).status_code == 404, act


def test_without_the_pages_own_token_nothing_is_done(client, room, sign_in):
    sign_in(client, ORGANISER)
    for act, typed in ({room.control + a: t for a, t in ACTS.items()} | company_acts(room)).items():
        assert client.post(act, data=typed).status_code == 403, act
    assert "Dibuka, hari ke-3 dari 8" in client.get(room.control).text


def test_sockets_open_for_the_own_fair_only(client, room, stranger, sign_in):
    address = f"/ws{room.control}"
    for name in (stranger, REVIEWER):
        sign_in(client, name)
        with pytest.raises(WebSocketDisconnect) as refusal, watch(client, address):
            pass
        assert refusal.value.code == 4500, name  # the framework's; a browser is told 403
        client.cookies.clear()
    sign_in(client, ORGANISER)
    with watch(client, address) as socket:
        assert "hari ini" in socket.receive_text(timeout=5)


def test_an_office_with_two_fairs_chooses(client, act, room, sign_in):
    act(second_fair, room)
    sign_in(client, ORGANISER)
    answer = client.get("/kendali")
    assert answer.status_code == 200
    assert 'href="/kendali/asahan-uji"' in answer.text
    assert 'href="/kendali/asahan-kedua"' in answer.text


async def second_fair(session, room):
    from tests.builders import make_fair, make_window  # noqa: PLC0415 - used here only

    fair = make_fair(
        office_id=room.made.office.id, slug="asahan-kedua", published_at=None, receipt_prefix="ASK"
    )
    session.add(fair)
    await session.flush()
    session.add(make_window(fair_id=fair.id))
