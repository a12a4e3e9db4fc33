"""The applicant's own profile; what was sent with it before stays as it was sent."""

from functools import partial
from typing import Any

from litestar import get, post
from litestar.response import Redirect, Response, Template

from jobfair.applicants.actions.profile import change_profile
from jobfair.applicants.queries import ApplicantFacts, applicant_of_account, masked_nik
from jobfair.applicants.rules.profile import Profile, read_profile
from jobfair.clock import WIB
from jobfair.db import Session
from jobfair.documents.queries import stored_file
from jobfair.fairs.queries import published_fairs
from jobfair.regions import district_name, regency_of
from jobfair.web.http.acting import perform
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromQuery,
    NowDep,
    Services,
    ServicesDep,
)
from jobfair.web.http.forms import Form
from jobfair.web.http.guards import applicants_only, local_path
from jobfair.web.http.templating import show
from jobfair.web.pages.applicant.places import district_groups
from jobfair.wording.numbers import phone


def _given(applicant: ApplicantFacts, ke: str) -> dict[str, str]:
    """Return the profile as it would have been typed."""
    given = {name: str(getattr(applicant, name) or "") for name in Profile.__dataclass_fields__}
    given["birth_date"] = f"{applicant.birth_date:%d-%m-%Y}"
    given["experience_years"] = str(applicant.experience_years)
    given["phone"] = phone(applicant.phone)
    given["disability_consent"] = "ya" if applicant.disability else ""
    return given | {"ke": ke}


async def _page(
    request: AnyRequest,
    services: Services,
    account_id: int,
    form: Form | None = None,
    *,
    ke: str = "",
    stored: bool = False,
) -> Template:
    async with services.database.snapshot() as session:
        applicant = await applicant_of_account(session, services.keys, account_id)
        cv = await stored_file(session, applicant.cv)
        fairs = await published_fairs(session)
    regencies = [found.office.regency for found in fairs]
    if district_name(applicant.district) is not None:
        regencies.append(regency_of(applicant.district))
    return show(
        request,
        "applicant/profile.html",
        form=form or Form(_given(applicant, ke)),
        nik=masked_nik(applicant, services.keys),
        groups=district_groups(regencies),
        cv=cv,
        stored=stored,
        here="/profil",
        status_code=form.status_code if form else 200,
    )


@get("/profil", guards=[applicants_only])
async def show_profile(
    request: AnyRequest,
    services: ServicesDep,
    account: AccountDep,
    ke: FromQuery[str] = "",
    tersimpan: FromQuery[str] = "",
) -> Template:
    """Show the profile, the NIK masked, ready to be corrected."""
    return await _page(request, services, account.account_id, None, ke=ke, stored=tersimpan == "1")


@post("/profil", guards=[applicants_only], status_code=200)
async def store_profile(
    request: AnyRequest, services: ServicesDep, account: AccountDep, now: NowDep
) -> Response[Any]:
    """Store the corrected profile and go back to where the correction was wanted."""

    async def act(session: Session, form: Form) -> str:
        profile = read_profile(form.fields, today=now.astimezone(WIB).date())
        await change_profile(
            session,
            keys=services.keys,
            account_id=account.account_id,
            profile=profile,
            now=now,
        )
        return local_path(form.given.get("ke", "")) or "/profil?tersimpan=1"

    async def done(onward: str) -> Redirect:
        return Redirect(onward, status_code=303)

    page = partial(_page, request, services, account.account_id)
    return await perform(request, act, page=page, done=done)
