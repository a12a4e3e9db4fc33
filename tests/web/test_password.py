"""Changing the own password, and being made to."""

from itertools import pairwise

import pytest
from sqlalchemy import select

from jobfair.audit.models import AuditEntry
from jobfair.people.models import Account
from jobfair.people.rules import Role
from jobfair.positions.models import Position
from jobfair.web.http.authentication import SESSION_COOKIE
from tests.builders import PASSWORD, on_both, stage
from tests.forms import form_on, post_form
from tests.web.pages import change
from tests.web.rooms import ORGANISER, REVIEWER, furnish
from tests.web.test_limits import browser  # noqa: F401 - a fixture

NEW = "empat kuda laut"


async def acts(session, act):
    return len((await session.scalars(select(AuditEntry).where(AuditEntry.act == act))).all())


@pytest.fixture
def applicant(client, act, sign_in):
    """Give the browser of an applicant who is signed in."""
    sign_in(client, act(stage).niks[0])
    return client


@on_both
@pytest.mark.parametrize("who", [REVIEWER, ORGANISER, ""])
def test_everybody_changes_their_own_password(act, browser, who):  # noqa: F811
    room = act(furnish)
    name = who or room.made.niks[0]
    here, there = browser(), browser()
    for one in (here, there):
        post_form(one, "/masuk", name=name, password=PASSWORD)
    before = here.cookies[SESSION_COOKIE]

    answer = post_form(here, "/sandi?ke=/bantuan", action="/sandi", old=PASSWORD, password=NEW)

    assert (answer.status_code, answer.headers["location"]) == (303, "/bantuan")
    assert here.cookies[SESSION_COOKIE] != before
    assert here.get("/sandi").status_code == 200
    assert there.get("/sandi").headers["location"] == "/masuk?ke=/sandi"
    assert post_form(browser(), "/masuk", name=name, password=PASSWORD).status_code == 422
    assert post_form(browser(), "/masuk", name=name, password=NEW).status_code == 303
    assert act(acts, "change_password") == 1


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("salah-sekali", NEW, "old"),
        (PASSWORD, "kurang", "password"),
        (PASSWORD, "Indonesia123", "password"),
        (PASSWORD, PASSWORD, "password"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(applicant, act, old, new, field):
    answer = post_form(applicant, "/sandi", old=old, password=new)

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert act(acts, "change_password") == 0


def test_the_old_password_cannot_be_guessed(client, act, sign_in):
    nik = act(stage).niks[0]
    sign_in(client, nik)

    answers = [
        post_form(client, "/sandi", old=f"salah-{n}", password=NEW).status_code for n in range(7)
    ]

    assert answers == [422] * 5 + [429] * 2


@on_both
def test_right_old_passwords_are_never_too_many(client, act, sign_in):
    nik = act(stage).niks[0]
    sign_in(client, nik)
    words = [PASSWORD, *(f"empat kuda laut {n}" for n in range(7))]

    answers = [
        post_form(client, "/sandi", old=old, password=new).status_code
        for old, new in pairwise(words)
    ]

    assert answers == [303] * 7


def test_after_a_change_the_browser_is_still_known(browser, act):  # noqa: F811
    nik = act(stage).niks[0]
    own = browser()
    post_form(own, "/masuk", name=nik, password=PASSWORD)
    post_form(own, "/sandi", old=PASSWORD, password=NEW)
    own.cookies.delete(SESSION_COOKIE)
    for _ in range(6):
        post_form(browser(), "/masuk", name=nik, password="salah-sekali")

    assert post_form(browser(), "/masuk", name=nik, password=NEW).status_code == 429
    assert post_form(own, "/masuk", name=nik, password=NEW).status_code == 303


@pytest.mark.parametrize(
    ("who", "page"), [(REVIEWER, ""), (ORGANISER, "/kendali/asahan-uji"), ("", "/profil")]
)
def test_whose_password_somebody_else_made_must_change_it_first(client, act, sign_in, who, page):
    room = act(furnish)
    name, page = who or room.made.niks[0], page or room.desk
    at = act(account_of, KEY[who], name)
    act(change, Account, at, must_change_password=True)
    sign_in(client, name)

    assert client.get(page).headers["location"] == f"/sandi?ke={page}"
    assert "dibuatkan orang lain" in client.get("/sandi").text
    post_form(client, f"/sandi?ke={page}", action="/sandi", old=PASSWORD, password=NEW)
    assert client.get(page).status_code == 200


KEY = {REVIEWER: Role.REVIEWER, ORGANISER: Role.ORGANISER, "": Role.APPLICANT}


async def account_of(session, role, name):
    from tests.builders import KEYS  # noqa: PLC0415

    return await session.scalar(
        select(Account.id).where(
            Account.role == role, Account.sign_in_key == KEYS.blind_index(name)
        )
    )


def test_the_form_needs_its_token(client, act, sign_in):
    nik = act(stage).niks[0]
    sign_in(client, nik)
    fields = form_on(client.get("/sandi").text, having="old")

    answer = client.post("/sandi", data=fields | {"_token": "x", "old": PASSWORD, "password": NEW})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("who", "page"),
    [(REVIEWER, ""), (ORGANISER, "/kendali/asahan-uji"), ("", "/profil")],
)
def test_the_page_is_linked_where_people_are(client, act, sign_in, who, page):
    room = act(furnish)
    sign_in(client, who or room.made.niks[0])

    assert 'href="/sandi?ke=' in client.get(page or room.desk).text


def test_an_application_waits_until_the_password_is_the_own(client, act, sign_in):
    made = act(stage)
    page = f"/{made.fair.slug}/lowongan/{made.positions[0].slug}"
    act(change, Position, made.positions[0].id, questions=["Punya SIM?"])
    sign_in(client, made.niks[0])
    act(change, Account, made.applicants[0].account_id, must_change_password=True)
    form = form_on(client.get(page).text, action="/lamar")

    answer = client.post(f"{page}/lamar", data=form | {"answer_1": "Saya teliti", "consent": "ya"})

    assert answer.headers["location"].startswith(f"/sandi?ke={page}")
    post_form(client, answer.headers["location"], action="/sandi", old=PASSWORD, password=NEW)
    assert "Saya teliti" in client.get(page).text


def test_signing_out_empties_what_pages_keep_in_the_browser(applicant):
    answer = post_form(applicant, "/profil", action="/keluar")

    assert answer.headers["clear-site-data"] == '"storage"'
