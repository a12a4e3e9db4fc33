"""Registering: one page, every problem at once."""

from datetime import datetime

from litestar import get, post
from litestar.response import Redirect, Template

from jobfair.applicants.actions import TAKEN, register_applicant
from jobfair.applicants.rules.nik import NikFacts, read_nik
from jobfair.applicants.rules.profile import Profile, read_registration
from jobfair.clock import WIB
from jobfair.db import Clash
from jobfair.errors import Invalid, JobFairError, Overloaded, Problem, Refused
from jobfair.fairs.queries import published_fairs
from jobfair.people import actions as people
from jobfair.people.queries import account_for_key
from jobfair.people.rules import Role
from jobfair.web.http.authentication import SESSION_COOKIE, host_cookie
from jobfair.web.http.dependencies import (
    AnyRequest,
    FromQuery,
    NowDep,
    Services,
    ServicesDep,
    SignedIn,
)
from jobfair.web.http.forms import Form, read_form
from jobfair.web.http.limits import REGISTER_PER_ADDRESS
from jobfair.web.http.templating import show
from jobfair.web.pages.applicant.places import district_groups
from jobfair.web.pages.shared.draft import back_to_card
from jobfair.web.pages.shared.signin import address_of, onward


async def _page(
    request: AnyRequest,
    services: Services,
    form: Form,
    *,
    status_code: int = 200,
    notice: JobFairError | None = None,
) -> Template:
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
        notice=notice,
        taken=taken,
        read=read if isinstance(read, NikFacts) else None,
        born=" / ".join(f"{born:%d-%m-%Y}" for born in read.birth_dates)
        if isinstance(read, NikFacts)
        else "",
        gates=[found for found in fairs if found.residence_policy == "local_only"],
        groups=district_groups([found.office.regency for found in fairs]),
        here="/daftar",
        status_code=status_code,
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
async def register(request: AnyRequest, services: ServicesDep, now: NowDep) -> Template | Redirect:
    """Make the account and sign it in. Two at once for one NIK: the second gets a sentence."""
    form = await read_form(request)
    try:
        await services.limits.spend(REGISTER_PER_ADDRESS, address_of(request), now=now)
        person = read_registration(form.fields, today=now.astimezone(WIB).date())
        password_hash = await services.passwords.hash(person.password)
        token = await _store(
            request,
            services,
            facts=person.facts,
            profile=person.profile,
            password_hash=password_hash,
            now=now,
        )
    except Clash:
        wrong = form.with_problems(Invalid({"nik": Problem(TAKEN)}))
        return await _page(request, services, wrong, status_code=422)
    except Invalid as error:
        return await _page(request, services, form.with_problems(error), status_code=422)
    except Refused as refusal:
        return await _page(request, services, form, status_code=429, notice=refusal)
    except Overloaded as busy:
        answer = await _page(request, services, form, status_code=503, notice=busy)
        answer.headers["Retry-After"] = str(busy.seconds)
        return answer
    return Redirect(
        back_to_card(onward(form.given.get("ke", ""), Role.APPLICANT), "daftar"),
        status_code=303,
        cookies=[host_cookie(SESSION_COOKIE, token)],
    )


async def _store(
    request: AnyRequest,
    services: Services,
    *,
    facts: NikFacts,
    profile: Profile,
    password_hash: str,
    now: datetime,
) -> str:
    """Make the account in a transaction of its own and return the new cookie."""
    old = str(request.scope["session_token"])  # type: ignore[typeddict-item]
    async with services.database.transaction() as session:
        await register_applicant(
            session,
            keys=services.keys,
            facts=facts,
            profile=profile,
            password_hash=password_hash,
            now=now,
        )
        account = await account_for_key(session, services.keys.blind_index(facts.nik.digits))
        if account is None:
            raise Invalid({"nik": Problem(TAKEN)})
        return await people.sign_in(session, account=account, old_token=old, now=now)
