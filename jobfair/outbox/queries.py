"""SQL of the outbox: storing messages, fanning them out, leasing deliveries, what pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from jobfair.db import Session
from jobfair.db.base import Base, plain
from jobfair.errors import NotFound
from jobfair.outbox.models import Broadcast, Delivery, Message
from jobfair.outbox.rules import Channel, Letter, Reason, State

_NEW_MESSAGE = insert(Base.metadata.tables["message"])
"""Stored with every batch of the intake: made once."""


@dataclass(frozen=True)
class QueuedMessage:
    """A message as the sender and the inbox know it."""

    id: int
    account_id: int
    letter: Letter
    fair_id: int | None
    facts: Any
    created_at: datetime
    send_at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class Leased:
    """A delivery that this sender alone may hand over now."""

    id: int
    lease: str
    since: datetime
    tries: int
    message: QueuedMessage


@dataclass(frozen=True)
class Progress:
    """A delivery as staff see it: on the list of whom to tell, or among those that failed."""

    id: int
    channel: Channel
    state: State
    since: datetime
    tries: int
    reason: Reason | None
    code: str
    message: QueuedMessage


async def add_messages(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store messages, in one statement."""
    await session.execute(_NEW_MESSAGE, rows)


@cache
def _only_new(dialect: str, table: type[Base]) -> Executable:
    insert_of = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert_of(table.metadata.tables[table.__tablename__]).on_conflict_do_nothing()


async def add_missing(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Store rows, without those that are there: a unique index says which they are."""
    if rows:
        dialect = session.get_bind().dialect.name
        await session.execute(_only_new(dialect, table), rows)


async def recallable(
    session: Session, *, account_id: int, letters: Sequence[Letter]
) -> list[tuple[int, Any]]:
    """Return id and facts of this account's messages that have not left yet."""
    rows = await session.execute(
        select(Message.id, Message.facts).where(
            Message.account_id == account_id,
            Message.letter.in_(letters),
            Message.fanned_out_at.is_(None),
        )
    )
    return [(row.id, row.facts) for row in rows]


async def delete_messages(session: Session, ids: Sequence[int]) -> None:
    """Delete messages that have not left yet."""
    await session.execute(
        delete(Message).where(Message.id.in_(ids), Message.fanned_out_at.is_(None))
    )


async def delete_messages_of(session: Session, account_id: int) -> None:
    """Delete every message of an account, and its deliveries."""
    mine = select(Message.id).where(Message.account_id == account_id)
    await session.execute(delete(Delivery).where(Delivery.message_id.in_(mine)))
    await session.execute(delete(Message).where(Message.account_id == account_id))


async def messages_to_fan_out(session: Session, *, now: datetime, most: int) -> list[QueuedMessage]:
    """Return messages whose deliveries are to be made, oldest first."""
    query = select(Message).where(Message.fanned_out_at.is_(None), Message.send_at <= now)
    found = await session.scalars(query.order_by(Message.send_at).limit(most))
    return [plain(QueuedMessage, one) for one in found]


async def mark_fanned_out(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """Note that the deliveries of these messages are made."""
    await session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(fanned_out_at=now)
        .execution_options(synchronize_session=False)
    )


async def is_known(session: Session, key: str) -> bool:
    """Tell whether something was written to many under this key."""
    found = await session.scalar(select(Broadcast.id).where(Broadcast.key == key))
    return found is not None


async def broadcast_to_expand(session: Session) -> Broadcast | None:
    """Return the oldest broadcast that has not reached everybody, its row locked."""
    found: Broadcast | None = await session.scalar(
        select(Broadcast)
        .where(Broadcast.expanded_at.is_(None))
        .order_by(Broadcast.id)
        .limit(1)
        .with_for_update()
    )
    return found


async def lease_due(
    session: Session, channel: Channel, *, lease: str, now: datetime, until: datetime, most: int
) -> list[Leased]:
    """Lease up to ``most`` due deliveries of a channel to the holder of ``lease``.

    Two senders at once, which happens for moments when the leader changes, never get the same one:
    the second finds it leased when it has waited for the row.
    """
    due = (
        Delivery.channel == channel,
        Delivery.state == State.WAITING,
        Delivery.due_at <= now,
    )
    first = select(Delivery.id).where(*due).order_by(Delivery.rank, Delivery.due_at).limit(most)
    taken = await session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(first), *due)
        .values(lease=lease, due_at=until)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    ids = taken.all()
    rows = await session.execute(
        select(Delivery, Message)
        .join(Message, Message.id == Delivery.message_id)
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.rank, Delivery.id)
    )
    return [
        plain(Leased, one, lease=lease, message=plain(QueuedMessage, message))
        for one, message in rows
    ]


