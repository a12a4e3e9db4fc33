"""Planted differences: each is found, and the sentence says where."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from jobfair.applications.models import (
    Application,
    FairApplicant,
    HourTally,
    StageTally,
)
from jobfair.applications.rules import Stage, receipt_number
from jobfair.fairs.models import Fair
from jobfair.fairs.queries import fair_by_id
from jobfair.tally.queries.recount import differences
from jobfair.tally.queries.rows import check_receipts
from tests.builders import CLOSES, EDGE, OPENS, stage
from tests.tally.ledgers import random_ledger


async def one_application(session, made, *, stages=tuple(Stage)):
    query = select(Application).where(
        Application.fair_id == made.fair.id, Application.stage.in_(stages), Application.seq > 3
    )
    return await session.scalar(query.order_by(Application.seq).limit(1))


async def tamper_stage(session, made):
    row = await one_application(session, made)
    await session.execute(
        update(StageTally)
        .where(StageTally.position_id == row.position_id, StageTally.stage == row.stage)
        .values(n=StageTally.n + 2)
    )


async def tamper_counter(session, made):
    await session.execute(update(Fair).values(ledger_seq=Fair.ledger_seq + 1))


async def tamper_people(session, made):
    await session.execute(update(Fair).values(applicants=Fair.applicants - 1))


async def tamper_person(session, made):
    row = await one_application(session, made)
    await session.execute(
        update(FairApplicant)
        .where(FairApplicant.applicant_id == row.applicant_id)
        .values(applications=FairApplicant.applications + 1)
    )


async def tamper_hour(session, made):
    row = await session.scalar(select(HourTally).limit(1))
    await session.execute(
        update(HourTally)
        .where(HourTally.hour == row.hour)
        .values(new_applicants=HourTally.new_applicants + 1)
    )


async def delete_row(session, made):
    row = await one_application(session, made, stages=(Stage.NEW,))
    await session.execute(delete(Application).where(Application.id == row.id))


async def too_early(session, made):
    row = await one_application(session, made)
    await session.execute(
        update(Application).where(Application.id == row.id).values(received_at=OPENS - EDGE)
    )


async def too_late(session, made):
    row = await one_application(session, made)
    await session.execute(
        update(Application).where(Application.id == row.id).values(received_at=CLOSES)
    )


async def after_the_latch(session, made):
    await session.execute(
        update(Fair).values(latched_at=CLOSES - timedelta(days=7), latch_seq=Fair.ledger_seq)
    )


async def beyond_the_latch(session, made):
    await session.execute(update(Fair).values(latched_at=CLOSES, latch_seq=Fair.ledger_seq - 2))


async def other_receipt(session, made):
    row = await one_application(session, made)
    await session.execute(
        update(Application).where(Application.id == row.id).values(receipt="ASH-26-99999-00")
    )


@pytest.mark.parametrize(
    ("tamper", "sentences"),
    [
        (tamper_stage, ["Lamaran per jabatan dan tahap, jabatan Operator Produksi"]),
        (tamper_counter, ["Penghitung lamaran"]),
        (tamper_people, ["Penghitung pelamar"]),
        (tamper_person, ["Lamaran per pelamar, pelamar nomor"]),
        (tamper_hour, ["Lamaran per jam, pelamar baru, jam 2026-03-0"]),
        (delete_row, ["Urutan buku lamaran, sesudah nomor", "Penghitung lamaran", "per pelamar"]),
        (too_early, ["Lamaran di luar masa pendaftaran, lamaran nomor", "Lamaran per jam"]),
        (too_late, ["Lamaran di luar masa pendaftaran, lamaran nomor", "Lamaran per jam"]),
        (after_the_latch, ["Lamaran di luar masa pendaftaran, lamaran nomor"]),
        (beyond_the_latch, ["Lamaran sesudah dikunci"]),
        (other_receipt, ["Nomor tanda terima, lamaran nomor"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_a_planted_difference_is_found_and_named(session, tamper, sentences):
    made = await random_ledger(session, 11)
    fair_id = made.fair.id
    assert await differences(session, fair_id) == []

    await tamper(session, made)
    session.expire_all()

    found = [str(one) for one in await differences(session, fair_id)]
    for sentence in sentences:
        assert any(sentence in one for one in found), found


async def test_only_the_first_of_many_wrong_rows_are_named(session):
    made = await random_ledger(session, 12)
    await session.execute(update(Application).values(received_at=OPENS - EDGE))

    found = await differences(session, made.fair.id)

    outside = [one for one in found if one.what == "Lamaran di luar masa pendaftaran"]
    total = made.fair.ledger_seq
    assert len(outside) == 6
    assert (outside[-1].where, outside[-1].counted) == (
        "lamaran lain yang juga berbeda", total - 5,
    )  # fmt: skip


async def test_one_fair_does_not_answer_for_another(session):
    made = await random_ledger(session, 13)
    other = await stage(session, office=made.office, slug="lain", receipt_prefix="LAIN")
    first, second = made.fair.id, other.fair.id
    await session.execute(update(Fair).where(Fair.id == second).values(ledger_seq=4))
    session.expire_all()

    assert await differences(session, first) == []
    assert [one.what for one in await differences(session, second)] == ["Penghitung lamaran"]


async def test_receipts_are_checked_in_sql_as_they_are_made(session):
    made = await stage(session, positions=8)
    numbers = (1, 9, 10, 99_999, 100_000, 612_041, 999_999, 1_000_000)
    for position, seq in zip(made.positions, numbers, strict=True):
        session.add(
            Application(
                fair_id=made.fair.id, seq=seq, applicant_id=made.applicants[0].id,
                receipt=receipt_number(prefix="ASH", year=2026, seq=seq),
                position_id=position.id, received_at=OPENS, profile={}, personal_sealed=b"",
                stage_at=OPENS,
            )
        )  # fmt: skip
    await session.flush()

    assert await check_receipts(session, await fair_by_id(session, made.fair.id)) == []
