"""Coming back with a code: asking, typing it, and what strangers learn from it."""

import contextlib
import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from jobfair.applicants.actions.registering import forget_unfinished
from jobfair.applicants.models import Applicant
from jobfair.audit.models import AuditEntry
from jobfair.credentials.actions.codes import forget_expired_codes
from jobfair.credentials.models import Contact, OneTimeCode
from jobfair.credentials.queries import code_to_send
from jobfair.credentials.rules import ContactKind
from jobfair.people.models import SignIn
from jobfair.people.rules import Role
from tests.builders import KEYS, NOW, PASSWORD, make_account, make_contact, on_both, stage
from tests.forms import form_on, post_form
from tests.web.test_limits import browser  # noqa: F401 - a fixture

NEW = "empat kuda laut"
EMAIL, PHONE = "siti@contoh.id", "081234567890"
UNKNOWN = "1209990101999999"


@pytest.fixture
def made(act, save, services):
    """Store a fair, and let its first applicant have two confirmed contacts."""
    services.channels = frozenset(ContactKind)
    made = act(stage, applicants=3)
    who = made.applicants[0].account_id
    save(make_contact(who, EMAIL), make_contact(who, PHONE))
    return made


async def sent(session, *, now=NOW):
    """Return what the sender would hand over: address and code, by row."""
    ids = (await session.scalars(select(OneTimeCode.id).order_by(OneTimeCode.id))).all()
    found = [await code_to_send(session, KEYS, one, now=now) for one in ids]
    return [(one.contact.value, one.code) for one in found if one is not None]


async def acts(session, act):
    rows = await session.scalars(select(AuditEntry).where(AuditEntry.act == act))
    return [(row.account_id, row.facts) for row in rows]


async def stored(session):
    return [
        (row.code_hash, row.sealed)
        for row in await session.scalars(select(OneTimeCode).order_by(OneTimeCode.id))
    ]


@contextlib.contextmanager
def written(services):
    """Collect the statements of writing transactions that run meanwhile."""
    ran, engine = [], services.database.engine.sync_engine

    def note(_c, _k, text, *_):
        if "one_time_code" in text or "contact" in text:
            ran.append(text)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(engine, "before_cursor_execute", note)


def ask(client, name, channel="email"):
    page = client.get("/lupa")
    fields = form_on(page.text, having="name")
    return client.post("/lupa", data=fields | {"name": name, "channel": channel})


def answer(client, name, code, password=NEW):
    return post_form(client, "/lupa/kode", name=name, code=code, password=password)


@on_both
@pytest.mark.parametrize("channel", ["email", "phone"])
@pytest.mark.parametrize("by", ["nik", "email"])
def test_a_code_leads_back_in_and_every_other_browser_ends(
    act, made, browser, by, channel  # noqa: F811
):  # fmt: skip
    nik, who = made.niks[0], made.applicants[0]
    name = nik if by == "nik" else f" {EMAIL.upper()}"
    elsewhere, here = browser(), browser()
    post_form(elsewhere, "/masuk", name=nik, password=PASSWORD)

    asked = ask(here, name, channel)
    [(address, code)] = act(sent)
    entered = answer(here, name, f"{code[:3]} {code[3:]}")

    assert asked.status_code == 200
    assert address == (EMAIL if channel == "email" else PHONE)
    assert address not in asked.text
    assert (entered.status_code, entered.headers["location"]) == (303, "/lamaran")
    assert here.get("/lamaran").status_code == 200
    assert elsewhere.get("/lamaran").status_code == 303
    assert act(acts, "recover") == [(who.account_id, {"way": "recover"})]
    assert act(stored) == []
    assert post_form(browser(), "/masuk", name=nik, password=NEW).status_code == 303


@on_both
def test_what_is_answered_is_the_same_for_a_name_that_nobody_has(client, act, made, services):
    def without_name(page, name):
        return re.sub(r'name="_token" value="\w+"', "", page.text).replace(name, "NAMA")

    pages, counted, wrong = [], [], []
    names = (made.niks[0], UNKNOWN, made.niks[1], "tidak-ada@contoh.id")
    for name in names:
        with written(services) as run:
            pages.append(ask(client, name))
        counted.append(run)
        with written(services) as run:
            wrong.append(answer(client, name, "000000x"))
        counted[-1] += run

    assert {page.status_code for page in pages} == {200}
    assert {page.status_code for page in wrong} == {422}
    for answers in (pages, wrong):
        assert (
            len({without_name(page, name) for page, name in zip(answers, names, strict=True)}) == 1
        )
    assert counted == [counted[0]] * 4
    assert [text.split()[0] for text in counted[0]] == ["SELECT", "INSERT", "UPDATE"]
    assert [address for address, _ in act(sent)] == [EMAIL]


