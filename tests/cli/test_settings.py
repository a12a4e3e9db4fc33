"""Settings: each is listed, and a wrong one stops the start with a sentence."""

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest
from sqlalchemy import text

from jobfair.cli.common import ready_database
from jobfair.cli.migrate import prepare
from jobfair.errors import Misconfigured
from jobfair.settings import Settings, advice, read_settings

OPERATING = Path(__file__).parent.parent.parent / "docs" / "operating.md"


def test_every_setting_is_listed_in_the_manual():
    listed = set(re.findall(r"^\| `(JOBFAIR_[A-Z_]+)`", OPERATING.read_text("utf-8"), re.MULTILINE))

    assert listed == {f"JOBFAIR_{field.name.upper()}" for field in fields(Settings)}


def test_the_environment_and_a_file_are_read(tmp_path):
    file = tmp_path / "jobfair.toml"
    file.write_text('base_url = "https://kerja.contoh.id"\nport = 9000\n')

    settings = read_settings({"JOBFAIR_SETTINGS": str(file), "JOBFAIR_HOST": "127.0.0.2"})

    assert settings == Settings(base_url="https://kerja.contoh.id", port=9000, host="127.0.0.2")


SMTP = {"JOBFAIR_SMTP_HOST": "mail.contoh.id", "JOBFAIR_SMTP_FROM": "noreply@contoh.id"}


def test_a_password_is_read_from_its_file_and_never_shown(tmp_path):
    file = tmp_path / "password"
    file.write_text("rahasia sekali\n")
    more = {"JOBFAIR_SMTP_USER": "u", "JOBFAIR_SMTP_PASSWORD_FILE": str(file)}

    settings = read_settings(SMTP | more)

    assert settings.smtp_password == "rahasia sekali"
    assert "rahasia" not in repr(settings)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"JOBFAIR_BASEURL": "x"}, "Setelan JOBFAIR_BASEURL tidak dikenal. Maksudnya JOBFAIR_BASE"),
        ({"JOBFAIR_PORT": "99999"}, "Setelan port harus angka 1 sampai 65535, bukan '99999'."),
        ({"PORT": "delapan"}, "Setelan port harus angka 1 sampai 65535, bukan 'delapan'."),
        ({"JOBFAIR_BASE_URL": "kerja.id"}, "Setelan base_url harus alamat lengkap"),
        ({"JOBFAIR_BASE_URL": "http://kerja.id"}, "Setelan base_url harus memakai https"),
        ({"DATABASE_URL": "mysql://x"}, "Setelan database_url harus mulai dengan sqlite:///"),
        ({"JOBFAIR_SETTINGS": "/tidak/ada.toml"}, "Berkas setelan /tidak/ada.toml tidak ada."),
        ({"JOBFAIR_SMTP_USER": "u"}, "Setelan smtp_user dan smtp_password memerlukan smtp_host."),
        (SMTP | {"JOBFAIR_MAIL_FOLDER": "x"}, "Isi smtp_host atau mail_folder, jangan keduanya."),
        (SMTP | {"JOBFAIR_SMTP_FROM": "kami"}, "Setelan smtp_from harus alamat surel seperti"),
        (SMTP | {"JOBFAIR_SMTP_TLS": "ssl"}, "Setelan smtp_tls harus salah satu dari starttls,"),
        (SMTP | {"JOBFAIR_SMTP_TLS": "none"}, "Setelan smtp_tls = none hanya untuk server surel"),
        (SMTP | {"JOBFAIR_SMTP_USER": "u"}, "Setelan smtp_user dan smtp_password harus diisi"),
        (SMTP | {"JOBFAIR_SMTP_PASSWORD_FILE": "/tidak/ada"}, "Berkas /tidak/ada dari setelan"),
        (SMTP | {"JOBFAIR_SMTP_PORT": "0"}, "Setelan smtp_port harus angka 1 sampai 65535"),
        ({"JOBFAIR_GATEWAY_URL": "http://wa.id"}, "Setelan gateway_url harus alamat https://."),
        ({"JOBFAIR_GATEWAY_URL": "https://wa.id"}, "Setelan gateway_key harus diisi"),
    ],
)
def test_a_wrong_setting_is_named(environment, sentence):
    with pytest.raises(Misconfigured) as caught:
        read_settings(environment)

    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("port = = 1", "bukan TOML yang benar"),
        ("prot = 1", "Setelan prot di .* tidak dikenal. Maksudnya port"),
        ("port = 9000", "Setelan port diberikan dua kali dengan nilai berbeda."),
    ],
)
def test_a_wrong_file_is_named(tmp_path, text, sentence):
    file = tmp_path / "jobfair.toml"
    file.write_text(text)

    with pytest.raises(Misconfigured, match=sentence):
        read_settings({"JOBFAIR_SETTINGS": str(file), "PORT": "8000"})


@pytest.fixture
def open_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder):
    return {
        path.relative_to(folder.parent).as_posix(): oct(path.stat().st_mode & 0o777)
        for path in (folder, *folder.glob("jobfair.sqlite*"))
        if not path.name.endswith((".runner", ".serve"))
    }


@pytest.mark.usefixtures("open_umask")
async def test_the_database_is_its_owners_alone_whatever_the_umask(tmp_path, caplog):
    settings = Settings(data=tmp_path / "data")
    await prepare(settings)
    private = {"data": "0o700", "data/jobfair.sqlite": "0o600"}
    assert modes(settings.data) == private

    async with ready_database(settings) as database, database.transaction() as session:
        await session.execute(text("update alembic_version set version_num = version_num"))
        logs = {"data/jobfair.sqlite-shm": "0o600", "data/jobfair.sqlite-wal": "0o600"}
        assert modes(settings.data) == private | logs

    settings.data.chmod(0o755)
    (settings.data / "jobfair.sqlite").chmod(0o644)
    assert caplog.messages == []
    async with ready_database(settings):
        assert modes(settings.data) | private == modes(settings.data)
    assert len(caplog.messages) == 2
    assert "was open to other users (755)" in caplog.messages[0]


async def test_a_folder_that_is_not_ours_keeps_its_mode(tmp_path):
    shared = tmp_path / "bersama"
    shared.mkdir()
    shared.chmod(0o755)
    url = f"sqlite:///{shared / 'x.sqlite'}"
    await prepare(Settings(data=tmp_path / "data", database_url=url, key_file=str(tmp_path / "k")))

    assert oct(shared.stat().st_mode & 0o777) == "0o755"
    assert oct((shared / "x.sqlite").stat().st_mode & 0o777) == "0o600"


def test_an_https_address_without_a_proxy_is_remarked():
    behind = Settings(base_url="https://kerja.contoh.id", proxy="127.0.0.1")

    assert advice(behind) == []
    assert advice(Settings(base_url="http://127.0.0.1:8000")) == []
    (said,) = advice(Settings(base_url="https://kerja.contoh.id"))
    assert "JOBFAIR_PROXY kosong" in said
