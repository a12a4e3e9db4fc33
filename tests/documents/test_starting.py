"""Before anything is served: the setting makes sense, and the store is this database's own."""

from dataclasses import replace

import pytest

from jobfair.cli.serve import check_documents, check_start
from jobfair.errors import Misconfigured
from jobfair.keys import make_key_file
from jobfair.settings import Settings, read_settings
from tests.documents.s3 import ACCESS
from tests.free_port import free_port

BUCKET = "https://s3.contoh.id/dokumen"
NAMED = {"JOBFAIR_DOCUMENTS_ACCESS": "jobfair", "JOBFAIR_DOCUMENTS_SECRET": "rahasia-besar"}


def test_a_bucket_is_named_with_its_key_and_the_secret_is_not_shown():
    settings = read_settings({"JOBFAIR_DOCUMENTS": BUCKET} | NAMED)

    assert settings.documents_place == BUCKET
    assert settings.documents_secret == "rahasia-besar"
    assert "rahasia-besar" not in repr(settings)


def test_without_a_setting_documents_lie_in_the_data_folder():
    assert read_settings({"JOBFAIR_DATA": "/srv/j"}).documents_place == "/srv/j/documents"
    assert read_settings({"JOBFAIR_DOCUMENTS": "/mnt/cv"}).documents_place == "/mnt/cv"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"JOBFAIR_DOCUMENTS": BUCKET}, "documents_access dan documents_secret harus diisi"),
        (
            {"JOBFAIR_DOCUMENTS": BUCKET, "JOBFAIR_DOCUMENTS_ACCESS": "a"},
            "documents_access dan documents_secret harus diisi",
        ),
        ({"JOBFAIR_DOCUMENTS": "https://s3.contoh.id/"} | NAMED, "harus alamat seperti"),
        ({"JOBFAIR_DOCUMENTS": "https:///dokumen"} | NAMED, "harus alamat seperti"),
        ({"JOBFAIR_DOCUMENTS": "https://a:b@s3.contoh.id/d"} | NAMED, "harus alamat seperti"),
        ({"JOBFAIR_DOCUMENTS": f"{BUCKET}?x=1"} | NAMED, "harus alamat seperti"),
        ({"JOBFAIR_DOCUMENTS": "s3://dokumen"}, "harus folder, atau https://"),
        ({"JOBFAIR_DOCUMENTS": "/mnt/cv"} | NAMED, "harus folder, atau https://"),
        (NAMED, "harus folder, atau https://"),
    ],
    ids=range(9),
)
def test_a_wrong_setting_is_told_without_the_secret(given, sentence):
    with pytest.raises(Misconfigured, match=sentence) as told:
        read_settings(given)
    assert "rahasia" not in str(told.value)


@pytest.fixture
def settings(tmp_path, s3_address):
    return Settings(
        data=tmp_path,
        documents=f"{s3_address}/{tmp_path.name}",
        documents_access=ACCESS.name,
        documents_secret=ACCESS.secret,
    )


async def test_each_kind_of_store_is_taken_twice_and_another_refused(database, settings, tmp_path):
    for _ in range(2):
        await check_documents(settings, database)

    for other in (
        replace(settings, documents=f"{settings.documents}-lain"),
        Settings(data=tmp_path),
    ):
        with pytest.raises(Misconfigured, match="bukan milik basis data ini"):
            await check_documents(other, database)


async def test_what_is_set_up_wrongly_stops_the_start(database, settings, tmp_path):
    (tmp_path / "berkas").touch()
    for wrong in (
        replace(settings, documents_secret="bukan-rahasia"),
        replace(settings, documents=settings.documents.replace("/dokumen/", "/bukan-dokumen/")),
        Settings(documents=str(tmp_path / "berkas" / "d")),
    ):
        with pytest.raises(Misconfigured, match="Dokumen tidak dapat disimpan di") as told:
            await check_documents(wrong, database)
        assert ACCESS.secret not in str(told.value)
    await check_documents(settings, database)


async def test_a_store_that_does_not_answer_now_does_not(database, settings, caplog):
    away = replace(settings, documents=f"http://127.0.0.1:{free_port()}/dokumen")

    await check_documents(away, database)

    assert "documents cannot be kept now" in caplog.text
    await check_documents(settings, database)


async def test_serving_begins_with_that_look(sqlite_url, tmp_path):
    place = tmp_path / "documents"
    settings = Settings(data=tmp_path, database_url=sqlite_url)
    make_key_file(settings.keys)
    await check_start(settings)
    (mark,) = place.iterdir()
    mark.unlink()

    with pytest.raises(Misconfigured, match=f"buat berkas bernama {mark.name} di sana"):
        await check_start(settings)

    mark.touch()
    await check_start(settings)
