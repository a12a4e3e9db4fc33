"""Writing to people, in the transaction of the act that is told; and what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.errors import Refused
from jobfair.outbox import queries
from jobfair.outbox.models import Broadcast, Delivery, Message
from jobfair.outbox.queries import Leased, QueuedMessage
from jobfair.outbox.rules import LEASE, Audience, Channel, Letter, Reason, State, Verdict, retry_at

Facts = Mapping[str, Any]


def _row(letter: Letter, account_id: int, facts: Facts, **more: Any) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "letter": letter,
        "facts": facts,
        **more,
    }


async def queue_messages(
    session: Session,
    letter: Letter,
    to: Iterable[tuple[int, Facts]],
    *,
    now: datetime,
    fair_id: int | None = None,
    hold: timedelta = timedelta(0),
) -> None:
    """Write a letter to several accounts, each with its facts, in one statement.

    It is sent if, and only if, this transaction commits. ``facts`` are ids, receipt numbers, words
    of a list and instants as ISO text: never a name, an address or a NIK. ``hold`` keeps the letter
    back for as long as the act can still be undone.
    """
    rows = [
        _row(letter, account_id, facts, fair_id=fair_id, created_at=now, send_at=now + hold)
        for account_id, facts in to
    ]
    if rows:
        await queries.add_messages(session, rows)


async def queue_message(
    session: Session,
    letter: Letter,
    *,
    account_id: int,
    facts: Facts,
    now: datetime,
    fair_id: int | None = None,
    hold: timedelta = timedelta(0),
) -> None:
    """Write a letter to one account; see :func:`queue_messages`."""
    await queue_messages(
        session, letter, [(account_id, facts)], now=now, fair_id=fair_id, hold=hold
    )


async def queue_broadcast(
    session: Session,
    letter: Letter,
    *,
    key: str,
    audience: Audience,
    about: int,
    facts: Facts,
    now: datetime,
    fair_id: int | None = None,
) -> None:
    """Write a letter to an audience: one row, whatever its size. The sender makes the messages.

    ``key`` is the idempotency key of the act: the same one again is a ``Clash``.
    """
    session.add(
        Broadcast(
            key=key,
            letter=letter,
            audience=audience,
            about=about,
            fair_id=fair_id,
            facts=dict(facts),
            created_at=now,
        )
    )
    await session.flush()


async def queue_once(
    session: Session,
    letter: Letter,
    to: Iterable[tuple[int, Facts]],
    *,
    key: str,
    fair_id: int,
    now: datetime,
) -> None:
    """Write a letter to several accounts of a fair, each with its facts; the same key is a Clash.

    Ask :func:`jobfair.outbox.queries.is_known` first: the key is for two that ask at once.
    """
    done = Broadcast(
        key=key,
        letter=letter,
        audience=Audience.EVERYBODY,
        about=fair_id,
        fair_id=fair_id,
        facts={},
        created_at=now,
        expanded_at=now,
    )
    session.add(done)
    await session.flush()
    await queue_messages(session, letter, to, now=now, fair_id=fair_id)


async def recall_messages(
    session: Session, letters: Sequence[Letter], *, account_id: int, facts: Facts
) -> None:
    """Take back what has not left yet and was written about these ``facts``."""
    found = await queries.recallable(session, account_id=account_id, letters=letters)
    ids = [at for at, known in found if facts.items() <= known.items()]
    if ids:
        await queries.delete_messages(session, ids)


async def expand(
    session: Session, broadcast: Broadcast, account_ids: Sequence[int], *, now: datetime
) -> None:
    """Make the messages of the next accounts of a broadcast, in rising order; none: it is done.

    The row remembers how far it came in the same transaction, and a unique index keeps a person
    from being written to twice if two senders expand it.
    """
    if not account_ids:
        broadcast.expanded_at = now
        return
    rows = [
        _row(
            broadcast.letter,
            account_id,
            broadcast.facts,
            fair_id=broadcast.fair_id,
            created_at=broadcast.created_at,
            send_at=broadcast.created_at,
        )
        | {"broadcast_id": broadcast.id}
        for account_id in account_ids
    ]
    await queries.add_missing(session, Message, rows)
    broadcast.reached = max(account_ids)


async def fan_out(
    session: Session,
    messages: Sequence[QueuedMessage],
    channels: Mapping[int, Sequence[Channel]],
    *,
    now: datetime,
) -> None:
    """Make the deliveries of messages, ``channels`` by message id, and tell open pages of them."""
    await queries.add_missing(
        session,
        Delivery,
        [
            {
                "message_id": one.id,
                "channel": channel,
                "state": State.WAITING,
                "rank": one.letter.rank,
                "since": now,
                "due_at": now,
                "tries": 0,
                "code": "",
            }
            for one in messages
            for channel in channels.get(one.id, ())
        ],
    )
    await queries.mark_fanned_out(session, [one.id for one in messages], now=now)
    for account_id in {one.account_id for one in messages}:
        mark_changed(session, topics.inbox(account_id))


async def lease(
    session: Session, channel: Channel, *, now: datetime, most: int, long: timedelta = LEASE
) -> list[Leased]:
    """Take due deliveries of a channel, the most urgent first, to be handed over now."""
    return await queries.lease_due(
        session, channel, lease=token_hex(8), now=now, until=now + long, most=most
    )


async def finish_sent(session: Session, leased: Leased, *, now: datetime) -> bool:
    """Note that the other side has taken a message. False when the lease was over."""
    return await queries.finish(session, leased, state=State.SENT, sent_at=now, reason=None)


async def finish_failed(
    session: Session, leased: Leased, reason: Reason, *, code: str, now: datetime
) -> bool:
    """Note why a message was not taken, and when to try again, if ever."""
    tries, verdict = leased.tries + 1, reason.verdict
    too_old = now - leased.since > leased.message.letter.useful_for
    if verdict is not Verdict.NEVER and too_old:
        reason, verdict = Reason.TOO_OLD, Verdict.NEVER
    return await queries.finish(
        session,
        leased,
        state=State.DEAD if verdict is Verdict.NEVER else State.WAITING,
        tries=tries,
        due_at=retry_at(now, tries=tries),
        reason=reason,
        code=code,
    )


async def give_back(session: Session, leased: Leased, *, due_at: datetime) -> None:
    """End the lease of a delivery that was not tried."""
    await queries.finish(session, leased, due_at=due_at)


async def mark_read(session: Session, account_id: int, message_id: int, *, now: datetime) -> None:
    """Note that a person has opened a message. Twice is once."""
    if await queries.set_read(session, account_id, message_id, now=now):
        mark_changed(session, topics.inbox(account_id))


async def send_again(
    session: Session, delivery_id: int, *, fair_ids: Sequence[int], now: datetime
) -> None:
    """Try a dead delivery again from the start, with the same Message-ID.

    Raises:
        Refused: ``not_dead``, it is not of these fairs or a colleague was faster.

    """
    again = {"state": State.WAITING, "since": now, "due_at": now, "tries": 0}
    if not await queries.set_delivery(
        session, delivery_id, fair_ids=fair_ids, was=State.DEAD, **again
    ):
        raise Refused("not_dead", "Pesan ini sudah dikirim ulang.")


async def tell_by_hand(
    session: Session, delivery_id: int, *, fair_ids: Sequence[int], by: int, now: datetime
) -> None:
    """Tick off that staff have told a person themselves.

    Raises:
        Refused: ``told``, it is not of these fairs or a colleague was faster.

    """
    told = {"state": State.SENT, "sent_at": now, "told_by": by}
    if not await queries.set_delivery(
        session, delivery_id, fair_ids=fair_ids, was=State.WAITING, **told
    ):
        raise Refused("told", "Orang ini sudah dikabari.")


async def forget_messages_of(session: Session, account_id: int) -> None:
    """Delete an account's inbox, with what is still on its way."""
    await queries.delete_messages_of(session, account_id)
