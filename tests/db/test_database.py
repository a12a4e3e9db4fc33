"""What the rest of the program may rely on: durable commits, one writer, honest announcements."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, column, select, table, text, update
from sqlalchemy.exc import DBAPIError, StatementError

from jobfair.applications.models import HourTally
from jobfair.db import SQLITE_FLOOR, Clash, Database, Session
from jobfair.db.base import UtcDateTime, canonical_json
from jobfair.db.changes import mark_changed
from jobfair.db.upserts import increment
from jobfair.fairs.models import Fair, Office
from jobfair.people.models import Account
from jobfair.people.rules import Role
from jobfair.positions.models import Position
from tests.builders import NOW, make_office, stage

HOUR = datetime(2026, 3, 4, 3, tzinfo=UTC)


async def asked_of_writers(database: Database, question: str) -> set[object]:
    """Ask both ways of writing: a handler's transaction, and the intake's thread."""

    async def ask(session: Session) -> object:
        return await session.scalar(text(question))

    async with database.transaction() as session:
        answer = await ask(session)
    return {answer, await database.write(ask)}


async def test_acknowledged_means_on_disk(database):
    # Guards P1: synchronous=FULL and WAL, or synchronous_commit=on whatever the server says.
    if database.is_sqlite:
        assert await asked_of_writers(database, "pragma synchronous") == {2}
        assert await asked_of_writers(database, "pragma journal_mode") == {"wal"}
        assert await asked_of_writers(database, "pragma foreign_keys") == {1}
        return
    assert await asked_of_writers(database, "show synchronous_commit") == {"on"}


async def test_what_is_written_in_one_go_waits_for_nothing_else(database):
    # On SQLite the writer's thread has no event loop: whatever else is awaited is a mistake.
    async def hesitate(session: Session) -> None:
        session.add(make_office())
        await session.flush()
        await asyncio.sleep(0)

    if database.is_sqlite:
        with pytest.raises(RuntimeError, match="waits for nothing but its session"):
            await database.write(hesitate)

    async def add(session: Session) -> int:
        session.add(make_office())
        return len((await session.scalars(select(Office))).all())

    assert await database.write(add) == 1


async def test_a_prepared_lookup_sees_each_commit_at_once_and_changes_nothing(database):
    offices = select(Office.__table__.c.slug)
    seen = []
    for slug in ("pertama", "kedua"):
        seen.append(len((await database.lookup.execute(offices, {})).all()))
        async with database.transaction() as session:
            session.add(make_office(slug=slug))
    seen.append(len((await database.lookup.execute(offices, {})).all()))

    assert seen == [0, 1, 2]
    if database.is_sqlite:
        with (
            database.lookup_engine.connect() as connection,
            pytest.raises(DBAPIError, match="only"),
        ):
            connection.execute(text("delete from office"))


async def test_a_prepared_lookup_converts_as_a_session_does(database):
    # Guards the way in and out: zones, enums, JSON, what is absent, what stands in the statement.
    account, fair, position = Account.__table__.c, Fair.__table__.c, Position.__table__.c
    now = datetime(2022, 11, 3, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=7)))
    people = select(account.role, account.disabled_at).where(account.role == Role.APPLICANT)
    jobs = select(fair.published_at, fair.id.label("n"), position.questions).where(
        fair.published_at == bindparam("at"), position.fair_id == fair.id
    )
    async with database.transaction() as session:
        made = await stage(session, published_at=now)
        expected = [(await session.execute(people)).one()]
        expected.append((await session.execute(jobs, {"at": now})).one())

    someone = (await database.lookup.execute(people, {})).one()
    job = (await database.lookup.execute(jobs, {"at": now})).one()

    assert [someone, job] == expected
    assert (someone.role, someone.disabled_at) == (Role.APPLICANT, None)
    assert (job.published_at, job.published_at.tzinfo, job.n) == (now, UTC, made.fair.id)


async def test_a_prepared_lookup_at_a_broken_database_is_an_error_of_the_database(database):
    nowhere = select(table("nowhere", column("id")))
    for _ in range(2):
        with pytest.raises(DBAPIError, match="nowhere"):
            await database.lookup.execute(nowhere, {})

    assert (await database.lookup.execute(select(Office.__table__.c.slug), {})).all() == []


async def test_any_number_of_snapshots_may_be_open_at_once(database):
    # Guards the pool that grows: on SQLite a snapshot that waited would hold up the event loop.
    async with contextlib.AsyncExitStack() as opened, asyncio.timeout(20):
        # PostgreSQL has 8 connections in all; more than that wait, and the loop goes on meanwhile.
        sessions = [
            await opened.enter_async_context(database.snapshot())
            for _ in range(40 if database.is_sqlite else 8)
        ]
        seen = [await accounts_in(session) for session in sessions]

    assert seen == [0] * len(sessions)


async def accounts_in(session):
    return len((await session.scalars(select(Account.id))).all())


async def test_the_sqlite_in_use_has_no_wal_reset_bug(database):
    version = await database.version()

    assert version.split()[0] in ("SQLite", "PostgreSQL")
    if database.is_sqlite:
        assert tuple(map(int, version.split()[1].split("."))) >= SQLITE_FLOOR


async def test_a_snapshot_cannot_write(database):
    async with database.snapshot() as session:
        session.add(make_office())
        with pytest.raises(DBAPIError, match=r"(?i)read.?only"):
            await session.flush()
        await session.rollback()


async def test_a_snapshot_is_one_state(database):
    async with database.transaction() as session:
        session.add(make_office())

    async with database.snapshot() as reading:
        before = await reading.scalar(select(Office.name))
        async with database.transaction() as session:
            await session.execute(update(Office).values(name="Lain"))
        assert await reading.scalar(select(Office.name)) == before
    async with database.snapshot() as reading:
        assert await reading.scalar(select(Office.name)) == "Lain"


async def test_an_error_keeps_nothing_and_announces_nothing(database):
    heard = []
    database.announce = heard.append

    async def fail() -> None:
        async with database.transaction() as session:
            session.add(make_office())
            await session.flush()
            mark_changed(session, "fair:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.snapshot() as session:
        assert await session.scalar(select(Office.id)) is None
    assert heard == []


async def test_a_failing_commit_announces_nothing(database):
    heard = []
    database.announce = heard.append

    async def add() -> None:
        async with database.transaction() as session:
            session.add(make_office())
            if heard:
                mark_changed(session, "fair:1")

    await add()
    heard.append("from here on")
    with pytest.raises(Clash):
        await add()

    assert heard == ["from here on"]


async def test_changes_are_announced_once_and_after_the_commit(database):
    heard = []

    def listen(topics: frozenset[str]) -> None:
        heard.append(topics)

    database.announce = listen
    async with database.transaction() as session:
        session.add(make_office())
        mark_changed(session, "fair:1")
        mark_changed(session, "fair:1")
        mark_changed(session, "position:2")
        await session.flush()
        assert heard == []

    assert heard == [frozenset({"fair:1", "position:2"})]


async def test_writers_never_lose_an_update(database, database_url):
    # Guards BEGIN IMMEDIATE (SQLite): with a plain BEGIN most of these additions are lost or fail.
    # On PostgreSQL the same is the row lock of lock_fair, tried in the closing race.
    async with database.transaction() as session:
        made = await stage(session)
    nodes = [Database(database_url) for _ in range(4)]

    async def add_one(node: Database) -> None:
        async with node.transaction() as session:
            query = select(Fair.ledger_seq).where(Fair.id == made.fair.id).with_for_update()
            seq = await session.scalar(query)
            await asyncio.sleep(0)
            await session.execute(
                update(Fair).where(Fair.id == made.fair.id).values(ledger_seq=seq + 1)
            )

    await asyncio.gather(*(add_one(nodes[at % 4]) for at in range(40)))

    async with database.snapshot() as session:
        assert await session.scalar(select(Fair.ledger_seq)) == 40
    for node in nodes:
        await node.close()


async def test_sums_are_added_to_what_is_there(database):
    async with database.transaction() as session:
        fair_id = (await stage(session)).fair.id

    def row(hour: datetime, n: int) -> dict[str, object]:
        return {"fair_id": fair_id, "hour": hour, "applications": n, "new_applicants": 1}

    for rows in ([row(HOUR, 2)], [], [row(HOUR + timedelta(hours=1), 5), row(HOUR, 3)]):
        async with database.transaction() as session:
            await increment(
                session, HourTally, rows, key=("fair_id", "hour"),
                amounts=("applications", "new_applicants"),
            )  # fmt: skip

    async with database.snapshot() as session:
        query = select(HourTally.hour, HourTally.applications, HourTally.new_applicants)
        kept = [tuple(row) for row in await session.execute(query.order_by(HourTally.hour))]
    assert kept == [(HOUR, 5, 2), (HOUR + timedelta(hours=1), 5, 1)]


async def test_an_instant_comes_back_as_the_same_instant(database):
    makassar = timezone(timedelta(hours=8))
    given = [
        NOW,
        NOW.astimezone(UTC),
        NOW.astimezone(makassar),
        NOW.replace(microsecond=1),
        NOW.replace(microsecond=999_999),
    ]
    async with database.transaction() as session:
        made = await stage(session)
    for instant in given:
        async with database.transaction() as session:
            await session.execute(
                update(Fair).where(Fair.id == made.fair.id).values(last_received_at=instant)
            )
        async with database.snapshot() as session:
            kept = await session.scalar(select(Fair.last_received_at))
        assert (kept, kept.tzinfo) == (instant, UTC)


async def test_instants_compare_in_the_database_like_in_python(database):
    # SQLite compares text: the form must be fixed, also where the microseconds are zero.
    whole = NOW.replace(microsecond=0)
    async with database.snapshot() as session:
        for earlier, later in [
            (whole - timedelta(microseconds=1), whole),
            (whole, whole + timedelta(microseconds=1)),
            (whole.replace(microsecond=9), whole.replace(microsecond=10)),
        ]:
            sides = (bindparam("a", earlier, UtcDateTime()), bindparam("b", later, UtcDateTime()))
            assert await session.scalar(select(sides[0] < sides[1])) in (True, 1)


async def test_a_naive_instant_is_refused(session):
    session.add(make_office())
    await session.flush()

    with pytest.raises(StatementError, match="naive datetime"):
        await session.execute(
            update(Fair).values(last_received_at=datetime(2026, 3, 4, 10, 0))  # noqa: DTZ001
        )


def test_json_is_the_same_text_for_the_same_value():
    one = {"b": [1, 2, {"ä": None}], "a": "é"}
    other = {"a": "é", "b": [1, 2, {"ä": None}]}

    assert canonical_json(one) == canonical_json(other) == '{"a":"é","b":[1,2,{"ä":null}]}'
