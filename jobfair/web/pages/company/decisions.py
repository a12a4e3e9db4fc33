"""What reviewers do at the desk: move one or many, take back, write a note."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Unpack

from litestar import post
from litestar.response import Redirect, Response, Template

from jobfair.applications.actions.stages import (
    move_many,
    move_stage,
    undo_last,
    write_note,
)
from jobfair.applications.queries import desk
from jobfair.applications.rules import STAGE_NAMES, Stage
from jobfair.db import Session
from jobfair.errors import JobFairError, NotFound, Problem, Refused
from jobfair.web.http.acting import perform
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromPath,
    NowDep,
    Services,
    SignedIn,
)
from jobfair.web.http.forms import Form
from jobfair.web.http.guards import reviewers_only
from jobfair.web.http.templating import is_part, language_of, show
from jobfair.web.pages.company.context import ONE_BY_ONE, company_of, desk_context, desk_position
from jobfair.web.pages.company.view import Changes, View, read_view
from jobfair.wording.sentences import sentence

NOTHING_TO_UNDO = Refused(
    "undo", "Tidak ada langkah Anda dalam 10 menit terakhir yang dapat diurungkan."
)
NOBODY_PICKED = Refused("nobody", "Belum ada pelamar yang dipilih. Centang dulu beberapa.")
ACCEPT_ONE_BY_ONE = Refused(
    "one_by_one", "Menerima pelamar dilakukan satu per satu. Buka lamarannya, lalu pilih Terima."
)
NOTE_STATE = "company/_note_state.html"


def _stage(text: str) -> Stage:
    if text not in STAGE_NAMES:
        raise Refused("stage", "Pilih salah satu keputusan.")
    return Stage(text)


def _problem_of(form: Form) -> JobFairError | Problem | None:
    return form.notice or next(iter(form.problems.values()), None)


async def _desk_again(
    request: AnyRequest, account: SignedIn, position_id: int, form: Form, **changes: Unpack[Changes]
) -> Template:
    """Show the desk as it is now, with what went wrong and the note that was typed."""
    services: Services = request.app.state.services
    view = read_view(form.given, position_id).with_(**changes)
    async with services.database.snapshot() as session:
        context = await desk_context(
            session, services.keys, account, view, now=services.clock.now()
        )
    problem = _problem_of(form)
    answer = show(
        request,
        "company/desk.html",
        message=sentence(problem, language_of(request), context["fair"].zone) if problem else "",
        typed=form.given.get("note"),
        status_code=form.status_code,
        **context,
    )
    answer.headers["HX-Push-Url"] = "false"  # the address of a form leads nowhere
    return answer


async def _note_again(
    request: AnyRequest, account: SignedIn, position_id: int, receipt: str, form: Form
) -> Template:
    if not is_part(request.scope["headers"]):
        return await _desk_again(request, account, position_id, form, receipt=receipt)
    problem = _problem_of(form)
    was = str(problem.facts.get("note", form.given.get("note_was", ""))) if problem else ""
    text = sentence(problem, language_of(request)) if problem else ""
    return show(request, NOTE_STATE, note_was=was, saved_at=None, problem=text)


@post("/meja/{position_id:int}/lamaran/{receipt:str}/tahap", guards=[reviewers_only])
async def decide(
    request: AnyRequest,
    *,
    position_id: FromPath[int],
    receipt: FromPath[str],
    account: AccountDep,
    now: NowDep,
) -> Response[Any]:
    """Store the decision and the note beside it, and go on to the next applicant in the list."""
    company_id = company_of(account)

    async def act(session: Session, form: Form) -> View:
        view = read_view(form.given, position_id).with_(receipt=receipt)
        await desk_position(session, account, view.position_id)
        found = await desk.opened(session, company_id=company_id, receipt=receipt)
        if found.position_id != view.position_id:
            raise NotFound("Lamaran ini tidak ada.")
        if "note" in form.given:
            await _store_note(session, company_id, receipt, form)
        seen = form.text("dari")
        await move_stage(
            session,
            company_id=company_id,
            receipt=receipt,
            to_stage=_stage(form.text("ke")),
            account_id=account.account_id,
            now=now,
            seen=Stage(seen) if seen in STAGE_NAMES else found.stage,
        )
        if view.words:
            return view
        following = await desk.next_receipt(
            session,
            company_id=company_id,
            position_id=view.position_id,
            stage=view.stage,
            seq=found.seq,
            up_to=view.up_to if view.up_to is not None else found.seq,
        )
        return view.with_(receipt=following or "")

    async def done(view: View) -> Redirect:
        return Redirect(view.address(done=True), status_code=303)

    page = partial(_desk_again, request, account, position_id, receipt=receipt)
    return await perform(request, act, page=page, done=done)


async def _store_note(session: Session, company_id: int, receipt: str, form: Form) -> None:
    await write_note(
        session,
        company_id=company_id,
        receipt=receipt,
        note=form.given.get("note", ""),
        was=form.given.get("note_was", ""),
    )


@post("/meja/{position_id:int}/lamaran/{receipt:str}/catatan", guards=[reviewers_only])
async def store_note(
    request: AnyRequest,
    *,
    position_id: FromPath[int],
    receipt: FromPath[str],
    account: AccountDep,
    now: NowDep,
) -> Response[Any]:
    """Store the note: by itself while it is typed, or with the button."""

    async def act(session: Session, form: Form) -> Form:
        await desk_position(session, account, position_id)
        await _store_note(session, company_of(account), receipt, form)
        return form

    async def done(form: Form) -> Response[Any]:
        if is_part(request.scope["headers"]):
            note = form.given.get("note", "")
            return show(request, NOTE_STATE, note_was=note, saved_at=now, problem="")
        view = read_view(form.given, position_id).with_(receipt=receipt)
        return Redirect(view.address(), status_code=303)

    page = partial(_note_again, request, account, position_id, receipt)
    return await perform(request, act, page=page, done=done)


@post("/meja/{position_id:int}/borongan", guards=[reviewers_only])
async def decide_many(
    request: AnyRequest, position_id: FromPath[int], account: AccountDep, now: NowDep
) -> Response[Any]:
    """Move everybody who was ticked in one transaction, and say how many moved and who not."""

    async def act(session: Session, form: Form) -> View:
        view = read_view(form.given, position_id)
        ticked = form.many.get("lamaran", ())[: desk.PAGE]
        if not ticked:
            raise NOBODY_PICKED
        wanted = _stage(form.text("ke"))
        if wanted in ONE_BY_ONE:
            raise ACCEPT_ONE_BY_ONE
        await desk_position(session, account, view.position_id)
        moved = await move_many(
            session,
            company_id=company_of(account),
            position_id=view.position_id,
            receipts=ticked,
            seen=view.stage,
            to_stage=wanted,
            account_id=account.account_id,
            now=now,
        )
        return view.with_(
            receipt="", picking=False, done=True, moved=len(moved.moved), left=tuple(moved.left)
        )

    async def done(view: View) -> Redirect:
        onward = view.address(done=True, moved=view.moved, left=view.left)
        return Redirect(onward, status_code=303)

    page = partial(_desk_again, request, account, position_id, receipt="", picking=True)
    return await perform(request, act, page=page, done=done)


@post("/meja/urungkan", guards=[reviewers_only])
async def undo(request: AnyRequest, account: AccountDep, now: NowDep) -> Response[Any]:
    """Take back this reviewer's last act and open the applicant it was about."""

    def here(form: Form) -> int:
        text = form.text("jabatan")
        return int(text) if text.isascii() and text.isdigit() else 0

    async def act(session: Session, form: Form) -> tuple[View, Sequence[desk.OwnStep]]:
        view = read_view(form.given, here(form))
        await desk_position(session, account, view.position_id)
        steps = await undo_last(
            session, company_id=company_of(account), account_id=account.account_id, now=now
        )
        if not steps:
            raise NOTHING_TO_UNDO
        return view, steps

    async def done(result: tuple[View, Sequence[desk.OwnStep]]) -> Redirect:
        view, (step, *_) = result
        same = step.position_id == view.position_id
        back = View(
            position_id=step.position_id,
            stage=step.change.from_stage,
            receipt=step.receipt,
            up_to=view.up_to if same else None,
        )
        onward = back.address(undone=True, moved=len(result[1]))
        return Redirect(onward, status_code=303)

    async def page(form: Form) -> Template:
        return await _desk_again(request, account, here(form), form)

    return await perform(request, act, page=page, done=done)
