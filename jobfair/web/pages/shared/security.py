"""The security of one's own account: contacts, and the devices that are signed in."""

from collections.abc import Awaitable, Callable
from functools import partial

from litestar import get, post
from litestar.response import Response, Template

from jobfair.credentials.actions import contacts
from jobfair.credentials.actions.codes import try_code
from jobfair.credentials.queries import contacts_of, own_contact
from jobfair.credentials.rules import (
    CODE_PER_NAME_HERE,
    CODES_PER_ACCOUNT,
    CODES_PER_CONTACT,
    WRONG_CODE,
    Purpose,
    read_contact,
)
from jobfair.db import Session
from jobfair.errors import Invalid, Problem
from jobfair.people import actions
from jobfair.people.queries import sign_ins_of
from jobfair.people.rules import device_handle
from jobfair.web.http.acting import perform, perform_prepared
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromPath,
    NowDep,
    Services,
    ServicesDep,
    SignedIn,
)
from jobfair.web.http.forms import Form
from jobfair.web.http.guards import signed_in_only
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.signin import HOME

SECURITY = "/keamanan"


async def _page(request: AnyRequest, account: SignedIn, form: Form) -> Template:
    services: Services = request.app.state.services
    async with services.database.snapshot() as session:
        known = await contacts_of(session, services.keys, account.account_id)
        browsers = await sign_ins_of(session, account.account_id)
    own = actions.hash_token(str(request.scope["session_token"]))  # type: ignore[typeddict-item]
    return show(
        request,
        "applicant/security.html",
        form=form,
        contacts=known,
        may_send=bool(services.channels),
        browsers=[(device_handle(one.token_hash), one) for one in browsers],
        own=device_handle(own),
        back=HOME[account.role],
        status_code=form.status_code,
    )


@get(SECURITY, guards=[signed_in_only])
async def show_security(request: AnyRequest, account: AccountDep) -> Template:
    """Show contacts and devices."""
    return await _page(request, account, Form())


@post(f"{SECURITY}/kontak", guards=[signed_in_only])
async def add_contact(
    request: AnyRequest, account: AccountDep, services: ServicesDep, now: NowDep
) -> Response[Template]:
    """Add a contact, or send its code once more."""

    async def prepare(form: Form) -> Callable[[Session], Awaitable[int]]:
        kind, value = read_contact(form.fields)
        if kind not in services.channels:
            raise Invalid({"contact": Problem("Kantor ini belum dapat mengirim kode ke sana.")})
        tries = [(CODES_PER_ACCOUNT, str(account.account_id)), (CODES_PER_CONTACT, value)]
        await services.limits.spend_all(tries, now=now)
        return partial(
            contacts.add_contact,
            keys=services.keys,
            account_id=account.account_id,
            kind=kind,
            value=value,
            now=now,
        )

    return await perform_prepared(
        request, prepare, page=partial(_page, request, account), done=SECURITY
    )


@post(f"{SECURITY}/kontak/{{contact_id:int}}/kode", guards=[signed_in_only])
async def confirm_contact(
    request: AnyRequest,
    contact_id: FromPath[int],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[Template]:
    """Confirm a contact with the code that was sent to it."""

    async def prepare(form: Form) -> Callable[[Session], Awaitable[None]]:
        tries = [(CODE_PER_NAME_HERE, f"contact {account.account_id}")]
        await services.limits.spend_all(tries, now=now)
        async with services.database.transaction() as session:
            await own_contact(session, account.account_id, contact_id)
            code = await try_code(
                session,
                services.keys,
                [Purpose.CONFIRM],
                name=contacts.confirmation_name(services.keys, contact_id),
                typed=form.text("code"),
                now=now,
            )
        if code is None:
            raise Invalid({"code": WRONG_CODE})
        await services.limits.give_back(tries, now=now)
        return partial(contacts.confirm_contact, account_id=account.account_id, code=code, now=now)

    return await perform_prepared(
        request, prepare, page=partial(_page, request, account), done=SECURITY
    )


@post(f"{SECURITY}/kontak/{{contact_id:int}}/hapus", guards=[signed_in_only])
async def remove_contact(
    request: AnyRequest, contact_id: FromPath[int], account: AccountDep, now: NowDep
) -> Response[Template]:
    """Delete a contact."""

    async def act(session: Session, _: Form) -> None:
        await contacts.remove_contact(
            session, account_id=account.account_id, contact_id=contact_id, now=now
        )

    return await perform(request, act, page=partial(_page, request, account), done=SECURITY)


@post(f"{SECURITY}/keluarkan", guards=[signed_in_only])
async def sign_out_devices(
    request: AnyRequest, account: AccountDep, now: NowDep
) -> Response[Template]:
    """End one device of the list, or all but this one."""

    async def act(session: Session, form: Form) -> None:
        handle = form.text("device")
        if handle:
            await actions.sign_out_one(session, account_id=account.account_id, handle=handle)
        else:
            token = str(request.scope["session_token"])  # type: ignore[typeddict-item]
            await actions.sign_out_others(
                session, account_id=account.account_id, token=token, now=now
            )

    return await perform(request, act, page=partial(_page, request, account), done=SECURITY)
