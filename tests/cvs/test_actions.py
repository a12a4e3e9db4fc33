"""Which CV goes with what is sent, when the bytes may go, and that none are left behind."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from jobfair.applicants.models import Applicant
from jobfair.applications.actions.accepting import Submission, accept
from jobfair.applications.models import Application
from jobfair.audit.models import AuditEntry
from jobfair.cvs import actions
from jobfair.cvs.models import ApplicantCv
from jobfair.documents.actions import read
from jobfair.documents.models import StoredDocument
from jobfair.documents.queries import stored_file
from jobfair.errors import NotFound, Refused
from jobfair.jobs.schedule import clear_away
from jobfair.store import ObjectNotFound
from tests.builders import CLOSES, KEYS, NOW, make_window, stage
from tests.documents.uploads import names_in, tidy, tools_in, upload_cv

HOUR = timedelta(hours=1)
SOON = NOW + timedelta(minutes=59)
LATER = NOW + HOUR + timedelta(minutes=1)
LONG_AFTER = CLOSES + timedelta(days=90)


@pytest.fixture
async def made(database):
    async with database.transaction() as session:
        return await stage(session, positions=2, applicants=2)


@pytest.fixture
def tools(database, clock, tmp_path):
    return tools_in(tmp_path, database, clock)


@pytest.fixture
def upload(tools, made):
    """Upload as somebody; cut off ``after`` a step when told to."""

    async def run(content=b"isi", *, who=0, **how):
        account_id = made.applicants[who].account_id
        return await upload_cv(tools.database, tools.store, account_id, content, **how)

    return run


@pytest.fixture
def send(tools, made):
    async def run(position=0, who=0):
        one = Submission(
            made.fair.id, made.applicants[who].id, made.positions[position].id, (), NOW
        )
        async with tools.database.transaction() as session:
            await accept(session, [one], keys=KEYS)

    return run


@pytest.fixture
def remove(tools, made):
    async def run(who=0, now=NOW):
        async with tools.database.transaction() as session:
            await actions.remove_cv(session, account_id=made.applicants[who].account_id, now=now)

    return run


async def state(tools):
    """Return the CV of every profile, of every application, all rows and all names stored."""
    async with tools.database.snapshot() as session:
        on_profiles = (await session.scalars(select(Applicant.cv).order_by(Applicant.id))).all()
        sent = (await session.scalars(select(Application.profile).order_by(Application.seq))).all()
        rows = (await session.scalars(select(StoredDocument).order_by(StoredDocument.id))).all()
    return (
        list(on_profiles),
        [profile["cv"] for profile in sent],
        {row.name for row in rows if row.removed_at is None},
        {row.name for row in rows},
        names_in(tools.store),
    )


async def acts(database):
    async with database.snapshot() as session:
        return (await session.scalars(select(AuditEntry.act).order_by(AuditEntry.id))).all()


async def test_a_cv_goes_with_what_is_sent_after_it(tools, upload, send):
    await send(0)
    first = await upload()
    await send(1)

    on_profiles, sent, *_ = await state(tools)

    assert (on_profiles, sent) == ([first, ""], ["", first])
    assert await acts(tools.database) == ["upload_cv"]


async def test_another_cv_leaves_what_was_sent_as_it_was(tools, upload, send):
    first = await upload(b"lama")
    await send(0)
    second = await upload(b"baru")
    await send(1)

    assert await state(tools) == (
        [second, ""],
        [first, second],
        {first, second},
        {first, second},
        {first, second},
    )
    async with tools.database.snapshot() as session:
        for name, content in ((first, b"lama"), (second, b"baru")):
            cv = await stored_file(session, name)
            assert await read(tools.store, KEYS, cv) == content
    await tidy(tools, LATER)
    assert (await state(tools))[4] == {first, second}


async def test_a_replaced_cv_that_was_never_sent_goes_after_an_hour(tools, upload, send):
    first = await upload()
    await send(0, who=1)
    second = await upload()

    await tidy(tools, SOON)
    assert (await state(tools))[4] == {first, second}
    await tidy(tools, LATER)

    assert (await state(tools))[2:] == ({second}, {second}, {second})
    with pytest.raises(ObjectNotFound):
        await tools.store.get(first)


async def test_a_replaced_cv_that_was_sent_goes_when_no_company_may_read_it(tools, upload, send):
    first = await upload()
    await send()
    second = await upload()

    await tidy(tools, LONG_AFTER - timedelta(seconds=1))
    assert (await state(tools))[4] == {first, second}
    await tidy(tools, LONG_AFTER)

    assert (await state(tools))[4] == {second}


async def test_a_fair_that_closed_early_lets_its_cvs_go_early(tools, upload, send, made):
    early = CLOSES - HOUR
    first = await upload()
    await send()
    second = await upload()
    async with tools.database.transaction() as session:
        session.add(make_window(fair_id=made.fair.id, ordinal=2, closes_at=early))

    await tidy(tools, LONG_AFTER - HOUR - timedelta(seconds=1))
    assert (await state(tools))[4] == {first, second}
    await tidy(tools, LONG_AFTER - HOUR)

    assert (await state(tools))[4] == {second}


async def test_removing_takes_every_cv_away_at_once_and_the_bytes_soon(tools, upload, send, remove):
    first = await upload()
    await send()
    second = await upload()
    other = await upload(who=1)

    await remove()

    assert await state(tools) == (
        ["", other],
        [first],
        {other},
        {first, second, other},
        {first, second, other},
    )
    async with tools.database.snapshot() as session:
        assert [await stored_file(session, name) for name in (first, second)] == [None, None]
        assert (await stored_file(session, other)).name == other
    await clear_away(tools)
    assert (await state(tools))[3:] == ({other}, {other})


async def test_removing_twice_is_once_and_nothing_to_remove_is_nothing(tools, upload, remove):
    await remove()
    await upload()
    for _ in range(2):
        await remove()

    assert await acts(tools.database) == ["upload_cv", "remove_cv"]


@pytest.mark.parametrize("after", ["begin", "put"])
async def test_an_upload_that_was_cut_off_leaves_nothing(tools, upload, after):
    whole = await upload()
    cut = await upload(after=after)

    async with tools.database.snapshot() as session:
        assert await stored_file(session, cut) is None
    assert (await state(tools))[0] == [whole, ""]
    await tidy(tools, SOON)
    assert (await state(tools))[3] == {whole, cut}
    await tidy(tools, LATER)

    assert (await state(tools))[2:] == ({whole}, {whole}, {whole})


async def test_nobody_finishes_the_upload_of_another(tools, upload, made):
    theirs = await upload(after="put", who=1)

    with pytest.raises(NotFound):
        async with tools.database.transaction() as session:
            await actions.finish_upload(
                session, account_id=made.applicants[0].account_id, name=theirs, now=NOW
            )


async def test_removing_stops_an_upload_that_is_on_its_way(tools, upload, remove, made):
    await upload()
    cut = await upload(after="put")
    await remove()

    with pytest.raises(Refused, match="terlalu lama"):
        async with tools.database.transaction() as session:
            await actions.finish_upload(
                session, account_id=made.applicants[0].account_id, name=cut, now=NOW
            )
    assert (await state(tools))[0] == ["", ""]


async def test_whose_it_was_goes_with_the_document(tools, upload, remove):
    await upload()
    await upload(who=1)
    await remove()
    await clear_away(tools)

    async with tools.database.snapshot() as session:
        assert await session.scalar(select(func.count()).select_from(ApplicantCv)) == 1
