"""Documents of anybody: sealed, stored, read, deleted and sealed anew, in a database of nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.cli.rekey import change_key
from jobfair.documents import actions
from jobfair.documents.models import StoredDocument
from jobfair.documents.queries import mark_removed, stored_file
from jobfair.documents.rules import Kind
from jobfair.encryption import DecryptionFailed
from jobfair.errors import Misconfigured, Refused
from jobfair.jobs.schedule import clear_away
from jobfair.keys import read_keys
from jobfair.store import ObjectNotFound, StoreMisconfigured
from jobfair.store.folder import FolderStore
from tests.builders import KEYS, NOW
from tests.documents.uploads import names_in, tidy, tools_in

SOON = NOW + timedelta(minutes=59)
LATER = NOW + timedelta(minutes=61)


@pytest.fixture
def tools(database, clock, tmp_path):
    return tools_in(tmp_path, database, clock)


@pytest.fixture
def store_one(tools):
    """Store a document; cut off ``after`` a step when told to."""

    async def run(content=b"isi", *, kind=Kind.PDF, after=""):
        async with tools.database.transaction() as session:
            begun = await actions.begin(session, keys=KEYS, kind=kind, size=len(content), now=NOW)
        if after != "begin":
            await actions.write(tools.store, begun, content)
        if not after:
            await finish(tools, begun.name)
        return begun.name

    return run


async def finish(tools, name):
    async with tools.database.transaction() as session:
        await actions.finish(session, name, now=NOW)


async def remove(tools, *names):
    async with tools.database.transaction() as session:
        await mark_removed(session, names, now=NOW)


async def found(tools, name):
    async with tools.database.snapshot() as session:
        return await stored_file(session, name)


async def rows(tools):
    async with tools.database.snapshot() as session:
        return set(await session.scalars(select(StoredDocument.name)))


async def test_a_document_is_read_as_it_was_and_lies_encrypted(tools, store_one):
    name, other = await store_one(b"NIB 9120001", kind=Kind.PNG), await store_one(b"lain")

    file = await found(tools, name)

    assert (file.name, file.kind, file.size, file.stored_at) == (name, Kind.PNG, 11, NOW)
    assert await actions.read(tools.store, KEYS, file) == b"NIB 9120001"
    sealed = await tools.store.get(name)
    assert b"NIB" not in sealed
    await tools.store.put(name, await tools.store.get(other))
    with pytest.raises(DecryptionFailed):
        await actions.read(tools.store, KEYS, file)
    await tools.store.delete(name)
    with pytest.raises(ObjectNotFound):
        await actions.read(tools.store, KEYS, file)


@pytest.mark.parametrize("after", ["begin", "put"])
async def test_an_upload_that_was_cut_off_leaves_nothing(tools, store_one, after):
    whole, cut = await store_one(), await store_one(after=after)

    assert await found(tools, cut) is None
    await tidy(tools, SOON)
    assert await rows(tools) == {whole, cut}
    await tidy(tools, LATER)

    assert (await rows(tools), names_in(tools.store)) == ({whole}, {whole})
    with pytest.raises(Refused, match="terlalu lama"):
        await finish(tools, cut)


async def test_what_is_removed_cannot_be_read_and_its_bytes_go(tools, store_one):
    gone, stays, cut = await store_one(), await store_one(), await store_one(after="put")

    await remove(tools, gone, cut)

    assert (await found(tools, gone), (await found(tools, stays)).name) == (None, stays)
    assert names_in(tools.store) == {gone, stays, cut}
    with pytest.raises(Refused, match="terlalu lama"):
        await finish(tools, cut)
    await clear_away(tools)
    assert (await rows(tools), names_in(tools.store)) == ({stays}, {stays})


async def test_a_store_that_is_away_only_delays_the_clearing(tools, store_one, monkeypatch):
    name = await store_one()
    await remove(tools, name)

    async def away(_):
        raise StoreMisconfigured("gone")

    with monkeypatch.context() as broken:
        broken.setattr(tools.store, "delete", away)
        with pytest.raises(StoreMisconfigured):
            await clear_away(tools)
    assert (await rows(tools), names_in(tools.store)) == ({name}, {name})
    for _ in range(2):
        await clear_away(tools)
        assert (await rows(tools), names_in(tools.store)) == (set(), set())


async def test_bytes_deleted_before_a_crash_do_not_stop_the_row_from_going(tools, store_one):
    name = await store_one()
    await remove(tools, name)
    await tools.store.delete(name)

    await clear_away(tools)

    assert await rows(tools) == set()


async def test_another_root_key_opens_documents_without_touching_them(tools, store_one, tmp_path):
    names, path = [await store_one(bytes([at])) for at in range(3)], tmp_path / "jobfair.key"
    before = [await tools.store.get(name) for name in names]
    path.write_text(bytes(range(32)).hex())
    path.chmod(0o600)

    await change_key(tools.database, path)

    for at, name in enumerate(names):
        file = await found(tools, name)
        assert await actions.read(tools.store, read_keys(path), file) == bytes([at])
        with pytest.raises(Misconfigured):
            await actions.read(tools.store, KEYS, file)
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
