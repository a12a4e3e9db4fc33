"""Applying: sending an application: the form's way to the door."""

from typing import Any
from urllib.parse import quote

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template

from jobfair.applications.queries.apply_context import load_apply_context
from jobfair.applications.rules import ANSWER_LONGEST, Stage
from jobfair.errors import Invalid, NotAllowed, Problem, Refused
from jobfair.people.rules import Role
from jobfair.web.http.acting import AnyRequest
from jobfair.web.http.admission import ARRIVAL
from jobfair.web.http.dependencies import FromPath, Services, ServicesDep, SignedIn
from jobfair.web.http.forms import Form, read_form
from jobfair.web.http.guards import GUESTS_KEEP_DRAFTS
from jobfair.web.pages.shared.draft import (
    DRAFT_COOKIE,
    DRAFT_FIELD,
    account_owner,
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

ON_THE_WAY = {"profil": "/profil", "cv": "/profil/cv"}
"""Where the buttons inside the form lead that correct what is sent along."""


def read_answers(form: Form, questions: int) -> tuple[str, ...]:
    """Return the answers to a position's questions, line ends as they were typed."""
    return tuple(
        form.text(f"answer_{at}").replace("\r\n", "\n").replace("\x00", "")
        for at in range(1, questions + 1)
    )


def check_answers(answers: tuple[str, ...]) -> dict[str, Problem]:
    """Return what is wrong with the answers, by field."""
    return {
        f"answer_{at}": Problem(
            "Jawaban paling panjang %(n)s huruf, sekarang %(now)s.",
            n=ANSWER_LONGEST,
            now=len(answer),
        )
        for at, answer in enumerate(answers, 1)
        if len(answer) > ANSWER_LONGEST
    }


def check_form(form: Form, answers: tuple[str, ...]) -> None:
    """Raise ``Invalid`` with every problem at once: answers too long, no consent."""
    problems = check_answers(answers)
    if form.given.get("consent") != "ya":
        problems["consent"] = Problem(
            "Centang persetujuan ini bila Anda setuju. Tanpa itu lamaran tidak dapat diteruskan."
        )
    if problems:
        raise Invalid(problems)


def _keep_and_sign_in(
    request: AnyRequest, services: Services, sight: PositionPage, form: Form
) -> Template | Redirect:
    """Keep a guest's answers in the own browser; only the address given here opens them again."""
    position = sight.position
    answers = read_answers(form, len(position.questions))
    if problems := check_answers(answers):
        wrong = form.with_problems(Invalid(problems))
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


def _own_draft(
    services: Services, account: SignedIn, position_id: int, answers: tuple[str, ...]
) -> Cookie:
    return draft_cookie(
        services.keys,
        position_id=position_id,
        owner=account_owner(account.account_id),
        answers=answers,
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
    scope: Any = request.scope
    account: SignedIn | None = scope["user"]
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
    answers = sending.answers if revive else read_answers(form, len(sending.questions))
    kept = _own_draft(services, account, sending.position_id, () if revive else tuple(answers))
    if form.given.get("simpan") in ON_THE_WAY:
        errand = form.given["simpan"]
        back = back_to_card(f"/{quote(fair_slug)}/lowongan/{quote(slug)}", errand)
        target = f"{ON_THE_WAY[errand]}?ke={after_sign_in(back)}"
        return Redirect(target, status_code=303, cookies=[kept])
    try:
        check_form(form, () if revive else tuple(answers))
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
        refused = show_position_page(request, sight, form=form, status_code=409, notice=refusal)
        refused.cookies.append(kept)
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
