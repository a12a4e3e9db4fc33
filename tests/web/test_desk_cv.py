"""The CV of an application: who may open it, what is written down, and until when."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.applications.actions.accepting import Submission, accept
from jobfair.applications.models import Application
from jobfair.audit.models import AuditEntry
from jobfair.cvs import actions
from jobfair.documents.actions import write
from jobfair.documents.rules import Kind
from jobfair.people.rules import Role
from jobfair.store.folder import FolderStore
from jobfair.web.pages.company import cv as pages
from tests.builders import CLOSES, KEYS, NOW, make_account, on_both, stage
from tests.documents import files
from tests.web.pages import change
from tests.web.rooms import ORGANISER, OTHER_REVIEWER, REVIEWER

PDF = files.plain_pdf()
THEIRS = 2
NEXT = b"%PDF-1.7 yang berikut"


async def upload(session, folder, account_id, data=PDF):
    begun = await actions.begin_upload(
        session, keys=KEYS, account_id=account_id, kind=Kind.PDF, size=len(data), now=NOW
    )
    await write(FolderStore(folder), begun, data)
    await session.flush()
    await actions.finish_upload(session, account_id=account_id, name=begun.name, now=NOW)


async def send(session, made, who, position):
    await session.flush()
    one = Submission(made.fair.id, made.applicants[who].id, made.positions[position].id, (), NOW)
    (receipt,) = await accept(session, [one], keys=KEYS)
    return receipt.number


async def furnish(session, folder):
    """Two companies with two positions; the first person sends a CV to each, the second none.

    ``THEIRS`` is the first position of the second company.
    """
    made = await stage(session, companies=2, positions=2, applicants=2)
    await upload(session, folder, made.applicants[0].account_id)
    receipts = [await send(session, made, who, at) for who, at in ((0, 0), (0, THEIRS), (1, 0))]
    session.add_all(
        [
            make_account(Role.REVIEWER, name_to_sign_in=REVIEWER, company_id=made.companies[0].id),
            make_account(
                Role.REVIEWER, name_to_sign_in=OTHER_REVIEWER, company_id=made.companies[1].id
            ),
            make_account(Role.ORGANISER, name_to_sign_in=ORGANISER, office_id=made.office.id),
        ]
    )
    await session.flush()
    return made, receipts


@pytest.fixture
def room(act, services):
    return act(furnish, services.store.folder)


@pytest.fixture
def address(room):
    made, receipts = room
    return f"/meja/{made.positions[0].id}/lamaran/{receipts[0]}/cv"


@pytest.fixture
def reviewer(client, room, sign_in):
    sign_in(client, REVIEWER)
    return client


async def readings(session):
    entries = await session.scalars(select(AuditEntry).where(AuditEntry.act == "read_cv"))
    return [(one.account_id is not None, one.fair_id, one.subject, one.facts) for one in entries]


async def application(session, receipt):
    return await session.scalar(select(Application).where(Application.receipt == receipt))


def opened(client, room, at=0):
    made, receipts = room
    return client.get(f"/meja/{made.positions[0].id}?lamaran={receipts[at]}").text


@on_both
def test_a_company_opens_what_was_sent_to_it_and_each_time_is_written_down(
    client, room, address, act, sign_in
):
    made, receipts = room
    sign_in(client, REVIEWER)
    assert f'href="{address}" download>CV (PDF, 1 KB)</a>' in opened(client, room)
    assert act(readings) == [], "looking at the desk opens nothing"

    answers = [client.get(address) for _ in range(2)]

    for answer in answers:
        assert (answer.status_code, answer.content) == (200, PDF)
        assert answer.headers["content-disposition"].startswith('attachment; filename="CV Pelamar')
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["cache-control"] == "no-store"
    named = {"position": made.positions[0].title, "company": made.companies[0].name}
    row = act(application, receipts[0])
    assert act(readings) == [(True, made.fair.id, f"application:{row.id}", named)] * 2
    client.cookies.clear()
    sign_in(client, ORGANISER)
    trail = client.get("/kendali/asahan-uji/jejak").text
    assert f"membuka CV seorang pelamar ke {named['position']}, {named['company']}" in trail


def test_an_application_without_a_cv_says_so(client, room, sign_in):
    made, receipts = room
    sign_in(client, REVIEWER)
    assert "Tidak dilampirkan" in opened(client, room, 2)

    answer = client.get(f"/meja/{made.positions[0].id}/lamaran/{receipts[2]}/cv")

    assert answer.status_code == 404
    assert "tidak ada atau tidak dapat dibuka lagi" in answer.text


def test_for_everybody_else_it_does_not_exist(client, room, address, act, sign_in):
    made, receipts = room
    assert client.get(address).headers["location"] == f"/masuk?ke={address}"
    own = f"/meja/{made.positions[THEIRS].id}"
    crossed = [
        address,
        f"{own}/lamaran/{receipts[0]}/cv",
        f"/meja/{made.positions[0].id}/lamaran/{receipts[1]}/cv",
        f"{own}/lamaran/ASH-26-99999-99/cv",
        f"/meja/999999/lamaran/{receipts[1]}/cv",
        f"/meja/99999999999/lamaran/{receipts[1]}/cv",
    ]
    for name in (OTHER_REVIEWER, ORGANISER, *made.niks):
        client.cookies.clear()
        sign_in(client, name)
        for page in crossed:
            answer = client.get(page)
            assert answer.status_code == 404, (name, page)
            assert PDF[:20] not in answer.content
        assert client.get(f"{own}/lamaran/%00/cv").status_code == 400
    client.cookies.clear()
    sign_in(client, OTHER_REVIEWER)
    theirs, missing = client.get(crossed[1]), client.get(crossed[3])
    assert theirs.text.replace(receipts[0], "R") == missing.text.replace("ASH-26-99999-99", "R")
    assert act(readings) == []
    assert client.get(f"{own}/lamaran/{receipts[1]}/cv").content == PDF


def test_under_another_position_of_the_same_company_it_does_not_exist(reviewer, room, act):
    made, receipts = room
    answer = reviewer.get(f"/meja/{made.positions[1].id}/lamaran/{receipts[0]}/cv")

    assert (answer.status_code, act(readings)) == (404, [])


def test_a_company_keeps_seeing_what_was_sent_when_the_profile_has_another(
    reviewer, room, address, act, services
):
    made, _ = room
    act(upload, services.store.folder, made.applicants[0].account_id, NEXT)

    assert reviewer.get(address).content == PDF


def test_what_its_owner_removes_is_gone_for_companies(client, room, address, act, sign_in):
    made, receipts = room

    async def remove(session):
        await actions.remove_cv(session, account_id=made.applicants[0].account_id, now=NOW)

    sign_in(client, REVIEWER)
    assert client.get(address).status_code == 200
    act(remove)

    assert client.get(address).status_code == 404
    page = opened(client, room)
    assert "Tidak dapat dibuka lagi" in page
    assert address not in page
    assert len(act(readings)) == 1
    client.cookies.clear()
    sign_in(client, made.niks[0])
    assert "Lamaran terkirim" in client.get(f"/asahan-uji/lamaran/{receipts[0]}").text


def test_ninety_days_after_the_closing_it_can_no_longer_be_opened(
    client, room, address, clock, sign_in
):
    last = CLOSES + timedelta(days=90)
    for now, status in ((last - timedelta(minutes=1), 200), (last, 404)):
        clock.move_to(now)
        client.cookies.clear()
        sign_in(client, REVIEWER)
        assert client.get(address).status_code == status
        assert ("tidak dapat dibuka lagi" in opened(client, room)) is (status == 404)


def test_a_withdrawn_application_is_not_opened(reviewer, room, address, act):
    _, receipts = room
    assert address in opened(reviewer, room)
    row = act(application, receipts[0])
    act(change, Application, row.id, stage="withdrawn")

    assert reviewer.get(address).status_code == 404
    assert address not in opened(reviewer, room)


def test_a_suspended_company_opens_nothing(reviewer, room, address, act):
    made, _ = room
    assert reviewer.get(address).status_code == 200
    act(change, type(made.companies[0]), made.companies[0].id, verified_at=None)

    assert reviewer.get(address).status_code == 403
    assert len(act(readings)) == 1


def test_a_lost_file_is_told_and_its_opening_is_written_down_all_the_same(
    reviewer, address, act, services
):
    for path in services.store.folder.iterdir():
        path.unlink()

    answer = reviewer.get(address)

    assert answer.status_code == 404
    assert "hilang atau rusak di penyimpanan" in answer.text
    assert len(act(readings)) == 1


def test_nobody_copies_everybody(reviewer, address, act, monkeypatch):
    few = type(pages.PER_ACCOUNT)("read-cv:account", 2, pages.PER_ACCOUNT.window)
    monkeypatch.setattr(pages, "PER_ACCOUNT", few)

    assert [reviewer.get(address).status_code for _ in range(3)] == [200, 200, 429]
    assert len(act(readings)) == 2
