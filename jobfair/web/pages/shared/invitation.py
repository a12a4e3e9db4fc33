"""The link a new organiser gets: choose a password with it, once."""

from collections.abc import Awaitable, Callable
from functools import partial

from litestar import get, post
from litestar.response import Redirect, Response, Template

from jobfair.credentials.actions.colleagues import accept_invitation
from jobfair.credentials.rules import CODE_PER_ADDRESS
from jobfair.db import Session
from jobfair.errors import Invalid
from jobfair.people.rules import password_problem
from jobfair.web.http.acting import perform_prepared
from jobfair.web.http.dependencies import AnyRequest, FromPath, NowDep, ServicesDep
from jobfair.web.http.forms import Form
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.signin import HOME, address_of, device_words, enter


async def _page(request: AnyRequest, form: Form) -> Template:
    return show(request, "applicant/invitation.html", form=form, status_code=form.status_code)


@get("/undangan/{code:str}")
async def ask_password(request: AnyRequest, code: FromPath[str]) -> Template:
    """Ask for a password; whether the code is good is told when it is used."""
    return await _page(request, Form({"code": code}))


@post("/undangan/{code:str}", status_code=200)
async def accept(
    request: AnyRequest, code: FromPath[str], services: ServicesDep, now: NowDep
) -> Response[Template]:
    """Store the password and go on signed in."""

    async def prepare(form: Form) -> Callable[[Session], Awaitable[Redirect]]:
        password = form.given.get("password", "")
        if wrong := password_problem(password):
            raise Invalid({"password": wrong})
        await services.limits.spend(CODE_PER_ADDRESS, address_of(request), now=now)
        password_hash = await services.passwords.hash(password)

        async def act(session: Session) -> Redirect:
            account, token = await accept_invitation(
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

    return await perform_prepared(request, prepare, page=partial(_page, request), done=done)
