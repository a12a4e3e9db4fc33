"""The revisions build exactly the tables the models describe, on both databases."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text

import jobfair.app  # noqa: F401 - every model is known once the whole program is
from jobfair.applicants.queries import applicant_of_account
from jobfair.applications.queries.receipts import sent_by
from jobfair.applications.queries.sealed import read_sent
from jobfair.cvs.models import ApplicantCv
from jobfair.db import Base
from jobfair.db.migrations import _config, newest_revision, revision_of, upgrade
from jobfair.documents.models import StoredDocument
from jobfair.documents.rules import Kind
from jobfair.errors import Misconfigured
from jobfair.people.queries import account_by_id
from tests.builders import KEYS


def differences(connection: Connection) -> list[object]:
    return compare_metadata(MigrationContext.configure(connection), Base.metadata)


async def test_the_revisions_build_what_the_models_say(database):
    await upgrade(database)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_upgrading_twice_changes_nothing(database):
    await upgrade(database)

    assert await upgrade(database) is False
    assert await revision_of(database) == newest_revision()


async def test_a_newer_database_is_refused_by_name(database):
    await upgrade(database)
    async with database.engine.begin() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))

    with pytest.raises(Misconfigured, match="9999"):
        await upgrade(database)


def script(revision):
    return ScriptDirectory.from_config(_config()).get_revision(revision)


PREFIXES = """
insert into office (id, slug, name, short_name, regency, city, address, phone, whatsapp, email,
  website, letterhead) values (1, 'a', 'A', 'A', '12.09', 'K', '', '', '', '', '', '[]');
insert into fair (id, office_id, slug, name, short_name, receipt_prefix, time_zone,
  residence_policy, residence_basis, minimum_age, applications_per_applicant, reporting_days,
  sample, texts, recap, created_at, latched_at, latch_seq, ledger_seq, applicants)
  values ({id}, 1, 'fair-{id}', 'F', 'F', '{prefix}', 'Asia/Jakarta', 'local_priority', 'Dasar.',
  18, 0, 30, false, '{{}}', '{{}}', '2026-03-01 00:00:00+00:00', {latched}, {latch}, {seq}, 0)
"""
BEFORE = script("0007").down_revision
CLOSED = "'2026-03-02 00:00:00+00:00'"


async def start_at(database, revision):
    """Make the tables anew as they were at a revision."""
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.execute(text("drop table if exists alembic_version"))
    await upgrade(database, revision)


async def store_old(database, *fairs):
    """Store fairs as the revision before allowed them: (prefix, latched_at, ledger_seq)."""
    await start_at(database, BEFORE)
    office, fair = PREFIXES.split(";", 1)
    fair = fair.rstrip("; \n")
    async with database.engine.begin() as connection:
        await connection.execute(text(office))
        for at, (prefix, latched, seq) in enumerate(fairs, 1):
            latch = "null" if latched == "null" else seq
            row = fair.format(id=at, prefix=prefix, latched=latched, latch=latch, seq=seq)
            await connection.execute(text(row))


async def test_one_receipt_prefix_becomes_several(database):
    await store_old(
        database, ("ASH", "null", 0), ("ASH", CLOSED, 7), ("ASH", "null", 0), ("ABCDEF", "null", 0),
        ("ABCDEF", "null", 3), ("ASH2", "null", 0), ("ASH", CLOSED, 2),
    )  # fmt: skip

    await upgrade(database)

    async with database.engine.connect() as connection:
        rows = await connection.execute(
            text("select receipt_prefix, residence_policy, residence_basis from fair order by id")
        )
        assert [tuple(row) for row in rows] == [
            ("ASH3", "open", ""),
            ("ASH", "local_priority", "Dasar."),
            ("ASH4", "open", ""),
            ("ABCDE2", "open", ""),
            ("ABCDEF", "open", ""),
            ("ASH2", "open", ""),
            ("ASH", "local_priority", "Dasar."),
        ]


async def test_two_running_fairs_with_numbers_of_one_prefix_are_named(database):
    await store_old(database, ("ASH", "null", 7), ("ASH", "null", 2))

    with pytest.raises(Misconfigured, match="fair-1 dan fair-2 sama-sama memakai awalan"):
        await upgrade(database)

    assert await revision_of(database) == BEFORE


UPLOADS = """
insert into account (id, role, sign_in_key, name, created_at)
  values ({id}, 'applicant', {bytes}, 'P', '2026-03-01 00:00:00+00:00');
insert into applicant (id, account_id, public_id, name, nik_sealed, nik_index, nik_region, sex,
  birth_date, phone, education, major, school, experience_years, experience, district, village,
  disability, cv, sample, created_at, updated_at) values ({id}, {id}, 'p{id}', 'P', {bytes},
  {bytes}, '12.09', 'f', '2000-01-01', '', 'sma', '', '', 0, '', '12.09.19', '', '', 'b{id}', false,
  '2026-03-01 00:00:00+00:00', '2026-03-01 00:00:00+00:00');
insert into document (id, name, key_sealed, applicant_id, kind, size, begun_at, stored_at,
  replaced_at, removed_at) values
  (1{id}, 'a{id}', {bytes}, {id}, 'pdf', 3, {at}, {at}, {at}, null),
  (2{id}, 'b{id}', {bytes}, {id}, 'png', 4, {at}, {at}, null, null),
  (3{id}, 'c{id}', {bytes}, {id}, 'pdf', 5, {at}, null, null, null),
  (4{id}, 'd{id}', {bytes}, {id}, 'jpg', 6, {at}, {at}, null, {at})
