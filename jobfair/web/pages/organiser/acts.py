"""Acts on the window of a fair: each is a page that says what will happen, then happens once."""

from datetime import date, datetime, time
from typing import Any

from litestar import Request, get, post
from litestar.response import Redirect, Response, Template

from jobfair.errors import Invalid, Problem
from jobfair.fairs import actions
from jobfair.fairs.rules import Phase
from jobfair.fairs.rules.state import FairState
from jobfair.intake.closing import close_when_drained
from jobfair.tally.queries.counters import tally_fair
from jobfair.web.http.dependencies import (
    AccountDep,
    FromPath,
    NowDep,
    ServicesDep,
    SessionDep,
    SnapshotDep,
)
from jobfair.web.http.forms import Form, read_form
from jobfair.web.http.guards import organisers_only
from jobfair.web.pages.organiser.scope import Act, own_fair

AnyRequest = Request[Any, Any, Any]
WORD = "TUTUP"
LAST_YEAR = 2100


def _done(found: FairState, said: str) -> Redirect:
    return Redirect(f"/kendali/{found.slug}?kabar={said}", status_code=303)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year <= LAST_YEAR else None


def _time(text: str) -> time | None:
    try:
        at = time.fromisoformat(text.replace(".", ":"))
    except ValueError:
        return None
    return at if at.tzinfo is None else None


def read_closing_instant(form: Form, zone: Any) -> datetime:
    """Return the instant that date and time mean in the fair's zone.

    Raises:
        Invalid: with everything that is wrong with date, time and reason at once.

    """
    day, at = _day(form.text("closes_at")), _time(form.text("closes_time"))
    problems = {}
    if day is None:
        problems["closes_at"] = Problem("Pilih tanggal penutupan yang baru.")
    if at is None:
        problems["closes_time"] = Problem("Tulis jam sebagai 16:00.")
    if not form.text("reason"):
        problems["reason"] = Problem("Tulis alasannya. Alasan ini diumumkan.")
    if problems or day is None or at is None:
        raise Invalid(problems)
    return datetime.combine(day, at, tzinfo=zone)


def check_closing(form: Form, *, reason_needed: bool) -> None:
    """Let the closing go on, or raise ``Invalid`` without the typed word or a reason."""
    problems = {}
    if form.text("confirm").upper() != WORD:
        problems["confirm"] = Problem("Ketik %(word)s untuk menutup.", word=WORD)
    if reason_needed and not form.text("reason"):
        problems["reason"] = Problem("Tulis alasannya. Alasan ini diumumkan.")
    if problems:
        raise Invalid(problems)


@get("/kendali/{fair_slug:str}/perpanjang", guards=[organisers_only])
async def ask_extension(
    request: AnyRequest, fair_slug: FromPath[str], account: AccountDep, snapshot: SnapshotDep
) -> Template:
    """Ask until when, and why."""
    found = await own_fair(snapshot, account, fair_slug)
    local = found.timetable.closes_at.astimezone(found.zone)
    form = Form({"closes_at": f"{local:%Y-%m-%d}", "closes_time": f"{local:%H:%M}"})
    return Act("extend", found).page(request, form)


@post("/kendali/{fair_slug:str}/perpanjang", guards=[organisers_only])
async def extend(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    account: AccountDep,
    session: SessionDep,
    now: NowDep,
) -> Response[Any]:
    """Move the closing later. ApplyContext the same form again changes nothing."""
    found = await own_fair(session, account, fair_slug)
    form = await read_form(request)
    try:
        closes_at = read_closing_instant(form, found.zone)
        if closes_at == found.timetable.closes_at and found.reason == form.text("reason"):
            return _done(found, "perpanjang")
        await actions.extend_fair(
            session,
            fair_id=found.id,
            closes_at=closes_at,
            reason=form.text("reason"),
            now=now,
            account_id=account.account_id,
        )
    except Invalid as error:
        return Act("extend", found).page(request, form.with_problems(error))
    return _done(found, "perpanjang")


@get("/kendali/{fair_slug:str}/jeda", guards=[organisers_only])
async def ask_pause(
    request: AnyRequest, fair_slug: FromPath[str], account: AccountDep, snapshot: SnapshotDep
) -> Template:
    """Ask why."""
    return Act("pause", await own_fair(snapshot, account, fair_slug)).page(request)


