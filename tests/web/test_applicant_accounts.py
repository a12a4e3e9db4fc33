"""Registering, signing in and out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.applicants.actions.registering import forget_unfinished
from jobfair.applicants.models import Applicant
from jobfair.applications.actions.accepting import Submission, accept
from jobfair.drafts.models import FormDraft
from jobfair.errors import Refused
from jobfair.people.models import Account
from jobfair.people.rules import Role
from jobfair.web.http.authentication import SESSION_COOKIE
from tests.builders import KEYS, NOW, PASSWORD, make_nik, on_both, read_profile, stage
from tests.forms import form_on, post_form
from tests.web.pages import accounts, change, ledger, send, staff, text_of

NIK = "3303015708959001"
GOOD = {
    "nik": "3303.01.570895.9001",
    "phone": "0812 3456 7890",
    "password": "rahasia-betul",
    "read_back": "ya",
    "name": "Siti Rahmawati",
    "district": "12.09.19",
    "education": "smk",
    "experience_years": "2",
}
BOTH_STEPS = {"nik", "phone", "password"}


def register(client, *, ke="", **typed):
    """Take the two steps and return the answer of the last one, or of the first when it failed."""
    page = client.get("/daftar", params={"ke": ke})
    first = {name: (GOOD | typed)[name] for name in BOTH_STEPS}
    answer = client.post("/daftar", data=form_on(page.text, action="/daftar") | first)
    return answer if answer.status_code != 303 else second_step(client, answer, **typed)


def second_step(client, answer, **typed):
    page = client.get(answer.headers["location"])
    rest = {name: value for name, value in (GOOD | typed).items() if name not in BOTH_STEPS}
    return client.post("/daftar/data", data=form_on(page.text, action="/daftar/data") | rest)


@on_both
def test_a_new_applicant_is_signed_in_and_goes_on(client, act):
    staged = act(stage)
    page = f"/asahan-uji/lowongan/{staged.positions[0].slug}"

    answer = register(client, ke=page)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?dari=daftar#lamar")
    assert client.cookies.get(SESSION_COOKIE)
    assert send(client, page).status_code == 303
    profile = client.get("/profil").text
    assert "3303••••••••9001" in profile
    assert NIK not in profile
    assert 'value="Siti Rahmawati"' in profile


STEPS = [
    ({"nik": "123", "phone": "x", "password": "123"}, 3),
    (
        {"read_back": "", "name": "", "district": "", "education": "", "experience_years": "x"},
        5,
    ),
    ({"read_back": "tidak", "birth_date": "kemarin", "sex": "", "name": ""}, 3),
]


@pytest.mark.parametrize(("wrong", "n"), STEPS)
def test_every_problem_of_a_step_comes_at_once_in_its_order(*, client, act, wrong, n):
    act(stage)

    answer = register(client, **wrong)

    assert answer.status_code == 422
    assert f"Ada {n} isian yang perlu diperbaiki" in answer.text
    fields = [name for name, value in wrong.items() if value != "tidak"]
    places = [answer.text.index(f'href="#{name}"') for name in fields]
    assert places == sorted(places)
    for name in fields:
        assert f'id="{name}"' in answer.text


def test_a_first_step_that_fails_makes_no_account(client, act):
    act(stage)
    before = act(accounts)

    register(client, phone="x")

    assert act(accounts) == before


def test_a_password_is_never_shown_again_and_the_nik_only_in_its_field(client, act):
    act(stage)

    answer = register(client, phone="salah")

    assert "rahasia-betul" not in answer.text
    assert answer.text.count("3303.01.570895.9001") == 1
    assert 'name="nik" type="text" value="3303.01.570895.9001"' in " ".join(answer.text.split())


async def births(session):
    rows = (await session.scalars(select(Applicant))).all()
    told = [(row.sex, read_profile(row)) for row in rows]
    return sorted(f"{one['birth_date']} {sex} {one['name']}" for sex, one in told)


def test_the_nik_is_read_back_and_what_differs_is_asked(client, act):
    act(stage, applicants=0)
    begun = client.post(
        "/daftar", data=form_on(client.get("/daftar").text, action="/daftar") | GOOD
    )
    page = text_of(client.get(begun.headers["location"]).text)

    assert "NIK berakhiran 9001 menyebut Anda lahir" in page
    assert "17 Agustus 1995, perempuan: benar?" in page

    other = second_step(client, begun, read_back="tidak", birth_date="18-08-1995", sex="P")

    assert other.status_code == 303
    assert act(births) == ["1995-08-18 P Siti Rahmawati"]


def test_a_nik_that_fits_two_dates_asks_for_the_date(client, act):
    act(stage, applicants=0)
    # 1950 makes 76 years and 2000 is no year of this person: born in 1950 or in 2050, not yet.
    answer = register(client, nik="3303015708109002", birth_date="17-08-2010", sex="P")

    assert answer.status_code == 303
    assert act(births) == ["2010-08-17 P Siti Rahmawati"]


@on_both
def test_between_the_steps_nothing_is_sent_and_nothing_is_lost(client, act):
    staged = act(stage)
    page = f"/asahan-uji/lowongan/{staged.positions[0].slug}"
    form = form_on(client.get("/daftar", params={"ke": page}).text, action="/daftar")
    begun = client.post("/daftar", data=form | GOOD)
    assert begun.headers["location"] == f"/daftar/data?ke={page}"
    wrong = second_step(client, begun, district="")
    assert wrong.status_code == 422

    card = client.get(page).text
    sent = client.post(f"{page}/lamar", data={"_token": token_of(wrong), "consent": "ya"})
    again = client.get("/daftar", params={"ke": page})

    assert "Tinggal satu langkah lagi" in card
    assert sent.headers["location"] == f"/daftar/data?ke={page}%3Fdari%3Ddata%23lamar"
    assert act(ledger) == []
    assert again.headers["location"] == f"/daftar/data?ke={page}"
    assert 'value="Siti Rahmawati"' in client.get(again.headers["location"]).text
    client.cookies.clear()
    post_form(client, "/masuk", name=NIK, password="rahasia-betul")
    assert 'value="Siti Rahmawati"' in client.get("/daftar/data").text
    assert second_step(client, again).headers["location"] == f"{page}?dari=daftar#lamar"
    assert client.get("/daftar/data").headers["location"] == "/lamaran"
    assert act(drafts) == []


async def drafts(session):
    return (await session.scalars(select(FormDraft.form))).all()


def token_of(answer):
    return form_on(answer.text, action="/daftar/data")["_token"]


@on_both
def test_a_door_that_is_asked_directly_refuses_half_a_registration(client, act):
    staged = act(stage)
    who, what = staged.applicants[0], staged.positions[0]
    act(change, Applicant, who.id, completed_at=None)
    wish = Submission(staged.fair.id, who.id, what.id, (), NOW)

    outcome = act(accept, [wish], keys=KEYS)[0]

    assert isinstance(outcome, Refused)
    assert outcome.code == "unfinished"
    assert act(ledger) == []


@on_both
def test_a_registration_left_half_way_is_forgotten_after_thirty_days(client, act):
    act(stage)
    before = act(accounts)
    client.post("/daftar", data=form_on(client.get("/daftar").text, action="/daftar") | GOOD)
    assert act(accounts) == before + 1

    kept = act(forget_unfinished, now=NOW + timedelta(days=29))
    gone = act(forget_unfinished, now=NOW + timedelta(days=31))

    assert (kept, gone, act(accounts)) == (0, 1, before)
    assert register(client).status_code == 303


@on_both
def test_a_nik_registers_once_and_nobody_learns_whose_it_is(client, act):
    act(stage)
    assert register(client).status_code == 303
    client.cookies.clear()
    before = act(accounts)

    answer = register(client, name="Orang Lain", nik="3303 0157 0895 9001")

    assert answer.status_code == 422
    assert "Pendaftaran dengan NIK ini tidak dapat dilanjutkan." in answer.text
    assert 'href="/masuk">Masuk dengan NIK ini</a>' in answer.text
    assert "Siti" not in answer.text
    assert SESSION_COOKIE not in client.cookies
    assert act(accounts) == before


def test_two_at_once_for_one_nik_get_the_same_sentence(client, act, monkeypatch):
    act(stage)
    register(client)
    client.cookies.clear()
    before = act(accounts)

    async def not_there(_session, _key):
        return None

    monkeypatch.setattr("jobfair.applicants.actions.registering.people.account_for_key", not_there)
    answer = register(client, name="Orang Lain")

    assert answer.status_code == 422
    assert "Pendaftaran dengan NIK ini tidak dapat dilanjutkan." in answer.text
    assert act(accounts) == before


def test_the_districts_of_the_office_come_first(client, act):
    act(stage)
    client.post("/daftar", data=form_on(client.get("/daftar").text, action="/daftar") | GOOD)

    page = client.get("/daftar/data").text

    assert page.index("Kabupaten Asahan") < page.index("Kec. Aek") < page.index("Kota Medan")
    assert page.index("Kota Medan") < page.index("Kabupaten Aceh Selatan")


def test_the_page_of_registering_needs_no_fair(client):
    assert client.get("/daftar").status_code == 200


@on_both
def test_signing_in_by_nik_however_it_is_typed(client, act):
    staged = act(stage)
    nik = staged.niks[0]
    typed = f" {nik[:6]}-{nik[6:12]}.{nik[12:]}"

    answer = post_form(client, "/masuk", name=typed, password=PASSWORD)

    assert (answer.status_code, answer.headers["location"]) == (303, "/lamaran")
    assert "Belum ada lamaran" in client.get("/lamaran").text


@pytest.mark.parametrize(("role", "home"), [(Role.REVIEWER, "/meja"), (Role.ORGANISER, "/kendali")])
def test_staff_sign_in_by_mail_and_go_to_their_room(client, act, save, role, home):
    staged = act(stage)
    save(staff(role, "orang@contoh.id", company_id=staged.companies[0].id, office_id=1))

    answer = post_form(client, "/masuk", name=" Orang@Contoh.ID ", password=PASSWORD)

    assert answer.headers["location"] == home
    assert client.get("/lamaran").status_code == 404
    assert client.get("/profil").status_code == 404


@pytest.mark.parametrize(
    ("onward", "goes"),
    [
        ("/asahan-uji/lowongan?q=a", "/asahan-uji/lowongan?q=a"),
        ("//jahat.example", "/lamaran"),
        ("https://jahat.example/", "/lamaran"),
        ("/\\jahat.example", "/lamaran"),
        ("/masuk", "/lamaran"),
        ("/keluar", "/lamaran"),
    ],
)
def test_signing_in_leads_back_into_this_site_only(client, act, onward, goes):
    staged = act(stage)
    page = client.get("/masuk", params={"ke": onward})
    fields = form_on(page.text, having="name")

    answer = client.post("/masuk", data=fields | {"name": staged.niks[0], "password": PASSWORD})

    assert answer.headers["location"] == goes


@pytest.mark.parametrize("name", ["known", "unknown", "nobody@contoh.id", "", "\x00", "é" * 300])
def test_what_was_wrong_is_not_told(client, act, name):
    staged = act(stage)
    typed = staged.niks[0] if name == "known" else name or " "

    answer = post_form(client, "/masuk", name=typed, password="salah-sekali")

    assert answer.status_code == 422
    assert "NIK atau surel dan kata sandi ini tidak cocok." in answer.text
    assert "salah-sekali" not in answer.text
    assert SESSION_COOKIE not in client.cookies


def test_a_disabled_account_and_one_without_a_password_stay_outside(client, act, save):
    staged = act(stage, applicants=2)
    ids = [applicant.account_id for applicant in staged.applicants]
    act(change, Account, ids[0], disabled_at=NOW)
    act(change, Account, ids[1], password_hash=None)

    for nik in staged.niks:
        assert post_form(client, "/masuk", name=nik, password=PASSWORD).status_code == 422


def test_too_many_attempts_for_one_name_have_to_wait(client, act):
    staged = act(stage, applicants=2)
    for _ in range(5):
        post_form(client, "/masuk", name=staged.niks[0], password="salah-sekali")

    answer = post_form(client, "/masuk", name=staged.niks[0], password=PASSWORD)

    assert answer.status_code == 429
    assert "Terlalu banyak percobaan." in answer.text
    assert SESSION_COOKIE not in client.cookies
    assert post_form(client, "/masuk", name=staged.niks[1], password=PASSWORD).status_code == 303


def test_signing_in_changes_the_cookie_and_ends_the_old_one(client, act, sign_in):
    staged = act(stage, applicants=2)
    sign_in(client, staged.niks[0])
    first = client.cookies[SESSION_COOKIE]
    fields = form_on(client.get("/lamaran").text, action="/keluar")

    answer = client.post("/masuk", data=fields | {"name": staged.niks[1], "password": PASSWORD})

    assert answer.status_code == 303
    assert client.cookies[SESSION_COOKIE] != first
    client.cookies.set(SESSION_COOKIE, first)
    assert client.get("/lamaran").status_code == 303


def test_signing_out_ends_the_cookie_everywhere(client, act, sign_in):
    staged = act(stage)
    sign_in(client, staged.niks[0])
    token = client.cookies[SESSION_COOKIE]

    answer = client.post("/keluar", data=form_on(client.get("/lamaran").text, action="/keluar"))

    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk?keluar=1")
    assert answer.headers["clear-site-data"] == '"storage"'
    page = client.get(answer.headers["location"]).text
    assert '<h1 class="judul">Selesai di komputer ini</h1>' in page
    assert "Anda sudah keluar." in page
    assert "Tutup jendela peramban ini." in page
    assert 'name="password"' not in page, "no next person is invited to type"
    assert SESSION_COOKIE not in client.cookies
    client.cookies.set(SESSION_COOKIE, token)
    assert client.get("/lamaran").headers["location"] == "/masuk?ke=/lamaran"


def test_who_is_signed_in_does_not_sign_in_again(client, act, sign_in):
    staged = act(stage)
    sign_in(client, staged.niks[0])

    assert client.get("/masuk?ke=/profil").headers["location"] == "/profil"
    assert client.get("/daftar").headers["location"] == "/lamaran"


def test_a_form_too_old_is_refused_and_nothing_happens(client, act):
    act(stage)
    before = act(accounts)
    client.get("/daftar")

    answer = client.post("/daftar", data=GOOD | {"_token": "alt"})

    assert answer.status_code == 403
    assert act(accounts) == before
    assert act(ledger) == []


def test_niks_of_the_tests_are_nobodys():
    assert make_nik(1).startswith("1209990101")
