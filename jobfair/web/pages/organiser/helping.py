"""The counter: an applicant stands there with a KTP and cannot get into their account.

Finding a person takes the whole NIK or a receipt of the own office, and is written down. The page
that answers carries a sealed handle, good for this organiser and for a quarter of an hour, so that
neither NIK nor account number stands in it.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from litestar import get, post
from litestar.response import Response, Template

from jobfair.applicants.actions import helping as actions
from jobfair.applicants.queries import PersonAtCounter, applicant_for_nik, person_at_counter
from jobfair.applicants.rules.nik import LENGTH, normalise_nik
from jobfair.applications.queries.receipts import account_of_receipt
from jobfair.credentials.rules import GOOD_FOR, Purpose
from jobfair.cvs.actions import set_cv_aside
from jobfair.db import Session
from jobfair.errors import Invalid, Misconfigured, Problem, Refused
from jobfair.fairs.rules.state import CountedFair
from jobfair.keys import Keys
from jobfair.people.rules import HELP_PER_ORGANISER
from jobfair.web.http.acting import perform_prepared
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
from jobfair.web.pages.organiser.scope import own_fair
from jobfair.web.pages.shared.duties import counter_only

HELP = "/kendali/{fair_slug:str}/bantu"
HANDLE_FOR = timedelta(minutes=15)
REASON_LONGEST = 500
LONGEST = 100
"""Characters of what was typed that are looked at."""


@dataclass(frozen=True)
class Found:
    """The person who was found, and what the next forms know them by."""

    person: PersonAtCounter
    handle: str
    code: str = ""
    claimed: bool = False
    until: datetime | None = None


def make_handle(keys: Keys, *, account_id: int, found_by: str, by: int, now: datetime) -> str:
    """Return what stands for a person, and how they were found, in this organiser's forms."""
    sealed = keys.seal(f"{account_id} {int(now.timestamp())} {found_by}", context=f"help:{by}")
    return base64.urlsafe_b64encode(sealed).decode()


def read_handle(keys: Keys, handle: str, *, by: int, now: datetime) -> tuple[int, str]:
    """Return the account a handle stands for, and how it was found.

    Raises:
        Refused: another organiser's, too old, or none.

    """
    try:
        sealed = base64.urlsafe_b64decode(handle)
        account_id, since, found_by = keys.unseal(sealed, context=f"help:{by}").split()
    except (Misconfigured, ValueError, binascii.Error):
        raise Refused("unknown", "Cari orangnya sekali lagi.") from None
    if now - datetime.fromtimestamp(int(since), now.tzinfo) > HANDLE_FOR:
        raise Refused("too_old", "Pencarian ini sudah terlalu lama. Cari orangnya sekali lagi.")
    return int(account_id), found_by


def read_reason(form: Form) -> str:
    """Return why it is done; the KTP has been seen.

    Raises:
        Invalid: the box is not ticked, or there is no reason.

    """
    problems: dict[str, Problem] = {}
    if form.text("ktp") != "ya":
        problems["ktp"] = Problem("Lihat KTP orangnya dulu, lalu centang di sini.")
    reason = " ".join(form.given.get("reason", "")[: 2 * REASON_LONGEST].split())
    if not reason:
        problems["reason"] = Problem("Tulis alasannya. Alasan ini tercatat di jejak.")
    elif len(reason) > REASON_LONGEST:
        problems["reason"] = Problem("Alasan paling panjang %(n)s huruf.", n=REASON_LONGEST)
    if problems:
        raise Invalid(problems)
    return reason


async def _page(
    request: AnyRequest,
    account: SignedIn,
    fair_slug: str,
    form: Form,
    *,
    found: Found | None = None,
) -> Template:
    services: Services = request.app.state.services
    async with services.database.snapshot() as session:
        fair = await own_fair(session, account, fair_slug)
        if found is None and (handle := form.given.get("who", "")):
            found = await _known(session, services, account, handle)
    return show(
        request,
        "organiser/help.html",
        fair=fair,
        form=form,
        found=found,
        status_code=form.status_code,
    )


