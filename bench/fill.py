"""A database with a fair, people who are signed in, and any number of applications.

Rows are generated inside SQLite: a million applications take some seconds. What is to be measured
on PostgreSQL is carried over from there (:mod:`bench.postgres`). ``pair`` says which applicant
applies to which position at a place in the ledger, for the rows made here and for the ones sent
later, so that a generator never repeats a pair by accident.
"""

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobfair.applicants.rules.personal import PERSONAL
from jobfair.db import Database
from jobfair.db.migrations import upgrade
from jobfair.keys import Keys, make_key_file, read_keys
from jobfair.people.actions import hash_token
from jobfair.people.rules import Role
from tests.builders import make_company, make_fair, make_office, make_position, make_window

SLUG = "uji-beban"
QUESTIONS = ["Berapa lama pengalaman Anda?", "Kapan Anda dapat mulai?"]
DUTIES = ["Menjalankan mesin produksi sesuai petunjuk kerja.", "Mencatat hasil tiap giliran kerja."]
REQUIREMENTS = ["Teliti dan jujur.", "Bersedia bekerja bergiliran.", "Sehat jasmani."]
COUNTED = (
    '{"age":27,"cv":"","district":"12.09.19","education":"smk","experience_years":3,"sex":"P"}'
)
TOLD = {
    "name": "Pelamar", "birth_date": "1998-05-01", "phone": "+6281200000000",
    "major": "Teknik Mesin", "school": "SMK Contoh", "graduation_year": 2016,
    "experience": "Dua tahun di gudang dan satu tahun di pengemasan.", "village": "Sentang",
}  # fmt: skip


@dataclass(frozen=True)
class Fair:
    """What a generator must know of a filled database."""

    address: str
    """Of the database."""
    key_file: Path
    applicants: int
    positions: int
    applications: int

    @property
    def file(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.address.removeprefix("sqlite:///"))

    @property
    def keys(self) -> Keys:
        return read_keys(self.key_file)

    def pair(self, number: int) -> tuple[int, int]:
        """Return (applicant, position) at a place in the ledger, counted from 0."""
        round_, applicant = divmod(number, self.applicants)
        return applicant + 1, 1 + (round_ + applicant) % self.positions

    @property
    def pairs(self) -> int:
        return self.applicants * self.positions


def cookie(number: int) -> str:
    """Return the session cookie of an account that was signed in here."""
    return f"bangku-sesi-{number:031d}"


def position_slug(number: int) -> str:
    return f"operator-produksi-{number}"


def fill(
    folder: Path,
    *,
    applicants: int,
    positions: int = 97,
    applications: int = 0,
    open_for: timedelta = timedelta(hours=6),
) -> Fair:
    """Make a database in ``folder``. Everybody is signed in; the last account is a reviewer."""
    folder.mkdir(parents=True, exist_ok=True)
    database, key_file = folder / "bangku.sqlite", folder / "bangku.key"
    make_key_file(key_file)
    fair = Fair(f"sqlite:///{database}", key_file, applicants, positions, applications)
    assert applications <= fair.pairs, "more applications than pairs of applicant and position"
    now = datetime.now(UTC)
    asyncio.run(_offer(fair, now, open_for))
    with sqlite3.connect(database, isolation_level=None) as connection:
        connection.execute("pragma synchronous=off")
        connection.execute("begin")
        _people(connection, fair, now)
        _ledger(connection, fair, now)
        connection.execute("commit")
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    return fair


async def _offer(fair: Fair, now: datetime, open_for: timedelta) -> None:
    database = Database(fair.address)
    await upgrade(database)
    async with database.transaction() as session:
        session.add(office := make_office())
        await session.flush()
        row = make_fair(
            slug=SLUG, office_id=office.id, receipt_prefix="BGK", published_at=now - timedelta(1),
            ledger_seq=fair.applications, applicants=min(fair.applicants, fair.applications),
        )  # fmt: skip
        session.add(row)
        await session.flush()
        opens_at, closes_at = now - timedelta(hours=2), now + open_for
        session.add(make_window(fair_id=row.id, opens_at=opens_at, closes_at=closes_at))
        companies = [
            make_company(office_id=office.id, about="Perusahaan rekaan. " * 12)
            for _ in range(min(37, fair.positions))
        ]
        session.add_all(companies)
        await session.flush()
        for n in range(1, fair.positions + 1):
            session.add(
                make_position(
                    id=n,
                    fair_id=row.id,
                    company_id=companies[n % len(companies)].id,
                    slug=position_slug(n),
                    title=f"Operator Produksi {n}",
                    duties=DUTIES,
                    requirements=REQUIREMENTS,
                    questions=QUESTIONS,
                )
            )
    await database.close()


