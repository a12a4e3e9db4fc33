"""What ``jobfair check`` says of documents: which are lost, and what only looks like it."""

import asyncio

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from jobfair.cli import check, main
from jobfair.cli.check import find_documents
from jobfair.cvs import actions as cvs
from jobfair.db import Database
from jobfair.documents import actions
from jobfair.documents.actions import Lost, lost
from jobfair.documents.queries import Wanted
from jobfair.encryption import encrypted_size
from jobfair.fairs.models import Fair
from jobfair.keys import make_key_file
from jobfair.store import ObjectNotFound, StoreUnavailable
from jobfair.store.folder import FolderStore
from tests.builders import NOW, stage
from tests.documents.s3 import ACCESS
from tests.documents.uploads import upload_cv
from tests.free_port import free_port

WHOLE = encrypted_size(3)


@pytest.fixture
async def accounts(database):
    async with database.transaction() as session:
        staged = await stage(session, applicants=2)
    return [one.account_id for one in staged.applicants]


@pytest.fixture
def upload(database, store, accounts):
    async def run(content=b"isi", *, who=0, **how):
        return await upload_cv(database, store, accounts[who], content, **how)

    return run


@pytest.fixture
def remove(database, accounts):
    """Remove every CV of somebody; with ``rows_too`` as it is once the bytes are gone."""

    async def run(*, who=0, rows_too=False):
        async with database.transaction() as session:
            await cvs.remove_cv(session, account_id=accounts[who], now=NOW)
            if rows_too:
                await actions.forget(session, await actions.leaving(session))

    return run


class Asked:
    """A store of which only the size can be asked; ``answer(name)`` says it."""

    def __init__(self, answer):
        self.answer, self.now, self.most, self.names = answer, 0, 0, []

    async def size(self, name):
        self.names.append(name)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0.001)
            return await self.answer(name)
        finally:
            self.now -= 1


async def test_what_is_all_there_is_not_lost(database, store, upload):
    assert await find_documents(database, store) == (0, [])
    for content in (b"isi", b"", b"yang baru"):
        await upload(content)

    assert await find_documents(database, store) == (3, [])


async def test_what_is_gone_cut_or_too_long_is_lost(database, store, upload):
    names = [await upload(who=at % 2) for at in range(5)]
    sealed = await store.get(names[0])
    await store.delete(names[1])
    await store.put(names[2], sealed[:-1])
    await store.put(names[3], sealed + b"x")

    assert await find_documents(database, store) == (
        5,
        [
            Lost(names[1], None, WHOLE),
            Lost(names[2], WHOLE - 1, WHOLE),
            Lost(names[3], WHOLE + 1, WHOLE),
        ],
    )


async def test_what_is_not_wanted_is_not_missed(database, store, upload, remove):
    await upload(who=1, after="begin")
    await store.delete(await upload(who=1, after="put"))
    replaced, last = await upload(), await upload()
    for name in (replaced, last):
        await store.delete(name)

    assert await find_documents(database, store) == (
        2,
        [Lost(replaced, None, WHOLE), Lost(last, None, WHOLE)],
    )
    await remove()
    assert await find_documents(database, store) == (0, [])


@pytest.mark.parametrize("rows_too", [False, True])
async def test_what_is_removed_while_it_is_looked_for_is_not_lost(
    database, store, upload, remove, rows_too
):
    removed, gone = await upload(), await upload(who=1)

    async def late(name):
        if name == removed:
            await remove(rows_too=rows_too)
        await store.delete(name)
        return await store.size(name)

    assert await find_documents(database, Asked(late)) == (2, [Lost(gone, None, WHOLE)])


async def test_documents_are_looked_for_page_by_page(database, store, upload, monkeypatch):
    names = [await upload() for _ in range(5)]
    for name in names[1::2]:
        await store.delete(name)
    monkeypatch.setattr(check, "DOCUMENTS_AT_ONCE", 2)

    many, found = await find_documents(database, store)

    assert (many, [one.name for one in found]) == (5, names[1::2])


# --- asking many at once


def wanted(many):
    return [Wanted(at, f"{at:032x}", 3) for at in range(many)]


async def test_each_is_asked_for_once_and_sixteen_at_a_time():
    async def answer(name):
        if name.endswith("7"):
            raise ObjectNotFound(name)
        return WHOLE

    rows = wanted(100)
    store = Asked(answer)

    found = await lost(store, rows)

    assert [one.name for one in found] == [row.name for row in rows if row.name.endswith("7")]
    assert sorted(store.names) == [row.name for row in rows]
    assert store.most == 16


async def test_a_store_that_stops_answering_ends_the_others_too():
    async def answer(name):
        if name.endswith("2"):
            raise StoreUnavailable("gone")
        await asyncio.Event().wait()

    store = Asked(answer)

    async with asyncio.timeout(5):
        with pytest.raises(StoreUnavailable, match="gone"):
            await lost(store, wanted(40))
    assert (store.now, len(store.names)) == (0, 16)


