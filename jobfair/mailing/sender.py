"""The sender: makes deliveries of messages and hands them over. One per installation, the leader.

Each step is a transaction of its own, and what is being handed over is leased. So a sender may die
anywhere: nothing is lost, and only a letter that was in the middle of being handed over is sent
again, under the same key.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from jobfair.applications.queries import about
from jobfair.clock import Clock
from jobfair.db import Database, Session
from jobfair.errors import NotFound
from jobfair.mailing.channels import HandOverError, Outgoing, Transport
from jobfair.mailing.letters import Letters
from jobfair.outbox import actions, queries
from jobfair.outbox.queries import Leased, QueuedMessage
from jobfair.outbox.rules import LEASE, Audience, Channel, Reason, Verdict
from jobfair.people.queries import recipients
from jobfair.people.rules import Recipient

log = logging.getLogger(__name__)

BATCH = 500
BREATH = 0.05
"""Seconds between two batches of fan-out: the intake writes to the same database."""
AT_ONCE = 4
"""Letters handed over at the same time by one channel."""
HAND_OVER = 60.0
"""Seconds. Less than the lease."""
SHORTEST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds a channel rests when nothing can go through it: doubled with each failure."""
AUDIENCES = {
    Audience.EVERYBODY: about.everybody_at_fair,
    Audience.APPLICANTS_OF_FAIR: about.applicants_of_fair,
    Audience.APPLICANTS_OF_COMPANY: about.applicants_of_company,
    Audience.APPLICANTS_OF_POSITION: about.applicants_of_position,
    Audience.COMPANIES_OF_FAIR: about.reviewers_of_fair,
}
CONTACTS = {Channel.EMAIL: "email", Channel.GATEWAY: "phone"}


class _Lane:
    """The queue of one channel: how fast it may go, and until when it rests."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.resting_until = 0.0
        self.trouble: Reason | None = None
        self._failures = 0
        self._rate = transport.per_minute / 60
        self._credit, self._counted = 1.0, monotonic()

    def room(self) -> int:
        """Return how many letters may go now; the pace allows what one second does, or one."""
        now = monotonic()
        self._credit = min(self._credit + (now - self._counted) * self._rate, max(1.0, self._rate))
        self._counted = now
        return 0 if self.resting else int(self._credit)

    def spend(self) -> None:
        self._credit -= 1

    @property
    def resting(self) -> bool:
        return monotonic() < self.resting_until

    def went_well(self) -> None:
        if self.trouble is not None:
            log.warning("%s works again", self.transport.channel)
        self.trouble, self._failures = None, 0

    def failed(self, error: HandOverError) -> None:
        """Rest if no other letter would fare better."""
        reason = error.reason
        if reason.verdict is not Verdict.CONFIGURATION and reason is not Reason.UNREACHABLE:
            return
        if reason is not self.trouble:
            words = reason.sentence % {"code": error.code}
            log.error("%s cannot send: %s", self.transport.channel, words)
        self.trouble = reason
        pause = min(SHORTEST_PAUSE * 2**self._failures, LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 10)
        self.resting_until = monotonic() + pause


class Sender:
    """Delivers what the outbox holds through the channels that are connected."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        letters: Letters,
        transports: Iterable[Transport] = (),
        *,
        host: str,
        lease: timedelta = LEASE,
    ) -> None:
        """``host`` makes Message-IDs of this installation different from others'."""
        self._database = database
        self._clock = clock
        self._letters = letters
        self._host = host
        self._lease = lease
        self._lanes = {one.channel: _Lane(one) for one in transports}

    @property
    def connected(self) -> Mapping[Channel, Reason | None]:
        """Return the channels there are, each with what keeps it from sending now."""
        return {channel: lane.trouble for channel, lane in self._lanes.items()}

    async def distribute(self) -> None:
        """Make the messages of broadcasts and the deliveries of messages, until none is left."""
        for batch in (self._expand_next, self._fan_out_next):
            more = True
            while more:
                more = await self._database.write(batch)
                await asyncio.sleep(BREATH)

    async def _expand_next(self, session: Session) -> bool:
        broadcast = await queries.broadcast_to_expand(session)
        if broadcast is None:
            return False
        find = AUDIENCES[broadcast.audience]
        ids = await find(session, broadcast.about, after=broadcast.reached, most=BATCH)
        await actions.expand(session, broadcast, ids, now=self._clock.now())
        return True

    async def _fan_out_next(self, session: Session) -> bool:
        now = self._clock.now()
        messages = await queries.messages_to_fan_out(session, now=now, most=BATCH)
        if not messages:
            return False
        known = await recipients(session, [one.account_id for one in messages])
        channels = {one.id: self._ways(one, known.get(one.account_id), now) for one in messages}
        await actions.fan_out(session, messages, channels, now=now)
        return len(messages) == BATCH

    def _ways(
        self, message: QueuedMessage, recipient: Recipient | None, now: datetime
    ) -> list[Channel]:
        letter = message.letter
        if recipient is None or now - message.send_at > letter.useful_for:
            return []
        if letter.refusable and letter.kind in recipient.refused:
            return []
        ways = [one for one in self._lanes if getattr(recipient, CONTACTS[one])]
        return ways or ([Channel.BY_HAND] if letter.by_hand else [])

    async def send(self, channel: Channel) -> None:
        """Hand over what is due on a channel, as far as its pace allows; none is no error."""
        lane = self._lanes.get(channel)
        room = 0 if lane is None else lane.room()
        if lane is None or not room:
            return
        take = partial(
            actions.lease, channel=channel, now=self._clock.now(), most=room, long=self._lease
        )
        waiting = await self._database.write(take)
        waiting.reverse()

        async def work() -> None:
            while waiting:
                await self._deliver(lane, waiting.pop())

        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(AT_ONCE, len(waiting))):
                tasks.create_task(work())

    async def _deliver(self, lane: _Lane, leased: Leased) -> None:
        if lane.resting:
            now = self._clock.now()
            await self._database.write(partial(actions.give_back, leased=leased, due_at=now))
            return
        lane.spend()
        try:
            async with asyncio.timeout(HAND_OVER):
                outgoing = await self._write(lane.transport.channel, leased.message)
                await lane.transport.hand_over(outgoing)
        except HandOverError as error:
            failure = error
        except TimeoutError:
            failure = HandOverError(Reason.CUT_OFF)
        except Exception:
            log.exception("delivery %d could not be handed over", leased.id)
            failure = HandOverError(Reason.FAULT)
        else:
            lane.went_well()
            now = self._clock.now()
            await self._database.write(partial(actions.finish_sent, leased=leased, now=now))
            return
        lane.failed(failure)
        await self._database.write(
            partial(
                actions.finish_failed,
                leased=leased,
                reason=failure.reason,
                code=failure.code,
                now=self._clock.now(),
            )
        )

    async def _write(self, channel: Channel, message: QueuedMessage) -> Outgoing:
        async with self._database.snapshot() as session:
            known = await recipients(session, [message.account_id])
            recipient = known.get(message.account_id)
            to = getattr(recipient, CONTACTS[channel], None)
            if recipient is None or not to:
                raise HandOverError(Reason.NO_CONTACT)
            try:
                context = await self._letters.context(session, message)
            except NotFound:
                raise HandOverError(Reason.GONE) from None
        key = f"{message.id}.{int(message.created_at.timestamp())}@{self._host}"
        letter = self._letters.write(message, recipient, context)
        return Outgoing(key, to, recipient.name or context["name"], letter, message.created_at)
