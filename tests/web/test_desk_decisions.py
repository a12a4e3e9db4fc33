"""Decisions at the desk: stored at once, on to the next, taken back, never overriding others."""

from datetime import timedelta

from sqlalchemy import select

from jobfair.applications.models import Application
from jobfair.applications.rules import UNDO_WITHIN, Stage
from jobfair.people.rules import Role
from jobfair.tally.queries.recount import differences
from tests.builders import make_account
from tests.forms import form_on
from tests.web.pages import text_of
from tests.web.rooms import OTHER_REVIEWER, REVIEWER, furnish, send

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


async def stages(session):
    rows = await session.execute(select(Application.receipt, Application.stage, Application.note))
    return {row.receipt: (row.stage, row.note) for row in rows}


def decide(client, room, at, ke, **more):
    receipt = room.receipts[at]
    return send(
        client,
        f"{room.desk}?lamaran={receipt}",
        f"{room.desk}/lamaran/{receipt}/tahap",
        ke=ke,
        **more,
    )


def test_a_decision_is_stored_and_the_next_applicant_opened(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)

    answer = decide(client, room, 2, "shortlisted", note="Sertifikat forklift")

    assert answer.status_code == 303
    assert f"lamaran={room.receipts[1]}" in answer.headers["location"]
    assert act(stages) == {
        room.receipts[0]: (Stage.NEW, ""),
        room.receipts[1]: (Stage.NEW, ""),
        room.receipts[2]: (Stage.SHORTLISTED, "Sertifikat forklift"),
    }
    page = client.get(answer.headers["location"]).text
    assert f"Lolos berkas : {room.made.applicants[2].name}" in text_of(page)
    assert form_on(page, action="/meja/urungkan")


def test_after_the_oldest_the_list_begins_again_and_ends_empty(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)

    first = decide(client, room, 0, "reviewed").headers["location"]
    decide(client, room, 2, "reviewed")
    last = decide(client, room, 1, "reviewed").headers["location"]

    assert f"lamaran={room.receipts[2]}" in first
    assert "lamaran=" not in last
    assert "Belum ada yang perlu ditinjau di sini" in client.get(last).text


def test_a_decision_is_taken_back_within_ten_minutes(client, act, sign_in, clock):
    room = act(furnish)
    sign_in(client, REVIEWER)
    at = decide(client, room, 1, "unsuitable").headers["location"]

    back = send(client, at, "/meja/urungkan")

    assert back.status_code == 303
    assert f"lamaran={room.receipts[1]}" in back.headers["location"]
    assert {stage for stage, _ in act(stages).values()} == {Stage.NEW}
    at = decide(client, room, 1, "unsuitable").headers["location"]
    form = form_on(client.get(at).text, action="/meja/urungkan")
    clock.move_to(clock.now() + UNDO_WITHIN + timedelta(seconds=1))
    late = client.post("/meja/urungkan", data=form)
    assert late.status_code == 409
    assert "Tidak ada langkah Anda dalam 10 menit terakhir" in late.text
    assert act(stages)[room.receipts[1]][0] is Stage.UNSUITABLE


