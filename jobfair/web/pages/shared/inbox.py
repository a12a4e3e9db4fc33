"""Kotak pesan: everything that was written to a person, whatever became of the mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from litestar import get, websocket
from litestar.handlers.base import BaseRouteHandler
from litestar.response import Template

from jobfair.db import Session, topics
from jobfair.errors import NotFound
from jobfair.mailing.letters import Letters
from jobfair.outbox.actions import mark_read
from jobfair.outbox.queries import QueuedMessage, inbox_of, message_of, unread_count
from jobfair.people.rules import Recipient, Role
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromPath,
    FromQuery,
    NowDep,
    Services,
    SessionDep,
    SignedIn,
    SnapshotDep,
)
from jobfair.web.http.guards import (
    Connection,
    applicants_only,
    reviewers_only,
    signed_in_only,
)
from jobfair.web.http.sockets import Socket, subscribe
from jobfair.web.http.templating import language_of, render, show
from jobfair.web.pages.shared.duties import organisers_only

UNREAD = "ui/_unread.html"
PER_PAGE = 20
GUARDS = {
    Role.APPLICANT: applicants_only,
    Role.REVIEWER: reviewers_only,
    Role.ORGANISER: organisers_only,
}
LARGEST_ID = 2**31 - 1


async def everybody_signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in whom the own pages let in: not before a password that others know is changed."""
    await signed_in_only(connection, handler)
    user: SignedIn = connection.scope["user"]
    allowed = GUARDS[user.role](connection, handler)
    if allowed is not None:
        await allowed


@dataclass(frozen=True)
class Shown:
    """A message in the words of the page's language."""

    message: QueuedMessage
    title: str
    body: str
    until_at: datetime | None
    context: Mapping[str, object]

    def wants_act(self, now: datetime) -> bool:
        """Tell whether the person has still something to do, and time for it."""
        return self.message.letter.asks and self.until_at is not None and now < self.until_at


async def _shown(
    request: AnyRequest, session: Session, account: SignedIn, messages: list[QueuedMessage]
) -> list[Shown]:
    """Return messages with their words; what tells of something that is gone has none."""
    letters: Letters = request.app.state.letters
    reader = Recipient(name=account.name, language=language_of(request))
    contexts = await letters.contexts(session, messages)
    return [
        Shown(
            message,
            *letters.say(message, reader, context),
            context["facts"].get("until_at"),
            context,
        )
        for message, context in zip(messages, contexts, strict=True)
        if context is not None
    ]


@get("/pesan", guards=[everybody_signed_in])
async def show_inbox(
    request: AnyRequest,
    account: AccountDep,
    snapshot: SnapshotDep,
    now: NowDep,
    sebelum: FromQuery[int | None] = None,
) -> Template:
    """Show a page of one's own messages, newest first."""
    if sebelum is not None and not 0 < sebelum <= LARGEST_ID:
        raise NotFound
    messages = await inbox_of(
        snapshot, account.account_id, now=now, before=sebelum, limit=PER_PAGE + 1
    )
    return show(
        request,
        "shared/inbox.html",
        shown=await _shown(request, snapshot, account, messages[:PER_PAGE]),
        older=messages[PER_PAGE - 1].id if len(messages) > PER_PAGE else None,
        newest_page=sebelum is None,
        unread=await unread_count(snapshot, account.account_id, now=now),
    )


@get("/pesan/{message_id:int}", guards=[everybody_signed_in])
async def show_message(
    request: AnyRequest,
    *,
    message_id: FromPath[int],
    account: AccountDep,
    session: SessionDep,
    now: NowDep,
) -> Template:
    """Show one of one's own messages, which is read by that."""
    if not 0 < message_id <= LARGEST_ID:
        raise NotFound("Pesan ini tidak ada.")
    message = await message_of(session, account.account_id, message_id, now=now)
    found = await _shown(request, session, account, [message])
    await mark_read(session, account.account_id, message_id, now=now)
    if not found:
        raise NotFound("Hal yang diberitakan pesan ini sudah tidak ada.")
    return show(
        request,
        "shared/letter.html",
        one=found[0],
        letter_fair=found[0].context["fair"],
        letter_zone=found[0].context["zone"],
        unread=await unread_count(session, account.account_id, now=now),
    )


@websocket("/ws/pesan", guards=[everybody_signed_in])
async def stream_unread(socket: Socket) -> None:
    """Send the number of unread messages on arrival and whenever it has changed."""
    services: Services = socket.app.state.services
    account: SignedIn = socket.scope["user"]
    account_id = account.account_id
    lang, environment = language_of(socket), socket.app.template_engine.engine  # type: ignore[union-attr]

    async def part() -> str:
        async with services.database.snapshot() as session:
            unread = await unread_count(session, account_id, now=services.clock.now())
        return render(environment, UNREAD, lang=lang, zone=None, unread=unread)

    subscribe(socket, topic=topics.inbox(account_id), part=f"{UNREAD}:{lang}", render=part)
