"""Open what a power cut has left, and say what is not as people were told."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from jobfair.cli.serve import check_start
from jobfair.clock import AnchoredClock
from jobfair.db import Database
from jobfair.db.database import WRITER_PRAGMAS
from jobfair.intake.door import Door
from jobfair.keys import read_keys
from jobfair.settings import Settings
from tests.doors import running
from tests.recount import problems_of
from tests.rigs.power.recording import Recording

ROWS = "select receipt, applicant_id, position_id from application where fair_id = ? order by seq"
SUMS = {
    "ledger": """
        select 1 from fair where id = :fair and (ledger_seq, applicants, last_received_at) is not (
            select count(*), count(distinct applicant_id), max(received_at) from application)""",
    "sequence": """
        select 1 from (
            select count(*) as n, count(distinct seq) as seqs, min(seq) as low, max(seq) as high
            from application) where n > 0 and (n, n, 1) <> (seqs, high, low)""",
    "doubles": """
        select 1 from application group by applicant_id, position_id having count(*) > 1""",
    "stages": """
        with counted as (
            select position_id, stage, count(*) as n from application group by 1, 2),
        kept as (select position_id, stage, n from stage_tally where n > 0)
        select * from (select * from counted except select * from kept)
        union all select * from (select * from kept except select * from counted)""",
    "people": """
        with counted as (select applicant_id, count(*) as n from application group by 1),
        kept as (select applicant_id, applications from fair_applicant where fair_id = :fair)
        select * from (select * from counted except select * from kept)
        union all select * from (select * from kept except select * from counted)""",
    "hours": """
        with counted as (
            select substr(received_at, 1, 13), count(*) as n from application group by 1),
        kept as (select substr(hour, 1, 13), applications from hour_tally where fair_id = :fair)
        select * from (select * from counted except select * from kept)
        union all select * from (select * from kept except select * from counted)""",
    "newcomers": """
        select 1 where (select sum(new_applicants) from hour_tally)
            is not (select nullif(count(distinct applicant_id), 0) from application)""",
}
"""Each finds a row where something kept differs from what is counted; there is only one fair."""


def untruths(
    file: Path, recording: Recording, acknowledged: Sequence[str], *, integrity: bool
) -> list[str]:
    """Open the file as the program does, which recovers it; return what is wrong with it."""
    if not file.exists():
        return ["corrupt: no database"]
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for pragma in WRITER_PRAGMAS:
                connection.execute(f"pragma {pragma}")
            return _wrong(connection, recording, acknowledged, integrity=integrity)
    except sqlite3.DatabaseError as error:
        return [f"corrupt: {error}"]


def _wrong(
    connection: sqlite3.Connection,
    recording: Recording,
    acknowledged: Sequence[str],
    *,
    integrity: bool,
) -> list[str]:
    told = recording.told
    stored = {row[0]: row[1:] for row in connection.execute(ROWS, (recording.fair_id,))}
    found = [
        f"lost: {receipt} {told[receipt]}"
        for receipt in acknowledged
        if stored.get(receipt) != told[receipt]
    ]
    found += [f"nobody asked: {pair}" for pair in set(stored.values()) - recording.asked]
    given = {"fair": recording.fair_id}
    found += [name for name, query in SUMS.items() if connection.execute(query, given).fetchone()]
    if integrity:
        checked = connection.execute("pragma integrity_check").fetchall()
        found += [f"corrupt: {row[0]}" for row in checked if row[0] != "ok"]
    return found


async def unfit_to_go_on(folder: Path, recording: Recording) -> list[str]:
    """Start on the folder as the server does, recount with the second opinion, take one more."""
    settings = Settings(data=folder)
    database = Database(settings.database)
    try:
        await check_start(settings)
        found = await problems_of(database, recording.fair_id)
        async with running(Door(database, AnchoredClock(), read_keys(settings.keys))) as door:
            receipt = await asyncio.wait_for(
                door.submit(
                    fair_id=recording.fair_id,
                    applicant_id=recording.spare[0],
                    position_id=recording.spare[1],
                ),
                10,
            )
        if receipt.repeated:
            found.append("somebody is stored who never applied")
        return found + await problems_of(database, recording.fair_id)
    finally:
        await database.close()
