"""Defects of a node on PostgreSQL: its database, its clock's role, its line to the others."""

import os
import re
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event

from jobfair.cli import serve
from jobfair.db import database as databases
from jobfair.db import silence
from jobfair.errors import Refused
from jobfair.fairs import actions as fairs
from jobfair.intake.door import Door
from jobfair.live import bus
from jobfair.web.pages.applicant import apply
from tests.rigs.defects import Patch, planted


@planted(
    "answer-before-disk",
    rig="postgres_stops",
    breaks="A commit is answered before PostgreSQL has written its log.",
)
def answer_before_disk(patch: Patch) -> None:
    async def look_away(_: Any) -> None:
        return

    options = databases.SERVER_OPTIONS.replace("synchronous_commit=on", "synchronous_commit=off")
    patch(databases, "SERVER_OPTIONS", options)
    patch(serve, "check_durable", look_away)


@planted(
    "endless-patience",
    rig="network",
    breaks="Who waits for an answer over a line that has fallen silent waits for ever.",
)
def endless_patience(patch: Patch) -> None:
    patch(silence.DeadlineConnection, "wait", psycopg.AsyncConnection.wait)


@planted(
    "repeat-refused",
    rig="network",
    breaks="Who asks again because the answer was lost is told off instead of getting the receipt.",
)
def refuse_repeats(patch: Patch) -> None:
    submit, load_apply_context = Door.submit, apply.load_apply_context

    async def strict(self: Any, **more: Any) -> Any:
        receipt = await submit(self, **more)
        if receipt.repeated:
            raise Refused("twice", "Anda sudah melamar jabatan ini.")
        return receipt

    async def forgetful(*args: Any, **more: Any) -> Any:
        return replace(await load_apply_context(*args, **more), receipt=None, stage=None)

    patch(Door, "submit", strict)
    patch(apply, "load_apply_context", forgetful)


@planted(
    "check-then-insert",
    rig="network",
    breaks="Nodes look, then write, without the fair's lock and the table's constraints.",
)
def check_then_insert(_: Patch) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for (name,) in connection.execute(
            "select conname from pg_constraint where conrelid = 'application'::regclass "
            "and contype = 'u'"
        ).fetchall():
            connection.execute(
                sql.SQL("alter table application drop constraint {}").format(sql.Identifier(name))
            )

    @event.listens_for(Engine, "before_cursor_execute", retval=True)
    def unlocked(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        return re.sub(r"FOR (NO KEY )?UPDATE( OF \w+)?", "", statement), parameters


@planted("deaf-nodes", rig="fire", breaks="Nodes do not tell each other what has changed.")
def tell_nobody(patch: Patch) -> None:
    async def silent(*_: Any) -> None:
        return

    patch(databases, "send_note", silent)


@planted("role-for-ever", rig="fire", breaks="A node that hangs keeps the clock's role.")
def keep_the_role(patch: Patch) -> None:
    patch(bus, "IDLE_TIMEOUT", "0")


@planted("clock-without-memory", rig="fire", breaks="What was due is done again at every ring.")
def forget_what_was_done(patch: Patch) -> None:
    async def never(*_: Any, **__: Any) -> bool:
        return False

    patch(fairs, "has_entry", never)
