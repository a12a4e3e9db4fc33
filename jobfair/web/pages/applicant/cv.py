"""The own CV: to see, upload, replace, save and remove. Its page holds nothing else to lose."""

from datetime import timedelta
from urllib.parse import urlencode

from litestar import get, post
from litestar.exceptions import ClientException
from litestar.response import Redirect, Response, Template

from jobfair.applicants.queries import applicant_of_account
from jobfair.cvs.actions import begin_upload, finish_upload, remove_cv
from jobfair.cvs.rules import MOST_BYTES, MOST_MEGABYTES
from jobfair.documents.actions import write
from jobfair.documents.queries import stored_file
from jobfair.documents.rules import Kind, too_large
from jobfair.errors import Invalid, NotFound, Problem, Refused, TemporarilyUnavailable
from jobfair.people.rules import Budget
from jobfair.store import StoreUnavailable
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromQuery,
    NowDep,
    Services,
    ServicesDep,
)
from jobfair.web.http.forms import Form, read_form
from jobfair.web.http.guards import READS_ITSELF, applicants_only, local_path
from jobfair.web.http.templating import show
from jobfair.web.http.uploads import BODY_MOST, read_upload
from jobfair.web.pages.shared.documents import hand_out, judge_upload, store_unavailable
from jobfair.wording.language import gettext_noop

FIELD = "cv"
TOO_LARGE = 413
PER_ACCOUNT = Budget("upload:account", 20, timedelta(hours=1))
CUT_OFF = gettext_noop(
    "Unggahan terputus sebelum selesai. Pilih berkasnya lagi, lalu unggah sekali lagi."
)


async def _page(
    request: AnyRequest,
    services: Services,
    account_id: int,
    *,
    form: Form,
    status_code: int = 200,
    stored: bool = False,
    notice: Refused | TemporarilyUnavailable | None = None,
) -> Template:
    async with services.database.snapshot() as session:
        applicant = await applicant_of_account(session, services.keys, account_id)
        cv = await stored_file(session, applicant.cv)
    answer = show(
        request,
        "applicant/cv.html",
        form=form,
        cv=cv,
        stored=stored,
        notice=notice,
        most=MOST_MEGABYTES,
        here="/profil/cv",
        status_code=status_code,
    )
    if isinstance(notice, TemporarilyUnavailable):
        answer.headers["Retry-After"] = str(notice.seconds)
    return answer


def _wrong(form: Form, problem: Problem) -> Form:
    return form.with_problems(Invalid({FIELD: problem}))


@get("/profil/cv", guards=[applicants_only])
async def show_cv(
    request: AnyRequest,
    services: ServicesDep,
    account: AccountDep,
    ke: FromQuery[str] = "",
    tersimpan: FromQuery[str] = "",
) -> Template:
    """Show which CV goes with the next application, and the form for another."""
    form = Form({"ke": local_path(ke) or ""})
    return await _page(request, services, account.account_id, form=form, stored=tersimpan == "1")


@post(
    "/profil/cv",
    guards=[applicants_only],
    opt={READS_ITSELF: True},
    request_max_body_size=BODY_MOST,
    status_code=200,
)
async def upload_cv(
    request: AnyRequest, services: ServicesDep, account: AccountDep, now: NowDep
) -> Template | Redirect:
    """Keep the CV and go back to where it was wanted; what is wrong with it is said beside it."""
    at, form = account.account_id, Form()
    try:
        async with services.uploads.slot(at):
            upload = await read_upload(request, file=FIELD, most=MOST_BYTES)
            await services.limits.spend(PER_ACCOUNT, str(at), now=now)
            form = Form({"ke": local_path(upload.given.get("ke", "")) or ""})
            found = await judge_upload(upload, most=MOST_BYTES)
            if isinstance(found, Problem):
                wrong = _wrong(form, found)
                return await _page(request, services, at, form=wrong, status_code=422)
            await _keep(services, at, *found)
    except (ClientException, TimeoutError) as error:
        huge = getattr(error, "status_code", 0) == TOO_LARGE
        size = request.content_length or BODY_MOST
        problem = too_large(size, most=MOST_BYTES) if huge else Problem(CUT_OFF)
        wrong, status = _wrong(form, problem), 413 if huge else 400
        return await _page(request, services, at, form=wrong, status_code=status)
    except Refused as refusal:
        status = 429 if refusal.code == "too_many" else 409
        return await _page(request, services, at, form=form, status_code=status, notice=refusal)
    except (TemporarilyUnavailable, StoreUnavailable) as error:
        later = error if isinstance(error, TemporarilyUnavailable) else store_unavailable(error)
        return await _page(request, services, at, form=form, status_code=503, notice=later)
    onward = form.given["ke"]
    more = {"tersimpan": "1"} | ({"ke": onward} if onward else {})
    return Redirect(f"/profil/cv?{urlencode(more)}", status_code=303)


async def _keep(services: Services, account_id: int, kind: Kind, data: bytes) -> None:
    """Store the bytes between two transactions; nothing of the database is held meanwhile."""
    async with services.database.transaction() as session:
        begun = await begin_upload(
            session,
            keys=services.keys,
            account_id=account_id,
            kind=kind,
            size=len(data),
            now=services.clock.now(),
        )
    await write(services.store, begun, data)
    async with services.database.transaction() as session:
        await finish_upload(
            session, account_id=account_id, name=begun.name, now=services.clock.now()
        )


@get("/profil/cv/berkas", guards=[applicants_only])
async def save_cv(services: ServicesDep, account: AccountDep) -> Response[bytes]:
    """Answer with the own CV as it is stored."""
    async with services.database.snapshot() as session:
        applicant = await applicant_of_account(session, services.keys, account.account_id)
        cv = await stored_file(session, applicant.cv)
    if cv is None:
        raise NotFound("Belum ada CV di profil Anda.")
    return await hand_out(services, cv, title=f"CV {applicant.name}")


@get("/profil/cv/hapus", guards=[applicants_only])
async def ask_remove(request: AnyRequest, services: ServicesDep, account: AccountDep) -> Template:
    """Say what removing the CV will do."""
    async with services.database.snapshot() as session:
        applicant = await applicant_of_account(session, services.keys, account.account_id)
        cv = await stored_file(session, applicant.cv)
    return show(request, "applicant/cv_remove.html", cv=cv, here="/profil/cv/hapus")


@post("/profil/cv/hapus", guards=[applicants_only], status_code=200)
async def remove(
    request: AnyRequest, services: ServicesDep, account: AccountDep, now: NowDep
) -> Redirect:
    """Remove the CV everywhere; twice is once."""
    await read_form(request)
    async with services.database.transaction() as session:
        await remove_cv(session, account_id=account.account_id, now=now)
    return Redirect("/profil/cv", status_code=303)
