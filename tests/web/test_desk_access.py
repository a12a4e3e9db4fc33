"""Who may see which desk: what is another's answers exactly like what does not exist."""

import pytest
from litestar.exceptions import WebSocketDisconnect

from jobfair.companies.models import Company
from jobfair.people.rules import Role
from tests.builders import make_account, make_office, make_position, stage
from tests.web.rooms import ORGANISER, OTHER_REVIEWER, REVIEWER, furnish, send, watch

MISSING = 999_999


@pytest.fixture
def room(act):
    return act(furnish, companies=2)


@pytest.fixture
def stranger(room, save):
    """Return the name of a reviewer of another company at the same fair."""
    save(
        make_account(
            Role.REVIEWER, name_to_sign_in=OTHER_REVIEWER, company_id=room.made.companies[1].id
        )
    )
    return OTHER_REVIEWER


def pages(room):
    desk = room.desk
    return [
        "/meja",
        desk,
        f"{desk}?lamaran={room.receipts[0]}",
        f"{desk}/pelamar.csv",
    ]


def acts(room):
    desk, receipt = room.desk, room.receipts[0]
    return {
        f"{desk}/lamaran/{receipt}/tahap": {"ke": "reviewed", "dari": "new"},
        f"{desk}/lamaran/{receipt}/catatan": {"note": "x", "note_was": ""},
        f"{desk}/borongan": {"ke": "reviewed", "lamaran": receipt},
        "/meja/urungkan": {"jabatan": str(room.made.positions[0].id)},
    }


def test_nobody_is_sent_to_sign_in_and_comes_back(client, room):
    for page in pages(room):
        answer = client.get(page)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/masuk?ke={page}"


def test_organisers_and_applicants_find_nothing_here(client, room, sign_in):
    for name in (ORGANISER, room.made.niks[0]):
        sign_in(client, name)
        for page in pages(room):
            answer = client.get(page)
            assert answer.status_code == 404
            assert "Pelamar Contoh" not in answer.text
        client.cookies.clear()


def test_another_companys_desk_answers_like_a_missing_one(client, room, stranger, sign_in):
    sign_in(client, REVIEWER)
    assert client.get(room.desk).status_code == 200
    assert "Pelamar Contoh" in client.get(room.desk).text
    client.cookies.clear()
    sign_in(client, stranger)

    for page in pages(room)[1:]:
        gone = page.replace(f"/meja/{room.made.positions[0].id}", f"/meja/{MISSING}")
        theirs, missing = client.get(page), client.get(gone)
        assert (theirs.status_code, missing.status_code) == (404, 404)
        assert clean(theirs.text, room) == clean(missing.text, room)


def clean(text, room):
    """Return a page without the number of the position that was asked for."""
    for number in (room.made.positions[0].id, MISSING):
        text = text.replace(f"/meja/{number}", "/meja/N")
    return text


def test_another_companys_acts_answer_like_missing_ones_and_change_nothing(
    client, room, stranger, sign_in
):
    sign_in(client, stranger)
    own = f"/meja/{room.made.positions[1].id}"
    token = form_token(client, own)

    for act, typed in acts(room).items():
        answer = client.post(act, data=typed | {"_token": token})
        gone = act.replace(f"/meja/{room.made.positions[0].id}", f"/meja/{MISSING}")
        missing = client.post(gone, data=typed | {"_token": token, "jabatan": str(MISSING)})
        assert (answer.status_code, missing.status_code) == (404, 404), act

    client.cookies.clear()
    sign_in(client, REVIEWER)
    assert (
        'data-tahap="new" aria-current="page">Baru <span class="n">3' in client.get(room.desk).text
    )


def test_sockets_open_for_the_own_desk_only(client, room, stranger, sign_in):
    address = f"/ws{room.desk}"
    with pytest.raises(WebSocketDisconnect), watch(client, address):
        pass
    for name in (stranger, ORGANISER, room.made.niks[0]):
        sign_in(client, name)
        with pytest.raises(WebSocketDisconnect) as refusal, watch(client, address):
            pass
        assert refusal.value.code == 4500, name  # the framework's; a browser is told 403
        client.cookies.clear()
    sign_in(client, REVIEWER)
    with watch(client, address) as socket:
        assert "Baru" in socket.receive_text(timeout=5)