def test_taking_back_opens_the_list_the_applicant_came_back_to(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    decide(client, room, 1, "reviewed")

    back = send(client, f"{room.desk}?tahap=reviewed", "/meja/urungkan")

    assert back.headers["location"] == (
        f"{room.desk}?tahap=new&lamaran={room.receipts[1]}&sampai=3&urung=ya&pindah=1"
    )


def test_taking_back_at_another_position_shows_that_one_unpinned(client, act, sign_in):
    room = act(furnish, positions=2)
    sign_in(client, REVIEWER)
    decide(client, room, 1, "reviewed")
    other = f"/meja/{room.made.positions[1].id}"

    back = send(client, other, "/meja/urungkan")

    assert back.headers["location"] == (
        f"{room.desk}?tahap=new&lamaran={room.receipts[1]}&urung=ya&pindah=1"
    )


def test_people_take_back_their_own_steps_one_after_another(client, act, save, sign_in, clock):
    room = act(furnish, applicants=4)
    company_id = room.made.companies[0].id
    save(make_account(Role.REVIEWER, name_to_sign_in=OTHER_REVIEWER, company_id=company_id))
    sign_in(client, REVIEWER)
    for at in (0, 1):
        decide(client, room, at, "reviewed")
        clock.move_to(clock.now() + timedelta(seconds=1))
    own = dict(client.cookies)
    client.cookies.clear()
    sign_in(client, OTHER_REVIEWER)
    decide(client, room, 2, "unsuitable")
    client.cookies = own

    def undo():
        answer = send(client, room.desk, "/meja/urungkan")
        return answer.status_code, [str(stage) for stage, _ in act(stages).values()]

    form = form_on(client.get(room.desk).text, action="/meja/urungkan")
    assert undo() == (303, ["reviewed", "new", "unsuitable", "new"])
    assert undo() == (303, ["new", "new", "unsuitable", "new"])
    assert client.post("/meja/urungkan", data=form).status_code == 409


def test_the_next_applicant_is_one_of_the_list_in_view(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    view, receipt = f"{room.desk}?sampai=2&lamaran={room.receipts[0]}", room.receipts[0]

    answer = send(client, view, f"{room.desk}/lamaran/{receipt}/tahap", ke="reviewed")

    assert answer.headers["location"] == (
        f"{room.desk}?tahap=new&lamaran={room.receipts[1]}&sampai=2&selesai=ya"
    )


def test_while_searching_the_decided_applicant_stays_open(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    receipt = room.receipts[1]

    answer = send(
        client,
        f"{room.desk}?cari=Pelamar&lamaran={receipt}",
        f"{room.desk}/lamaran/{receipt}/tahap",
        ke="reviewed",
    )

    assert answer.headers["location"] == (
        f"{room.desk}?tahap=new&lamaran={receipt}&sampai=3&cari=Pelamar&selesai=ya"
    )


def test_accepting_many_at_once_is_refused(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    form = form_on(client.get(f"{room.desk}?pilih=ya").text, action="/borongan")

    answer = client.post(
        f"{room.desk}/borongan", data=form | {"ke": "accepted", "lamaran": room.receipts}
    )

    assert answer.status_code == 409
    assert "Menerima pelamar dilakukan satu per satu." in answer.text
    assert {stage for stage, _ in act(stages).values()} == {Stage.NEW}


def test_a_colleague_was_faster_and_the_typed_note_is_kept(client, act, save, sign_in):
    room = act(furnish)
    save(
        make_account(
            Role.REVIEWER, name_to_sign_in=OTHER_REVIEWER, company_id=room.made.companies[0].id
        )
    )
    sign_in(client, REVIEWER)
    action = f"{room.desk}/lamaran/{room.receipts[0]}/tahap"
    mine = form_on(client.get(f"{room.desk}?lamaran={room.receipts[0]}").text, action=action)
    client.cookies.clear()
    sign_in(client, OTHER_REVIEWER)
    decide(client, room, 0, "interview")
    client.cookies.clear()
    sign_in(client, REVIEWER)
    token = form_on(client.get(room.desk).text, action="/tahap")["_token"]

    answer = client.post(
        action, data=mine | {"_token": token, "ke": "unsuitable", "note": "Jauh dari pabrik"}
    )

    assert answer.status_code == 409
    assert "Rekan Anda baru saja memindahkan lamaran ini ke tahap Wawancara." in answer.text
    assert "Jauh dari pabrik</textarea>" in answer.text
    assert answer.headers["HX-Push-Url"] == "false"
    assert act(stages)[room.receipts[0]] == (Stage.INTERVIEW, "")


def test_a_stage_that_is_none_is_refused_in_words(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    for wanted in ("", "apa", "withdrawn"):
        answer = decide(client, room, 0, wanted)
        assert answer.status_code == 409
    assert {stage for stage, _ in act(stages).values()} == {Stage.NEW}


def test_a_note_saves_itself_and_with_the_button(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    page, action = f"{room.desk}?lamaran={room.receipts[0]}", f"/lamaran/{room.receipts[0]}/tahap"
    form = form_on(client.get(page).text, action=action)
    address = f"{room.desk}/lamaran/{room.receipts[0]}/catatan"

    part = client.post(address, data=form | {"note": "Rajin"}, headers=HTMX)
    whole = client.post(address, data=form | {"note": "Rajin sekali", "note_was": "Rajin"})

    assert part.status_code == 200
    assert "<html" not in part.text
    assert "Tersimpan 10.30 WIB" in part.text
    assert 'name="note_was" value="Rajin"' in part.text
    assert whole.status_code == 303
    assert act(stages)[room.receipts[0]] == (Stage.NEW, "Rajin sekali")
    clash = client.post(address, data=form | {"note": "Lain", "note_was": ""}, headers=HTMX)
    assert clash.status_code == 200
    assert "“Rajin sekali”" in clash.text
    assert 'name="note_was" value="Rajin sekali"' in clash.text
    too_long = client.post(
        address, data=form | {"note": "x" * 2001, "note_was": "Rajin sekali"}, headers=HTMX
    )
    assert "Catatan paling panjang 2000 huruf." in too_long.text
    assert act(stages)[room.receipts[0]] == (Stage.NEW, "Rajin sekali")


def test_many_move_in_one_act_and_the_page_says_who_did_not(client, act, sign_in, clock):
    room = act(furnish, applicants=4)
    sign_in(client, REVIEWER)
    decide(client, room, 3, "unsuitable")
    clock.move_to(clock.now() + timedelta(seconds=1))
    form = form_on(client.get(f"{room.desk}?pilih=ya").text, action="/borongan")

    answer = client.post(
        f"{room.desk}/borongan", data=form | {"ke": "reviewed", "lamaran": room.receipts}
    )

    assert answer.status_code == 303
    said = text_of(client.get(answer.headers["location"]).text)
    assert "3 lamaran dipindah ke Ditinjau." in said
    assert f"1 tidak dipindah karena rekan Anda sudah memindahkannya: {room.receipts[3]}" in said
    assert [stage for stage, _ in act(stages).values()] == [Stage.REVIEWED] * 3 + [Stage.UNSUITABLE]
    assert act(differences, room.made.fair.id) == []
    send(client, answer.headers["location"], "/meja/urungkan")
    assert [stage for stage, _ in act(stages).values()] == [Stage.NEW] * 3 + [Stage.UNSUITABLE]


def test_ticking_nobody_is_told(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    form = form_on(client.get(f"{room.desk}?pilih=ya").text, action="/borongan")

    answer = client.post(f"{room.desk}/borongan", data=form | {"ke": "reviewed"})

    assert answer.status_code == 409
    assert "Belum ada pelamar yang dipilih." in answer.text
