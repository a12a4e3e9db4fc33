"""The page of one's own data: who looked, the copy, and the end of it."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from jobfair.applicants.models import Applicant
from jobfair.audit.models import AuditEntry
from jobfair.consents.rules import Consent
from jobfair.people.rules import Role
from tests.builders import CLOSES, PASSWORD, make_account, on_both, stage
from tests.forms import form_on
from tests.web.pages import text_of
from tests.web.rooms import REVIEWER, furnish, send


@on_both
def test_who_opened_an_application_is_told_to_its_owner(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    address = f"{room.desk}?lamaran={room.receipts[0]}"
    assert client.get(address).status_code == client.get(address).status_code == 200
    assert client.get(f"{room.desk}/pelamar.csv").status_code == 200
    client.cookies.clear()
    sign_in(client, room.made.niks[0])

    page = text_of(client.get("/data").text)

    title, company = room.made.positions[0].title, room.made.companies[0].name
    assert page.count(f"Membuka lamaran Anda untuk {title}") == 1
    assert page.count(f"Mengunduh daftar pelamar {title}") == 1
    assert company in page
    client.cookies.clear()
    sign_in(client, room.made.niks[1])
    assert "Membuka lamaran Anda" not in client.get("/data").text


@on_both
def test_the_copy_holds_everything_and_no_whole_nik(client, act, sign_in):
    room = act(furnish)
    sign_in(client, room.made.niks[0])

    answer = client.get("/data/unduh.json")
    copy = json.loads(answer.content)

    assert answer.headers["content-disposition"] == 'attachment; filename="data-saya.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert room.made.niks[0] not in answer.text
    assert copy["profile"]["name"] == room.made.applicants[0].name
    assert copy["profile"]["birth_date"] == "1999-08-17"
    assert [one["receipt"] for one in copy["applications"]] == [room.receipts[0]]
    assert copy["applications"][0]["sent"]["phone"] == "+6281234567890"
    assert [(one["kind"], one["given"]) for one in copy["consents"]] == [("application", True)]


def test_each_promise_of_a_consent_is_the_sentence_that_is_ticked():
    shown = "".join(one.read_text("utf-8") for one in Path("templates/applicant").glob("_*.html"))

    assert [one for one in Consent if f'_("{one.words}"' not in shown] == []


async def dump(session):
    entries = await session.scalars(select(AuditEntry))
    return [str(vars(one)) for one in entries]


@on_both
def test_a_deleted_person_is_gone_for_everybody(client, act, sign_in):
    room = act(furnish)
    name, nik = room.made.applicants[0].name, room.made.niks[0]
    sign_in(client, nik)

    wrong = send(client, "/data/hapus", "/data/hapus", password="bukan-ini")
    done = send(client, "/data/hapus", "/data/hapus", password=PASSWORD)

    assert (wrong.status_code, done.status_code) == (422, 303)
    assert done.headers["location"] == "/data/selesai"
    assert "sudah dimusnahkan" in client.get("/data/selesai").text
    assert client.get("/data").headers["location"] == "/masuk?ke=/data"
    form = form_on(client.get("/masuk").text, action="/masuk")
    again = client.post("/masuk", data=form | {"name": nik, "password": PASSWORD})
    assert again.status_code == 422
    sign_in(client, REVIEWER)
    page = client.get(f"{room.desk}?lamaran={room.receipts[0]}").text
    assert name not in page
    assert "Data dihapus pelamar" in page
    sheet = client.get(f"{room.desk}/pelamar.csv").text
    assert name not in sheet
    assert f"{room.receipts[0]};Data dihapus pelamar;" in sheet
    assert client.get(f"{room.desk}?cari={name}").text.count("1 pelamar ditemukan") == 0
    assert not any(name in one or nik in one for one in act(dump))


def test_companies_lose_the_desk_ninety_days_after_the_closing(client, act, sign_in, clock):
    room = act(furnish)
    clock.move_to(CLOSES + timedelta(days=90))
    sign_in(client, REVIEWER)

    answers = [client.get(one) for one in (room.desk, f"{room.desk}/pelamar.csv")]

    assert [one.status_code for one in answers] == [403, 403]
    assert all(room.made.applicants[0].name not in one.text for one in answers)


async def wrapped_key(session):
    return await session.scalar(select(Applicant.key_wrapped))


def test_a_destroyed_key_is_in_no_file_of_the_database(client, act, sign_in, services):
    staged = act(stage)
    key = act(wrapped_key)
    path = Path(services.database.url.database or "")
    assert key in b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
    sign_in(client, staged.niks[0])

    assert send(client, "/data/hapus", "/data/hapus", password=PASSWORD).status_code == 303

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    assert key not in path.read_bytes()


def test_only_applicants_have_data_of_their_own(client, act, sign_in):
    made = act(stage)

    async def add(session):
        session.add(
            make_account(Role.REVIEWER, name_to_sign_in=REVIEWER, company_id=made.companies[0].id)
        )

    act(add)
    sign_in(client, REVIEWER)
    answers = [client.get(one).status_code for one in ("/data", "/data/hapus", "/data/unduh.json")]

    assert set(answers) <= {403, 404}
