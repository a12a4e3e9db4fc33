"""Settings: each is listed, and a wrong one stops the start with a sentence."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from jobfair.errors import Misconfigured
from jobfair.settings import Settings, read_settings

OPERATING = Path(__file__).parent.parent.parent / "docs" / "operating.md"


def test_every_setting_is_listed_in_the_manual():
    listed = set(re.findall(r"^\| `(JOBFAIR_[A-Z_]+)`", OPERATING.read_text("utf-8"), re.MULTILINE))

    assert listed == {f"JOBFAIR_{field.name.upper()}" for field in fields(Settings)}


def test_the_environment_and_a_file_are_read(tmp_path):
    file = tmp_path / "jobfair.toml"
    file.write_text('base_url = "https://kerja.contoh.id"\nport = 9000\n')

    settings = read_settings({"JOBFAIR_SETTINGS": str(file), "JOBFAIR_HOST": "127.0.0.2"})

    assert settings == Settings(base_url="https://kerja.contoh.id", port=9000, host="127.0.0.2")


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
