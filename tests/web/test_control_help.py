"""The counter: an organiser helps somebody who stands there with a KTP."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.applicants.actions.profile import change_keys_of_applicants
from jobfair.applicants.models import Applicant
from jobfair.audit.models import AuditEntry
from jobfair.credentials.queries import contacts_of
from jobfair.fairs.models import Office
from jobfair.keys import Keys
from jobfair.people.models import Account, SignIn
from jobfair.people.rules import Role
from tests.builders import (
    KEYS,
    NOW,
    PASSWORD,
    make_account,
    make_contact,
    make_office,
    on_both,
    stage,
)
from tests.forms import form_on, post_form
from tests.web.pages import ledger
from tests.web.rooms import ORGANISER, OTHER_ORGANISER, apply_all, furnish
from tests.web.test_limits import browser  # noqa: F401 - a fixture

NEW = "empat kuda laut"
SQUATTED = "3303015708959001"


@pytest.fixture
def room(act):
    return act(furnish)


@pytest.fixture
def counter(client, room, sign_in):
    """Give the organiser's browser and the address of the page."""
    sign_in(client, ORGANISER)
    return f"{room.control}/bantu"


async def audit(session):
    rows = await session.scalars(
        select(AuditEntry)
        .where(AuditEntry.act.in_(["look_up_applicant", "reset_applicant", "claim_account"]))
        .order_by(AuditEntry.id)
    )
    return [(row.act, row.subject, row.reason, row.facts) for row in rows]


async def sign_ins_of(session, account_id):
    rows = await session.scalars(select(SignIn).where(SignIn.account_id == account_id))
    return len(rows.all())


def find(client, counter, typed):
    return post_form(client, counter, find=typed)


async def furnish_beside(session, office):
    """Store another fair of the same office, whose receipts have the same digits."""
    held = await session.get_one(Office, office.id)
    return await apply_all(session, await stage(session, office=held, slug="uji-dua"))


def order(client, page, action, **typed):
    fields = form_on(page.text, action=action)
    return client.post(action, data=fields | {"ktp": "ya", "reason": "KTP dilihat"} | typed)


@on_both
@pytest.mark.parametrize("by", ["nik", "receipt"])
def test_finding_somebody_is_written_down(client, act, room, counter, by):
    nik, who = room.made.niks[0], room.made.applicants[0]
    typed = f" {nik[:6]}.{nik[6:]} " if by == "nik" else f" {room.receipts[0].lower()}"

    page = find(client, counter, typed)

    assert page.status_code == 200
    assert who.name in page.text
    assert nik not in page.text
    assert f"{nik[:4]}••••••••{nik[-4:]}" in page.text
    assert act(audit) == [("look_up_applicant", f"account:{who.account_id}", "", {"found_by": by})]


@pytest.mark.parametrize(
    "spelling", ["ASH260000159", "ash 26 00001 59", "260000159", "ＡＳＨ－２６－００００１－５９"]
)
def test_a_receipt_is_found_in_any_spelling(client, room, counter, spelling):
    assert room.receipts[0] == "ASH-26-00001-59"

    assert room.made.applicants[0].name in find(client, counter, spelling).text


def test_a_number_without_its_prefix_that_two_people_hold_finds_nobody(client, act, room, counter):
    act(furnish_beside, room.made.office)

    assert find(client, counter, "260000159").status_code == 422
    assert room.made.applicants[0].name in find(client, counter, "ash260000159").text


@pytest.mark.parametrize("typed", ["", "x", "1209990101999999", "ASH-26-99999-00", "a" * 5000])
def test_nobody_is_found_and_nothing_is_told(client, act, counter, typed):
    page = find(client, counter, typed or " ")

    assert page.status_code == 422
    assert "Tidak ada pelamar dengan NIK atau nomor bukti ini." in page.text
    assert act(audit) == []


def test_a_receipt_of_another_office_finds_nobody(client, act, save, sign_in, room):
    other = make_office(slug="kantor-lain", name="Disnaker Lain")
    made = act(stage, office=other, slug="lain-uji", receipt_prefix="LAN")
    save(make_account(Role.ORGANISER, name_to_sign_in=OTHER_ORGANISER, office_id=made.office.id))
    sign_in(client, OTHER_ORGANISER)

    assert find(client, "/kendali/lain-uji/bantu", room.receipts[0]).status_code == 422
    assert client.get(f"{room.control}/bantu").status_code == 404


def code_on(page):
    return page.text.split('<code id="kode-baru">')[1].split("<")[0]


@on_both
@pytest.mark.parametrize("by", ["nik", "receipt"])
def test_a_code_from_the_counter_gives_its_owner_a_new_password(  # noqa: PLR0917
    client,
    act,
    room,
    counter,
    browser,  # noqa: F811
    by,
):
    nik, who = room.made.niks[0], room.made.applicants[0]
    theirs = browser()
    post_form(theirs, "/masuk", name=nik, password=PASSWORD)
    page = find(client, counter, nik if by == "nik" else room.receipts[0])

    given = order(client, page, f"{counter}/kode")
    code = code_on(given)

    assert given.status_code == 200
    assert theirs.get("/lamaran").status_code == 200
    assert act(audit)[1:] == [
        (
            "reset_applicant",
            f"account:{who.account_id}",
            "KTP dilihat",
            {"found_by": by, "ktp_seen": True},
        )
    ]
    assert code not in client.get(counter).text
    entered = post_form(browser(), "/lupa/kode", name=nik, code=code, password=NEW)
    assert (entered.status_code, entered.headers["location"]) == (303, "/lamaran")
    assert theirs.get("/lamaran").headers["location"] == "/masuk?ke=/lamaran"
    assert act(sign_ins_of, who.account_id) == 1
    assert post_form(browser(), "/masuk", name=nik, password=PASSWORD).status_code == 422
    assert post_form(browser(), "/masuk", name=nik, password=NEW).headers["location"] == "/lamaran"
    again = post_form(browser(), "/lupa/kode", name=nik, code=code, password="lain " + NEW)
    assert again.status_code == 422


