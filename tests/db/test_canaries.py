"""Fifty canaries: NIKs that must not be found anywhere after their people have used the site."""

import hashlib
import logging
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from jobfair.applicants.actions.registering import register_applicant
from jobfair.applicants.models import Applicant
from jobfair.applicants.rules.profile import read_person
from jobfair.db import Base, Clash
from jobfair.fields import Fields
from tests.builders import KEYS, NOW, PASSWORD, make_nik, on_both, password_hash, stage
from tests.forms import post_form
from tests.web.rooms import send

CANARIES = [make_nik(number, sex="P" if number % 2 else "L") for number in range(9_000, 9_050)]
TOLD = {
    "name": "Kenari Rekaan Bersuara",
    "village": "Sarang Kenari Barat",
    "school": "SMK Burung Penyanyi",
    "experience": "Berkicau tiga musim.",
}
"""What identifies a canary, besides the NIK, the telephone and the birth date."""
PHONE = "81234567890"
FORM = TOLD | {
    "phone": f"0{PHONE}",
    "district": "12.09.19",
    "education": "smk",
    "experience_years": "1",
}


def spellings(nik: str) -> list[bytes]:
    """Return what would give a NIK away: itself, spelled otherwise, and its plain hashes."""
    grouped = " ".join(nik[at : at + 4] for at in range(0, 16, 4))
    return [
        nik.encode(),
        nik.encode("utf-16-le"),
        nik[::-1].encode(),
        grouped.encode(),
        int(nik).to_bytes(7, "big"),
        int(nik).to_bytes(7, "little"),
        hashlib.sha256(nik.encode()).digest(),
        hashlib.sha256(nik.encode()).hexdigest().encode(),
        hashlib.md5(nik.encode(), usedforsecurity=False).digest(),
        hashlib.sha1(nik.encode(), usedforsecurity=False).digest(),
    ]


def told_in(content: bytes) -> list[str]:
    """Return which of what people told stands in it, in any spelling a database may use."""
    born = [f"{1900 + int(nik[10:12])}-01-01" for nik in CANARIES[:3]]
    return [one for one in (*TOLD.values(), PHONE, *born) if one.encode() in content]


def found_in(content: bytes) -> list[str]:
    return [nik for nik in CANARIES if any(one in content for one in spellings(nik))]


async def register_all(session):
    for at, nik in enumerate(CANARIES):
        given = FORM | {"nik": nik, "sex": "P" if nik[6] == "4" else "L"}
        year = 1900 + int(nik[10:12])
        person = read_person(
            Fields(given | {"birth_date": f"01-01-{year}"}), today=date(2026, 3, 4)
        )
        await register_applicant(
            session, keys=KEYS, facts=person.facts, profile=person.profile, now=NOW,
            sample=bool(at % 2), password_hash=password_hash(),
        )  # fmt: skip


async def shown_by_rows(session) -> bytes:
    shown = []
    for mapper in Base.registry.mappers:
        for row in await session.scalars(select(mapper.class_)):
            shown += [repr(row), str(row), repr(vars(row))]
    return "\n".join(shown).encode()


def test_the_detector_finds_what_it_looks_for():
    for content in spellings(CANARIES[7]):
        assert found_in(b"x" + content + b"y") == [CANARIES[7]]


def test_no_canary_is_found_anywhere(client, act, services, caplog, capfd):
    # Guards sealing, the keyed index, masked NIKs, and that no log line or error carries one.
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.DEBUG)
    made = act(stage)
    act(register_all)
    pages = b""
    for nik in CANARIES[:3]:
        client.cookies.clear()
        assert post_form(client, "/masuk", name=nik, password="salah-sekali").status_code == 422
        assert post_form(client, "/masuk", name=nik, password=PASSWORD).status_code == 303
        page = f"/asahan-uji/lowongan/{made.positions[0].slug}"
        assert send(client, page, f"{page}/lamar", consent="ya").status_code == 303
        pages += client.get("/profil").content + client.get("/lamaran").content
    logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)

    path = Path(services.database.url.database or "")
    files = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    assert any(name.endswith("-wal") and content for name, content in files.items())
    for name, content in files.items():
        assert found_in(content) == [], name
        assert told_in(content) == [], name
    assert told_in(pages) != []
    assert told_in(caplog.text.encode()) == []
    assert found_in(pages) == []
    assert found_in(caplog.text.encode()) == []
    assert found_in("".join(capfd.readouterr()).encode()) == []
    assert found_in(act(shown_by_rows)) == []


@on_both
def test_an_error_of_the_database_names_no_values(act):
    """What people typed is in the parameters of a statement; its error must not carry them."""

    async def fail(session) -> None:
        made = await stage(session)
        twin = Applicant(
            **{
                column.key: getattr(made.applicants[0], column.key)
                for column in Applicant.__table__.columns
            }
        )
        session.expunge(made.applicants[0])
        twin.district = "Nama Yang Tidak Boleh Terlihat"
        session.add(twin)
        await session.flush()

    with pytest.raises(Clash) as error:
        act(fail)

    assert "Tidak Boleh Terlihat" not in str(error.value)
