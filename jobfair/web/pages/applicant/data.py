"""One's own data: who looked at it, a copy to take along, and deleting it."""

from collections.abc import Awaitable, Callable
from functools import partial

from litestar import get, post
from litestar.response import Redirect, Response, Template

from jobfair.applicants.queries import applicant_of_account, masked_nik
from jobfair.clock import WIB
from jobfair.consents.queries import consents_of
from jobfair.db import Session
from jobfair.db.base import canonical_json
from jobfair.documents.queries import stored_file
from jobfair.errors import Invalid, Problem
from jobfair.people.queries import account_by_id
from jobfair.people.rules import CHANGE_PER_ACCOUNT, PASSWORD_LONGEST
from jobfair.privacy.actions import delete_person
from jobfair.privacy.queries import copy_of, looks_at
from jobfair.web.http.acting import perform_prepared
from jobfair.web.http.authentication import SESSION_COOKIE, host_cookie
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    NowDep,
    ServicesDep,
    SnapshotDep,
)
from jobfair.web.http.forms import Form
from jobfair.web.http.guards import applicants_only
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.draft import no_draft


@get("/data", guards=[applicants_only])
async def show_data(
    request: AnyRequest, account: AccountDep, services: ServicesDep, snapshot: SnapshotDep
) -> Template:
    """Show what is kept of oneself, who looked at it and what one has agreed to."""
    applicant = await applicant_of_account(snapshot, services.keys, account.account_id)
    return show(
        request,
        "applicant/data.html",
        applicant=applicant,
        nik=masked_nik(applicant, services.keys),
        cv=await stored_file(snapshot, applicant.cv),
        looks=await looks_at(snapshot, account.account_id),
        consents=await consents_of(snapshot, account.account_id),
        zone=WIB,
        here="/data",
    )


@get("/data/unduh.json", guards=[applicants_only])
async def save_data(
    account: AccountDep, services: ServicesDep, snapshot: SnapshotDep
) -> Response[bytes]:
    """Answer with a copy of everything that is kept of oneself."""
    copy = await copy_of(snapshot, services.keys, account.account_id)
    return Response(
        canonical_json(copy).encode(),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="data-saya.json"'},
    )


async def _page(request: AnyRequest, form: Form) -> Template:
    return show(
        request,
        "applicant/data_delete.html",
        form=form,
        here="/data/hapus",
        status_code=form.status_code,
    )


@get("/data/hapus", guards=[applicants_only])
async def ask_delete(request: AnyRequest) -> Template:
    """Say what deleting does, and ask for the password."""
    return await _page(request, Form())


@post("/data/hapus", guards=[applicants_only])
async def delete_data(
    request: AnyRequest, account: AccountDep, services: ServicesDep, now: NowDep
) -> Response[Template]:
    """Delete the account and everything that says whose it was."""

    async def prepare(form: Form) -> Callable[[Session], Awaitable[None]]:
        tries = [(CHANGE_PER_ACCOUNT, str(account.account_id))]
        await services.limits.spend_all(tries, now=now)
        async with services.database.snapshot() as session:
            stored = await account_by_id(session, account.account_id)
        password = form.given.get("password", "")[:PASSWORD_LONGEST]
        if not await services.passwords.fits(password, stored.password_hash):
            raise Invalid({"password": Problem("Kata sandi ini tidak cocok. Periksa lagi.")})
        await services.limits.give_back(tries, now=now)

        async def act(session: Session) -> None:
            by = account.account_id
            await delete_person(session, keys=services.keys, account_id=by, now=now, by=by)

        return act

    async def done(_: None) -> Redirect:
        return Redirect(
            "/data/selesai",
            status_code=303,
            headers={"Clear-Site-Data": '"storage"'},
            cookies=[host_cookie(SESSION_COOKIE, "", keep=False), no_draft()],
        )

    page = partial(_page, request)
    return await perform_prepared(request, prepare, page=page, done=done)


@get("/data/selesai")
async def show_deleted(request: AnyRequest) -> Template:
    """Say that it is done, to the browser that did it."""
    return show(request, "applicant/data_deleted.html")
