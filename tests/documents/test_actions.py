"""Which CV goes with what is sent, when the bytes may go, and that none are left behind."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.applicants.models import Applicant
from jobfair.applications.actions.accepting import Submission, accept
from jobfair.applications.models import Application
from jobfair.audit.models import AuditEntry
from jobfair.cli.rekey import change_key
from jobfair.db.sealed import read_keys
from jobfair.documents import actions
from jobfair.documents.models import StoredDocument
from jobfair.documents.queries import cv_named, key_context
from jobfair.encryption import decrypt
from jobfair.errors import Misconfigured, Refused
from jobfair.jobs.schedule import Tools, clear_away, give_up
from jobfair.store import ObjectNotFound, StoreMisconfigured
from jobfair.store.folder import FolderStore
from tests.builders import CLOSES, KEYS, NOW, stage
from tests.documents.uploads import upload_cv
from tests.mailing.sending import make_sender
from tests.reporting.printing import fake_press

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
    return Tools(
        database,
        clock,
        None,
        FolderStore(tmp_path / "documents"),
        fake_press(tmp_path),
        KEYS,
        make_sender(database, clock),
    )


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
            await accept(session, [one])

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
    folder = tools.store.folder
    kept = {path.name for path in folder.iterdir()} if folder.exists() else set()
    return (
        list(on_profiles),
        [profile["cv"] for profile in sent],
        {row.name for row in rows if row.removed_at is None},
        {row.name for row in rows},
        kept,
    )


async def tidy(tools, now):
    tools.clock.move_to(now)
    await give_up(tools)
    await clear_away(tools)


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
            cv = await cv_named(session, name)
            key = bytes.fromhex(KEYS.unseal(cv.key_sealed, context=key_context(name)))
            assert decrypt(await tools.store.get(name), key=key, context=name) == content
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
        assert [await cv_named(session, name) for name in (first, second)] == [None, None]
        assert (await cv_named(session, other)).name == other
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
        assert await cv_named(session, cut) is None
    assert (await state(tools))[0] == [whole, ""]
    await tidy(tools, SOON)
    assert (await state(tools))[3] == {whole, cut}
    await tidy(tools, LATER)

    assert (await state(tools))[2:] == ({whole}, {whole}, {whole})


async def test_an_upload_that_comes_back_after_it_was_given_up_is_refused(tools, upload, made):
    cut = await upload(after="put")
    await tidy(tools, LATER)

    with pytest.raises(Refused, match="terlalu lama"):
        async with tools.database.transaction() as session:
            await actions.finish_upload(
                session, account_id=made.applicants[0].account_id, name=cut, now=LATER
            )
    assert (await state(tools))[0] == ["", ""]


async def test_nobody_finishes_the_upload_of_another(tools, upload, made):
    theirs = await upload(after="put", who=1)

    with pytest.raises(Refused):
        async with tools.database.transaction() as session:
            await actions.finish_upload(
                session, account_id=made.applicants[0].account_id, name=theirs, now=NOW
            )


async def test_a_store_that_is_away_only_delays_the_clearing(tools, upload, remove, monkeypatch):
    name = await upload()
    await remove()

    async def away(_):
        raise StoreMisconfigured("gone")

    with monkeypatch.context() as broken:
        broken.setattr(tools.store, "delete", away)
        with pytest.raises(StoreMisconfigured):
            await clear_away(tools)
    assert (await state(tools))[3:] == ({name}, {name})
    for _ in range(2):
        await clear_away(tools)
        assert (await state(tools))[3:] == (set(), set())


async def test_bytes_deleted_before_a_crash_do_not_stop_the_row_from_going(tools, upload, remove):
    name = await upload()
    await remove()
    await tools.store.delete(name)

    await clear_away(tools)

    assert (await state(tools))[3:] == (set(), set())


async def test_another_root_key_opens_documents_without_touching_them(tools, upload, tmp_path):
    names, path = [await upload(bytes([at])) for at in range(3)], tmp_path / "jobfair.key"
    before = [await tools.store.get(name) for name in names]
    path.write_text(bytes(range(32)).hex())
    path.chmod(0o600)

    await change_key(tools.database, path)

    new = read_keys(path)
    async with tools.database.snapshot() as session:
        for at, name in enumerate(names):
            row = await session.scalar(select(StoredDocument).where(StoredDocument.name == name))
            key = bytes.fromhex(new.unseal(row.key_sealed, context=key_context(name)))
            assert decrypt(before[at], key=key, context=name) == bytes([at])
            with pytest.raises(Misconfigured):
                KEYS.unseal(row.key_sealed, context=key_context(name))
    assert [await tools.store.get(name) for name in names] == before


async def test_a_database_knows_its_own_store(tools, tmp_path):
    mine, other = tools.store, FolderStore(tmp_path / "lain")

    async def tie(store):
        async with tools.database.transaction() as session:
            await actions.tie_store(session, store, place="di sini")

    for _ in range(2):
        await tie(mine)
    with pytest.raises(Misconfigured, match="Dokumen di di sini bukan milik") as told:
        await tie(other)

    assert not other.folder.exists()
    (mark,) = [path.name for path in mine.folder.iterdir()]
    assert mark in str(told.value)
    other.folder.mkdir()
    (other.folder / mark).touch()
    await tie(other)


async def test_a_store_that_cannot_be_marked_is_not_tied(tools, tmp_path, monkeypatch):
    async def away(*_):
        raise StoreMisconfigured("gone")

    with monkeypatch.context() as broken:
        broken.setattr(tools.store, "put", away)
        with pytest.raises(StoreMisconfigured):
            async with tools.database.transaction() as session:
                await actions.tie_store(session, tools.store, place="")
    async with tools.database.transaction() as session:
        await actions.tie_store(session, FolderStore(tmp_path / "lain"), place="")
