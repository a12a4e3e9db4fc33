"""Signing in and out, for everybody: applicants by NIK, staff by e-mail address."""

from litestar import get, post
from litestar.response import Redirect, Template

from jobfair.applicants.rules.nik import normalise_nik
from jobfair.db.sealed import Keys
from jobfair.errors import Invalid, JobFairError, Overloaded, Problem, Refused
from jobfair.fields.parsing import normalise_email
from jobfair.people import actions
from jobfair.people.queries import account_for_key
from jobfair.people.rules import PASSWORD_LONGEST, Role
from jobfair.web.http.authentication import SESSION_COOKIE, host_cookie
from jobfair.web.http.dependencies import AnyRequest, FromQuery, NowDep, ServicesDep, SignedIn
from jobfair.web.http.forms import Form, read_form
from jobfair.web.http.guards import local_path
from jobfair.web.http.limits import SIGN_IN_PER_ADDRESS, SIGN_IN_PER_NAME
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.draft import back_to_card, no_draft

HOME = {Role.APPLICANT: "/lamaran", Role.REVIEWER: "/meja", Role.ORGANISER: "/kendali"}
IN_CIRCLES = ("/masuk", "/daftar", "/keluar", "/bahasa/")
NAME_LONGEST = 200
WRONG = Invalid(
    {
        "name": Problem(
            "NIK atau surel dan kata sandi ini tidak cocok. Periksa keduanya, lalu coba lagi."
        )
    }
)


def onward(text: str, role: Role) -> str:
    """Return where to go after signing in: back to a page of ours, else to the role's own."""
    path = local_path(text)
    return path if path and not path.startswith(IN_CIRCLES) else HOME[role]


def sign_in_key(keys: Keys, typed: str) -> bytes:
    """Return the keyed index of what was typed, a NIK or an e-mail address."""
    name = typed[:NAME_LONGEST]
    return keys.blind_index(normalise_email(name) if "@" in name else normalise_nik(name))


def address_of(request: AnyRequest) -> str:
    """Return the address budgets are counted by."""
    return request.client.host if request.client else "?"


def _page(
    request: AnyRequest,
    form: Form,
    *,
    status_code: int = 200,
    notice: JobFairError | None = None,
    left: bool = False,
) -> Template:
    return show(
        request,
        "applicant/sign_in.html",
        form=form,
        left=left,
        notice=notice,
        here="/masuk",
        status_code=status_code,
    )


@get("/masuk")
async def ask_sign_in(
    request: AnyRequest, ke: FromQuery[str] = "", keluar: FromQuery[str] = ""
) -> Template | Redirect:
    """Show the form, and whether somebody has just signed out; signed-in people go on."""
    account: SignedIn | None = request.scope["user"]
    if account is not None:
        return Redirect(onward(ke, account.role), status_code=303)
    return _page(request, Form({"ke": ke}), left=keluar == "1")


@post("/masuk", status_code=200)
async def sign_in(request: AnyRequest, services: ServicesDep, now: NowDep) -> Template | Redirect:
    """Sign a browser in. What was wrong is never told, and takes as long to find out."""
    form = await read_form(request)
    key = sign_in_key(services.keys, form.text("name"))
    password = form.given.get("password", "")
    try:
        await services.limits.spend(SIGN_IN_PER_ADDRESS, address_of(request), now=now)
        await services.limits.spend(SIGN_IN_PER_NAME, key.hex(), now=now)
    except Refused as refusal:
        return _page(request, form, status_code=429, notice=refusal)
    async with services.database.snapshot() as session:
        account = await account_for_key(session, key)
    usable = account is not None and account.disabled_at is None
    stored = account.password_hash if account and usable else None
    try:
        fits = await services.passwords.fits(password[:PASSWORD_LONGEST], stored)
    except Overloaded as busy:
        answer = _page(request, form, status_code=503, notice=busy)
        answer.headers["Retry-After"] = str(busy.seconds)
        return answer
    if account is None or not fits:
        return _page(request, form.with_problems(WRONG), status_code=422)
    old = str(request.scope["session_token"])  # type: ignore[typeddict-item]
    async with services.database.transaction() as session:
        token = await actions.sign_in(session, account=account, old_token=old, now=now)
    return Redirect(
        back_to_card(onward(form.given.get("ke", ""), account.role), "masuk"),
        status_code=303,
        cookies=[host_cookie(SESSION_COOKIE, token)],
    )


@post("/keluar", status_code=200)
async def sign_out(request: AnyRequest, services: ServicesDep) -> Redirect:
    """End the sign-in here and in the store, and forget answers kept in this browser."""
    token = str(request.scope["session_token"])  # type: ignore[typeddict-item]
    async with services.database.transaction() as session:
        await actions.sign_out(session, token=token)
    return Redirect(
        "/masuk?keluar=1",
        status_code=303,
        cookies=[host_cookie(SESSION_COOKIE, "", keep=False), no_draft()],
    )
