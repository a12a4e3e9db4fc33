"""Who has to wait after wrong tries, and who has not: people, strangers, whole villages."""

from datetime import timedelta

import pytest
from litestar.testing import TestClient

from jobfair.people.models import Account
from jobfair.people.rules import Budget, Role
from jobfair.web.http.authentication import SESSION_COOKIE
from jobfair.web.http.devices import DEVICE_COOKIE, KNOWN_FOR
from tests.builders import PASSWORD, on_both, stage
from tests.forms import form_on
from tests.web.pages import change, staff, text_of
from tests.web.rooms import furnish
from tests.web.test_applicant_accounts import GOOD

WRONG = "salah-sekali"
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"
ORGANISER = "panitia@contoh.id"


@pytest.fixture
def browser(app, client):
    """Return a function that makes a new browser behind an address; it shares client's server."""
    inner = app.asgi_handler

    async def with_address(scope, receive, send):
        headers = dict(scope.get("headers", []))
        scope["client"] = (headers.get(b"x-test-address", b"127.0.0.1").decode(), 1)
        await inner(scope, receive, send)

    app.asgi_handler = with_address

    def make(address=HERE):
        another = TestClient(app, base_url="https://testserver.local")
        another.blocking_portal = client.blocking_portal
        another.follow_redirects = False
        another.headers["x-test-address"] = address
        return another

    return make


def enter(browser, name, password=PASSWORD):
    fields = form_on(browser.get("/masuk").text, having="name")
    answer = browser.post("/masuk", data=fields | {"name": name, "password": password})
    browser.cookies.delete(SESSION_COOKIE)
    return answer


def sign_up(browser, nik, **typed):
    page = browser.get("/daftar")
    fields = form_on(page.text, action="/daftar") | GOOD | {"nik": nik} | typed
    answer = browser.post("/daftar", data=fields)
    browser.cookies.delete(SESSION_COOKIE)
    return answer.status_code


@on_both
def test_a_class_behind_one_address_signs_in(browser, act):
    staged = act(stage, applicants=75)

    answers = [enter(browser(), nik).status_code for nik in staged.niks]

    assert answers == [303] * 75


@on_both
def test_right_passwords_are_never_too_many(browser, act):
    # Each from a browser of its own: one that signed in before counts by itself.
    nik = act(stage).niks[0]

    assert [enter(browser(), nik).status_code for _ in range(12)] == [303] * 12


@on_both
def test_of_a_village_behind_one_address_wrong_tries_alone_are_counted(browser, act, monkeypatch):
    monkeypatch.setattr(
        "jobfair.web.pages.shared.signin.SIGN_IN_PER_ADDRESS",
        Budget("uji", 3, timedelta(hours=1)),
    )
    niks = act(stage, applicants=10).niks

    assert [enter(browser(), nik).status_code for nik in niks[:5]] == [303] * 5
    wrong = [enter(browser(), nik, WRONG).status_code for nik in niks[5:9]]
    assert wrong == [422] * 3 + [429]
    assert enter(browser(HERE), niks[9]).status_code == 429
    assert enter(browser(ELSEWHERE), niks[9]).status_code == 303


@on_both
def test_a_try_is_taken_from_all_its_budgets_or_from_none(browser, act, monkeypatch):
    # What one budget refuses costs the others nothing: the address stays free for the rest.
    monkeypatch.setattr(
        "jobfair.web.pages.shared.signin.SIGN_IN_PER_ADDRESS",
        Budget("uji", 9, timedelta(hours=1)),
    )
    first, second, third = act(stage, applicants=3).niks

    refused = [enter(browser(), first, WRONG).status_code for _ in range(15)]
    assert refused == [422] * 5 + [429] * 10
    assert [enter(browser(), second, WRONG).status_code for _ in range(4)] == [422] * 4
    assert enter(browser(), third).status_code == 429


@on_both
def test_wrong_passwords_are_and_the_answer_says_how_long(browser, act, clock):
    nik = act(stage).niks[0]

    tried = [enter(browser(), nik, WRONG).status_code for _ in range(7)]
    answer = enter(browser(), nik)
    seconds = int(answer.headers["retry-after"])

    assert tried == [422] * 5 + [429] * 2
    assert answer.status_code == 429
    assert f"Tunggu {-(-seconds // 60)} menit" in answer.text
    clock.move_to(clock.now() + timedelta(seconds=seconds - 2))
    assert enter(browser(), nik).status_code == 429
    clock.move_to(clock.now() + timedelta(seconds=2))
    assert enter(browser(), nik).status_code == 303


@on_both
@pytest.mark.parametrize("role", [Role.APPLICANT, Role.ORGANISER])
def test_a_stranger_elsewhere_locks_nobody_out(browser, act, save, role):
    staged = act(stage)
    save(staff(Role.ORGANISER, ORGANISER, office_id=staged.office.id))
    name = staged.niks[0] if role is Role.APPLICANT else ORGANISER

    stranger = [enter(browser(ELSEWHERE), name, WRONG).status_code for _ in range(30)]

    assert stranger == [422] * 5 + [429] * 25
    assert enter(browser(HERE), name).status_code == 303


@on_both
def test_a_known_browser_passes_the_lock_of_its_name(browser, act):
    nik = act(stage).niks[0]
    own = browser()
    assert enter(own, nik).status_code == 303

    for number in range(100):
        enter(browser(f"203.0.113.{number // 5}"), nik, WRONG)

    assert enter(browser("203.0.113.200"), nik).status_code == 429
    assert enter(browser(HERE), nik).status_code == 429
    assert enter(own, nik).status_code == 303


