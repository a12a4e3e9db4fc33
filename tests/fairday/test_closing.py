"""The closing: one latch, one frozen record, and nothing after it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from jobfair.applications.models import StageTally
from jobfair.audit.models import AuditEntry
from jobfair.db.changes import take_changes
from jobfair.errors import Refused
from jobfair.fairday.actions.closing import close_fair
from jobfair.fairday.queries import fairs_to_close
from jobfair.fairs.actions import extend_fair
from jobfair.fairs.models import Fair
from jobfair.fairs.queries import fair_by_id
from jobfair.reporting.datasets import check_printable
from jobfair.tally.models import Closing
from jobfair.tally.queries.frozen import closing_of, hash_of
from jobfair.tally.queries.record import record_of
from jobfair.tally.rules.record_json import plain
from tests.builders import CLOSES, EDGE, KEYS, stage
from tests.tally.ledgers import random_ledger


async def close(session, made, now=CLOSES):
    await close_fair(session, keys=KEYS, fair_id=made.fair.id, now=now, account_id=None)
    await session.flush()


async def test_the_frozen_record_is_what_the_rows_say(session):
    made = await random_ledger(session, 21)
    late = CLOSES + timedelta(seconds=3)
    take_changes(session)

    await close(session, made, late)

    closing = await closing_of(session, made.fair.id)
    fair = await session.scalar(select(Fair).where(Fair.id == made.fair.id))
    assert (fair.latched_at, fair.latch_seq) == (late, fair.ledger_seq)
    assert (closing.edition, closing.frozen_at, closing.seq) == (1, late, fair.ledger_seq)
    found = await fair_by_id(session, fair.id)
    assert closing.record == await record_of(session, found, now=late)
    assert closing.sha256 == hash_of(plain(closing.record))
    assert take_changes(session) == {f"fair:{fair.id}"}
    check_printable(closing)


async def test_closing_twice_changes_nothing(session):
    made = await random_ledger(session, 22)
    await close(session, made)
    first = await closing_of(session, made.fair.id)
    take_changes(session)

    await close(session, made, CLOSES + timedelta(hours=5))

    assert take_changes(session) == frozenset()
    assert await closing_of(session, made.fair.id) == first
    assert await session.scalar(select(func.count()).select_from(Closing)) == 1
    latches = select(func.count()).where(AuditEntry.act == "latch")
    assert await session.scalar(latches) == 1


async def test_a_fair_is_not_closed_before_its_time(session):
    made = await stage(session)

    with pytest.raises(Refused, match="belum berakhir"):
        await close(session, made, CLOSES - EDGE)

    assert made.fair.latched_at is None
    assert await closing_of(session, made.fair.id) is None


async def test_a_difference_does_not_keep_a_fair_open_but_nothing_is_printed(session):
    made = await random_ledger(session, 23)
    await session.execute(update(StageTally).values(n=StageTally.n + 1))

    await close(session, made)

    closing = await closing_of(session, made.fair.id)
    assert made.fair.latched_at == CLOSES
    assert closing.record.reconciliation.differences
    with pytest.raises(Refused, match=r"tidak cocok di .*Lamaran per jabatan dan tahap"):
        check_printable(closing)


async def test_what_comes_later_does_not_change_the_record(session):
    made = await random_ledger(session, 24)
    await close(session, made)
    before = await closing_of(session, made.fair.id)

    for person in made.applicants:
        person.sex, person.district = "L", "12.75"
    await session.flush()

    assert await closing_of(session, made.fair.id) == before


@pytest.mark.parametrize("values", [{"seq": 999}, {"sha256": "0" * 64}, {"record": {}}])
async def test_an_altered_record_is_refused(session, values):
    made = await random_ledger(session, 25)
    await close(session, made)
    fair_id = made.fair.id
    await session.execute(update(Closing).values(**values))
    session.expire_all()

    with pytest.raises(Refused, match="berubah sesudah dikunci"):
        await closing_of(session, fair_id)


async def test_fairs_to_close_follow_the_newest_window(session):
    made = await stage(session)
    assert await fairs_to_close(session, CLOSES - EDGE) == []
    assert await fairs_to_close(session, CLOSES) == [made.fair.id]

    await extend_fair(
        session, fair_id=made.fair.id, closes_at=CLOSES + timedelta(days=1), reason="Ramai",
        now=CLOSES - timedelta(hours=1), account_id=None,
    )  # fmt: skip
    await session.flush()

    later = CLOSES + timedelta(days=1)
    assert await fairs_to_close(session, CLOSES) == []
    assert await fairs_to_close(session, later) == [made.fair.id]
    await close(session, made, later)
    assert await fairs_to_close(session, later) == []
