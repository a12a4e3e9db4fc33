"""The code of an authenticator: while signing in, before exports, and setting one up."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from litestar import get, post
from litestar.response import Redirect, Response, Template

from jobfair.credentials.actions import authenticator as actions
from jobfair.credentials.rules import CODE_PER_NAME, CODE_PER_NAME_HERE, WRONG_CODE
from jobfair.db import Session
from jobfair.errors import Invalid, NotFound, Problem, Refused
from jobfair.people.actions import hash_token, sign_in
from jobfair.people.queries import SignedIn, account_by_id, set_proved
from jobfair.people.rules import CHANGE_PER_ACCOUNT, PASSWORD_LONGEST, Role
from jobfair.web.http.acting import perform, perform_prepared
from jobfair.web.http.authentication import SESSION_COOKIE, host_cookie
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromQuery,
    NowDep,
    Services,
    ServicesDep,
)
from jobfair.web.http.forms import Form
from jobfair.web.http.guards import SignInFirst, signed_in_only
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.signin import device_words, onward

SETUP = "/keamanan/autentikator"


def _awaiting(request: AnyRequest) -> SignedIn:
    """Return whose password was right and whose code is missing; others sign in first."""
    found: SignedIn | None = request.scope["awaits_code"]  # type: ignore[typeddict-item]
    if found is None:
        raise SignInFirst("")
    return found


def _token(request: AnyRequest) -> str:
    return str(request.scope["session_token"])  # type: ignore[typeddict-item]


async def _check(services: Services, account: SignedIn, typed: str, *, now: datetime) -> None:
    """Use up a code of the authenticator, or a spare one. Raises ``Invalid``, ``TooMany``."""
    tries = [
        (CODE_PER_NAME_HERE, f"totp {account.account_id}"),
        (CODE_PER_NAME, f"totp {account.account_id}"),
    ]
    await services.limits.spend_all(tries, now=now)
    async with services.database.transaction() as session:
        right = await actions.check_authenticator(
            session, services.keys, account_id=account.account_id, typed=typed, now=now
        )
    if not right:
        raise Invalid({"code": WRONG_CODE})
    await services.limits.give_back(tries, now=now)


async def _code_page(request: AnyRequest, form: Form) -> Template:
    return show(request, "applicant/code.html", form=form, status_code=form.status_code)


@get("/masuk/kode")
async def ask_code(request: AnyRequest, ke: FromQuery[str] = "") -> Template:
    """Ask for the code after the password."""
    _awaiting(request)
    return await _code_page(request, Form({"ke": ke}))


@post("/masuk/kode", status_code=200)
async def give_code(request: AnyRequest, services: ServicesDep, now: NowDep) -> Response[Template]:
    """Sign in with a cookie of its own once the code was right."""
    account = _awaiting(request)

    async def prepare(form: Form) -> Callable[[Session], Awaitable[Redirect]]:
        await _check(services, account, form.text("code"), now=now)

        async def act(session: Session) -> Redirect:
            token = await sign_in(
                session,
                account=await account_by_id(session, account.account_id),
                old_token=_token(request),
                now=now,
                device=device_words(request),
                code_given=True,
            )
            return Redirect(
                onward(form.given.get("ke", ""), account.role),
                status_code=303,
                cookies=[host_cookie(SESSION_COOKIE, token)],
            )

        return act

    async def done(redirect: Redirect) -> Response[Template]:
        return redirect

    return await perform_prepared(request, prepare, page=partial(_code_page, request), done=done)


async def _proof_page(request: AnyRequest, account: SignedIn, form: Form) -> Template:
    return show(
        request,
        "applicant/proof.html",
        form=form,
        by_code=account.totp_at is not None,
        status_code=form.status_code,
    )


@get("/buktikan", guards=[signed_in_only])
async def ask_proof(request: AnyRequest, account: AccountDep, ke: FromQuery[str] = "") -> Template:
    """Ask for the password again, or for a code where there is an authenticator."""
    return await _proof_page(request, account, Form({"ke": ke}))


@post("/buktikan", guards=[signed_in_only], status_code=200)
async def prove(
    request: AnyRequest, account: AccountDep, services: ServicesDep, now: NowDep
) -> Response[Template]:
    """Note that it was right, for ten minutes, and lead on to what was asked for."""

    async def prepare(form: Form) -> Callable[[Session], Awaitable[str]]:
        if account.totp_at is not None:
            await _check(services, account, form.text("code"), now=now)
        else:
            tries = [(CHANGE_PER_ACCOUNT, str(account.account_id))]
            await services.limits.spend_all(tries, now=now)
            async with services.database.snapshot() as session:
                stored = await account_by_id(session, account.account_id)
            password = form.given.get("password", "")[:PASSWORD_LONGEST]
            if not await services.passwords.fits(password, stored.password_hash):
                raise Invalid({"password": Problem("Kata sandi ini tidak cocok. Periksa lagi.")})
            await services.limits.give_back(tries, now=now)

        async def act(session: Session) -> str:
            await set_proved(session, hash_token(_token(request)), now=now)
            return onward(form.given.get("ke", ""), account.role)

        return act

    async def done(goes: str) -> Response[Template]:
        return Redirect(goes, status_code=303)

    page = partial(_proof_page, request, account)
    return await perform_prepared(request, prepare, page=page, done=done)


async def _setup_page(
    request: AnyRequest, account: SignedIn, form: Form, *, spares: tuple[str, ...] = ()
) -> Template:
    services: Services = request.app.state.services
    async with services.database.snapshot() as session:
        stored = await account_by_id(session, account.account_id)
    secret, address = actions.enrolment(services.keys, stored)
    return show(
        request,
        "applicant/authenticator.html",
        form=form,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        address=address,
        spares=spares,
        in_use=stored.totp_at is not None,
        required=services.organisers_need_code and account.role is Role.ORGANISER,
        status_code=form.status_code,
    )


def _staff(account: SignedIn) -> SignedIn:
    if account.role is Role.APPLICANT:
        raise NotFound
    return account


@get(SETUP, guards=[signed_in_only])
async def show_setup(request: AnyRequest, account: AccountDep) -> Template:
    """Show how to set an authenticator up, or that there is one."""
    return await _setup_page(request, _staff(account), Form())


@post(SETUP, guards=[signed_in_only])
async def begin(
    request: AnyRequest, account: AccountDep, services: ServicesDep
) -> Response[Template]:
    """Make a secret to be scanned."""

    async def act(session: Session, _: Form) -> None:
        await actions.begin_authenticator(session, services.keys, account_id=account.account_id)

    page = partial(_setup_page, request, _staff(account))
    return await perform(request, act, page=page, done=SETUP)


@post(f"{SETUP}/kode", guards=[signed_in_only], status_code=200)
async def confirm(
    request: AnyRequest, account: AccountDep, services: ServicesDep, now: NowDep
) -> Response[Template]:
    """Take it into use, and show the spare codes once."""
    page = partial(_setup_page, request, _staff(account))

    tries = [(CODE_PER_NAME_HERE, f"totp {account.account_id}")]

    async def prepare(form: Form) -> Callable[[Session], Awaitable[list[str]]]:
        await services.limits.spend_all(tries, now=now)
        return partial(
            actions.confirm_authenticator,
            keys=services.keys,
            account_id=account.account_id,
            typed=form.text("code"),
            token=_token(request),
            now=now,
        )

    async def done(spares: list[str]) -> Template:
        await services.limits.give_back(tries, now=now)
        return await page(Form(), spares=tuple(spares))

    return await perform_prepared(request, prepare, page=page, done=done)


@post(f"{SETUP}/lepas", guards=[signed_in_only], status_code=200)
async def remove(
    request: AnyRequest, account: AccountDep, services: ServicesDep, now: NowDep
) -> Response[Template]:
    """Take the authenticator off, with a code of it. Not where the office requires one."""

    async def prepare(form: Form) -> Callable[[Session], Awaitable[None]]:
        if services.organisers_need_code and account.role is Role.ORGANISER:
            raise Refused("required", "Kantor ini mewajibkan autentikator.")
        await _check(services, account, form.text("code"), now=now)

        async def act(session: Session) -> None:
            stored = await account_by_id(session, account.account_id, lock=True)
            await actions.remove_authenticator(session, account=stored, now=now)

        return act

    page = partial(_setup_page, request, _staff(account))
    return await perform_prepared(request, prepare, page=page, done=SETUP)