def test_a_known_browser_may_not_guess_for_ever(browser, act):
    nik = act(stage).niks[0]
    own = browser()
    enter(own, nik)

    assert [enter(own, nik, WRONG).status_code for _ in range(12)] == [422] * 10 + [429] * 2


def test_a_browser_is_known_for_its_own_account_and_password_only(browser, act, clock):
    staged = act(stage, applicants=2)
    own = browser()
    enter(own, staged.niks[0])
    for nik in staged.niks:
        for _ in range(6):
            enter(browser(), nik, WRONG)

    assert enter(own, staged.niks[1]).status_code == 429
    known = dict(own.cookies)
    assert DEVICE_COOKIE in known
    clock.move_to(clock.now() + KNOWN_FOR + timedelta(days=1))
    for _ in range(6):
        enter(browser(), staged.niks[0], WRONG)
    assert enter(own, staged.niks[0]).status_code == 429


@on_both
def test_a_new_password_makes_every_browser_a_stranger(browser, act):
    staged = act(stage)
    own = browser()
    enter(own, staged.niks[0])
    for _ in range(6):
        enter(browser(), staged.niks[0], WRONG)
    act(change, Account, staged.applicants[0].account_id, password_hash="lain")

    assert enter(own, staged.niks[0]).status_code == 429


@on_both
def test_an_ipv6_network_is_one_address(browser, act):
    nik = act(stage).niks[0]

    tried = [enter(browser(f"2001:db8:1:2::{n:x}"), nik, WRONG).status_code for n in range(7)]

    assert tried == [422] * 5 + [429] * 2
    assert enter(browser("2001:db8:1:3::1"), nik).status_code == 303


@on_both
def test_serial_guessing_of_a_nik_ends_soon(browser, act):
    act(stage)
    serials = [f"330301570895{n:04}" for n in range(9001, 9031)]
    assert sign_up(browser("203.0.113.1"), serials[20]) == 303

    here = [sign_up(browser(ELSEWHERE), nik) for nik in serials[:8]]
    there = [sign_up(browser("198.51.100.20"), nik) for nik in serials[8:16]]
    third = [sign_up(browser("198.51.100.30"), nik) for nik in serials[16:22]]

    assert here == [303] * 5 + [429] * 3
    assert there == [303] * 5 + [429] * 3
    assert third == [303] * 2 + [429] * 4


@on_both
def test_guessing_the_digits_of_a_nik_does_not_keep_its_owner_out(browser, act):
    act(stage)
    serials = [f"330301570895{n:04}" for n in range(9001, 9041)]
    for number, nik in enumerate(serials[:20]):
        sign_up(browser(f"198.51.100.{number // 5}"), nik)

    assert sign_up(browser(HERE), serials[30]) == 303
    assert sign_up(browser(HERE), serials[31]) == 429


@on_both
def test_taken_niks_are_told_a_few_times_and_then_nothing_is(browser, act, monkeypatch):
    act(stage)
    monkeypatch.setattr(
        "jobfair.web.pages.applicant.registration.TAKEN_PER_ADDRESS",
        Budget("uji", 3, timedelta(hours=1)),
    )
    born = [f"3303015708{year}9001" for year in range(70, 80)]
    one = browser("203.0.113.1")
    dates = {nik: f"17-08-19{nik[10:12]}" for nik in born}
    assert [sign_up(one, nik, birth_date=dates[nik]) for nik in born[:5]] == [303] * 5

    told = [sign_up(browser(ELSEWHERE), nik, birth_date=dates[nik]) for nik in born[:5]]

    assert told == [422] * 3 + [429] * 2
    assert sign_up(browser(ELSEWHERE), born[5], birth_date=dates[born[5]]) == 429
    assert sign_up(browser(HERE), born[5], birth_date=dates[born[5]]) == 303


def test_a_lock_leaves_one_line_without_personal_data(browser, act, caplog):
    nik = act(stage).niks[0]
    for _ in range(40):
        enter(browser(ELSEWHERE), nik, WRONG)

    lines = [r.getMessage() for r in caplog.records if "limit reached" in r.getMessage()]

    assert len(lines) == 1
    assert lines[0].startswith("limit reached: sign-in:name-and-address key=")
    assert lines[0].endswith("from=198.51.100.0/24")
    assert nik not in lines[0]
    assert ELSEWHERE not in lines[0]


@on_both
def test_the_control_room_counts_what_was_refused(browser, client, act, clock, sign_in):
    room = act(furnish, applicants=2)
    nik = room.made.niks[0]
    for _ in range(8):
        enter(browser(ELSEWHERE), nik, WRONG)
    born = "330301570895"
    first = [sign_up(browser(HERE), f"{born}900{n}") for n in (1, 1)]
    others = [sign_up(browser(ELSEWHERE), f"{born}90{n}") for n in range(11, 25)]
    assert first == [303, 422]
    sign_in(client, ORGANISER)

    page = text_of(client.get(room.control).text)

    assert "Kata sandi salah 5 Terlalu sering mencoba masuk 3" in page
    assert f"Terlalu sering mencoba mendaftar {others.count(429)}" in page
    assert others.count(429) > 0
    assert "Mendaftar dengan NIK yang sudah terdaftar 1" in page
    clock.move_to(clock.now() + timedelta(hours=25))
    sign_in(client, ORGANISER)
    assert "Kata sandi salah 0" in text_of(client.get(room.control).text)