"""
AT = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


async def test_documents_of_applicants_become_cvs_of_theirs(database):
    await start_at(database, script("0010").down_revision)
    async with database.engine.begin() as connection:
        postgresql = connection.dialect.name == "postgresql"
        for at in (1, 2):
            value = f"'\\x0{at}'::bytea" if postgresql else f"x'0{at}'"
            for one in UPLOADS.format(id=at, bytes=value, at=f"'{AT}'").split(";\n"):
                await connection.exec_driver_sql(one)

    await upgrade(database, keys=KEYS)

    async with database.snapshot() as session:
        query = select(ApplicantCv.document_id, ApplicantCv.applicant_id, ApplicantCv.replaced_at)
        links = (await session.execute(query.order_by(ApplicantCv.document_id))).all()
        files = (await session.scalars(select(StoredDocument).order_by(StoredDocument.id))).all()
    assert [tuple(row) for row in links] == [
        (part * 10 + who, who, AT if part == 1 else None) for part in (1, 2, 3, 4) for who in (1, 2)
    ]
    assert [
        (one.id, one.name, one.key_sealed, one.kind, one.size, one.begun_at, one.stored_at,
         one.removed_at) for one in files
    ] == [
        (part * 10 + who, f"{letter}{who}", bytes([who]), kind, size, AT, stored, removed)
        for part, letter, kind, size, stored, removed in (
            (1, "a", Kind.PDF, 3, AT, None), (2, "b", Kind.PNG, 4, AT, None),
            (3, "c", Kind.PDF, 5, None, None), (4, "d", Kind.JPG, 6, AT, AT),
        )
        for who in (1, 2)
    ]  # fmt: skip
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


SENT = """
insert into fair_window (fair_id, ordinal, opens_at, closes_at, made_at, reason)
  values (1, 1, '2026-03-01 01:00:00+00:00', '2026-03-09 09:00:00+00:00',
  '2026-02-01 00:00:00+00:00', '');
insert into company (id, office_id, slug, name, legal_form, kind, kbli, district, address, about)
  values (1, 1, 'c', 'C', 'PT', 'formal', 'C', '12.09.19', '', '');
insert into position (id, fair_id, company_id, slug, title, kbji, employment, openings, education,
  experience_years, wage_period, wage_note, district, sector, disability_friendly, hours, duties,
  requirements, questions, search_text) values (1, 1, 1, 'p', 'P', '8', 'pkwt', 1, '[]', 0, 'bulan',
  '', '12.09.19', 'formal', false, '', '[]', '[]', '["Mengapa?"]', 'p');
insert into account (id, role, sign_in_key, name, created_at)
  values (1, 'applicant', {bytes}, 'Siti Rahma', '2026-03-01 00:00:00+00:00');
insert into applicant (id, account_id, public_id, name, nik_sealed, nik_index, nik_region, sex,
  birth_date, phone, education, major, school, experience_years, experience, district, village,
  disability, cv, sample, created_at, updated_at) values (1, 1, 'p1', 'Siti Rahma', {bytes},
  {bytes}, '12.09', 'P', '2000-03-10', '+62812', 'sma', 'IPA', 'SMA 1', 2, 'Toko', '12.09.19',
  'Sentang', 'fisik', 'b1', false, '2026-03-01 00:00:00+00:00', '2026-03-01 00:00:00+00:00');
insert into application (id, fair_id, seq, receipt, applicant_id, position_id, received_at, profile,
  answers, stage, stage_at, note) values (1, 1, 1, 'R1', 1, 1, '2026-03-02 00:00:00+00:00',
  '{{"birth_date":"2000-03-10","cv":"b1","district":"12.09.19","education":"sma",
  "experience":"","experience_years":1,"graduation_year":2018,"major":"IPA","name":"Siti R.",
  "phone":"+62811","school":"SMA 1","sex":"P","village":"Sentang"}}', '["Ingin."]', 'new',
  '2026-03-02 00:00:00+00:00', '')
"""


async def test_what_identifies_people_is_sealed_where_it_stood_plainly(database):
    await start_at(database, script("0015").down_revision)
    office, fair = PREFIXES.split(";", 1)
    async with database.engine.begin() as connection:
        value = "'\\x01'::bytea" if connection.dialect.name == "postgresql" else "x'01'"
        fair = fair.format(id=1, prefix="ASH", latched="null", latch="null", seq=1).rstrip("; \n")
        for one in (office, fair, *SENT.format(bytes=value).split(";\n")):
            await connection.exec_driver_sql(one)

    await upgrade(database, keys=KEYS)

    async with database.snapshot() as session:
        person = await applicant_of_account(session, KEYS, 1)
        (sent,) = await sent_by(session, 1)
        account = await account_by_id(session, 1)
    assert (person.name, str(person.birth_date), person.phone, person.disability) == (
        "Siti Rahma", "2000-03-10", "+62812", "fisik",
    )  # fmt: skip
    assert account.name == ""
    assert sent.profile == {
        "age": 25, "cv": "b1", "district": "12.09.19", "education": "sma", "experience_years": 1,
        "sex": "P",
    }  # fmt: skip
    sent = read_sent(KEYS, sent)
    assert (sent.profile["name"], sent.profile["phone"], list(sent.answers)) == (
        "Siti R.", "+62811", ["Ingin."],
    )  # fmt: skip
