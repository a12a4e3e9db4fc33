"""A forgotten password: ask for a code, and choose a new password with it.

What is answered, and the steps that lead there, are the same for a name that has an account and for
one that has none. A code from the counter is typed into the same field as one that was sent.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from litestar import get, post
from litestar.response import Redirect, Response, Template

from jobfair.credentials.actions import recovery
from jobfair.credentials.actions.codes import try_code
from jobfair.credentials.rules import (
    CODE_PER_ADDRESS,
    CODE_PER_NAME,
    CODE_PER_NAME_HERE,
    GOOD_FOR,
    RECOVER_PER_ADDRESS,
    RECOVER_PER_NAME,
    WRONG_CODE,
    ContactKind,
    Purpose,
)
from jobfair.db import Session
from jobfair.errors import Invalid, Problem
from jobfair.fairs.queries import published_fairs
from jobfair.people.rules import network_of, password_problem
from jobfair.web.http.acting import perform_prepared
from jobfair.web.http.dependencies import AnyRequest, NowDep, Services, ServicesDep
from jobfair.web.http.forms import Form
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.signin import HOME, address_of, device_words, enter, sign_in_key

NAME_MISSING = Problem("Tulis NIK Anda, atau alamat surel yang sudah Anda konfirmasi.")


async def _ask_page(request: AnyRequest, form: Form) -> Template:
    services: Services = request.app.state.services
    async with services.database.snapshot() as session:
        fairs = await published_fairs(session)
    return show(
        request,
        "applicant/recover.html",
        form=form,
        channels=[kind.value for kind in ContactKind if kind in services.channels],
        offices=list({fair.office.id: fair.office for fair in fairs}.values()),
        here="/lupa",
        status_code=form.status_code,
    )


async def _code_page(request: AnyRequest, form: Form, *, sent_by: str = "") -> Template:
    return show(
        request,
        "applicant/recover_code.html",
        form=form,
        sent_by=sent_by,
        minutes=GOOD_FOR[Purpose.RECOVER].seconds // 60,
        here="/lupa/kode",
        status_code=form.status_code,
    )


@get("/lupa")
async def ask_recovery(request: AnyRequest) -> Template:
    """Ask who it is and where a code may go; without a way out, say where the counter is."""
    return await _ask_page(request, Form())


@post("/lupa", status_code=200)
async def send_code(request: AnyRequest, services: ServicesDep, now: NowDep) -> Response[Template]:
    """Send a code if there is somewhere to send it, and show where to type it in any case."""

    async def prepare(form: Form) -> Callable[[Session], Awaitable[Form]]:
        typed = form.text("name")
        if not typed:
            raise Invalid({"name": NAME_MISSING})
        kinds = [kind for kind in services.channels if kind.value == form.given.get("channel", "")]
        if not kinds:
            raise Invalid({"channel": Problem("Pilih ke mana kode dikirim.")})
        key, where = sign_in_key(services.keys, typed), address_of(request)
        tries = [(RECOVER_PER_NAME, key.hex()), (RECOVER_PER_ADDRESS, where)]
        await services.limits.spend_all(tries, now=now, source=network_of(where))

        async def act(session: Session) -> Form:
            await recovery.send_recovery_code(
                session, services.keys, name=key, kind=kinds[0], now=now
            )
            return Form({"name": typed, "channel": kinds[0].value})

        return act

    async def done(form: Form) -> Template:
        return await _code_page(request, form, sent_by=form.given["channel"])

    return await perform_prepared(request, prepare, page=partial(_ask_page, request), done=done)


@get("/lupa/kode")
async def ask_code(request: AnyRequest) -> Template:
    """Ask for a code that was sent or given at the counter, and for a new password."""
    return await _code_page(request, Form())


@post("/lupa/kode", status_code=200)
async def recover(request: AnyRequest, services: ServicesDep, now: NowDep) -> Response[Template]:
    """Store the new password, end every other browser, and go on signed in."""

    async def prepare(form: Form) -> Callable[[Session], Awaitable[Redirect]]:
        typed, password = form.text("name"), form.given.get("password", "")
        problems: dict[str, Problem] = {}
        if not typed:
            problems["name"] = NAME_MISSING
        if not form.text("code"):
            problems["code"] = Problem("Tulis kode 6 angka.")
        if wrong := password_problem(password):
            problems["password"] = wrong
        if problems:
            raise Invalid(problems)
        key, where = sign_in_key(services.keys, typed), address_of(request)
        tries = [
            (CODE_PER_NAME_HERE, f"{key.hex()} {where}"),
            (CODE_PER_NAME, key.hex()),
            (CODE_PER_ADDRESS, where),
        ]
        await services.limits.spend_all(tries, now=now, source=network_of(where))
        async with services.database.transaction() as session:
            code = await try_code(
                session,
                services.keys,
                recovery.RECOVERING,
                name=key,
                typed=form.text("code"),
                now=now,
            )
        if code is None:
            raise Invalid({"code": WRONG_CODE})
        await services.limits.give_back(tries, now=now)
        password_hash = await services.passwords.hash(password)

        async def act(session: Session) -> Redirect:
            account, token = await recovery.recover_account(
                session,
                code=code,
                password_hash=password_hash,
                old_token=str(request.scope["session_token"]),  # type: ignore[typeddict-item]
                device=device_words(request),
                now=now,
            )
            return enter(services, account, token, goes=HOME[account.role], now=now)

        return act

    async def done(redirect: Redirect) -> Response[Template]:
        return redirect

    return await perform_prepared(request, prepare, page=partial(_code_page, request), done=done)
