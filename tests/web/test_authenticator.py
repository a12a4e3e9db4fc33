"""Codes of an authenticator: setting it up, signing in with it, and what it guards."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from jobfair.audit.models import AuditEntry
from jobfair.people.models import Account
from jobfair.people.rules import Role
from tests.builders import KEYS, PASSWORD, on_both
from tests.forms import form_on, post_form
from tests.web.rooms import ORGANISER, REVIEWER, furnish
from tests.web.test_limits import browser  # noqa: F401 - a fixture

SETUP = "/keamanan/autentikator"


@pytest.fixture
def room(act):
    return act(furnish)


@pytest.fixture
def staff(client, room, sign_in):
    sign_in(client, ORGANISER)
    return client


def secret_on(client):
    return client.get(SETUP).text.split('class="sidik">')[1].split("<")[0].replace(" ", "")


def code_of(secret, clock, *, steps=0):
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + 30 * steps)


def set_up(client, clock):
    """Set an authenticator up; return its secret and its spare codes."""
    post_form(client, SETUP, action=SETUP)
    secret = secret_on(client)
    page = post_form(client, SETUP, action=f"{SETUP}/kode", code=code_of(secret, clock))
    assert page.status_code == 200
    spares = [part.split("<")[0] for part in page.text.split("<li><code>")[1:]]
    return secret, spares


def enter(client, code, *, who=ORGANISER):
    """Sign in with the password and, if one is asked for, the code."""
    first = post_form(client, "/masuk", name=who, password=PASSWORD)
    assert first.headers["location"] == "/masuk/kode?ke=/kendali"
    return post_form(client, first.headers["location"], action="/masuk/kode", code=code)


async def acts(session):
    rows = await session.scalars(select(AuditEntry.act).order_by(AuditEntry.id))
    return [one for one in rows if one in {"set_up_code", "remove_code"}]


async def sealed(session):
    return await session.scalar(
        select(Account.totp_sealed).where(Account.sign_in_key == KEYS.blind_index(ORGANISER))
    )


@on_both
def test_signing_in_takes_a_code_once_an_authenticator_is_set_up(
    staff,
    act,
    clock,
    browser,  # noqa: F811
):
    other = browser()
    post_form(other, "/masuk", name=ORGANISER, password=PASSWORD)

    secret, spares = set_up(staff, clock)

    assert len(set(spares)) == 10
    assert secret.encode() not in act(sealed)
    assert secret not in staff.get(SETUP).text
    assert other.get("/kendali").status_code == 303
    assert staff.get("/kendali").status_code == 303  # to its only fair
    here = browser()
    post_form(here, "/masuk", name=ORGANISER, password=PASSWORD)
    assert here.get("/kendali").headers["location"] == "/masuk?ke=/kendali"
    assert here.get("/keamanan").headers["location"] == "/masuk?ke=/keamanan"
    assert here.get("/masuk?ke=/kendali").headers["location"] == "/masuk/kode?ke=/kendali"
    assert post_form(here, "/masuk/kode", code="000 00x").status_code == 422
    clock.move_to(clock.now() + timedelta(seconds=30))
    done = post_form(
        here, "/masuk/kode?ke=/kendali", action="/masuk/kode", code=code_of(secret, clock)
    )
    assert (done.status_code, done.headers["location"]) == (303, "/kendali")
    assert here.get("/kendali").headers["location"] == "/kendali/asahan-uji"
    assert act(acts) == ["set_up_code"]


@on_both
def test_a_code_is_taken_once_and_older_ones_never(staff, clock, browser):  # noqa: F811
    secret, _ = set_up(staff, clock)
    used = code_of(secret, clock)

    again = enter(browser(), used)
    clock.move_to(clock.now() + timedelta(seconds=30))
    older = enter(browser(), used)
    fresh = code_of(secret, clock)
    first, second = enter(browser(), fresh), enter(browser(), fresh)

    assert [one.status_code for one in (again, older, first, second)] == [422, 422, 303, 422]


@pytest.mark.parametrize(("steps", "status"), [(-1, 303), (0, 303), (1, 303), (2, 422), (-2, 422)])
def test_clocks_may_be_half_a_minute_apart(staff, clock, browser, steps, status):  # noqa: F811
    secret, _ = set_up(staff, clock)
    clock.move_to(clock.now() + timedelta(minutes=5))

    assert enter(browser(), code_of(secret, clock, steps=steps)).status_code == status


@on_both
def test_a_spare_code_stands_in_once(staff, clock, browser):  # noqa: F811
    _, spares = set_up(staff, clock)

    tried = [
        enter(browser(), code).status_code for code in (spares[3].upper(), spares[3], spares[4])
    ]

    assert tried == [303, 422, 303]


def test_codes_cannot_be_guessed(staff, clock, browser):  # noqa: F811
    set_up(staff, clock)
    here = browser()
    post_form(here, "/masuk", name=ORGANISER, password=PASSWORD)

    tried = [post_form(here, "/masuk/kode", code=f"{n:06}").status_code for n in range(12)]

    assert tried == [422] * 10 + [429] * 2


def test_an_authenticator_is_removed_with_a_code_of_it(staff, act, clock, browser):  # noqa: F811
    _, spares = set_up(staff, clock)

    wrong = post_form(staff, SETUP, action=f"{SETUP}/lepas", code="000000")
    right = post_form(staff, SETUP, action=f"{SETUP}/lepas", code=spares[0])

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert act(acts) == ["set_up_code", "remove_code"]
    entered = post_form(browser(), "/masuk", name=ORGANISER, password=PASSWORD)
    assert entered.headers["location"] == "/kendali"


def test_where_it_is_compulsory_an_organiser_can_do_nothing_without(staff, clock, services):
    services.organisers_need_code = True

    assert staff.get("/kendali").headers["location"] == SETUP
    assert staff.get("/kendali/asahan-uji/jejak").headers["location"] == SETUP
    assert "mewajibkan" in staff.get(SETUP).text
    _, spares = set_up(staff, clock)
    assert staff.get("/kendali/asahan-uji/jejak").status_code == 200
    page = staff.get(SETUP).text
    assert "/lepas" not in page
    token = form_on(staff.get("/keamanan").text)["_token"]
    kept = staff.post(f"{SETUP}/lepas", data={"_token": token, "code": spares[0]})
    assert kept.status_code == 409


def test_applicants_have_none(client, room, sign_in):
    sign_in(client, room.made.niks[0])

    assert client.get(SETUP).status_code == 404
    assert SETUP not in client.get("/keamanan").text


@pytest.mark.parametrize("by_code", [False, True])
def test_a_sheet_of_many_people_takes_a_fresh_proof(  # noqa: PLR0917
    client, act, room, sign_in, clock, by_code
):
    sign_in(client, REVIEWER)
    sheet = f"{room.desk}/pelamar.csv"
    secret = set_up(client, clock)[0] if by_code else ""
    assert client.get(sheet).status_code == 200
    clock.move_to(clock.now() + timedelta(minutes=10, seconds=1))

    asked = client.get(sheet)
    field, right = ("code", code_of(secret, clock)) if by_code else ("password", PASSWORD)
    address = asked.headers["location"]
    wrong = post_form(client, address, action="/buktikan", **{field: "salah"})
    still = client.get(sheet)
    given = post_form(client, address, action="/buktikan", **{field: right})

    assert address == f"/buktikan?ke={sheet}"
    assert (wrong.status_code, still.status_code) == (422, 303)
    assert (given.status_code, given.headers["location"]) == (303, sheet)
    assert client.get(sheet).status_code == 200


async def second_key(session):
    from jobfair.credentials.actions.authenticator import (  # noqa: PLC0415
        change_keys_of_credentials,
        enrolment,
    )
    from jobfair.keys import Keys  # noqa: PLC0415

    new = Keys(bytes(range(1, 33)))
    await change_keys_of_credentials(session, old=KEYS, new=new)
    account = await session.scalar(select(Account).where(Account.role == Role.ORGANISER))
    account.totp_at = None
    found = enrolment(new, account)
    await session.rollback()
    return found[0]


@on_both
def test_an_authenticator_outlives_a_change_of_the_root_key(staff, act, clock):
    secret, _ = set_up(staff, clock)

    assert act(second_key) == secret
