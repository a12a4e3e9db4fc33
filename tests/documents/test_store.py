"""Both stores keep the same promises; the bucket is one of a real S3 server."""

import asyncio
import os
import secrets
import shutil
import stat
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jobfair.app import store_of
from jobfair.encryption import DecryptionFailed, decrypt, encrypt, encrypted_size, new_key
from jobfair.settings import Settings
from jobfair.store import ObjectNotFound, StoreMisconfigured, StoreUnavailable
from jobfair.store.folder import FolderStore
from jobfair.store.s3 import S3Store
from jobfair.store.signing import Access, sign
from tests.documents.s3 import ACCESS
from tests.free_port import free_port

BYTES = bytes(range(256)) * 8192
AWS = Access("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
DAY = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "examplebucket.s3.amazonaws.com"


def name():
    return secrets.token_hex(16)


def names(folder):
    return [path.name for path in folder.iterdir()]


async def test_what_is_put_is_got_and_what_is_deleted_is_gone(store):
    first, second = name(), name()
    await store.check()

    await store.put(first, BYTES)
    await store.put(second, b"lain")

    assert (await store.get(first), await store.get(second)) == (BYTES, b"lain")
    await store.delete(first)
    with pytest.raises(ObjectNotFound):
        await store.get(first)
    assert await store.get(second) == b"lain"


async def test_each_verb_can_be_repeated(store):
    one = name()
    await store.delete(one)
    for content in (b"satu", b"dua", b"dua"):
        await store.put(one, content)
    assert await store.get(one) == b"dua"
    for _ in range(2):
        await store.delete(one)
    with pytest.raises(ObjectNotFound):
        await store.get(one)


@pytest.mark.parametrize("content", [BYTES, b"", secrets.token_bytes(700)])
async def test_the_size_is_that_of_what_is_kept(store, content):
    one = name()
    await store.put(one, content)

    assert await store.size(one) == len(content)
    await store.delete(one)
    with pytest.raises(ObjectNotFound):
        await store.size(one)


@pytest.mark.parametrize("bad", ["", "../x", "a" * 31, "A" * 32, "a" * 32 + "\n", "a/" * 16])
async def test_no_other_name_reaches_a_path(store, bad):
    for verb, more in (
        (store.put, (b"",)), (store.get, ()), (store.size, ()), (store.delete, ()),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="not the name"):
            await verb(bad, *more)


# --- the folder


async def test_files_are_the_owners_alone_and_whole(tmp_path):
    store, one = FolderStore(tmp_path / "a" / "b"), name()
    await store.put(one, b"isi")

    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "a" / "b" / one).stat().st_mode) == 0o600
    assert names(tmp_path / "a" / "b") == [one]


async def test_bytes_and_name_are_flushed_before_put_returns(tmp_path, monkeypatch):
    store, done = FolderStore(tmp_path / "d"), []
    flush, replace = os.fsync, os.replace

    def fsync(descriptor):
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        flush(descriptor)

    def rename(*paths, **more):
        done.append("name")
        replace(*paths, **more)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    monkeypatch.setattr("pathlib.os.replace", rename)
    await store.put(name(), b"isi")
    await store.put(name(), b"isi")

    once = ["file", "name", "folder"]
    assert done == ["folder", *once, *once], "the new folder's own name first"


async def test_a_write_that_fails_leaves_the_old_bytes_and_nothing_beside(tmp_path, monkeypatch):
    store, one = FolderStore(tmp_path / "d"), name()
    await store.put(one, b"lama")

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailable):
            await store.put(one, b"baru")

    assert await store.get(one) == b"lama"
    assert names(tmp_path / "d") == [one]


async def test_what_a_cut_left_beside_a_name_goes_with_it(tmp_path):
    store, one = FolderStore(tmp_path), name()
    (tmp_path / f"{one}.part").write_bytes(b"setengah")

    await store.delete(one)

    assert names(tmp_path) == []


async def test_documents_stop_before_the_disk_is_full(tmp_path, monkeypatch):
    store, one = FolderStore(tmp_path), name()
    await store.put(one, b"isi")
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1000, 901, 99))

    with pytest.raises(StoreUnavailable, match="disk nearly full"):
        await store.check()
    with pytest.raises(StoreUnavailable, match="disk nearly full"):
        await store.put(name(), b"isi")
    assert await store.get(one) == b"isi"
    await store.delete(one)


async def test_a_folder_that_is_not_there_holds_nothing_and_is_not_made_by_asking(tmp_path):
    with pytest.raises(ObjectNotFound):
        await FolderStore(tmp_path / "d").size(name())

    assert names(tmp_path) == []


async def test_a_folder_that_cannot_be_looked_into_is_out_of_reach(tmp_path):
    (tmp_path / "berkas").touch()

    with pytest.raises(StoreUnavailable, match="NotADirectoryError"):
        await FolderStore(tmp_path / "berkas").size(name())


async def test_a_folder_that_cannot_be_made_is_denied(tmp_path):
    (tmp_path / "berkas").touch()

    with pytest.raises(StoreMisconfigured):
        await FolderStore(tmp_path / "berkas" / "d").check()