@post("/kendali/{fair_slug:str}/jeda", guards=[organisers_only])
async def pause(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    account: AccountDep,
    session: SessionDep,
    now: NowDep,
) -> Response[Any]:
    """Stop accepting for a while. A fair that is paused already stays as it is."""
    found = await own_fair(session, account, fair_slug)
    form = await read_form(request)
    if found.phase(now) is Phase.PAUSED:
        return _done(found, "jeda")
    try:
        await actions.pause_fair(
            session,
            fair_id=found.id,
            reason=form.text("reason"),
            now=now,
            account_id=account.account_id,
        )
    except Invalid as error:
        return Act("pause", found).page(request, form.with_problems(error))
    return _done(found, "jeda")


@get("/kendali/{fair_slug:str}/lanjutkan", guards=[organisers_only])
async def ask_resume(
    request: AnyRequest, fair_slug: FromPath[str], account: AccountDep, snapshot: SnapshotDep
) -> Template:
    """Say what going on means."""
    return Act("resume", await own_fair(snapshot, account, fair_slug)).page(request)


@post("/kendali/{fair_slug:str}/lanjutkan", guards=[organisers_only])
async def resume(
    fair_slug: FromPath[str], account: AccountDep, session: SessionDep, now: NowDep
) -> Redirect:
    """Accept again. A fair that is open already stays as it is."""
    found = await own_fair(session, account, fair_slug)
    if found.phase(now) is not Phase.OPEN:
        await actions.resume_fair(session, fair_id=found.id, now=now, account_id=account.account_id)
    return _done(found, "lanjutkan")


@get("/kendali/{fair_slug:str}/terbitkan", guards=[organisers_only])
async def ask_publishing(
    request: AnyRequest,
    fair_slug: FromPath[str],
    account: AccountDep,
    snapshot: SnapshotDep,
    now: NowDep,
) -> Template:
    """Say what the public will see."""
    found = await own_fair(snapshot, account, fair_slug)
    tally = await tally_fair(snapshot, found.id, now=now)
    return Act("publish", found).page(request, tally=tally)


@post("/kendali/{fair_slug:str}/terbitkan", guards=[organisers_only])
async def publish(
    fair_slug: FromPath[str], account: AccountDep, session: SessionDep, now: NowDep
) -> Redirect:
    """Show the fair to the public. Twice is once."""
    found = await own_fair(session, account, fair_slug)
    await actions.publish_fair(session, fair_id=found.id, now=now, account_id=account.account_id)
    return _done(found, "terbitkan")


@get("/kendali/{fair_slug:str}/tutup", guards=[organisers_only])
async def ask_closing(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    account: AccountDep,
    services: ServicesDep,
    snapshot: SnapshotDep,
    now: NowDep,
) -> Template:
    """Say what freezes and that it cannot be undone; ask why."""
    found = await own_fair(snapshot, account, fair_slug)
    tally = await tally_fair(snapshot, found.id, now=now)
    return Act("close", found).page(request, tally=tally, queue=services.door.waiting, word=WORD)


@post("/kendali/{fair_slug:str}/tutup", guards=[organisers_only])
async def close(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[Any]:
    """End the window now, wait for what was handed in before, freeze the numbers.

    Sent again, it goes on where it stopped: an ended window is only frozen, a frozen fair stays.
    """
    form = await read_form(request)
    async with services.database.snapshot() as session:
        found = await own_fair(session, account, fair_slug)
        tally = await tally_fair(session, found.id, now=now)
    phase = found.phase(now)
    if phase is Phase.CLOSED:
        return Redirect(f"/kendali/{found.slug}/rekap", status_code=303)
    try:
        check_closing(form, reason_needed=phase is not Phase.CLOSING)
        if phase is not Phase.CLOSING:
            async with services.database.transaction() as session:
                await actions.close_early(
                    session,
                    fair_id=found.id,
                    reason=form.text("reason"),
                    now=now,
                    account_id=account.account_id,
                )
    except Invalid as error:
        return Act("close", found).page(
            request,
            form.with_problems(error),
            tally=tally,
            queue=services.door.waiting,
            word=WORD,
        )
    await close_when_drained(
        services.database,
        services.clock,
        services.door,
        fair_id=found.id,
        account_id=account.account_id,
    )
    return Redirect(f"/kendali/{found.slug}/rekap", status_code=303)
