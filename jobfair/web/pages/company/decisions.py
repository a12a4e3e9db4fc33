"""What reviewers do at the desk: move one or many, take back, write a note."""

from typing import Any

from litestar import Request, post
from litestar.response import Redirect, Response, Template

from jobfair.applications.actions.stages import move_many, move_stage, undo_last, write_note
from jobfair.applications.queries import desk
from jobfair.applications.rules import STAGE_NAMES, Stage
from jobfair.errors import Invalid, NotFound, Refused
from jobfair.web.http.dependencies import AccountDep, FromPath, NowDep, ServicesDep, SignedIn
from jobfair.web.http.dependencies import Services as AllServices
from jobfair.web.http.forms import read_form
from jobfair.web.http.guards import reviewers_only
from jobfair.web.http.templating import is_part, language_of, show
from jobfair.web.pages.company.context import company_of, desk_context, desk_position
from jobfair.web.pages.company.view import View, read_view
from jobfair.wording.language import sentence

AnyRequest = Request[Any, Any, Any]
NOTHING_TO_UNDO = Refused(
    "undo", "Tidak ada langkah Anda dalam 10 menit terakhir yang dapat diurungkan."
)
NOBODY_PICKED = Refused("nobody", "Belum ada pelamar yang dipilih. Centang dulu beberapa.")


def _wanted(text: str) -> Stage:
    if text not in STAGE_NAMES:
        raise Refused("stage", "Pilih salah satu keputusan.")
    return Stage(text)


async def _desk_again(
    request: AnyRequest,
    *,
    services: AllServices,
    account: SignedIn,
    view: View,
    error: Refused | Invalid,
    typed: str | None,
) -> Template:
    """Show the desk as it is now, with what went wrong and what was typed."""
    async with services.database.snapshot() as session:
        context = await desk_context(session, account, view, now=services.clock.now())
    problem = next(iter(error.fields.values())) if isinstance(error, Invalid) else error
    answer = show(
        request,
        "company/desk.html",
        message=sentence(problem, language_of(request), context["fair"].zone),
        typed=typed,
        status_code=422 if isinstance(error, Invalid) else 409,
        **context,
    )
    answer.headers["HX-Push-Url"] = "false"  # the address of a form leads nowhere
    return answer


@post("/meja/{position_id:int}/lamaran/{receipt:str}/tahap", guards=[reviewers_only])
async def decide(
    request: AnyRequest,
    *,
    position_id: FromPath[int],
    receipt: FromPath[str],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[Any]:
    """Store the decision and the note beside it, and go on to the next applicant in the list."""
    form = await read_form(request)
    view = read_view(form.given, position_id).with_(receipt=receipt)
    company_id = company_of(account)
    try:
        async with services.database.transaction() as session:
            await desk_position(session, account, view.position_id)
            found = await desk.opened(session, company_id=company_id, receipt=receipt)
            if found.position_id != view.position_id:
                raise NotFound("Lamaran ini tidak ada.")
            if "note" in form.given:
                await write_note(
                    session,
                    company_id=company_id,
                    receipt=receipt,
                    note=form.given["note"],
                    was=form.given.get("note_was", ""),
                )
            seen = form.text("dari")
            await move_stage(
                session,
                company_id=company_id,
                receipt=receipt,
                to_stage=_wanted(form.text("ke")),
                account_id=account.account_id,
                now=now,
                seen=Stage(seen) if seen in STAGE_NAMES else found.stage,
            )
            following = await desk.next_receipt(
                session,
                company_id=company_id,
                position_id=view.position_id,
                stage=view.stage,
                seq=found.seq,
                up_to=view.up_to if view.up_to is not None else found.seq,
            )
    except (Refused, Invalid) as error:
        typed = form.given.get("note")
        return await _desk_again(
            request, services=services, account=account, view=view, error=error, typed=typed
        )
    onward = receipt if view.words else following or ""
    return Redirect(view.address(receipt=onward, done=True), status_code=303)


@post("/meja/{position_id:int}/lamaran/{receipt:str}/catatan", guards=[reviewers_only])
async def keep_note(
    request: AnyRequest,
    *,
    position_id: FromPath[int],
    receipt: FromPath[str],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[Any]:
    """Store the note: by itself while it is typed, or with the button."""
    form = await read_form(request)
    view = read_view(form.given, position_id).with_(receipt=receipt)
    note = form.given.get("note", "")
    part, company_id = "company/_note_state.html", company_of(account)
    try:
        async with services.database.transaction() as session:
            await desk_position(session, account, view.position_id)
            await write_note(
                session,
                company_id=company_id,
                receipt=receipt,
                note=note,
                was=form.given.get("note_was", ""),
            )
    except (Refused, Invalid) as error:
        if not is_part(request):
            return await _desk_again(
                request, services=services, account=account, view=view, error=error, typed=note
            )
        problem = next(iter(error.fields.values())) if isinstance(error, Invalid) else error
        text = sentence(problem, language_of(request))
        was = str(problem.facts.get("note", form.given.get("note_was", "")))
        return show(request, part, note_was=was, saved_at=None, problem=text)
    if is_part(request):
        return show(request, part, note_was=note, saved_at=now, problem="")
    return Redirect(view.address(), status_code=303)


@post("/meja/{position_id:int}/borongan", guards=[reviewers_only])
async def decide_many(
    request: AnyRequest,
    *,
    position_id: FromPath[int],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[Any]:
    """Move everybody who was ticked in one transaction, and say how many moved and who not."""
    sent = await request.form()
    form = await read_form(request)
    view = read_view(form.given, position_id)
    ticked = [str(value) for value in sent.getall("lamaran", [])][: desk.PAGE]
    try:
        if not ticked:
            raise NOBODY_PICKED
        async with services.database.transaction() as session:
            await desk_position(session, account, view.position_id)
            done = await move_many(
                session,
                company_id=company_of(account),
                position_id=view.position_id,
                receipts=ticked,
                seen=view.stage,
                to_stage=_wanted(form.text("ke")),
                account_id=account.account_id,
                now=now,
            )
    except Refused as error:
        again = view.with_(receipt="", picking=True)
        return await _desk_again(
            request, services=services, account=account, view=again, error=error, typed=None
        )
    onward = view.address(
        receipt="", picking=False, done=True, moved=len(done.moved), left=tuple(done.left)
    )
    return Redirect(onward, status_code=303)


@post("/meja/urungkan", guards=[reviewers_only])
async def undo(
    request: AnyRequest, account: AccountDep, services: ServicesDep, now: NowDep
) -> Response[Any]:
    """Take back this reviewer's last act and open the applicant it was about."""
    form = await read_form(request)
    here = form.text("jabatan")
    view = read_view(form.given, int(here) if here.isascii() and here.isdigit() else 0)
    async with services.database.transaction() as session:
        await desk_position(session, account, view.position_id)
        steps = await undo_last(
            session, company_id=company_of(account), account_id=account.account_id, now=now
        )
    if not steps:
        return await _desk_again(
            request,
            services=services,
            account=account,
            view=view,
            error=NOTHING_TO_UNDO,
            typed=None,
        )
    same = steps[0].position_id == view.position_id
    back = View(
        position_id=steps[0].position_id,
        stage=steps[0].change.from_stage,
        receipt=steps[0].receipt,
        up_to=view.up_to if same else None,
    )
    return Redirect(back.address(), status_code=303)