# --- the bucket


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "signature"),
    [
        (
            "GET", "/test.txt", {"range": "bytes=0-9"}, b"",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT", "/test$file.text",
            {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
    ],
)  # fmt: skip
def test_signatures_are_those_of_the_published_examples(method, path, headers, body, signature):
    sent = sign(AWS, method=method, path=path, headers={"host": HOST} | headers, body=body, now=DAY)

    assert sent["authorization"].endswith(f"Signature={signature}")
    assert AWS.secret not in repr(AWS) + repr(sent)


@pytest.mark.parametrize(
    "access",
    [
        Access(ACCESS.name, "bukan-rahasia", "us-east-1"),
        Access("bukan", ACCESS.secret, "us-east-1"),
    ],
    ids=["secret", "name"],
)
async def test_the_server_refuses_who_does_not_know_the_secret(s3_address, access):
    # Also shows that this server looks at signatures at all.
    owner, stranger, one = S3Store(s3_address, ACCESS), S3Store(s3_address, access), name()
    await owner.put(one, b"isi")
    verbs = (
        (stranger.get, ()), (stranger.size, ()), (stranger.put, (b"lain",)), (stranger.delete, ()),
    )  # fmt: skip

    with pytest.raises(StoreMisconfigured):
        await stranger.check()
    for verb, more in verbs:
        with pytest.raises(StoreMisconfigured):
            await verb(one, *more)

    assert await owner.get(one) == b"isi"
    for store in (owner, stranger):
        await store.close()


async def test_a_bucket_that_is_not_there_is_not_a_missing_document(s3_address):
    store = S3Store(f"{s3_address}-lain", ACCESS)

    with pytest.raises(StoreMisconfigured):
        await store.check()
    with pytest.raises(StoreMisconfigured, match="NoSuchBucket"):
        await store.get(name())
    with pytest.raises(StoreMisconfigured):
        await store.size(name())
    await store.close()


async def test_a_folder_in_the_bucket_keeps_two_installations_apart(s3_address):
    here, there = (S3Store(f"{s3_address}/{at}", ACCESS) for at in ("satu", "dua~é 2"))
    one = name()
    await here.put(one, b"satu")
    await there.put(one, b"dua")

    assert (await here.get(one), await there.get(one)) == (b"satu", b"dua")
    for store in (here, there):
        await store.check()
        await store.close()


async def test_a_server_that_does_not_answer_is_out_of_reach():
    store = S3Store(f"http://127.0.0.1:{free_port()}/dokumen", ACCESS)

    for verb, more in (
        (store.check, ()), (store.put, (name(), b"")), (store.get, (name(),)),
        (store.size, (name(),)), (store.delete, (name(),)),
    ):  # fmt: skip
        with pytest.raises(StoreUnavailable) as caught:
            await verb(*more)
        assert not isinstance(caught.value, StoreMisconfigured)
    await store.close()


async def test_a_length_that_is_not_that_of_what_is_kept_is_not_asked_for_and_not_believed():
    # As a proxy that packs what it hands on, and then cannot tell how long it will be.
    heads = []

    async def answer(reader, writer):
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        told = "" if len(heads) > 1 else "Content-Length: 29\r\n"
        writer.write(f"HTTP/1.1 200 OK\r\n{told}Connection: close\r\n\r\n".encode())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        store = S3Store(f"http://127.0.0.1:{port}/dokumen", ACCESS)
        assert await store.size(name()) == 29
        with pytest.raises(StoreMisconfigured, match="no length"):
            await store.size(name())
        await store.close()

    assert all(head.startswith("head /dokumen/") for head in heads)
    assert all("accept-encoding: identity\r\n" in head for head in heads)


async def test_an_address_is_a_bucket_and_anything_else_a_folder(tmp_path):
    at = Settings(data=tmp_path)
    bucket = store_of(replace(at, documents="https://s3.contoh.id/dokumen"))

    assert isinstance(bucket, S3Store)
    assert isinstance(store_of(at), FolderStore)
    await bucket.close()


# --- encryption


def test_a_document_opens_with_its_own_key_under_its_own_name_only():
    key, one = new_key(), name()
    sealed = encrypt(BYTES, key=key, context=one)

    assert decrypt(sealed, key=key, context=one) == BYTES
    assert BYTES[:64] not in sealed
    assert len(sealed) == encrypted_size(len(BYTES))
    assert len(encrypt(b"", key=key, context=one)) == encrypted_size(0)
    assert encrypt(BYTES, key=key, context=one) != sealed
    for wrong in ({"key": new_key(), "context": one}, {"key": key, "context": name()}):
        with pytest.raises(DecryptionFailed):
            decrypt(sealed, **wrong)


def test_a_document_that_was_changed_or_cut_does_not_open():
    key, one = new_key(), name()
    sealed = encrypt(b"isi", key=key, context=one)
    spoilt = [sealed[:end] for end in range(len(sealed))]
    spoilt += [
        sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))
    ]

    for bad in [*spoilt, sealed + b"x", b"%PDF-1.7"]:
        with pytest.raises(DecryptionFailed):
            decrypt(bad, key=key, context=one)