def form_token(client, page):
    text = client.get(page).text
    return text.split('name="_token" value="')[1].split('"')[0]


def test_an_own_receipt_under_another_position_does_not_exist(client, act, sign_in):
    room = act(furnish, positions=2)
    sign_in(client, REVIEWER)
    other = f"/meja/{room.made.positions[1].id}"

    assert client.get(f"{other}?lamaran={room.receipts[0]}").status_code == 404
    token = form_token(client, other)
    answer = client.post(
        f"{other}/lamaran/{room.receipts[0]}/tahap",
        data={"ke": "reviewed", "dari": "new", "_token": token},
    )
    assert answer.status_code == 404


def test_without_the_pages_own_token_nothing_is_done(client, room, sign_in):
    sign_in(client, REVIEWER)
    for act, typed in acts(room).items():
        assert client.post(act, data=typed).status_code == 403
    assert 'Baru <span class="n">3' in client.get(room.desk).text


@pytest.mark.parametrize("number", ["0", "2147483648", "99999999999999999999999"])
def test_a_number_no_table_can_hold_is_a_missing_position(client, room, sign_in, number):
    sign_in(client, REVIEWER)
    assert client.get(f"/meja/{number}").status_code == 404
    assert client.get(f"/meja/{number}/pelamar.csv").status_code == 404


def test_a_suspended_company_reads_no_personal_data(client, room, act, sign_in):
    sign_in(client, REVIEWER)
    assert "Pelamar Contoh" in client.get(room.desk).text
    act(suspend, room.made.companies[0].id)

    for page in pages(room)[1:]:
        answer = client.get(page)
        assert answer.status_code == 403
        assert "menangguhkan verifikasi" in answer.text
        assert "Pelamar Contoh" not in answer.text
    assert client.get("/meja").status_code in (200, 303)


async def suspend(session, company_id):
    (await session.get_one(Company, company_id)).verified_at = None


def test_a_single_position_is_opened_at_once(client, room, sign_in):
    sign_in(client, REVIEWER)
    answer = client.get("/meja")
    assert (answer.status_code, answer.headers["location"]) == (303, room.desk)


@pytest.mark.parametrize("published", [True, False])
def test_every_published_fair_is_shown_and_a_draft_is_not(  # noqa: PLR0917 - fixtures
    client, room, act, save, sign_in, published
):
    more = {} if published else {"published_at": None}
    second = act(stage, office=make_office(slug="kedua"), slug="kedua", name="Fair Kedua", **more)
    company_id = room.made.companies[0].id
    other = save(make_position(fair_id=second.fair.id, company_id=company_id))
    sign_in(client, REVIEWER)

    answer = client.get("/meja")

    told = [
        answer.status_code,
        f'href="/meja/{other.id}"' in answer.text,
        "Fair Kedua" in answer.text,
    ]
    assert told == ([200, True, True] if published else [303, False, False])


def test_a_company_without_positions_is_told_what_to_do(client, act, save, sign_in):
    room = act(furnish)
    from tests.builders import make_company  # noqa: PLC0415 - used here only

    empty = save(make_company(office_id=room.made.office.id))
    save(make_account(Role.REVIEWER, name_to_sign_in=OTHER_REVIEWER, company_id=empty.id))
    sign_in(client, OTHER_REVIEWER)

    answer = client.get("/meja")

    assert answer.status_code == 200
    assert "belum punya jabatan" in answer.text


def test_sending_needs_the_form_of_the_page(client, room, sign_in):
    sign_in(client, REVIEWER)
    receipt = room.receipts[-1]
    answer = send(
        client,
        f"{room.desk}?lamaran={receipt}",
        f"{room.desk}/lamaran/{receipt}/tahap",
        ke="reviewed",
    )
    assert answer.status_code == 303
