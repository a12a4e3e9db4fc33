"""Registering: one page, every problem at once."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

from litestar import get, post
from litestar.response import Redirect, Response, Template

from jobfair.applicants.actions import TAKEN, register_applicant
from jobfair.applicants.rules.nik import NikFacts, read_nik
from jobfair.applicants.rules.profile import Registration, read_registration
from jobfair.clock import WIB
from jobfair.db import Clash, Session
from jobfair.db.sealed import Keys
from jobfair.errors import Invalid, Overloaded, Problem
from jobfair.fairs.queries import published_fairs
from jobfair.people import actions as people
from jobfair.people.queries import Credentials, credentials_for_key
from jobfair.people.rules import Role, network_of
from jobfair.positions.actions import save_positions
from jobfair.web.http.acting import perform_prepared
from jobfair.web.http.authentication import SESSION_COOKIE, host_cookie
from jobfair.web.http.dependencies import (
    AnyRequest,
    FromQuery,
    NowDep,
    Services,
    ServicesDep,
    SignedIn,
)
from jobfair.web.http.devices import device_cookie
from jobfair.web.http.forms import Form
from jobfair.web.http.limits import (
    REGISTER_PER_ADDRESS,
    REGISTER_PER_BIRTH,
    REGISTER_PER_BIRTH_HERE,
    TAKEN_PER_ADDRESS,
    Tries,
)
from jobfair.web.http.templating import show
from jobfair.web.pages.applicant.places import district_groups
from jobfair.web.pages.shared.draft import back_to_card
from jobfair.web.pages.shared.saved import guest_cookie, guest_saved
from jobfair.web.pages.shared.signin import address_of, onward

BIRTH_DIGITS = 12
"""District, birth date and sex; the four digits behind them count people up."""


async def _page(request: AnyRequest, services: Services, form: Form) -> Template:
    async with services.database.snapshot() as session:
        fairs = await published_fairs(session)
    wrong = form.problems.get("nik")
    taken = wrong is not None and wrong.message == TAKEN
    read = None
    if wrong is not None and not taken:
        read = read_nik(form.text("nik"), today=services.clock.now().astimezone(WIB).date())
    return show(
        request,
        "applicant/registration.html",
        form=form,
        notice=form.notice,
        taken=taken,
        read=read if isinstance(read, NikFacts) else None,
        born=" / ".join(f"{born:%d-%m-%Y}" for born in read.birth_dates)
        if isinstance(read, NikFacts)
        else "",
        gates=[found for found in fairs if found.residence_policy == "local_only"],
        groups=district_groups([found.office.regency for found in fairs]),
        here="/daftar",
        status_code=form.status_code,
    )


@get("/daftar")
async def ask_registration(
    request: AnyRequest, services: ServicesDep, ke: FromQuery[str] = ""
) -> Template | Redirect:
    """Show the empty form; who is signed in has no use for it."""
    account: SignedIn | None = request.scope["user"]
    if account is not None:
        return Redirect(onward(ke, account.role), status_code=303)
    return await _page(request, services, Form({"ke": ke}))


@post("/daftar", status_code=200)
async def register(request: AnyRequest, services: ServicesDep, now: NowDep) -> Response[Any]:
    """Make the account and sign it in. Two at once for one NIK: the second gets a sentence."""
    where = address_of(request)
    taken: Tries = [(TAKEN_PER_ADDRESS, where)]

    async def prepare(form: Form) -> Callable[[Session], Awaitable[tuple[Form, Credentials, str]]]:
        person = read_registration(form.fields, today=now.astimezone(WIB).date())
        born = person.facts.nik.digits[:BIRTH_DIGITS]
        tries = [
            *taken,
            (REGISTER_PER_ADDRESS, where),
            (REGISTER_PER_BIRTH_HERE, f"{born} {where}"),
            (REGISTER_PER_BIRTH, born),
        ]
        await services.limits.spend_all(tries, now=now, source=network_of(where))
        try:
            password_hash = await services.passwords.hash(person.password)
        except Overloaded:
            await services.limits.give_back(tries, now=now)
            raise

        async def act(session: Session) -> tuple[Form, Credentials, str]:
            account = await _store(session, services.keys, person, password_hash, now=now)
            old = str(request.scope["session_token"])  # type: ignore[typeddict-item]
            token = await people.sign_in(session, account=account, old_token=old, now=now)
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
            back_to_card(onward(form.given.get("ke", ""), Role.APPLICANT), "daftar"),
            status_code=303,
            cookies=[host_cookie(SESSION_COOKIE, token), device, guest_cookie([])],
        )

    page = partial(_page, request, services)
    return await perform_prepared(request, prepare, page=page, done=done)


async def _store(
    session: Session, keys: Keys, person: Registration, password_hash: str, *, now: datetime
) -> Credentials:
    """Make the account; ``Invalid`` when the NIK has one, also one made at this very moment."""
    try:
        await register_applicant(
            session,
            keys=keys,
            facts=person.facts,
            profile=person.profile,
            password_hash=password_hash,
            now=now,
        )
        account = await credentials_for_key(session, keys.blind_index(person.facts.nik.digits))
    except Clash:
        account = None
    if account is None:
        raise Invalid({"nik": Problem(TAKEN)})
    return account
