"""Organisers invite colleagues, and each of them may do what their duty covers, on every route."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.audit.models import AuditEntry
from jobfair.people.models import Account
from jobfair.people.rules import Duty, Role
from tests.builders import KEYS, make_account, make_office, on_both
from tests.forms import form_on, post_form
from tests.web.pages import change
from tests.web.rooms import ORGANISER, furnish
from tests.web.test_limits import browser  # noqa: F401 - a fixture

STAFF, NEW, EMAIL = "/kendali/petugas", "empat kuda laut", "rekan@contoh.id"
OUTSIDE = "Tugas Anda di kantor ini tidak mencakup hal itu."


@pytest.fixture
def room(act):
    return act(furnish)


@pytest.fixture
def staff(client, room, sign_in):
    sign_in(client, ORGANISER)
    return client


async def colleague(session, email=EMAIL):
    found = await session.scalar(
        select(Account).where(Account.sign_in_key == KEYS.blind_index(email))
    )
    return found and (found.id, found.duty, found.office_id, found.disabled_at is not None)


async def acts(session):
    return [
        one
        for one in await session.scalars(select(AuditEntry.act).order_by(AuditEntry.id))
        if one != "sign_in"
    ]


def invite(client, *, duty="counter", email=EMAIL):
    page = client.get(STAFF).text
    fields = form_on(page, action=STAFF) | {"name": "Rekan Rekaan", "email": email, "duty": duty}
    return client.post(STAFF, data=fields)


def link_on(page):
    return "/undangan/" + page.text.split("/undangan/")[1].split("<")[0]


@on_both
def test_an_invited_colleague_chooses_a_password_once(act, staff, room, browser):  # noqa: F811
    page = invite(staff)
    link = link_on(page)
    theirs = browser()

    early = post_form(browser(), "/masuk", name=EMAIL, password=NEW)
    weak = post_form(theirs, link, password="12345678")
    accepted = post_form(theirs, link, password=NEW)
    again = post_form(browser(), link, password="lain " + NEW)

    assert page.status_code == 200
    assert act(colleague)[1:] == (Duty.COUNTER, room.made.office.id, False)
    assert [early.status_code, weak.status_code, again.status_code] == [422] * 3
    assert (accepted.status_code, accepted.headers["location"]) == (303, "/kendali")
    assert theirs.get("/kendali").headers["location"] == f"{room.control}/bantu"
    assert link not in staff.get(STAFF).text
    assert act(acts)[-3:] == ["add_organiser", "invite_organiser", "accept_invitation"]


def test_an_invitation_is_good_for_three_days_and_a_new_one_ends_it(
    act, staff, browser, clock, sign_in  # noqa: F811
):  # fmt: skip
    first = link_on(invite(staff))
    at = act(colleague)[0]
    second = link_on(post_form(staff, STAFF, action=f"{STAFF}/{at}/undang"))

    replaced = post_form(browser(), first, password=NEW)
    clock.move_to(clock.now() + timedelta(days=3))
    late = post_form(browser(), second, password=NEW)

    assert [replaced.status_code, late.status_code] == [422, 422]


@on_both
def test_a_disabled_colleague_is_out_at_once(act, staff, browser):  # noqa: F811
    theirs = browser()
    post_form(theirs, link_on(invite(staff, duty="committee")), password=NEW)
    at = act(colleague)[0]

    done = post_form(staff, STAFF, action=f"{STAFF}/{at}/nonaktif")

    assert (done.status_code, act(colleague)[3]) == (303, True)
    assert theirs.get("/kendali").headers["location"] == "/masuk?ke=/kendali"
    assert post_form(browser(), "/masuk", name=EMAIL, password=NEW).status_code == 422
    assert act(acts)[-1] == "disable_organiser"


def test_nobody_disables_themselves_or_another_office_s_people(act, save, staff, room):
    own = act(colleague, ORGANISER)[0]
    office = save(make_office(slug="kantor-lain", name="Disnaker Lain"))
    strange = save(make_account(Role.ORGANISER, office_id=office.id))
    token = form_on(staff.get(STAFF).text, action=STAFF)["_token"]

    answers = [
        staff.post(f"{STAFF}/{at}/nonaktif", data={"_token": token}).status_code
        for at in (own, strange.id, 2**40)
    ]

    assert answers == [409, 404, 404]


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"duty": ""}, "duty"), ({"duty": "raja"}, "duty"), ({"email": ORGANISER}, "email")],
)
def test_what_is_wrong_with_an_invitation_is_said(staff, typed, field):
    page = invite(staff, **typed)

    assert page.status_code == 422
    assert f'href="#{field}"' in page.text


def routes(app):
    """Return method and pattern of every address of the control room."""
    return sorted(
        (method, route.path_format)
        for route in app.routes
        if route.path.startswith("/kendali") and hasattr(route, "methods")
        for method in route.methods
        if method in {"GET", "POST"}
    )


def may(duty, method, path):
    """Say whether a duty covers an address: the table that the guards must follow."""
    if path == "/kendali":
        return True
    if path.startswith("/kendali/petugas") or "/pesan" in path:
        return duty is Duty.COMMITTEE
    if "/bantu" in path:
        return duty in {Duty.COMMITTEE, Duty.COUNTER}
    return duty is Duty.COMMITTEE or (duty is Duty.OBSERVER and method == "GET")


@pytest.mark.parametrize("duty", list(Duty))
def test_every_route_of_the_control_room_follows_the_duties(app, client, act, room, sign_in, duty):  # noqa: PLR0917
    act(change, Account, act(colleague, ORGANISER)[0], duty=duty)
    sign_in(client, ORGANISER)
    token = form_on(client.get("/keamanan").text)["_token"]
    found = routes(app)

    wrong = []
    for method, path in found:
        address = path.replace("{fair_slug}", room.made.fair.slug)
        for name in ("company_id", "reviewer_id", "colleague_id", "position_id", "delivery_id"):
            address = address.replace(f"{{{name}}}", "999999")
        sent = {"data": {"_token": token}} if method == "POST" else {}
        answer = client.request(method, address, **sent)
        if (OUTSIDE not in answer.text) != may(duty, method, path) or answer.status_code >= 500:
            wrong.append((method, path, answer.status_code))

    assert wrong == []
    assert len(found) > 25


def test_a_live_page_is_no_way_around_a_duty(client, act, room, sign_in):
    act(change, Account, act(colleague, ORGANISER)[0], duty=Duty.COUNTER)
    sign_in(client, ORGANISER)

    assert client.get(room.control).status_code == 403
    assert 'aria-current="page"' not in client.get(f"{room.control}/bantu").text