def _stored(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def _people(connection: sqlite3.Connection, fair: Fair, now: datetime) -> None:
    at, keys = _stored(now), fair.keys
    numbers = range(1, fair.applicants + 1)
    connection.executemany(
        "insert into account(id, role, sign_in_key, name, created_at) values (?,?,?,'',?)",
        ((n, Role.APPLICANT, n.to_bytes(32), at) for n in numbers),
    )
    connection.execute(
        "insert into account(id, role, sign_in_key, name, company_id, created_at) "
        "values (?, ?, ?, 'Peninjau Contoh', (select company_id from position where id = 1), ?)",
        (fair.applicants + 1, Role.REVIEWER, (2**200).to_bytes(32), at),
    )
    connection.executemany(
        "insert into applicant(id, account_id, public_id, key_wrapped, personal_sealed, nik_sealed,"
        " nik_index, nik_region, sex, education, experience_years, district, sample, created_at,"
        " completed_at, updated_at) values (?1, ?1, ?2, ?3, ?4, x'01', ?5, '12.09', 'P', 'smk', 3,"
        " '12.09.19', 0, ?6, ?6, ?6)",
        ((n, *_sealed(keys, n), n.to_bytes(32), at) for n in numbers),
    )
    connection.executemany(
        "insert into sign_in(token_hash, account_id, made_at, seen_at) values (?,?,?,?)",
        ((hash_token(cookie(n)), n, at, at) for n in range(1, fair.applicants + 2)),
    )


def _sealed(keys: Keys, number: int) -> tuple[str, bytes, bytes]:
    """Return public id, wrapped key and sealed profile of a person."""
    person = keys.new_person(f"bangku-{number}")
    told = TOLD | {"name": f"Pelamar {number:07d}"}
    return person.person, keys.wrap(person), person.seal(told, what=PERSONAL)


def _ledger(connection: sqlite3.Connection, fair: Fair, now: datetime) -> None:
    if not fair.applications:
        return
    facts = {
        "a": fair.applicants, "p": fair.positions, "m": fair.applications, "profile": COUNTED,
        "year": f"{now.year % 100:02d}", "start": _stored(now - timedelta(hours=1))[:19],
    }  # fmt: skip
    connection.execute(
        """
        with recursive k(n) as (values (0) union all select n + 1 from k where n + 1 < :m)
        insert into application(fair_id, seq, receipt, applicant_id, position_id, received_at,
                                profile, personal_sealed, stage, stage_at, note)
        select 1, n + 1,
               'BGK-' || :year || '-' || printf('%05d', n + 1) || '-' || printf('%02d',
                   98 - cast(:year || printf('%05d', n + 1) as integer) * 100 % 97),
               n % :a + 1, 1 + (n / :a + n % :a) % :p,
               datetime(:start, '+' || (n * 3000 / :m) || ' seconds') || '.000000',
               :profile, (select personal_sealed from applicant where id = n % :a + 1), 'new',
               datetime(:start, '+' || (n * 3000 / :m) || ' seconds') || '.000000', ''
        from k
        """,
        facts,
    )
    connection.execute(
        "insert into stage_tally select position_id, stage, count(*) from application group by 1, 2"
    )
    connection.execute(
        "insert into fair_applicant select 1, applicant_id, count(*) from application group by 2"
    )
    connection.execute(
        """
        insert into hour_tally
        select 1, substr(received_at, 1, 13) || ':00:00.000000', count(*), sum(seq <= :a)
        from application group by 2
        """,
        facts,
    )
    connection.execute(
        "update fair set last_received_at = (select max(received_at) from application)"
    )
