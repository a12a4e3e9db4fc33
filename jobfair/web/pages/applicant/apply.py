"""Sending an application: the form's way to the door."""

from functools import partial
from urllib.parse import quote

from litestar import get, post
from litestar.response import Redirect, Template

from jobfair.applicants.queries import person_key
from jobfair.applications.queries.apply_context import load_apply_context
from jobfair.applications.rules import (
    Stage,
    check_consent,
    read_answers,
    read_application,
    read_draft,
)
from jobfair.drafts import actions as drafts
from jobfair.drafts.rules import apply_form
from jobfair.errors import Invalid, NotAllowed, Refused
from jobfair.intake.door import Arrival
from jobfair.people.rules import Role
from jobfair.web.http.admission import ARRIVAL
from jobfair.web.http.dependencies import AnyRequest, FromPath, Services, ServicesDep, SignedIn
from jobfair.web.http.forms import Form, read_form
from jobfair.web.http.guards import GUESTS_KEEP_DRAFTS
from jobfair.web.pages.shared.draft import (
    DRAFT_COOKIE,
    DRAFT_FIELD,
    after_sign_in,
    back_to_card,
    draft_cookie,
    new_guest_owner,
    no_draft,
)
from jobfair.web.pages.shared.position_page import (
    PositionPage,
    load_position_page,
    show_position_page,
)

ON_THE_WAY = {"profil": "/profil", "cv": "/profil/cv", "sandi": "/sandi", "data": "/daftar/data"}
"""Where people go before they send: to correct what is sent along, or a password that somebody
else has set."""


def _keep_and_sign_in(
    request: AnyRequest, services: Services, sight: PositionPage, form: Form
) -> Template | Redirect:
    """Keep a guest's answers in the own browser; only the address given here opens them again."""
    position = sight.position
    try:
        answers = read_answers(form.fields, questions=len(position.questions))
    except Invalid as error:
        wrong = form.with_problems(error)
        return show_position_page(request, sight, form=wrong, status_code=422)
    owner, key = new_guest_owner()
    cookie = draft_cookie(
        services.keys,
        position_id=position.id,
        owner=owner,
        answers=answers,
        now=services.clock.now(),
    )
    page = f"/{sight.found.slug}/lowongan/{position.slug}"
    kept = f"?{DRAFT_FIELD}={key}" if cookie.value else ""
    return Redirect(
        f"/masuk?ke={after_sign_in(f'{page}{kept}#lamar')}", status_code=303, cookies=[cookie]
    )


async def _keep_draft(
    services: Services, account: SignedIn, position_id: int, answers: tuple[str, ...]
) -> None:
    if not any(answers):
        return
    async with services.database.transaction() as session:
        await drafts.keep_draft(
            session,
            await person_key(session, services.keys, account.account_id),
            account_id=account.account_id,
            form=apply_form(position_id),
            given={f"answer_{at}": answer for at, answer in enumerate(answers, 1)},
            now=services.clock.now(),
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
    instant at which the whole form was here. Guests keep their answers and go to the sign-in page;
    answers are kept as well when the door refuses, and on the way to profile and CV.

    The hour is asked of the clock where a page needs it: to be handed two things at once, the
    services and the hour, costs a request two tasks.
    """
    form = await read_form(request)
    account: SignedIn | None = request.scope["user"]
    if account is None:
        sight = await _sight(request, services, fair_slug, slug)
        return _keep_and_sign_in(request, services, sight, form)
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
    typed = () if revive else read_draft(form.fields, questions=len(sending.questions))
    keep = partial(_keep_draft, services, account, sending.position_id, typed)
    errand = "sandi" if account.must_change_password else form.given.get("simpan", "")
    if sending.completed_at is None:
        errand = "data"
    if errand in ON_THE_WAY:
        back = back_to_card(f"/{quote(fair_slug)}/lowongan/{quote(slug)}", errand)
        await keep()
        return Redirect(f"{ON_THE_WAY[errand]}?ke={after_sign_in(back)}", status_code=303)
    arrival = request.scope.get(ARRIVAL)
    try:
        if revive:
            check_consent(form.fields)
            answers = sending.answers(services.keys)
        else:
            answers = read_application(form.fields, questions=len(sending.questions))
        receipt = await services.door.submit(
            fair_id=sending.fair_id,
            applicant_id=sending.applicant_id,
            position_id=sending.position_id,
            answers=tuple(answers),
            arrival=arrival if isinstance(arrival, Arrival) else None,
        )
    except Invalid as error:
        await keep()
        sight = await _sight(request, services, fair_slug, slug)
        return show_position_page(request, sight, form=form.with_problems(error), status_code=422)
    except Refused as refusal:
        sight = await _sight(request, services, fair_slug, slug)
        refused = show_position_page(request, sight, form=form, status_code=409, notice=refusal)
        await keep()
        return refused
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
