"""Defects of the outbox and its sender."""

from functools import partial
from secrets import token_hex
from typing import Any

from jobfair.mailing import sender
from jobfair.outbox import actions, queries
from tests.rigs.defects import Patch, planted


@planted(
    "mail-noted-before-it-is-sent",
    rig="outbox",
    breaks="A mail is called sent before the server has taken it, so a failure or a kill loses it.",
)
def note_before_sending(patch: Patch) -> None:
    deliver = sender.Sender._deliver

    async def hasty(self: Any, lane: Any, leased: Any) -> None:
        now = self._clock.now()
        await self._database.write(partial(actions.finish_sent, leased=leased, now=now))
        await deliver(self, lane, leased)

    patch(sender.Sender, "_deliver", hasty)


@planted(
    "mail-forgotten-as-sent",
    rig="outbox",
    breaks="That a mail was taken is not noted, so it is sent again and again.",
)
def forget_that_it_was_sent(patch: Patch) -> None:
    async def forget(session: Any, leased: Any, *, now: Any) -> bool:
        return await queries.finish(session, leased, due_at=now)

    patch(actions, "finish_sent", forget)


@planted(
    "another-message-id-at-each-try",
    rig="outbox",
    breaks="A repeated mail has a Message-ID of its own, so the mail program shows it twice.",
)
def name_each_try(patch: Patch) -> None:
    write = sender.Sender._write

    async def fresh(self: Any, channel: Any, message: Any) -> Any:
        outgoing = await write(self, channel, message)
        at, _, host = outgoing.key.partition("@")
        patch(type(outgoing), "__setattr__", object.__setattr__)
        outgoing.key = f"{at}.{token_hex(4)}@{host}"
        return outgoing

    patch(sender.Sender, "_write", fresh)


@planted(
    "message-outside-the-act",
    rig="outbox",
    breaks="A message is stored by itself, so people are told of acts that were rolled back.",
)
def store_apart(patch: Patch) -> None:
    add = queries.add_messages

    async def apart(session: Any, rows: Any) -> None:
        await add(session, rows)
        await session.commit()

    patch(queries, "add_messages", apart)
