"""Messages of a fair: what is connected, what failed, and who is still to be told by hand."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from litestar import get, post
from litestar.response import Response, Template

from jobfair.applications.queries.about import phones_of
from jobfair.db import Session
from jobfair.fairday.actions.messaging import send_again, tell_by_hand
from jobfair.mailing.letters import Letters
from jobfair.mailing.sender import Sender
from jobfair.outbox.queries import Progress, count_of_fair, deliveries_of
from jobfair.outbox.rules import Channel, State
from jobfair.people.rules import Recipient
from jobfair.web.http.acting import perform
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromPath,
    NowDep,
    Services,
    SignedIn,
)
from jobfair.web.http.forms import Form
from jobfair.web.http.templating import show
from jobfair.web.pages.organiser.scope import known_id, last_word, own_fair
from jobfair.web.pages.shared.duties import committee_only
from jobfair.wording.language import gettext_noop

MESSAGES = "/kendali/{fair_slug:str}/pesan"
CHANNEL_WORDS = {
    Channel.EMAIL: gettext_noop("Surel"),
    Channel.GATEWAY: gettext_noop("WhatsApp atau SMS"),
    Channel.BY_HAND: gettext_noop("Dikabari petugas"),
}
ACTS = {"kirim-lagi": send_again, "sudah": tell_by_hand}
"""What an organiser does about one delivery, by the last word of the address."""


async def _worded(
    request: AnyRequest, session: Session, rows: Sequence[Progress]
) -> list[tuple[Progress, str, str, str]]:
    """Return deliveries with name, telephone and text: that of the letter, for a person."""
    letters: Letters = request.app.state.letters
    services: Services = request.app.state.services
    people = await phones_of(session, services.keys, [one.message.account_id for one in rows])
    contexts = await letters.contexts(session, [one.message for one in rows])
    found = []
    for one, context in zip(rows, contexts, strict=True):
        name, phone = people.get(one.message.account_id, ("", ""))
        text = ""
        if context is not None:
            title, body = letters.say(one.message, Recipient(name=name, language="id"), context)
            text = f"{title}\n\n{body}"
        found.append((one, name, phone, text))
    return found


async def _page(request: AnyRequest, account: SignedIn, fair_slug: str, form: Form) -> Template:
    sender: Sender = request.app.state.sender
    async with request.app.state.services.database.snapshot() as session:
        fair = await own_fair(session, account, fair_slug)
        of_fair = partial(deliveries_of, session, fair_ids=[fair.id])
        dead = await _worded(request, session, await of_fair(state=State.DEAD))
        waiting = await of_fair(state=State.WAITING, channel=Channel.BY_HAND)
        to_tell = await _worded(request, session, waiting)
        counts = await count_of_fair(session, fair.id)
    return show(
        request,
        "organiser/messages.html",
        fair=fair,
        form=form,
        status_code=form.status_code,
        connected=sender.connected,
        channels=CHANNEL_WORDS,
        counts=counts,
        dead=dead,
        to_tell=to_tell,
    )


@get(MESSAGES, guards=[committee_only])
async def show_messages(
    request: AnyRequest, fair_slug: FromPath[str], account: AccountDep
) -> Template:
    """Show what became of the fair's messages."""
    return await _page(request, account, fair_slug, Form())


@post([f"{MESSAGES}/{{delivery_id:int}}/{word}" for word in ACTS], guards=[committee_only])
async def act_on_delivery(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    delivery_id: FromPath[int],
    account: AccountDep,
    now: NowDep,
) -> Response[Any]:
    """Send a failed message again, or tick off that somebody was told."""

    async def act(session: Session, _: Form) -> None:
        fair = await own_fair(session, account, fair_slug)
        await ACTS[last_word(request)](
            session, known_id(delivery_id), fair_id=fair.id, now=now, account_id=account.account_id
        )

    page = partial(_page, request, account, fair_slug)
    return await perform(request, act, page=page, done=f"/kendali/{fair_slug}/pesan")
