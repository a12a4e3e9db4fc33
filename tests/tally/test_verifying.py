"""Frozen figures that were changed, or whose rows were: each is found and told with its place."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from jobfair.applicants.models import Applicant
from jobfair.applications.models import Application, StageChange
from jobfair.applications.rules import Stage
from jobfair.companies.models import Company
from jobfair.errors import Refused
from jobfair.fairday.actions.closing import close_fair
from jobfair.fairs.models import Fair
from jobfair.fairs.queries import fair_by_id
from jobfair.keys import Keys, is_signed_by
from jobfair.positions.models import Position
from jobfair.tally.models import Closing
from jobfair.tally.queries.frozen import closing_of, hash_of, sign_closings, signed_text
from jobfair.tally.queries.verifying import Verified, add_checks, verify_closings
from tests.builders import CLOSES, KEYS, tell
from tests.tally.ledgers import random_ledger

OTHER = Keys(bytes(range(1, 33)))


@pytest.fixture
async def made(session):
    made = await random_ledger(session, 31)
    await close_fair(session, keys=KEYS, fair_id=made.fair.id, now=CLOSES, account_id=None)
    await session.flush()
    return made


async def verify(session, made, *, keys=KEYS):
    await session.flush()
    session.expunge_all()
    fair = await fair_by_id(session, made.fair.id)
    return await verify_closings(session, fair, trusted=keys.public_key)


async def rewrite(session, *, keys=None):
    """Change a frozen number with its hash; sign it too when there is a key."""
    closing = await session.scalar(select(Closing))
    record = {**closing.record, "disability": {"applicants": 60, "positions": 1}}
    mark = hash_of(record)
    values = {"record": record, "sha256": mark}
    if keys is not None:
        values |= {"signature": keys.sign(signed_text(mark)), "public_key": keys.public_key}
    await session.execute(update(Closing).values(**values))


async def sent(session, n=0):
    return (await session.scalars(select(Application).order_by(Application.seq))).all()[n]


async def with_hash(session, made):
    await rewrite(session)


async def without_its_hash(session, made):
    closing = await session.scalar(select(Closing))
    record = {**closing.record, "disability": {"applicants": 60, "positions": 1}}
    await session.execute(update(Closing).values(record=record))


async def another_last_number(session, made):
    await session.execute(update(Closing).values(seq=Closing.seq + 1))


async def with_a_key_of_their_own(session, made):
    await rewrite(session, keys=OTHER)


async def without_its_signature(session, made):
    await session.execute(update(Closing).values(signature="", public_key=""))


async def swapped(session, made):
    """Let two people change places whose profiles are alike in all that is counted."""
    first, second = await sent(session, 0), await sent(session, 9)
    first.profile, second.profile = second.profile, first.profile


async def moved_within_the_hour(session, made):
    row = await sent(session)
    row.received_at += timedelta(microseconds=1)


async def moved_to_another_day(session, made):
    row = await sent(session)
    row.received_at += timedelta(days=1)


async def another_latch(session, made):
    later = CLOSES + timedelta(hours=1)
    await session.execute(update(Fair).values(latched_at=later))


async def no_latch(session, made):
    await session.execute(update(Fair).values(latched_at=None, latch_seq=None))


async def a_stage_without_a_step(session, made):
    row = await sent(session)
    row.stage = Stage.ACCEPTED if row.stage is not Stage.ACCEPTED else Stage.INTERVIEW


async def another_profile(session, made):
    row = await sent(session, -1)
    row.profile = {**row.profile, "sex": "L" if row.profile["sex"] == "P" else "P"}


async def another_trail(session, made):
    change = await session.scalar(select(StageChange).order_by(StageChange.id).limit(1))
    change.to_stage = Stage.ACCEPTED if change.to_stage is not Stage.ACCEPTED else Stage.INTERVIEW


async def more_openings(session, made):
    await session.execute(update(Position).values(openings=999))


async def no_closing(session, made):
    await session.execute(delete(Closing))


@pytest.mark.parametrize(
    ("tamper", "place"),
    [
        (with_hash, "Rekap edisi 1, tanda tangan"),
        (without_its_hash, "Rekap edisi 1, isi"),
        (another_last_number, "Rekap edisi 1, isi"),
        (with_a_key_of_their_own, "Rekap edisi 1, tanda tangan"),
        (without_its_signature, "Rekap edisi 1, tanda tangan"),
        (swapped, "Rekap edisi 1, baris lamaran"),
        (moved_within_the_hour, "Rekap edisi 1, baris lamaran"),
        (moved_to_another_day, "Rekap edisi 1, lamaran 20"),
        (another_latch, "Rekap edisi 1, instan penguncian"),
        (no_latch, "Rekap, "),
        (a_stage_without_a_step, "Tahap dan jejaknya, "),
        (another_profile, "Rekap edisi 1, pendidikan"),
        (another_trail, "Rekap edisi 1, jejak tahap"),
        (more_openings, "Rekap edisi 1, posisi"),
        (no_closing, "Rekap, "),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
async def test_what_was_tampered_with_is_found(session, made, tamper, place):
    untouched = await verify(session, made)
    assert (untouched.editions, untouched.differences, untouched.changed) == ([1], [], [])

    await tamper(session, made)

    found = await verify(session, made)
    assert [one for one in found.differences if str(one).startswith(place)] != []


async def test_what_may_change_after_the_closing_is_told_as_changed(session, made):
    person = await session.scalar(
        select(Applicant)
        .join(Application, Application.applicant_id == Applicant.id)
        .where(Applicant.disability_sealed.is_(None))
        .limit(1)
    )
    tell(person, disability="fisik")
    person.sex, person.district = "?", "99.99.01"
    made.companies[0].verified_at = None

    found = await verify(session, made)

    assert found.differences == []
    assert {one.what for one in found.changed} == {"Rekap edisi 1 (berubah sesudah dibekukan)"}
    assert any(one.where == "penyandang disabilitas" for one in found.changed)
    assert any(one.counted == "suspended" for one in found.changed)
    assert await session.scalar(select(Company).where(Company.verified_at.is_(None)))


async def test_a_record_with_a_rewritten_hash_is_not_shown(session, made):
    await rewrite(session)
    session.expunge_all()
    with pytest.raises(Refused, match="tanda tangannya"):
        await closing_of(session, made.fair.id)

    await rewrite(session, keys=OTHER)
    session.expunge_all()
    with pytest.raises(Refused, match="tanda tangannya"):
        await closing_of(session, made.fair.id, trusted=KEYS.public_key)


async def test_the_public_key_alone_verifies_and_another_key_signs_anew(session, made):
    before = await closing_of(session, made.fair.id, trusted=KEYS.public_key)
    text = signed_text(before.sha256)
    assert is_signed_by(before.public_key, before.signature, text)
    assert not is_signed_by(OTHER.public_key, before.signature, text)

    assert await sign_closings(session, old=KEYS, new=OTHER) == 1
    await session.flush()
    session.expunge_all()

    after = await closing_of(session, made.fair.id, trusted=OTHER.public_key)
    assert after == replace(before, signature=after.signature, public_key=OTHER.public_key)
    assert (await verify(session, made, keys=OTHER)).differences == []


async def test_a_changed_record_is_not_signed_anew(session, made):
    await rewrite(session)
    session.expunge_all()

    assert await sign_closings(session, old=KEYS, new=OTHER) == 0
    assert await sign_closings(session, old=None, new=OTHER) == 0


async def test_the_last_check_is_told(session, made):
    assert (await closing_of(session, made.fair.id)).checked is None

    for at, n in ((CLOSES, 2), (CLOSES + timedelta(days=1), 0)):
        add_checks(session, made.fair.id, Verified(editions=[1]), at=at, n=n)
        await session.flush()

    checked = (await closing_of(session, made.fair.id)).checked
    assert (checked.at, checked.differences) == (CLOSES + timedelta(days=1), 0)
