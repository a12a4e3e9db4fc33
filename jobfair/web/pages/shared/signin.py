"""Signing in and out, for everybody: applicants by NIK, staff by e-mail address."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect, Response, Template

from jobfair.applicants.rules.nik import normalise_nik
from jobfair.credentials.rules import device_of
from jobfair.db import Session
from jobfair.errors import Invalid, Overloaded, Problem
from jobfair.fields.parsing import normalise_email
from jobfair.keys import Keys
from jobfair.people import actions
from jobfair.people.queries import Credentials, credentials_for_key
from jobfair.people.rules import (
    PASSWORD_LONGEST,
    SIGN_IN_PER_ADDRESS,
    SIGN_IN_PER_DEVICE,
    SIGN_IN_PER_NAME,
    SIGN_IN_PER_NAME_HERE,
    WRONG_PASSWORD,
    Role,
    address_prefix,
    network_of,
)
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
from jobfair.web.http.devices import DEVICE_COOKIE, device_cookie, is_known_device
from jobfair.web.http.forms import Form
from jobfair.web.http.guards import local_path
from jobfair.web.http.limits import Tries
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.draft import back_to_card, no_draft
from jobfair.web.pages.shared.errand import errand_of
from jobfair.web.pages.shared.saved import guest_cookie, guest_saved

HOME = {Role.APPLICANT: "/lamaran", Role.REVIEWER: "/meja", Role.ORGANISER: "/kendali"}
IN_CIRCLES = ("/masuk", "/daftar", "/keluar", "/bahasa/", "/sandi")
NAME_LONGEST = 200
COOKIE_LONGEST = 500
WRONG = Problem("NIK atau surel dan kata sandi ini tidak cocok. Periksa keduanya, lalu coba lagi.")


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
    return address_prefix(request.client.host) if request.client else "?"


def device_words(request: AnyRequest) -> str:
    """Return what kind of browser this is, for its owner's list of devices."""
    return device_of(request.headers.get("user-agent", ""))


def enter(
    services: Services,
    account: Credentials,
    token: str,
    *,
    goes: str,
    now: datetime,
    kept: Cookie | None = None,
) -> Redirect:
    """Lead a browser on that has just been signed in, past the authenticator's code if need be."""
    device = device_cookie(
        services.keys, account_id=account.id, password_hash=account.password_hash, now=now
    )
    return Redirect(
        goes if account.totp_at is None else f"/masuk/kode?ke={quote(goes)}",
        status_code=303,
        cookies=[host_cookie(SESSION_COOKIE, token), device, *([kept] if kept else [])],
    )


def tries_of(
    request: AnyRequest, keys: Keys, *, key: bytes, account: Credentials | None, now: datetime
) -> Tries:
    """Return what a try to sign in counts against.

    A browser that signed in to this account before counts for itself alone: what strangers try
    from elsewhere, or from the same address, does not hold it up.
    """
    known = request.cookies.get(DEVICE_COOKIE, "")[:COOKIE_LONGEST]
    if account is not None and is_known_device(
        known, keys, account_id=account.id, password_hash=account.password_hash, now=now
    ):
        return [(SIGN_IN_PER_DEVICE, known)]
    name, address = key.hex(), address_of(request)
    return [
        (SIGN_IN_PER_NAME_HERE, f"{name} {address}"),
        (SIGN_IN_PER_NAME, name),
        (SIGN_IN_PER_ADDRESS, address),
    ]


async def _page(request: AnyRequest, form: Form) -> Template:
    errand = await errand_of(request, form.given.get("ke", ""))
    return show(
        request,
        "applicant/sign_in.html",
        form=form,
        errand=errand,
        fair=errand.fair if errand else None,
        notice=form.notice,
        here="/masuk",
        status_code=form.status_code,
    )


@get("/masuk")
async def ask_sign_in(
    request: AnyRequest, ke: FromQuery[str] = "", keluar: FromQuery[str] = ""
) -> Template | Redirect:
    """Show the form, or the page after signing out; signed-in people go on."""
    account: SignedIn | None = request.scope["user"]
    if account is not None:
        return Redirect(onward(ke, account.role), status_code=303)
    if request.scope["awaits_code"] is not None:  # type: ignore[typeddict-item]
        return Redirect(f"/masuk/kode?ke={quote(ke)}", status_code=303)
    if keluar == "1":
        return show(request, "applicant/signed_out.html", here="/masuk")
    return await _page(request, Form({"ke": ke}))


@post("/masuk", status_code=200)
async def sign_in(request: AnyRequest, services: ServicesDep, now: NowDep) -> Response[Any]:
    """Sign a browser in. What was wrong is never told, and takes as long to find out."""

    async def prepare(form: Form) -> Callable[[Session], Awaitable[tuple[Form, Credentials, str]]]:
        account = await _fitting(request, services, form, now=now)

        async def act(session: Session) -> tuple[Form, Credentials, str]:
            old = str(request.scope["session_token"])  # type: ignore[typeddict-item]
            token = await actions.sign_in(
                session, account=account, old_token=old, now=now, device=device_words(request)
            )
            if account.role is Role.APPLICANT and (kept := guest_saved(request)):
                await save_positions(session, account_id=account.id, position_ids=kept, now=now)
            return form, account, token

        return act

    async def done(signed: tuple[Form, Credentials, str]) -> Redirect:
        form, account, token = signed
        goes = back_to_card(onward(form.given.get("ke", ""), account.role), "masuk")
        if account.must_change_password:
            goes = f"/sandi?ke={quote(goes)}"
        return enter(services, account, token, goes=goes, now=now, kept=guest_cookie([]))

    return await perform_prepared(request, prepare, page=partial(_page, request), done=done)


async def _fitting(
    request: AnyRequest, services: Services, form: Form, *, now: datetime
) -> Credentials:
    """Return the account that name and password fit.

    The try is counted before the password is looked at, and given back when it was right or could
    not be looked at.

    Raises:
        TooMany, Overloaded, Invalid: what was wrong is not told.

    """
    key = sign_in_key(services.keys, form.text("name"))
    async with services.database.snapshot() as session:
        account = await credentials_for_key(session, key)
    tries = tries_of(request, services.keys, key=key, account=account, now=now)
    await services.limits.spend_all(tries, now=now, source=network_of(address_of(request)))
    usable = account is not None and account.disabled_at is None
    stored = account.password_hash if account and usable else None
    password = form.given.get("password", "")[:PASSWORD_LONGEST]
    try:
        fits = await services.passwords.fits(password, stored)
    except Overloaded:
        await services.limits.give_back(tries, now=now)
        raise
    if account is None or not fits:
        await services.limits.count_refusal(WRONG_PASSWORD, now=now)
        raise Invalid({"name": WRONG})
    await services.limits.give_back(tries, now=now)
    return account


@post("/keluar", status_code=200)
async def sign_out(request: AnyRequest, services: ServicesDep) -> Redirect:
    """End the sign-in here and in the store, and forget answers kept in this browser."""
    token = str(request.scope["session_token"])  # type: ignore[typeddict-item]
    async with services.database.transaction() as session:
        await actions.sign_out(session, token=token)
    return Redirect(
        "/masuk?keluar=1",
        status_code=303,
        headers={"Clear-Site-Data": '"storage"'},  # notes and choices kept by this browser's pages
        cookies=[host_cookie(SESSION_COOKIE, "", keep=False), no_draft()],
    )
