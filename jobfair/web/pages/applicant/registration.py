"""Registering in two short steps: an account to sign in with, then what applications need.

The first step makes the account, so that nothing of the second is lost with a closed tab, a lost
session or a dead line: what was typed is kept on the server, and signing in leads back to it.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from litestar import get, post
from litestar.response import Redirect, Response, Template

from jobfair.applicants.actions.registering import (
    REGISTRATION_DRAFT,
    TAKEN,
    begin_registration,
    complete_registration,
)
from jobfair.applicants.queries import applicant_of_account, birth_told_by_nik, person_key
from jobfair.applicants.rules.profile import read_beginning, read_first_profile
from jobfair.clock import WIB
from jobfair.db import Clash, Session
from jobfair.drafts import actions as drafts
from jobfair.errors import Invalid, Overloaded, Problem
from jobfair.fairs.queries import published_fairs
from jobfair.people import actions as people
from jobfair.people.queries import Credentials, credentials_for_key
from jobfair.people.rules import (
    REGISTER_ALONE,
    REGISTER_PER_ADDRESS,
    REGISTER_PER_BIRTH,
    REGISTER_PER_BIRTH_HERE,
    TAKEN_NIK,
    TAKEN_PER_ADDRESS,
    Role,
    TooMany,
    network_of,
)
from jobfair.positions.actions import save_positions
from jobfair.web.http.acting import perform, perform_prepared
from jobfair.web.http.authentication import SESSION_COOKIE, host_cookie
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromQuery,
    NowDep,
    Services,
    ServicesDep,
    SignedIn,
)
from jobfair.web.http.devices import device_cookie
from jobfair.web.http.forms import Form
from jobfair.web.http.guards import applicants_only
from jobfair.web.http.limits import Tries
from jobfair.web.http.templating import show
from jobfair.web.pages.applicant.places import district_groups
from jobfair.web.pages.shared.draft import back_to_card
from jobfair.web.pages.shared.errand import errand_of
from jobfair.web.pages.shared.saved import guest_cookie, guest_saved
from jobfair.web.pages.shared.signin import address_of, device_words, onward

BIRTH_DIGITS = 12
"""District, birth date and sex; the four digits behind them count people up."""
SECOND_STEP = "/daftar/data"


async def _first_page(request: AnyRequest, form: Form) -> Template:
    wrong = form.problems.get("nik")
    taken = wrong is not None and wrong.message == TAKEN
    if taken:
        services: Services = request.app.state.services
        await services.limits.count_refusal(TAKEN_NIK, now=services.clock.now())
    errand = await errand_of(request, form.given.get("ke", ""))
    return show(
        request,
        "applicant/registration.html",
        form=form,
        notice=form.notice,
        taken=taken,
        errand=errand,
        fair=errand.fair if errand else None,
        here="/daftar",
        status_code=form.status_code,
    )


@get("/daftar")
async def ask_beginning(
    request: AnyRequest, services: ServicesDep, ke: FromQuery[str] = ""
) -> Template | Redirect:
    """Show the first step; who is signed in goes on to the second, or to where they were going."""
    account: SignedIn | None = request.scope["user"]
    if account is not None:
        return Redirect(
            _second_step(ke) if await _unfinished(services, account) else onward(ke, account.role),
            status_code=303,
        )
    return await _first_page(request, Form({"ke": ke}))


@post("/daftar", status_code=200)
async def begin(request: AnyRequest, services: ServicesDep, now: NowDep) -> Response[Any]:
    """Make the account and sign it in. Two at once for one NIK: the second gets a sentence."""
    where = address_of(request)
    taken: Tries = [(TAKEN_PER_ADDRESS, where)]

    async def prepare(form: Form) -> Callable[[Session], Awaitable[tuple[Form, Credentials, str]]]:
        beginning = read_beginning(form.fields, today=now.astimezone(WIB).date())
        born = beginning.facts.nik.digits[:BIRTH_DIGITS]
        own = [*taken, (REGISTER_PER_ADDRESS, where), (REGISTER_PER_BIRTH_HERE, f"{born} {where}")]
        tries: Tries = [*own, (REGISTER_PER_BIRTH, born)]
        try:
            await services.limits.spend_all(tries, now=now, source=network_of(where), final=False)
        except TooMany:
            tries = [*own, (REGISTER_ALONE, f"{born} {where}")]
            await services.limits.spend_all(tries, now=now, source=network_of(where))
        try:
            password_hash = await services.passwords.hash(beginning.password)
        except Overloaded:
            await services.limits.give_back(tries, now=now)
            raise

        async def act(session: Session) -> tuple[Form, Credentials, str]:
            key = services.keys.blind_index(beginning.facts.nik.digits)
            try:
                await begin_registration(
                    session,
                    keys=services.keys,
                    beginning=beginning,
                    password_hash=password_hash,
                    now=now,
                )
                account = await credentials_for_key(session, key)
            except Clash:
                account = None
            if account is None:
                raise Invalid({"nik": Problem(TAKEN)})
            old = str(request.scope["session_token"])  # type: ignore[typeddict-item]
            token = await people.sign_in(
                session, account=account, old_token=old, now=now, device=device_words(request)
            )
            if kept := guest_saved(request):
                await save_positions(session, account_id=account.id, position_ids=kept, now=now)
            return form, account, token

        return act

    async def done(made: tuple[Form, Credentials, str]) -> Redirect:
        form, account, token = made
        await services.limits.give_back(taken, now=now)
        device = device_cookie(
            services.keys, account_id=account.id, password_hash=account.password_hash, now=now
        )
        return Redirect(
            _second_step(form.given.get("ke", "")),
            status_code=303,
            cookies=[host_cookie(SESSION_COOKIE, token), device, guest_cookie([])],
        )

    page = partial(_first_page, request)
    return await perform_prepared(request, prepare, page=page, done=done)


def _second_step(ke: str) -> str:
    return f"{SECOND_STEP}?ke={quote(ke, safe='/')}" if ke else SECOND_STEP


async def _unfinished(services: Services, account: SignedIn) -> bool:
    if account.role is not Role.APPLICANT:
        return False
    async with services.database.snapshot() as session:
        applicant = await applicant_of_account(session, services.keys, account.account_id)
    return applicant.completed_at is None


async def _second_page(
    request: AnyRequest, services: Services, account: SignedIn, form: Form
) -> Template:
    now = services.clock.now()
    if form.problems:
        async with services.database.transaction() as session:
            await drafts.keep_draft(
                session,
                await person_key(session, services.keys, account.account_id),
                account_id=account.account_id,
                form=REGISTRATION_DRAFT,
                given=form.given,
                now=now,
            )
    async with services.database.snapshot() as session:
        applicant = await applicant_of_account(session, services.keys, account.account_id)
        fairs = await published_fairs(session)
    today = now.astimezone(WIB).date()
    errand = await errand_of(request, form.given.get("ke", ""))
    return show(
        request,
        "applicant/registration_data.html",
        form=form,
        notice=form.notice,
        told=birth_told_by_nik(applicant, services.keys, today=today),
        gates=[found for found in fairs if found.residence_policy == "local_only"],
        groups=district_groups([found.office.regency for found in fairs]),
        errand=errand,
        fair=errand.fair if errand else None,
        here=SECOND_STEP,
        status_code=form.status_code,
    )


@get(SECOND_STEP, guards=[applicants_only])
async def ask_data(
    request: AnyRequest, services: ServicesDep, account: AccountDep, ke: FromQuery[str] = ""
) -> Template | Redirect:
    """Show the second step with what was typed earlier; once it is done it is left for good."""
    if not await _unfinished(services, account):
        return Redirect(onward(ke, account.role), status_code=303)
    async with services.database.snapshot() as session:
        person = await person_key(session, services.keys, account.account_id)
        typed = await drafts.read_draft(
            session, person, account_id=account.account_id, form=REGISTRATION_DRAFT
        )
    return await _second_page(request, services, account, Form({**typed, "ke": ke}))


@post(SECOND_STEP, guards=[applicants_only], status_code=200)
async def complete(
    request: AnyRequest, services: ServicesDep, account: AccountDep, now: NowDep
) -> Response[Any]:
    """Store the second step and lead to the send button of the position one came from."""
    today = now.astimezone(WIB).date()

    async def act(session: Session, form: Form) -> str:
        applicant = await applicant_of_account(session, services.keys, account.account_id)
        told = birth_told_by_nik(applicant, services.keys, today=today)
        profile = read_first_profile(form.fields, told=told, today=today)
        await complete_registration(
            session, keys=services.keys, account_id=account.account_id, profile=profile, now=now
        )
        return form.given.get("ke", "")

    async def done(ke: str) -> Redirect:
        return Redirect(back_to_card(onward(ke, Role.APPLICANT), "daftar"), status_code=303)

    page = partial(_second_page, request, services, account)
    return await perform(request, act, page=page, done=done)
