"""Changing one's own password: for everybody who is signed in."""

from collections.abc import Awaitable, Callable
from functools import partial

from litestar import get, post
from litestar.response import Redirect, Response, Template

from jobfair.db import Session
from jobfair.errors import Invalid, Problem
from jobfair.people import actions
from jobfair.people.queries import account_by_id
from jobfair.people.rules import CHANGE_PER_ACCOUNT, PASSWORD_LONGEST, password_problem
from jobfair.web.http.acting import perform_prepared
from jobfair.web.http.authentication import SESSION_COOKIE, host_cookie
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromQuery,
    NowDep,
    ServicesDep,
    SignedIn,
)
from jobfair.web.http.devices import device_cookie
from jobfair.web.http.forms import Form
from jobfair.web.http.guards import signed_in_only
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.signin import device_words, onward


async def _page(request: AnyRequest, account: SignedIn, form: Form) -> Template:
    return show(
        request,
        "applicant/password.html",
        form=form,
        must_change=account.must_change_password,
        back=onward(form.given.get("ke", ""), account.role),
        status_code=form.status_code,
    )


@get("/sandi", guards=[signed_in_only])
async def ask_password(
    request: AnyRequest, account: AccountDep, ke: FromQuery[str] = ""
) -> Template:
    """Show the form."""
    return await _page(request, account, Form({"ke": ke}))


@post("/sandi", guards=[signed_in_only])
async def change_password(
    request: AnyRequest, account: AccountDep, services: ServicesDep, now: NowDep
) -> Response[Template]:
    """Change it; every other browser of this account is signed out."""

    async def prepare(form: Form) -> Callable[[Session], Awaitable[Redirect]]:
        old, new = form.given.get("old", ""), form.given.get("password", "")
        tries = [(CHANGE_PER_ACCOUNT, str(account.account_id))]
        await services.limits.spend_all(tries, now=now)
        async with services.database.snapshot() as session:
            stored = await account_by_id(session, account.account_id)
        problems: dict[str, Problem] = {}
        if not await services.passwords.fits(old[:PASSWORD_LONGEST], stored.password_hash):
            problems["old"] = Problem("Kata sandi lama ini tidak cocok. Periksa lagi.")
        else:
            await services.limits.give_back(tries, now=now)
        if wrong := password_problem(new):
            problems["password"] = wrong
        elif new == old:
            problems["password"] = Problem("Pilih kata sandi yang berbeda dari yang lama.")
        if problems:
            raise Invalid(problems)
        password_hash = await services.passwords.hash(new)

        async def act(session: Session) -> Redirect:
            token = await actions.change_password(
                session,
                account=stored,
                password_hash=password_hash,
                token=str(request.scope["session_token"]),  # type: ignore[typeddict-item]
                now=now,
                device=device_words(request),
            )
            return Redirect(
                onward(form.given.get("ke", ""), account.role),
                status_code=303,
                cookies=[
                    host_cookie(SESSION_COOKIE, token),
                    device_cookie(
                        services.keys,
                        account_id=stored.id,
                        password_hash=password_hash,
                        now=now,
                    ),
                ],
            )

        return act

    async def done(redirect: Redirect) -> Response[Template]:
        return redirect

    return await perform_prepared(
        request, prepare, page=partial(_page, request, account), done=done
    )