async def finish(session: Session, leased: Leased, **outcome: Any) -> bool:
    """Store what became of a leased delivery, or tell that the lease has passed to another."""
    done = await session.execute(
        update(Delivery)
        .where(Delivery.id == leased.id, Delivery.lease == leased.lease)
        .values(lease=None, **outcome)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE has a row count


async def inbox_of(
    session: Session, account_id: int, *, now: datetime, before: int | None = None, limit: int = 50
) -> list[QueuedMessage]:
    """Return the messages of an account, newest first; ``before`` an id for the next page."""
    query = select(Message).where(Message.account_id == account_id, Message.send_at <= now)
    if before is not None:
        query = query.where(Message.id < before)
    found = await session.scalars(query.order_by(Message.id.desc()).limit(limit))
    return [plain(QueuedMessage, one) for one in found]


async def message_of(
    session: Session, account_id: int, message_id: int, *, now: datetime
) -> QueuedMessage:
    """Return one of the account's own messages; another account's is ``NotFound``."""
    query = select(Message).where(Message.id == message_id, Message.account_id == account_id)
    found = await session.scalar(query.where(Message.send_at <= now))
    if found is None:
        raise NotFound("Pesan ini tidak ada.")
    return plain(QueuedMessage, found)


async def unread_count(session: Session, account_id: int, *, now: datetime) -> int:
    """Return how many messages of an account are unread."""
    query = select(func.count()).where(
        Message.account_id == account_id, Message.read_at.is_(None), Message.send_at <= now
    )
    return await session.scalar(query) or 0


async def set_read(session: Session, account_id: int, message_id: int, *, now: datetime) -> bool:
    """Note that a message was opened; False when it was before, or is not this account's."""
    done = await session.execute(
        update(Message)
        .where(
            Message.id == message_id, Message.account_id == account_id, Message.read_at.is_(None)
        )
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


async def deliveries_of(
    session: Session,
    *,
    fair_ids: Sequence[int],
    state: State,
    channel: Channel | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Progress]:
    """Return deliveries of these fairs: who is to be told by hand, or which ones have failed."""
    query = (
        select(Delivery, Message)
        .join(Message, Message.id == Delivery.message_id)
        .where(Message.fair_id.in_(fair_ids), Delivery.state == state, Delivery.id > after)
    )
    if channel is not None:
        query = query.where(Delivery.channel == channel)
    rows = await session.execute(query.order_by(Delivery.id).limit(limit))
    return [plain(Progress, one, message=plain(QueuedMessage, message)) for one, message in rows]


async def set_delivery(
    session: Session,
    delivery_id: int,
    *,
    fair_ids: Sequence[int],
    was: State,
    **values: Any,
) -> bool:
    """Change a delivery of these fairs that stands at ``was``; False when it does not."""
    within = select(Message.id).where(Message.fair_id.in_(fair_ids))
    done = await session.execute(
        update(Delivery)
        .where(
            Delivery.id == delivery_id,
            Delivery.state == was,
            Delivery.message_id.in_(within),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


async def count_deliveries(session: Session) -> dict[tuple[Channel, State], int]:
    """Return how many deliveries of each channel stand at each state."""
    rows = await session.execute(
        select(Delivery.channel, Delivery.state, func.count()).group_by(
            Delivery.channel, Delivery.state
        )
    )
    return {(channel, state): n for channel, state, n in rows}


async def count_of_fair(session: Session, fair_id: int) -> dict[tuple[Channel, State], int]:
    """Return how many deliveries of a fair stand at each state, by channel."""
    rows = await session.execute(
        select(Delivery.channel, Delivery.state, func.count())
        .join(Message, Message.id == Delivery.message_id)
        .where(Message.fair_id == fair_id)
        .group_by(Delivery.channel, Delivery.state)
    )
    return {(channel, state): n for channel, state, n in rows}
