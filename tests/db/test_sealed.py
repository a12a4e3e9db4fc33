"""Sealed values open only where they belong, and a bad key file is told in a sentence."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobfair.errors import Misconfigured
from jobfair.keys import Keys, make_key_file, read_keys
from tests.builders import KEYS, make_nik

OTHER = Keys(bytes(range(1, 33)))
NIK = make_nik(1)
HERE = "applicant.nik:a"


def test_what_is_sealed_opens_again_and_differs_each_time():
    once, twice = KEYS.seal(NIK, context=HERE), KEYS.seal(NIK, context=HERE)

    assert KEYS.unseal(once, context=HERE) == KEYS.unseal(twice, context=HERE) == NIK
    assert once != twice, "equal values must not look equal"
    assert NIK.encode() not in once + twice


@pytest.mark.parametrize(
    ("keys", "context"), [(OTHER, HERE), (KEYS, "applicant.nik:b"), (KEYS, "other.column:a")]
)
def test_it_opens_in_no_other_row_or_column_and_with_no_other_key(keys, context):
    # Guards the context given to AES-GCM: a value copied into another row is worth nothing.
    sealed = KEYS.seal(NIK, context=HERE)

    with pytest.raises(Misconfigured, match="Periksa apakah berkas kunci"):
        keys.unseal(sealed, context=context)


def test_a_changed_or_shortened_value_does_not_open():
    sealed = KEYS.seal(NIK, context=HERE)
    broken = [sealed[:length] for length in range(len(sealed))]
    broken += [
        sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :]
        for at in range(len(sealed))
        for bit in (1, 128)
    ]

    for value in broken:
        with pytest.raises(Misconfigured):
            KEYS.unseal(value, context=HERE)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_can_be_sealed(text):
    assert KEYS.unseal(KEYS.seal(text, context=HERE), context=HERE) == text


def test_the_index_is_keyed_and_stable():
    assert KEYS.blind_index(NIK) == Keys(bytes(range(32))).blind_index(NIK)
    assert KEYS.blind_index(NIK) != OTHER.blind_index(NIK)
    assert len({KEYS.blind_index(make_nik(n)) for n in range(1, 5_000)}) == 4_999


def test_the_three_uses_of_the_root_key_do_not_meet():
    assert KEYS.blind_index(NIK).hex() != KEYS.form_token(NIK)


def test_keys_show_nothing():
    assert repr(KEYS) == str(KEYS) == "Keys(...)"


def test_a_new_key_file_is_the_owners_alone(tmp_path):
    path = tmp_path / "new" / "jobfair.key"
    make_key_file(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = read_keys(path).seal(NIK, context=HERE)
    assert read_keys(path).unseal(text, context=HERE) == NIK
    with pytest.raises(FileExistsError):
        make_key_file(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o601])
def test_a_key_file_others_may_touch_is_refused(tmp_path, mode):
    path = tmp_path / "jobfair.key"
    make_key_file(path)
    path.chmod(mode)

    with pytest.raises(Misconfigured, match="chmod 600"):
        read_keys(path)


def test_a_missing_key_file_is_told(tmp_path):
    with pytest.raises(Misconfigured, match="tidak ada"):
        read_keys(tmp_path / "jobfair.key")
    with pytest.raises(Misconfigured, match="tidak ada"):
        read_keys(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"00", b"00" * 31, b"00" * 33, b"zz" * 32, b"\xff" * 64, b"0" * 63, bytes(32)],
    ids=repr,
)
def test_what_is_no_key_is_told(tmp_path, content):
    path = tmp_path / "jobfair.key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(Misconfigured, match="tidak berisi kunci 256 bit"):
        read_keys(path)


def test_a_key_file_of_somebody_else_is_told(tmp_path, monkeypatch):
    path = tmp_path / "jobfair.key"
    make_key_file(path)

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(Misconfigured, match="tidak dapat dibaca"):
        read_keys(path)
