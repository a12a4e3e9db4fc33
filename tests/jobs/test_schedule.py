"""Every line of the schedule, late, twice and on both databases: the work is done once."""

from datetime import timedelta

import pytest

from jobfair.audit.queries import entries_of_fair
from jobfair.fairs.queries import fair_by_id
from jobfair.fairs.rules import Phase
from jobfair.jobs.schedule import PREPARED_FOR, SCHEDULE, Tools, close, print_papers
from jobfair.store.folder import FolderStore
from jobfair.tally.queries.frozen import closing_of
from tests.builders import CLOSES, KEYS, NOW, OPENS, stage
from tests.mailing.sending import make_sender
from tests.reporting.printing import ANNEX, MEDIA, PDF, RECAP, fake_press


@pytest.fixture
async def tools(database, clock, door, tmp_path):
    async with database.transaction() as session:
        staged = await stage(session, positions=2, applicants=3)
    for applicant in staged.applicants:
        await door.submit(
            fair_id=staged.fair.id,
            applicant_id=applicant.id,
            position_id=staged.positions[0].id,
        )
    return Tools(
        database,
        clock,
        door,
        FolderStore(tmp_path / "documents"),
        fake_press(tmp_path),
        KEYS,
        make_sender(database, clock),
    ), staged.fair.id


async def state(tools, fair_id):
    """Return everything a job may change."""
    async with tools.database.snapshot() as session:
        entries = [(one.act, one.at, one.facts) for one in await entries_of_fair(session, fair_id)]
        closing = await closing_of(session, fair_id)
        fair = await fair_by_id(session, fair_id)
        return entries, closing, (fair.latched_at, fair.latch_seq, fair.ledger_seq)


@pytest.mark.parametrize("job", SCHEDULE, ids=lambda job: job.name)
@pytest.mark.parametrize("hours_late", [-200, -1, 0, 30])
async def test_a_job_run_twice_does_the_work_once(tools, job, hours_late):
    tools, fair_id = tools
    tools.clock.move_to(CLOSES + timedelta(hours=hours_late))
    await job.work(tools)
    once = await state(tools, fair_id)

    await job.work(tools)

    assert await state(tools, fair_id) == once


async def test_the_fair_opens_and_closes_with_its_window(tools):
    tools, fair_id = tools
    heard = []
    tools.database.announce = heard.append
    for instant in (OPENS - timedelta(seconds=1), OPENS, NOW, CLOSES - timedelta(microseconds=1)):
        tools.clock.move_to(instant)
        for job in SCHEDULE:
            await job.work(tools)
    assert (await state(tools, fair_id))[1] is None
    inboxes = frozenset(f"inbox:{account_id}" for account_id in (1, 2, 3))
    assert heard == [frozenset({f"fair:{fair_id}"}), inboxes]

    tools.clock.move_to(CLOSES)
    for job in SCHEDULE:
        await job.work(tools)

    entries, closing, (latched_at, latch_seq, ledger_seq) = await state(tools, fair_id)
    assert closing.seq == latch_seq == ledger_seq == 3
    assert latched_at >= CLOSES
    assert sorted(act for act, *_ in entries) == ["latch", "opened", "window_ended"]


async def test_papers_are_there_soon_after_the_closing_which_does_not_wait_for_them(tools):
    tools, fair_id = tools
    tools.clock.move_to(CLOSES)
    await print_papers(tools)
    await close(tools)
    closing = (await state(tools, fair_id))[1]
    assert tools.press._printer.jobs == []

    await print_papers(tools)

    papers = [await tools.press.kept(folder, closing) for folder in (RECAP, ANNEX, MEDIA)]
    assert papers == [PDF, PDF, PDF]
    await print_papers(tools)
    assert len(tools.press._printer.jobs) == 3


async def test_what_cannot_be_printed_is_logged_once_and_disturbs_no_other_job(tools, caplog):
    tools, _ = tools
    tools.press._printer.fails = True
    tools.clock.move_to(CLOSES)
    await close(tools)

    for _ in range(2):
        await print_papers(tools)

    assert [line.split(" of fair")[0] for line in caplog.messages] == [
        "preparing lampiran", "preparing lembar-media", "preparing rekap",
    ]  # fmt: skip


async def test_papers_of_fairs_closed_long_ago_are_printed_when_somebody_asks(tools):
    tools, _ = tools
    tools.clock.move_to(CLOSES)
    await close(tools)
    tools.clock.move_to(CLOSES + PREPARED_FOR + timedelta(minutes=5))

    await print_papers(tools)

    assert tools.press._printer.jobs == []


async def test_no_number_depends_on_the_clock_process(tools):
    """Nobody rings: the window is judged all the same."""
    tools, fair_id = tools
    tools.clock.move_to(CLOSES)

    async with tools.database.snapshot() as session:
        found = await fair_by_id(session, fair_id)

    assert found.phase(tools.clock.now()) is Phase.CLOSING
