"""Deleting a person: nothing legible is left, and no figure changes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.applicants.actions.profile import change_keys_of_applicants
from jobfair.applicants.models import Applicant
from jobfair.applicants.queries import applicant_for_nik, disability_of, person_key, personal_of
from jobfair.applications.models import Application
from jobfair.applications.queries.receipts import sent_by
from jobfair.applications.queries.sealed import FORGOTTEN_NAME, read_sent
from jobfair.audit.models import AuditEntry
from jobfair.consents.queries import consents_of
from jobfair.drafts.actions import keep_draft
from jobfair.drafts.models import FormDraft
from jobfair.errors import NotAllowed, Refused
from jobfair.fairday.actions.closing import close_fair
from jobfair.fairs.queries import fair_by_id
from jobfair.keys import Keys
from jobfair.outbox.models import Message
from jobfair.people.models import Account, SignIn
from jobfair.positions.actions import save_positions
from jobfair.positions.models import SavedPosition
from jobfair.privacy.actions import delete_person, let_go, note_opening
from jobfair.privacy.models import Opening
from jobfair.privacy.queries import looks_at
from jobfair.privacy.rules import ONE_LOOK, UNUSED_FOR, check_may_look
from jobfair.tally.queries.record import record_of
from jobfair.tally.queries.recount import differences
from jobfair.tally.queries.verifying import verify_closings
from tests.builders import CLOSES, KEYS, NOW, make_account, stage, tell
from tests.tally.ledgers import random_ledger
from tests.web.rooms import apply_all

LATER = CLOSES + timedelta(days=1)


@pytest.fixture
async def made(session):
    made = await random_ledger(session, 31)
    await close_fair(session, keys=KEYS, fair_id=made.fair.id, now=CLOSES, account_id=None)
    await session.flush()
    return made


async def delete(session, person, *, now=LATER):
    return await delete_person(
        session, keys=KEYS, account_id=person.account_id, now=now, by=person.account_id
    )


async def test_no_figure_changes_and_frozen_ones_still_fit(session, made):
    session.expunge_all()
    fair = await fair_by_id(session, made.fair.id)
    before = await record_of(session, fair, now=CLOSES)

    for person in made.applicants:
        assert await delete(session, person) is True
    await session.flush()
    session.expunge_all()

    assert await record_of(session, fair, now=CLOSES) == before
    found = await verify_closings(session, fair, trusted=KEYS.public_key)
    assert (found.editions, found.differences, found.changed) == ([1], [], [])
    assert await differences(session, made.fair.id) == []


async def test_nothing_of_the_person_opens_any_more(session):
    made = await stage(session)
    (person,) = made.applicants
    tell(person, disability="fisik")
    await apply_all(session, made)
    account_id, name = person.account_id, person.name
    await keep_draft(
        session,
        await person_key(session, KEYS, account_id),
        account_id=account_id,
        form="daftar",
        given={"name": "Siti"},
        now=NOW,
    )
    await save_positions(
        session, account_id=account_id, position_ids=[made.positions[0].id], now=NOW
    )
    session.add(SignIn(token_hash=b"1" * 32, account_id=account_id, made_at=NOW, seen_at=NOW))
    row = await session.scalar(select(Application))
    row.note = f"{name} cocok"
    await session.flush()
    assert read_sent(KEYS, (await sent_by(session, person.id))[0]).profile["name"] == name

    assert await delete(session, person, now=NOW) is True
    await session.flush()
    session.expunge_all()

    sent = read_sent(KEYS, (await sent_by(session, person.id))[0])
    assert (sent.profile["name"], sent.profile["phone"], sent.answers) == (FORGOTTEN_NAME, "", ())
    who = await session.get_one(Applicant, person.id)
    with pytest.raises(Refused, match="sudah dihapus"):
        disability_of(who, KEYS)
    account = await session.get_one(Account, account_id)
    assert (account.password_hash, account.disabled_at, account.name) == (None, NOW, "")
    assert await applicant_for_nik(session, KEYS.blind_index(made.niks[0])) is None
    for table in (FormDraft, SavedPosition, SignIn, Message):
        assert (await session.scalars(select(table))).all() == [], table
    assert (await session.scalar(select(Application))).note == ""
    assert [(one.kind, one.given) for one in await consents_of(session, account_id)] == [
        ("disability", False), ("application", False), ("application", True),
    ]  # fmt: skip
    entry = await session.scalar(select(AuditEntry).where(AuditEntry.act == "delete_person"))
    assert (entry.subject, entry.facts) == (
        f"account:{account_id}",
        {"documents": 0, "applications": 1},
    )
    assert await delete(session, person, now=NOW) is False


async def test_a_key_opens_what_was_sealed_for_one_person_and_one_thing_only(session):
    made = await stage(session, applicants=2)
    one, other = made.applicants
    own = KEYS.person(one.key_wrapped, one.public_id).unseal(one.personal_sealed, what="personal")
    assert own["name"] == one.name
    one.personal_sealed = other.personal_sealed

    with pytest.raises(Exception, match="tidak dapat dibuka"):
        KEYS.person(one.key_wrapped, one.public_id).unseal(one.personal_sealed, what="personal")
    with pytest.raises(Exception, match="tidak dapat dibuka"):
        KEYS.person(other.key_wrapped, one.public_id)
    with pytest.raises(Exception, match="tidak dapat dibuka"):
        Keys(b"7" * 32).person(one.key_wrapped, one.public_id)
    with pytest.raises(Exception, match="tidak dapat dibuka"):
        KEYS.person(other.key_wrapped, other.public_id).unseal(
            other.personal_sealed, what="answers"
        )


async def test_another_root_key_opens_every_person_and_what_they_sent(session):
    made = await stage(session)
    (person,) = made.applicants
    await apply_all(session, made)
    new = Keys(b"7" * 32)

    assert await change_keys_of_applicants(session, old=KEYS, new=new) == 1
    session.expunge_all()

    who = await session.get_one(Applicant, person.id)
    (sent,) = await sent_by(session, person.id)
    assert personal_of(who, new).name == read_sent(new, sent).profile["name"] == person.name
    await delete_person(session, keys=new, account_id=person.account_id, now=NOW, by=None)
    await session.flush()
    assert await change_keys_of_applicants(session, old=new, new=KEYS) == 1


async def test_looks_close_together_are_one(session):
    made = await stage(session)
    reviewer = make_account("reviewer", company_id=made.companies[0].id)
    session.add(reviewer)
    await apply_all(session, made)
    row = await session.scalar(select(Application))
    who = {"application_id": row.id, "account_id": reviewer.id}
    times = [NOW, NOW + ONE_LOOK / 2, NOW + ONE_LOOK, NOW + ONE_LOOK * 3]

    for at in times:
        await note_opening(session, **who, now=at)
        await session.flush()

    looks = await looks_at(session, made.applicants[0].account_id)
    assert [(one.at, one.who, one.where, one.title) for one in looks] == [
        (at, reviewer.name, made.companies[0].name, made.positions[0].title)
        for at in (times[3], times[2], times[0])
    ]


async def test_unused_accounts_go_by_the_clock_with_a_report(session):
    made = await stage(session, applicants=3)
    asleep, signed_in, applying = made.applicants
    end = NOW + UNUSED_FOR
    session.add(
        SignIn(
            token_hash=b"1" * 32, account_id=signed_in.account_id, made_at=NOW,
            seen_at=NOW + timedelta(seconds=1),
        )
    )  # fmt: skip
    made.applicants = [applying]
    await apply_all(session, made, received_at=NOW + timedelta(seconds=1))
    reviewer = make_account("reviewer", company_id=made.companies[0].id)
    session.add(reviewer)
    await session.flush()
    row = await session.scalar(select(Application))
    for at in (NOW - timedelta(seconds=1), NOW):
        session.add(Opening(application_id=row.id, account_id=reviewer.id, at=at))
    await session.flush()

    assert await let_go(session, keys=KEYS, now=end) == 1
    await session.flush()
    assert await let_go(session, keys=KEYS, now=end) == 0
    await session.flush()

    assert [one.key_wrapped is None for one in (asleep, signed_in, applying)] == [
        True, False, False,
    ]  # fmt: skip
    reports = (await session.scalars(select(AuditEntry).where(AuditEntry.act == "retention"))).all()
    assert [one.facts for one in reports] == [{"accounts": 1, "openings": 1}]


def test_companies_may_look_for_ninety_days_after_the_closing():
    edge = CLOSES + timedelta(days=90)

    check_may_look(closes_at=CLOSES, now=edge - timedelta(microseconds=1))
    with pytest.raises(NotAllowed, match="90 hari"):
        check_may_look(closes_at=CLOSES, now=edge)
