"""Typed answers are neither lost nor shown to the next person."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.drafts.actions import forget_old_drafts
from jobfair.drafts.models import FormDraft
from jobfair.fairs.actions import resume_fair
from jobfair.positions.models import Position
from jobfair.web.http.authentication import SESSION_COOKIE
from jobfair.web.pages.shared.draft import (
    DRAFT_COOKIE,
    back_to_card,
    draft_cookie,
    guest_owner,
    read_draft,
)
from tests.builders import KEYS, NOW, on_both, stage
from tests.forms import form_on
from tests.web.pages import change, ledger, pause, send
from tests.web.test_applicant_accounts import register

TYPED = {"answer_1": "Ya, siap.", "answer_2": "SIM C"}


@pytest.fixture
def staged(act):
    staged = act(stage, positions=2, applicants=2)
    act(change, Position, staged.positions[0].id, questions=["Bersedia bergiliran?", "Punya SIM?"])
    return staged


@pytest.fixture
def page(staged):
    return f"/asahan-uji/lowongan/{staged.positions[0].slug}"


def keep(**more):
    facts = {"position_id": 1, "owner": "account:1", "answers": ("Ya.", ""), "now": NOW}
    return draft_cookie(KEYS, **facts | more).value or ""


def read(value, **more):
    return read_draft(value, KEYS, **{"position_id": 1, "owner": "account:1", "now": NOW} | more)


def kept_in_form(page):
    """Tell whether the answers stand in the fields of the card."""
    return "Ya, siap.</textarea>" in page and "SIM C</textarea>" in page


def test_a_draft_is_bound_to_its_position_its_owner_and_its_hour():
    value = keep()

    assert read(value) == ("Ya.", "")
    assert read(value, position_id=2) == ()
    assert read(value, owner="account:2") == ()
    assert read(value, owner="guest:1") == ()
    guests = keep(owner=guest_owner("a"))
    assert read(guests, owner=guest_owner("a")) == ("Ya.", "")
    assert read(guests, owner=guest_owner("b")) == ()
    assert read(value, now=NOW + timedelta(hours=3)) == ()
    for broken in ("", "x", value[:-4], "é", "A" * 4000):
        assert read(broken) == ()


def test_a_draft_too_long_for_a_cookie_keeps_what_fits():
    draw = random.Random(1)
    long = "".join(chr(draw.randrange(0x4E00, 0x9FA5)) for _ in range(600))

    value = keep(answers=(long, long[::-1]))

    assert len(value) <= 3800
    assert read(value) == (long,)
    assert keep(answers=("", "")) == ""


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/a/lowongan/b", "/a/lowongan/b?dari=cv#lamar"),
        ("/a/lowongan/b?draf=K-1#lamar", "/a/lowongan/b?draf=K-1&dari=cv#lamar"),
        ("/a/lowongan/b?dari=masuk#lamar", "/a/lowongan/b?dari=cv#lamar"),
        ("/a/lowongan", "/a/lowongan"),
        ("/profil", "/profil"),
    ],
)
def test_only_a_position_page_has_a_card_to_come_back_to(path, back):
    assert back_to_card(path, "cv") == back


def test_answers_of_a_guest_survive_signing_in(*, client, act, sign_in, staged, page):
    answer = client.post(f"{page}/lamar", data=TYPED)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/masuk?ke={page}%3Fdraf%3D")
    assert act(ledger) == []
    assert "Ya, siap" not in client.cookies[DRAFT_COOKIE]

    asked = client.get(answer.headers["location"])
    assert "Jawaban lamaran yang tadi diketik" in asked.text
    typed = {"name": staged.niks[0], "password": "kata-sandi-uji-7"}
    back = client.post("/masuk", data=form_on(asked.text, action="/masuk") | typed)

    address = back.headers["location"]
    assert address.startswith(f"{page}?draf=")
    assert address.endswith("&dari=masuk#lamar")
    card = client.get(address).text
    assert kept_in_form(card)
    assert "Anda sudah masuk. Lamaran belum terkirim." in card
    other = f"/asahan-uji/lowongan/{staged.positions[1].slug}"
    assert "Ya, siap." not in client.get(f"{other}?{address.partition('?')[2]}").text
    assert send(client, page).status_code == 303
    assert DRAFT_COOKIE not in client.cookies


def test_the_next_person_at_the_browser_does_not_meet_a_guests_answers(client, page):
    client.post(f"{page}/lamar", data=TYPED)

    as_guest = client.get(page).text
    registered = register(client, ke=page)

    assert registered.headers["location"] == f"{page}?dari=daftar#lamar"
    card = client.get(page).text
    assert "Akun jadi. Lamaran belum terkirim." in client.get(f"{page}?dari=daftar").text
    assert ("Ya, siap." in as_guest, "Ya, siap." in card) == (False, False)


def test_an_account_opens_only_its_own_draft(*, client, act, sign_in, staged, page):
    sign_in(client, staged.niks[0])
    fields = form_on(client.get(page).text, action="/lamar") | TYPED
    client.post(f"{page}/lamar", data=fields | {"simpan": "profil"})
    assert kept_in_form(client.get(page).text)

    client.cookies.delete(SESSION_COOKIE)
    sign_in(client, staged.niks[1])

    assert "Ya, siap." not in client.get(page).text
    assert act(ledger) == []


@pytest.mark.parametrize(("errand", "target"), [("profil", "/profil"), ("cv", "/profil/cv")])
def test_the_forms_own_links_take_the_answers_along(
    *, client, act, sign_in, staged, page, errand, target
):
    sign_in(client, staged.niks[0])
    fields = form_on(client.get(page).text, action="/lamar") | TYPED

    away = client.post(f"{page}/lamar", data=fields | {"simpan": errand})

    assert away.headers["location"] == f"{target}?ke={page}%3Fdari%3D{errand}%23lamar"
    there = client.get(away.headers["location"]).text
    assert f'name="ke" value="{page}?dari={errand}#lamar"' in there
    card = client.get(f"{page}?dari={errand}").text
    assert kept_in_form(card)
    assert "Lamaran belum terkirim." in card
    assert act(ledger) == []


def keep_now(client, form, draft, **typed):
    return client.post("/profil/draf", data=form | typed | {"_draf": draft})


@on_both
def test_what_is_typed_is_kept_on_the_server_for_its_person_alone(
    *, client, act, sign_in, staged, page
):
    sign_in(client, staged.niks[0])
    form = form_on(client.get(page).text, action="/lamar")
    name = f"lamar:{staged.positions[0].id}"

    assert keep_now(client, form, name, **TYPED, consent="ya").status_code == 204
    client.cookies.clear()
    sign_in(client, staged.niks[0])
    mine = client.get(page).text
    client.cookies.clear()
    sign_in(client, staged.niks[1])

    assert kept_in_form(mine)
    assert 'name="consent" value="ya" checked' not in mine
    assert "Ya, siap." not in client.get(page).text
    assert act(stored) == [(staged.applicants[0].account_id, name, True)]


async def stored(session):
    rows = (await session.scalars(select(FormDraft))).all()
    return [(row.account_id, row.form, b"siap" not in row.sealed) for row in rows]


def test_a_draft_emptied_again_is_gone_and_only_our_forms_have_one(
    *, client, act, sign_in, staged, page
):
    sign_in(client, staged.niks[0])
    form = form_on(client.get(page).text, action="/lamar")
    name = f"lamar:{staged.positions[0].id}"
    keep_now(client, form, name, **TYPED)

    emptied = keep_now(client, form, name, answer_1="", answer_2="")
    other = keep_now(client, form, "profil", name="Siti")

    assert (emptied.status_code, other.status_code) == (204, 400)
    assert act(stored) == []


def test_drafts_left_alone_are_forgotten_after_thirty_days(*, client, act, sign_in, staged, page):
    sign_in(client, staged.niks[0])
    form = form_on(client.get(page).text, action="/lamar")
    keep_now(client, form, f"lamar:{staged.positions[0].id}", **TYPED)

    act(forget_old_drafts, now=NOW + timedelta(days=29))
    before = act(stored)
    act(forget_old_drafts, now=NOW + timedelta(days=31))

    assert (len(before), act(stored)) == (1, [])


def test_answers_survive_a_pause_and_are_back_after_it(*, client, act, sign_in, staged, page):
    sign_in(client, staged.niks[0])
    fields = form_on(client.get(page).text, action="/lamar") | TYPED | {"consent": "ya"}
    act(pause, staged.fair.id)

    refused = client.post(f"{page}/lamar", data=fields)
    paused = client.get(page).text
    act(resume_fair, fair_id=staged.fair.id, now=NOW, account_id=None)

    assert refused.status_code == 409
    for text in (refused.text, paused):
        assert "Jawaban yang Anda ketik" in text
        assert '<dd class="baris-asli">Ya, siap.</dd>' in text
    assert kept_in_form(client.get(page).text)


def test_answers_survive_a_sign_in_that_has_ended(*, client, sign_in, staged, page):
    sign_in(client, staged.niks[0])
    fields = form_on(client.get(page).text, action="/lamar") | TYPED | {"consent": "ya"}
    client.cookies.delete(SESSION_COOKIE)

    answer = client.post(f"{page}/lamar", data=fields)
    sign_in(client, staged.niks[0])

    key = answer.headers["location"].partition("draf%3D")[2].removesuffix("%23lamar")
    assert kept_in_form(client.get(f"{page}?draf={key}").text)


def test_a_guest_is_told_at_once_what_is_too_long(client, page):
    answer = client.post(f"{page}/lamar", data={"answer_1": "ya " * 300})

    assert answer.status_code == 422
    assert "Jawaban paling panjang 600 huruf, sekarang 899." in answer.text
    assert "setuju data ini diteruskan" not in answer.text
