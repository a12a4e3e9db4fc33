"""The control room's numbers, its check against the ledger, companies and their reviewers."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from jobfair.applications.models import StageTally
from jobfair.audit.models import AuditEntry
from jobfair.people.models import Account
from tests.forms import form_on
from tests.web.pages import statements, text_of
from tests.web.rooms import ORGANISER, REVIEWER, furnish, send, watch


@pytest.fixture
def room(act, client, sign_in):
    room = act(furnish, companies=2)
    sign_in(client, ORGANISER)
    return room


def company(room, at=0):
    return f"{room.control}/perusahaan/{room.made.companies[at].id}"


async def spoil(session):
    await session.execute(update(StageTally).values(n=StageTally.n + 1))


async def entries(session, act):
    found = (await session.scalars(select(AuditEntry).where(AuditEntry.act == act))).all()
    return [(one.subject, one.reason) for one in found]


def test_the_numbers_and_their_match_with_the_ledger(client, room):
    page = text_of(client.get(room.control).text)

    assert "Dibuka, hari ke-3 dari 8" in page
    assert "Ditutup otomatis Senin, 9 Maret 2026 pukul 16.00 WIB" in page
    assert "5 hari 05.30.00 lagi" in page
    assert "pelamar, +3 hari ini 3" in page
    assert "lamaran, +6 hari ini 6" in page
    assert "cocok dengan buku lamaran 10.30 WIB" in page
    assert "Mengirim lamaran 3 100%" in page
    assert "Susut terbesar: Lamaran berlaku ke Sudah ditinjau, 6 lamaran." in page


def test_a_number_that_does_not_match_is_told_with_its_place(client, act, room, clock):
    assert "tidak cocok" not in client.get(room.control).text
    act(spoil)
    form = form_on(client.get(room.control).text, action="/cocokkan")
    client.post(f"{room.control}/cocokkan", data=form)
    assert "tidak cocok" not in client.get(room.control).text, "counted twice within a minute"
    clock.move_to(clock.now() + timedelta(minutes=1))

    client.post(f"{room.control}/cocokkan", data=form)

    page = client.get(room.control).text
    assert "tidak cocok dengan buku lamaran" in page
    assert "hitung ulang" in page


def test_the_live_scoreboard_is_the_page_part(client, room):
    page = client.get(room.control).text
    part = client.get(f"{room.control}/angka").text

    with watch(client, f"/ws{room.control}") as socket:
        arrival = socket.receive_text(timeout=5)

    assert arrival == part
    assert part.strip() in page


def test_companies_with_their_numbers(client, room):
    page = text_of(client.get(f"{room.control}/perusahaan").text)
    first, second = (one.name for one in room.made.companies)
    assert re.search(rf"{first} terverifikasi 1 5 3 3 1 menit lalu 1", page)
    assert re.search(rf"{second} terverifikasi 1 5 3 3 1 menit lalu belum ada", page)


def test_suspending_needs_a_reason_and_takes_the_company_off_the_public_pages(client, act, room):
    public = f"/{room.made.fair.slug}/perusahaan"
    name = room.made.companies[0].name
    assert name in client.get(public).text

    refused = send(client, company(room), f"{company(room)}/tangguhkan", reason=" ")
    assert refused.status_code == 422
    assert refused.text.count("Tulis alasannya. Alasan ini tercatat di jejak.") == 2
    done = send(client, company(room), f"{company(room)}/tangguhkan", reason="Pungutan")
    assert done.status_code == 303
    assert name not in client.get(public).text
    assert "belum terverifikasi" in client.get(company(room)).text
    assert "Perlu verifikasi" in client.get(room.control).text
    assert act(entries, "suspend_company") == [(f"company:{room.made.companies[0].id}", "Pungutan")]

    assert send(client, company(room), f"{company(room)}/verifikasi").status_code == 303
    assert name in client.get(public).text
    assert act(entries, "verify_company") == [(f"company:{room.made.companies[0].id}", "")]


def test_a_new_reviewer_gets_a_password_that_is_shown_once(client, act, room, sign_in):
    answer = send(
        client, company(room, 1), f"{company(room, 1)}/peninjau", name="Dimas", email="D@Contoh.id"
    )
    password = re.search(r"<code id=\"sandi-baru\">([a-z0-9-]{19})</code>", answer.text)[1]

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert password not in client.get(company(room, 1)).text
    stored = act(accounts)["d@contoh.id"]
    assert password not in str(stored.password_hash)
    client.cookies.clear()
    sign_in(client, "d@contoh.id", password)
    assert client.get("/meja").status_code == 303


async def accounts(session):
    found = (await session.scalars(select(Account).where(Account.email.is_not(None)))).all()
    return {account.email: account for account in found}


def test_a_reviewer_with_mistakes_is_not_made(client, act, room):
    before = set(act(accounts))
    for typed in ({"name": "", "email": "bukan-surel"}, {"name": "X", "email": REVIEWER}):
        answer = send(client, company(room), f"{company(room)}/peninjau", **typed)
        assert answer.status_code == 422
        assert f'value="{typed["email"]}"' in answer.text
        assert "<code>" not in answer.text
    assert set(act(accounts)) == before


def test_a_new_password_and_disabling_sign_the_reviewer_out(client, act, room, sign_in, app):
    from litestar.testing import TestClient  # noqa: PLC0415 - a second browser, only here

    theirs = TestClient(app, base_url="https://testserver.local")
    theirs.follow_redirects = False
    sign_in(theirs, REVIEWER)
    assert theirs.get("/meja").status_code == 303
    reviewer = act(accounts)[REVIEWER].id

    answer = send(client, company(room), f"{company(room)}/peninjau/{reviewer}/sandi")
    assert theirs.get("/meja").headers["location"].startswith("/masuk")
    password = re.search(r"<code id=\"sandi-baru\">([a-z0-9-]{19})</code>", answer.text)[1]
    sign_in(theirs, REVIEWER, password)
    assert (
        send(client, company(room), f"{company(room)}/peninjau/{reviewer}/nonaktif").status_code
        == 303
    )
    assert theirs.get("/meja").headers["location"].startswith("/masuk")
    assert len(act(entries, "reset_password")) == 1
    assert len(act(entries, "disable_account")) == 1


def test_applicants_are_numbers_without_names(client, room):
    page = client.get(f"{room.control}/pelamar").text
    assert "3 pelamar, 6 lamaran" in page
    assert "Kota Kisaran Barat" in page
    for who in room.made.applicants:
        assert who.name not in page


@pytest.mark.parametrize("companies", [1, 3])
def test_the_control_room_costs_the_same_for_one_and_for_three(
    client, act, sign_in, services, companies
):
    room = act(furnish, companies=companies)
    sign_in(client, ORGANISER)
    for page in ("", "/perusahaan", "/jejak"):
        client.get(room.control + page)
        with statements(services) as ran:
            assert client.get(room.control + page).status_code == 200
        assert len(ran) == STATEMENTS[page], "\n".join(ran)


STATEMENTS = {"": 12, "/perusahaan": 6, "/jejak": 7}
