"""Numbers of applicants, the audit trail, and the recap once the fair has closed."""

from litestar import get
from litestar.response import Template

from jobfair.companies.queries import companies_of_office
from jobfair.reporting.designs import is_loopback
from jobfair.tally.queries.counters import tally_day, tally_fair, tally_stages
from jobfair.tally.queries.frozen import closing_of
from jobfair.tally.queries.live import tally_residence
from jobfair.web.http.dependencies import (
    AccountDep,
    AnyRequest,
    FromPath,
    NowDep,
    ServicesDep,
    SnapshotDep,
)
from jobfair.web.http.templating import show
from jobfair.web.pages.organiser.audit_text import audit_lines, staff_in_trail
from jobfair.web.pages.organiser.scope import own_fair
from jobfair.web.pages.shared.duties import organisers_only

PAGE = 50
DIGITS = 9


@get("/kendali/{fair_slug:str}/pelamar", guards=[organisers_only])
async def show_applicants(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Template:
    """Show how many applicants there are and from where; never who."""
    async with services.database.long_snapshot() as session:
        found = await own_fair(session, account, fair_slug)
        residence = await tally_residence(session, found.id, regency=found.office.regency)
        tally = await tally_fair(session, found.id, now=now)
        day = await tally_day(session, found, now=now)
        stages = await tally_stages(session, found.id)
    return show(
        request,
        "organiser/applicants.html",
        fair=found,
        tally=tally,
        day=day,
        stages=stages,
        residence=residence,
    )


def _whole(text: str) -> int | None:
    """Return the number a query names; None where it names none."""
    known = text.isascii() and text.isdigit() and len(text) <= DIGITS
    return int(text) if known else None


@get("/kendali/{fair_slug:str}/jejak", guards=[organisers_only])
async def show_trail(
    request: AnyRequest, fair_slug: FromPath[str], account: AccountDep, snapshot: SnapshotDep
) -> Template:
    """Show who did what, newest first."""
    found = await own_fair(snapshot, account, fair_slug)
    before, by = (_whole(request.query_params.get(name, "")) for name in ("sebelum", "oleh"))
    staff = await staff_in_trail(snapshot, found.id)
    entries = await audit_lines(
        snapshot,
        found.id,
        companies=await companies_of_office(snapshot, found.office_id),
        limit=PAGE + 1,
        before=before,
        account_id=by if by in staff else None,
    )
    return show(
        request,
        "organiser/trail.html",
        fair=found,
        entries=entries[:PAGE],
        more=len(entries) > PAGE,
        later=before is not None,
        staff=staff,
        by=by,
    )


@get("/kendali/{fair_slug:str}/rekap", guards=[organisers_only])
async def show_recap(
    request: AnyRequest,
    *,
    fair_slug: FromPath[str],
    account: AccountDep,
    snapshot: SnapshotDep,
    services: ServicesDep,
    now: NowDep,
) -> Template:
    """Show the frozen figures, or when there will be some."""
    found = await own_fair(snapshot, account, fair_slug)
    return show(
        request,
        "organiser/recap.html",
        fair=found,
        phase=found.phase(now),
        closing=await closing_of(snapshot, found.id, trusted=services.keys.public_key),
        local_address=services.base_url if is_loopback(services.base_url) else "",
    )
