"""ApplyContext an application: the form's way to the door."""

from typing import Any
from urllib.parse import quote

from litestar import Request, get, post
from litestar.response import Redirect, Template

from jobfair.applications.queries.apply_context import load_apply_context
from jobfair.applications.rules import Stage, check_consent, read_application, read_draft
from jobfair.errors import Invalid, NotAllowed, Refused
from jobfair.people.rules import Role
from jobfair.web.http.admission import ARRIVAL
from jobfair.web.http.dependencies import FromPath, Services, ServicesDep, SignedIn
from jobfair.web.http.forms import Form, read_form
from jobfair.web.http.guards import GUESTS_KEEP_DRAFTS
from jobfair.web.pages.shared.draft import DRAFT_COOKIE, draft_cookie, no_draft
from jobfair.web.pages.shared.position_page import (
    PositionPage,
    load_position_page,
    show_position_page,
)

AnyRequest = Request[Any, Any, Any]


def _keep_and_sign_in(services: Services, sight: PositionPage, form: Form) -> Redirect:
    position = sight.position
    page = f"/{sight.found.slug}/lowongan/{position.slug}"
    answers = read_draft(form.fields, questions=len(position.questions))
    cookie = draft_cookie(
        services.keys, position_id=position.id, answers=answers, now=services.clock.now()
    )
    return Redirect(
        f"/masuk?ke={page}", status_code=303, cookies=[cookie] if cookie else [no_draft()]
    )


@get("/{fair_slug:str}/lowongan/{slug:str}/lamar")
async def lead_back(fair_slug: FromPath[str], slug: FromPath[str]) -> Redirect:
    """Lead a reloaded form back to its position."""
    return Redirect(f"/{quote(fair_slug)}/lowongan/{quote(slug)}", status_code=303)


@post(
    "/{fair_slug:str}/lowongan/{slug:str}/lamar",
    opt={GUESTS_KEEP_DRAFTS: True},
    status_code=200,
)
async def send_application(
    request: AnyRequest,
    fair_slug: FromPath[str],
    slug: FromPath[str],
    services: ServicesDep,
) -> Template | Redirect:
    """Hand the application to the door and lead to its receipt; a repeat leads to the same one.

    Nothing of the database is held while the door works: it alone judges the window, on the
    instant at which the whole form was here. Guests keep their answers and go to the sign-in page.

    The hour is asked of the clock where a page needs it: to be handed two things at once, the
    services and the hour, costs a request two tasks.
    """
    form = await read_form(request)
    scope: Any = request.scope
    account: SignedIn | None = scope["user"]
    if account is None:
        sight = await _sight(request, services, fair_slug, slug)
        return _keep_and_sign_in(services, sight, form)
    if account.role is not Role.APPLICANT:
        raise NotAllowed("Melamar hanya dengan akun pelamar.")
    sending = await load_apply_context(
        services.database.lookup,
        fair_slug=fair_slug,
        position_slug=slug,
        account_id=account.account_id,
    )
    if sending.receipt is not None and sending.stage is not Stage.WITHDRAWN:
        return _to_receipt(request, fair_slug, sending.receipt)
    revive = sending.receipt is not None
    try:
        if revive:
            check_consent(form.fields)
            answers = sending.answers
        else:
            answers = read_application(form.fields, questions=len(sending.questions))
        receipt = await services.door.submit(
            fair_id=sending.fair_id,
            applicant_id=sending.applicant_id,
            position_id=sending.position_id,
            answers=tuple(answers),
            arrival=scope.get(ARRIVAL),
        )
    except Invalid as error:
        sight = await _sight(request, services, fair_slug, slug)
        return show_position_page(request, sight, form=form.with_problems(error), status_code=422)
    except Refused as refusal:
        sight = await _sight(request, services, fair_slug, slug)
        return show_position_page(request, sight, form=form, status_code=409, notice=refusal)
    return _to_receipt(request, fair_slug, receipt.number)


async def _sight(
    request: AnyRequest, services: Services, fair_slug: str, slug: str
) -> PositionPage:
    return await load_position_page(
        request, fair_slug=fair_slug, slug=slug, now=services.clock.now()
    )


def _to_receipt(request: AnyRequest, fair_slug: str, number: str) -> Redirect:
    cookies = [no_draft()] if DRAFT_COOKIE in request.cookies else []
    return Redirect(f"/{quote(fair_slug)}/lamaran/{number}", status_code=303, cookies=cookies)
