"""Registering: one page, every problem at once."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, get, post
from litestar.response import Redirect, Template

from jobfair.applicants.actions import TAKEN, register_applicant
from jobfair.applicants.rules.nik import NikFacts
from jobfair.applicants.rules.profile import Profile, read_registration
from jobfair.clock import WIB
from jobfair.db import Clash
from jobfair.errors import Invalid, JobFairError, Overloaded, Problem
from jobfair.fairs.queries import published_fairs
from jobfair.people import actions as people
from jobfair.people.queries import Credentials, credentials_for_key
from jobfair.people.rules import Role, TooMany, network_of, password_problem
from jobfair.web.http.authentication import SESSION_COOKIE, host_cookie
from jobfair.web.http.dependencies import FromQuery, NowDep, Services, ServicesDep, SignedIn
from jobfair.web.http.devices import device_cookie
from jobfair.web.http.forms import Form, read_form
from jobfair.web.http.limits import (
    REGISTER_PER_ADDRESS,
    REGISTER_PER_BIRTH,
    REGISTER_PER_BIRTH_HERE,
    TAKEN_PER_ADDRESS,
    Tries,
)
from jobfair.web.http.templating import show
from jobfair.web.pages.applicant.places import district_groups
from jobfair.web.pages.shared.signin import address_of, onward

AnyRequest = Request[Any, Any, Any]
BIRTH_DIGITS = 12
"""District, birth date and sex; the four digits behind them count people up."""
PAGE_ORDER = (
    "nik", "confirm_nik", "name", "birth_date", "sex", "phone", "district", "village",
    "education", "major", "school", "graduation_year", "experience_years", "experience",
    "disability", "disability_consent", "password", "consent",
)  # fmt: skip


def disability_problem(given: Mapping[str, str]) -> dict[str, Problem]:
    """Return what is wrong when a disability is told without the consent of its own."""
    if given.get("disability") and given.get("disability_consent") != "ya":
        return {
            "disability_consent": Problem(
                "Centang persetujuan ini, atau pilih “Tidak ada, atau tidak ingin disebut”."
            )
        }
    return {}


def read_all(given: Mapping[str, str], *, today: Any) -> tuple[NikFacts, Profile, str]:
    """Return NIK, profile and password of a registration form.

    Raises:
        Invalid: with every problem of the whole page at once, in its order.

    """
    problems: dict[str, Problem] = disability_problem(given)
    password = given.get("password", "")
    if wrong := password_problem(password):
        problems["password"] = wrong
    if given.get("consent") != "ya":
        problems["consent"] = Problem(
            "Centang persetujuan ini bila Anda setuju. Tanpa itu akun tidak dapat dibuat."
        )
    try:
        facts, profile = read_registration(given, today=today)
    except Invalid as error:
        problems |= error.fields
    if problems:
        raise Invalid({name: problems[name] for name in PAGE_ORDER if name in problems})
    return facts, profile, password


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
    return show(
        request,
        "applicant/registration.html",
        form=form,
        notice=notice,
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
    where = address_of(request)
    taken: Tries = [(TAKEN_PER_ADDRESS, where)]
    try:
        facts, profile, password = read_all(form.given, today=now.astimezone(WIB).date())
        born = facts.nik.digits[:BIRTH_DIGITS]
        tries = [
            *taken,
            (REGISTER_PER_ADDRESS, where),
            (REGISTER_PER_BIRTH_HERE, f"{born} {where}"),
            (REGISTER_PER_BIRTH, born),
        ]
        await services.limits.spend_all(tries, now=now, source=network_of(where))
        password_hash = await services.passwords.hash(password)
        account, token = await _store(
            request,
            services,
            facts=facts,
            profile=profile,
            password_hash=password_hash,
            now=now,
        )
    except Clash:
        wrong = form.with_problems(Invalid({"nik": Problem(TAKEN)}))
        return await _page(request, services, wrong, status_code=422)
    except Invalid as error:
        return await _page(request, services, form.with_problems(error), status_code=422)
    except TooMany as refusal:
        answer = await _page(request, services, form, status_code=429, notice=refusal)
        answer.headers["Retry-After"] = str(refusal.seconds)
        return answer
    except Overloaded as busy:
        await services.limits.give_back(tries, now=now)
        answer = await _page(request, services, form, status_code=503, notice=busy)
        answer.headers["Retry-After"] = str(busy.seconds)
        return answer
    await services.limits.give_back(taken, now=now)
    return Redirect(
        onward(form.given.get("ke", ""), Role.APPLICANT),
        status_code=303,
        cookies=[
            host_cookie(SESSION_COOKIE, token),
            device_cookie(
                services.keys, account_id=account.id, password_hash=password_hash, now=now
            ),
        ],
    )


async def _store(
    request: AnyRequest,
    services: Services,
    *,
    facts: NikFacts,
    profile: Profile,
    password_hash: str,
    now: Any,
) -> tuple[Credentials, str]:
    """Make the account in a transaction of its own; return it and the new cookie."""
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
        account = await credentials_for_key(session, services.keys.blind_index(facts.nik.digits))
        if account is None:
            raise Invalid({"nik": Problem(TAKEN)})
        return account, await people.sign_in(session, account=account, old_token=old, now=now)