async def _known(
    session: Session, services: Services, account: SignedIn, handle: str
) -> Found | None:
    """Return the person of a form that has to be shown again, or None when it is too old."""
    now = services.clock.now()
    try:
        at, _ = read_handle(services.keys, handle, by=account.account_id, now=now)
    except Refused:
        return None
    return Found(await person_at_counter(session, services.keys, at), handle)


async def _find(
    session: Session, services: Services, fair: CountedFair, typed: str
) -> tuple[int, str]:
    """Return the account that was meant, and whether NIK or receipt found it."""
    digits = normalise_nik(typed)
    if len(digits) == LENGTH and digits.isascii() and digits.isdigit():
        applicant = await applicant_for_nik(session, services.keys.blind_index(digits))
        if applicant is not None:
            return applicant.account_id, "nik"
    else:
        at = await account_of_receipt(session, office_id=fair.office_id, number=typed)
        if at is not None:
            return at, "receipt"
    raise Invalid(
        {
            "find": Problem(
                "Tidak ada pelamar dengan NIK atau nomor bukti ini. Ketik NIK lengkap 16 angka, "
                "atau nomor bukti dari job fair kantor Anda."
            )
        }
    )


@get(HELP, guards=[counter_only])
async def ask_person(
    request: AnyRequest, fair_slug: FromPath[str], account: AccountDep
) -> Template:
    """Ask for a NIK or a receipt."""
    return await _page(request, account, fair_slug, Form())


@post(HELP, guards=[counter_only])
async def find_person(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[Template]:
    """Show who was found; that is written down."""
    page = partial(_page, request, account, fair_slug)

    async def prepare(form: Form) -> Callable[[Session], Awaitable[Found]]:
        await services.limits.spend(HELP_PER_ORGANISER, str(account.account_id), now=now)

        async def act(session: Session) -> Found:
            fair = await own_fair(session, account, fair_slug)
            at, found_by = await _find(session, services, fair, form.text("find")[:LONGEST])
            await actions.note_lookup(
                session,
                account_id=at,
                found_by=found_by,
                now=now,
                by=account.account_id,
                fair_id=fair.id,
            )
            handle = make_handle(
                services.keys, account_id=at, found_by=found_by, by=account.account_id, now=now
            )
            return Found(await person_at_counter(session, services.keys, at), handle)

        return act

    async def done(found: Found) -> Template:
        return await page(Form(), found=found)

    return await perform_prepared(request, prepare, page=page, done=done)


@post(f"{HELP}/kode", guards=[counter_only])
async def give_code(
    request: AnyRequest, fair_slug: FromPath[str], account: AccountDep
) -> Response[Template]:
    """Make a code for one new password, shown on the answer and never again."""
    return await _give(request, account, fair_slug, claim=False)


@post(f"{HELP}/klaim", guards=[counter_only])
async def claim(
    request: AnyRequest, fair_slug: FromPath[str], account: AccountDep
) -> Response[Template]:
    """Pass an account that another person made to the owner of its NIK, with a code as well."""
    return await _give(request, account, fair_slug, claim=True)


async def _give(
    request: AnyRequest, account: SignedIn, fair_slug: str, *, claim: bool
) -> Response[Template]:
    services: Services = request.app.state.services
    now, page = services.clock.now(), partial(_page, request, account, fair_slug)

    async def prepare(form: Form) -> Callable[[Session], Awaitable[Found]]:
        handle = form.given.get("who", "")
        at, found_by = read_handle(services.keys, handle, by=account.account_id, now=now)
        reason = read_reason(form)

        async def act(session: Session) -> Found:
            fair = await own_fair(session, account, fair_slug)
            code = await (actions.claim_account if claim else actions.give_code)(
                session,
                keys=services.keys,
                account_id=at,
                found_by=found_by,
                reason=reason,
                now=now,
                by=account.account_id,
                fair_id=fair.id,
            )
            if claim:
                await set_cv_aside(session, account_id=at, now=now)
            person = await person_at_counter(session, services.keys, at)
            return Found(person, handle, code, claim, now + GOOD_FOR[Purpose.COUNTER])

        return act

    async def done(found: Found) -> Template:
        return await page(Form(), found=found)

    return await perform_prepared(request, prepare, page=page, done=done)