# --- the command


@pytest.fixture
def say(sqlite_url, tmp_path):
    """Run ``jobfair check`` and return its exit code and what it said."""
    make_key_file(tmp_path / "jobfair.key")

    def run(*words, **more):
        set_up = {"JOBFAIR_DATABASE_URL": sqlite_url, "JOBFAIR_DATA": str(tmp_path)} | more
        done = CliRunner().invoke(main, ["check", *words], env=set_up)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        return done.exit_code, " ".join(done.output.split())

    return run


@pytest.fixture
def do(sqlite_url):
    """Run ``work(database)`` and return what it returns."""

    def run(work):
        async def with_database():
            database = Database(sqlite_url)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(with_database())

    return run


@pytest.fixture
def stored(do, tmp_path):
    """Return the folder of a fair with seven documents, and their names."""

    async def fill(database):
        async with database.transaction() as session:
            account_id = (await stage(session, applicants=1)).applicants[0].account_id
        store = FolderStore(tmp_path / "documents")
        return store.folder, [await upload_cv(database, store, account_id) for _ in range(7)]

    return do(fill)


def test_all_there_is_said_with_how_many_and_where(say, stored):
    folder, _ = stored

    code, said = say()

    assert code == 0
    assert said == (
        "Cocok: semua angka sama dengan hitung ulang baris lamaran. "
        f"Lengkap: 7 dokumen dicari di {folder}, tidak ada yang hilang atau terpotong."
    )


def test_what_is_missing_or_cut_is_named_with_what_to_do(say, stored):
    folder, names = stored
    (folder / names[2]).unlink()
    (folder / names[5]).write_bytes((folder / names[5]).read_bytes()[:10])

    code, said = say()

    assert code == 1
    assert f"Dokumen {names[2]}: hilang Dokumen {names[5]}: 10 bita, seharusnya {WHOLE}" in said
    assert (
        f"Gagal: 1 dokumen hilang dan 1 rusak, dari 7 yang dicari di {folder}. Pulihkan folder "
        "atau bucket dokumen dari cadangan."
    ) in said
    assert "Lengkap" not in said
    assert not any(name in said for name in names if name not in (names[2], names[5]))


def test_of_many_the_first_are_named(say, stored):
    folder, names = stored
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()

    code, said = say()

    assert code == 1
    assert [name in said for name in names] == [True] * 5 + [False] * 2
    assert "… dan 2 dokumen lain." in said
    assert "7 dokumen hilang dan 0 rusak, dari 7" in said
    assert not folder.exists()


def test_of_one_fair_only_the_numbers_are_looked_at(say, stored):
    folder, names = stored
    (folder / names[0]).unlink()

    assert say("asahan-uji") == (
        0,
        "Cocok: semua angka sama dengan hitung ulang baris lamaran.",
    )


def test_a_store_out_of_reach_is_told_after_the_numbers(say, stored, tmp_path):
    (tmp_path / "berkas").touch()
    bucket = {"JOBFAIR_DOCUMENTS_ACCESS": "a", "JOBFAIR_DOCUMENTS_SECRET": "rahasia-besar"}
    nobody = f"http://127.0.0.1:{free_port()}/dokumen"
    for place, why, more in (
        (nobody, "s3: ConnectError", bucket),
        (str(tmp_path / "berkas"), "folder: NotADirectoryError", {}),
    ):
        code, said = say(JOBFAIR_DOCUMENTS=place, **more)

        assert code == 5
        assert said == (
            "Cocok: semua angka sama dengan hitung ulang baris lamaran. "
            f"Gagal: Penyimpanan dokumen {place} tidak dapat ditanyai ({why}), jadi dokumen belum "
            "diperiksa. Betulkan itu, lalu jalankan lagi."
        )


def test_a_bucket_that_refuses_is_a_setting_to_look_at(say, stored, s3_address):
    code, said = say(
        JOBFAIR_DOCUMENTS=s3_address,
        JOBFAIR_DOCUMENTS_ACCESS=ACCESS.name,
        JOBFAIR_DOCUMENTS_SECRET="bukan-rahasia",
    )

    assert code == 3
    assert "(s3: 403), jadi dokumen belum diperiksa. Periksa setelan documents, lalu" in said
    assert "bukan-rahasia" not in said


def test_numbers_that_differ_are_not_hidden_by_documents(say, do, stored, tmp_path):
    async def break_number(database):
        async with database.transaction() as session:
            await session.execute(update(Fair).values(applicants=1, ledger_seq=1))

    do(break_number)
    folder, names = stored
    (tmp_path / "berkas").touch()

    code, said = say(JOBFAIR_DOCUMENTS=str(tmp_path / "berkas"))
    assert code == 1
    assert "Penghitung" in said
    assert "ketidakcocokan. Penyimpanan dokumen" in said

    (folder / names[0]).unlink()
    code, said = say()
    assert code == 1
    assert "ketidakcocokan. 1 dokumen hilang dan 0 rusak" in said
