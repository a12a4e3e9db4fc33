"""Acts on a whole fair: each is a page that says what will happen, then happens once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from litestar import get, post
from litestar.response import Redirect, Response, Template

from jobfair.db import Session
from jobfair.fairs import actions
from jobfair.fairs.rules import CLOSING_WORD, Phase, read_closing, read_extension, read_reason
from jobfair.fairs.rules.state import CountedFair, FairState
from jobfair.intake.closing import close_when_drained
from jobfair.tally.queries.counters import tally_fair
from jobfair.web.http.acting import perform
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromPath,
    NowDep,
    Services,
    ServicesDep,
    SignedIn,
)
from jobfair.web.http.forms import Form
from jobfair.web.http.templating import show
from jobfair.web.pages.organiser.scope import last_word, own_fair
from jobfair.web.pages.shared.duties import organisers_only
from jobfair.wording.dates import zone_name


@dataclass(frozen=True)
class Order:
    """What an organiser orders: for which fair, what was typed, when, and by which account."""

    session: Session
    fair: CountedFair
    form: Form
    now: datetime
    account_id: int

    @property
    def phase(self) -> Phase:
        """The phase in which it is ordered."""
        return self.fair.phase(self.now)

    @property
    def facts(self) -> dict[str, Any]:
        """What every act takes."""
        return {"fair_id": self.fair.id, "now": self.now, "account_id": self.account_id}


async def _publish(order: Order) -> None:
    await actions.publish_fair(order.session, **order.facts)


async def _extend(order: Order) -> None:
    wanted = read_extension(order.form.fields, zone=order.fair.zone)
    if (wanted.closes_at, wanted.reason) != (order.fair.timetable.closes_at, order.fair.reason):
        await actions.extend_fair(
            order.session, closes_at=wanted.closes_at, reason=wanted.reason, **order.facts
        )


async def _pause(order: Order) -> None:
    if order.phase is not Phase.PAUSED:
        reason = read_reason(order.form.fields)
        await actions.pause_fair(order.session, reason=reason, **order.facts)


async def _resume(order: Order) -> None:
    if order.phase is not Phase.OPEN:
        await actions.resume_fair(order.session, **order.facts)


async def _close(order: Order) -> None:
    """End the window; the numbers are frozen afterwards, when the door is empty."""
    if order.phase is Phase.CLOSED:
        return
    ended = order.phase is Phase.CLOSING
    reason = read_closing(order.form.fields, ended=ended)
    if not ended:
        await actions.close_early(order.session, reason=reason, **order.facts)


def _present_closing(fair: FairState) -> dict[str, str]:
    local = fair.timetable.closes_at.astimezone(fair.zone)
    return {"closes_at": f"{local:%Y-%m-%d}", "closes_time": f"{local:%H:%M}"}


@dataclass(frozen=True)
class FairAct:
    """One page of the control room that does something."""

    template: str
    applies: frozenset[Phase]
    """When the page has anything to offer; the rules of ``fairs`` decide again on sending."""
    run: Callable[[Order], Awaitable[None]]
    """Twice is once: what has been done already is passed over."""
    given: Callable[[FairState], Mapping[str, str]] = lambda _: {}
    """What the form shows before anything was typed."""


ACTS = {
    "terbitkan": FairAct("publish", frozenset({Phase.DRAFT}), _publish),
    "perpanjang": FairAct(
        "extend",
        frozenset({Phase.PUBLISHED, Phase.OPEN, Phase.PAUSED, Phase.CLOSING}),
        _extend,
        _present_closing,
    ),
    "jeda": FairAct("pause", frozenset({Phase.OPEN}), _pause),
    "lanjutkan": FairAct("resume", frozenset({Phase.PAUSED}), _resume),
    "tutup": FairAct("close", frozenset({Phase.OPEN, Phase.PAUSED, Phase.CLOSING}), _close),
}
"""The acts by the last word of their address."""
ADDRESSES = [f"/kendali/{{fair_slug:str}}/{word}" for word in ACTS]


async def _page(
    request: AnyRequest, account: SignedIn, fair_slug: str, form: Form | None
) -> Template:
    services: Services = request.app.state.services
    act, now = ACTS[last_word(request)], services.clock.now()
    async with services.database.snapshot() as session:
        fair = await own_fair(session, account, fair_slug)
        tally = await tally_fair(session, fair.id, now=now)
    phase = fair.phase(now)
    form = form or Form(act.given(fair))
    return show(
        request,
        f"organiser/{act.template}.html",
        fair=fair,
        phase=phase,
        applies=phase in act.applies,
        form=form,
        tally=tally,
        queue=services.door.waiting,
        word=CLOSING_WORD,
        zone_word=zone_name(fair.zone),
        status_code=form.status_code,
    )


@get(ADDRESSES, guards=[organisers_only])
async def ask(request: AnyRequest, fair_slug: FromPath[str], account: AccountDep) -> Template:
    """Say what the act means, and ask for what it needs."""
    return await _page(request, account, fair_slug, None)


@post(ADDRESSES, guards=[organisers_only])
async def carry_out(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[Any]:
    """Do it. After an order to close, what was handed in before is waited for, then all freezes."""
    word = last_word(request)

    async def act(session: Session, form: Form) -> CountedFair:
        fair = await own_fair(session, account, fair_slug)
        await ACTS[word].run(Order(session, fair, form, now, account.account_id))
        return fair

    async def done(fair: CountedFair) -> Redirect:
        if word != "tutup":
            return Redirect(f"/kendali/{fair.slug}?kabar={word}", status_code=303)
        if fair.phase(now) is not Phase.CLOSED:
            await close_when_drained(
                services.database,
                services.clock,
                services.door,
                keys=services.keys,
                fair_id=fair.id,
                account_id=account.account_id,
            )
        return Redirect(f"/kendali/{fair.slug}/rekap", status_code=303)

    return await perform(request, act, page=partial(_page, request, account, fair_slug), done=done)