def test_a_code_from_the_counter_is_good_for_a_quarter_of_an_hour(
    client,
    room,
    counter,
    clock,
    browser,  # noqa: F811
):
    nik = room.made.niks[0]
    code = code_on(order(client, find(client, counter, nik), f"{counter}/kode"))
    clock.move_to(clock.now() + timedelta(minutes=15))

    late = post_form(browser(), "/lupa/kode", name=nik, code=code, password=NEW)

    assert late.status_code == 422
    assert "tidak cocok atau sudah tidak berlaku" in late.text


@on_both
def test_a_squatted_account_passes_to_the_owner_of_its_nik(  # noqa: PLR0917
    client,
    act,
    save,
    room,
    counter,
    browser,  # noqa: F811
):
    nik, who = room.made.niks[0], room.made.applicants[0]
    squatter = browser()
    post_form(squatter, "/masuk", name=nik, password=PASSWORD)
    save(make_contact(who.account_id, "penyerobot@contoh.id", confirmed_at=NOW))
    before = act(ledger)
    page = find(client, counter, nik)

    done = order(client, page, f"{counter}/klaim", reason="NIK orang lain")

    assert done.status_code == 200
    assert act(audit)[1:] == [
        (
            "claim_account",
            f"account:{who.account_id}",
            "NIK orang lain",
            {"found_by": "nik", "ktp_seen": True},
        )
    ]
    assert act(ledger) == before
    assert squatter.get("/lamaran").status_code == 303
    assert post_form(browser(), "/masuk", name=nik, password=PASSWORD).status_code == 422
    assert act(contact_values, who.account_id) == []
    owner = browser()
    entered = post_form(owner, "/lupa/kode", name=nik, code=code_on(done), password=NEW)
    assert entered.headers["location"] == "/lamaran"
    own = owner.get("/lamaran").text
    assert "Akun ini diserahkan kepada Anda" in own
    assert room.receipts[0] in own
    post_form(owner, "/lamaran", action="/lamaran/sudah-diperiksa")
    assert "Akun ini diserahkan kepada Anda" not in owner.get("/lamaran").text
    assert room.receipts[0] in owner.get("/lamaran").text


async def contact_values(session, account_id):
    return [one.value for one in await contacts_of(session, KEYS, account_id)]


async def rekey(session):
    await change_keys_of_applicants(session, old=KEYS, new=Keys(bytes(range(1, 33))))
    indexes = [row.nik_index for row in await session.scalars(select(Applicant))]
    keys = [row.sign_in_key for row in await session.scalars(select(Account))]
    await session.rollback()
    return len(indexes), len(set(indexes)), len(set(keys)) == len(keys)


@on_both
def test_the_root_key_can_be_changed_after_a_claim(client, act, room, counter):
    page = find(client, counter, room.made.niks[0])
    order(client, page, f"{counter}/klaim")

    assert act(rekey) == (3, 3, True)


@pytest.mark.parametrize(
    ("typed", "field"), [({"ktp": ""}, "ktp"), ({"reason": " "}, "reason"),
                         ({"reason": "x" * 501}, "reason")],
)  # fmt: skip
@pytest.mark.parametrize("action", ["kode", "klaim"])
def test_without_ktp_and_reason_nothing_is_done(  # noqa: PLR0917
    client, act, room, counter, action, typed, field
):
    page = find(client, counter, room.made.niks[0])

    answer = order(client, page, f"{counter}/{action}", **typed)

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert len(act(audit)) == 1
    assert room.made.applicants[0].name in answer.text


def test_the_handle_of_a_search_is_good_for_one_organiser_and_a_while(  # noqa: PLR0917
    client, act, save, room, counter, clock, sign_in
):
    save(
        make_account(
            Role.ORGANISER, name_to_sign_in="kedua@contoh.id", office_id=room.made.office.id
        )
    )
    page = find(client, counter, room.made.niks[0])
    handle = form_on(page.text, action="/klaim")["who"]
    clock.move_to(clock.now() + timedelta(minutes=16))
    late = order(client, page, f"{counter}/klaim")
    clock.move_to(clock.now() - timedelta(minutes=16))
    client.cookies.clear()
    sign_in(client, "kedua@contoh.id")
    token = form_on(client.get(counter).text, having="find")["_token"]
    foreign = client.post(
        f"{counter}/klaim",
        data={"_token": token, "who": handle, "ktp": "ya", "reason": "x"},
    )

    assert (late.status_code, foreign.status_code) == (409, 409)
    assert len(act(audit)) == 1


def test_an_organiser_cannot_walk_through_all_niks(client, counter):
    answers = [find(client, counter, f"12099901016000{n:02}").status_code for n in range(62)]

    assert answers == [422] * 60 + [429] * 2