def test_five_wrong_codes_end_a_code_and_a_new_one_is_another(client, act, made, browser):  # noqa: F811
    nik = made.niks[0]
    ask(client, nik)
    [(_, code)] = act(sent)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    tried = [answer(browser(), nik, wrong).status_code for _ in range(5)]

    assert tried == [422] * 5
    assert answer(browser(), nik, code).status_code == 422
    ask(client, nik)
    [(_, fresh)] = act(sent)
    assert answer(client, nik, fresh).status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(9, 303), (10, 422)])
def test_a_code_is_good_for_ten_minutes(client, act, made, clock, minutes, status):  # noqa: PLR0917
    ask(client, made.niks[0])
    [(_, code)] = act(sent)
    clock.move_to(clock.now() + timedelta(minutes=minutes))

    assert answer(client, made.niks[0], code).status_code == status


def test_nothing_is_sent_to_what_was_never_confirmed_or_to_who_is_disabled(client, act, save, made):
    second, third = made.applicants[1].account_id, made.applicants[2].account_id
    save(make_contact(second, "kedua@contoh.id", confirmed_at=None))
    save(make_contact(third, EMAIL))

    asked = [ask(client, made.niks[1]), ask(client, EMAIL)]

    assert [page.status_code for page in asked] == [200, 200]
    assert act(sent) == []


def test_a_code_is_not_readable_in_its_row(client, act, made):
    ask(client, made.niks[0])
    [(_, code)] = act(sent)

    [(code_hash, sealed)] = act(stored)

    assert code.encode() not in code_hash + sealed
    assert code_hash != KEYS.blind_index(code)


def test_asking_and_guessing_have_limits(client, made):
    asked = [ask(client, made.niks[0]).status_code for _ in range(5)]
    tried = [answer(client, made.niks[1], f"{n:06}").status_code for n in range(12)]

    assert asked == [200] * 3 + [429] * 2
    assert tried == [422] * 10 + [429] * 2


def test_without_a_way_out_the_page_leads_to_the_counter(client, act):
    made = act(stage)

    page = client.get("/lupa").text

    assert 'name="channel"' not in page
    assert made.office.address in page
    assert 'href="/lupa/kode"' in page
    assert 'href="/lupa"' in client.get("/masuk").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"name": ""}, "name"), ({"code": ""}, "code"), ({"password": "pendek"}, "password")],
)
def test_what_is_missing_is_said_before_a_try_is_counted(client, act, made, typed, field):
    ask(client, made.niks[0])
    [(_, code)] = act(sent)
    fields = {"name": made.niks[0], "code": code, "password": NEW}

    page = post_form(client, "/lupa/kode", **fields | typed)

    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert answer(client, made.niks[0], code).status_code == 303


async def contacts(session):
    rows = await session.scalars(select(Contact).order_by(Contact.id))
    return [(row.account_id, row.kind, row.confirmed_at is not None) for row in rows]


@pytest.fixture
def member(client, act, sign_in, services):
    """Sign in an applicant without contacts; codes can be sent by mail and telephone."""
    services.channels = frozenset(ContactKind)
    made = act(stage)
    sign_in(client, made.niks[0])
    return made.applicants[0].account_id


@on_both
@pytest.mark.parametrize(("typed", "kind"), [(EMAIL, "email"), ("0812 3456 7890", "phone")])
def test_a_contact_counts_once_its_code_was_typed(client, act, member, typed, kind):
    added = post_form(client, "/keamanan", action="/keamanan/kontak", contact=typed)
    [(_, code)] = act(sent)
    before = act(contacts)
    page = client.get("/keamanan").text
    confirmed = client.post(
        form_action(page, "/kode"), data=form_on(page, action="/kode") | {"code": code}
    )

    assert (added.status_code, confirmed.status_code) == (303, 303)
    assert before == [(member, kind, False)]
    assert act(contacts) == [(member, kind, True)]
    assert act(acts, "confirm_contact") == [(member, {"kind": kind})]


def form_action(page, ending):
    actions = re.findall(r'action="([^"]+)"', page)
    return next(address for address in actions if address.endswith(ending))


def test_a_wrong_code_confirms_nothing_and_the_try_is_counted(client, act, member):
    post_form(client, "/keamanan", action="/keamanan/kontak", contact=EMAIL)
    [(_, code)] = act(sent)
    page = client.get("/keamanan").text
    address, fields = form_action(page, "/kode"), form_on(page, action="/kode")
    wrong = f"{(int(code) + 1) % 10**6:06}"

    tried = [client.post(address, data=fields | {"code": wrong}).status_code for _ in range(5)]
    right = client.post(address, data=fields | {"code": code})

    assert tried == [422] * 5
    assert right.status_code == 422
    assert act(contacts) == [(member, "email", False)]


def test_a_contact_is_removed_and_another_person_s_is_not_found(client, act, save, member):
    save(make_contact(member, EMAIL))
    other = save(make_account(Role.APPLICANT))
    strange = save(make_contact(other.id, "lain@contoh.id"))
    page = client.get("/keamanan").text
    own = form_action(page, "/hapus")
    token = form_on(page, action="/hapus")

    foreign = client.post(f"/keamanan/kontak/{strange.id}/hapus", data=token)
    gone = client.post(own, data=token)

    assert (foreign.status_code, gone.status_code) == (404, 303)
    assert act(contacts) == [(other.id, "email", True)]


def test_codes_are_not_sent_to_strangers_all_day(client, member):
    sent_to = [
        post_form(client, "/keamanan", action="/keamanan/kontak", contact=f"orang{n}@contoh.id")
        for n in range(7)
    ]

    assert [one.status_code for one in sent_to] == [303] * 5 + [429] * 2


@pytest.mark.parametrize("typed", ["", "bukan surel", "a@b", "12"])
def test_what_is_no_contact_is_said(client, act, member, typed):
    page = post_form(client, "/keamanan", action="/keamanan/kontak", contact=typed)

    assert page.status_code == 422
    assert act(contacts) == []


async def devices(session):
    rows = await session.scalars(select(SignIn).order_by(SignIn.device))
    return [row.device for row in rows]


AGENTS = {
    "Firefox/Windows": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Chrome/Android": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0 Mobile Safari/537.36",
    "Safari/iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
}


@on_both
def test_devices_are_listed_in_words_and_can_be_signed_out(act, browser):  # noqa: F811
    made = act(stage)
    opened = {}
    for words, agent in AGENTS.items():
        opened[words] = browser()
        opened[words].headers["user-agent"] = agent
        post_form(opened[words], "/masuk", name=made.niks[0], password=PASSWORD)
    here = opened["Firefox/Windows"]

    page = here.get("/keamanan").text
    assert [words in page for words in ("Firefox di Windows", "Chrome di Android")] == [True] * 2
    assert act(devices) == sorted(AGENTS)
    handle = page.split("Chrome di Android")[1].split('name="device" value="')[1].split('"')[0]
    token = form_on(page, action="/keluarkan")["_token"]
    here.post("/keamanan/keluarkan", data={"_token": token, "device": handle})

    assert act(devices) == ["Firefox/Windows", "Safari/iPhone"]
    assert opened["Chrome/Android"].get("/lamaran").status_code == 303
    here.post("/keamanan/keluarkan", data={"_token": token, "device": ""})
    assert act(devices) == ["Firefox/Windows"]
    assert here.get("/lamaran").status_code == 200
    assert len(act(acts, "sign_out_others")) == 1


async def leave_unfinished(session, account_id):
    applicant = await session.scalar(select(Applicant).where(Applicant.account_id == account_id))
    applicant.completed_at, applicant.created_at = None, NOW - timedelta(days=31)


@on_both
def test_a_registration_left_half_way_takes_its_contacts_and_codes_along(client, act, made):
    ask(client, made.niks[0])
    act(leave_unfinished, made.applicants[0].account_id)

    act(forget_unfinished, now=NOW)

    assert act(contacts) == []
    assert act(stored) == []


@on_both
def test_codes_that_are_too_old_are_deleted(client, act, made):
    ask(client, made.niks[0])

    act(forget_expired_codes, now=NOW + timedelta(minutes=9))
    assert len(act(stored)) == 1
    act(forget_expired_codes, now=NOW + timedelta(minutes=10))
    assert act(stored) == []
