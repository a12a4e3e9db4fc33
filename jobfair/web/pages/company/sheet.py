"""The applicants of a position as a sheet (``domain.md`` 7.4): confidential, and audited."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from litestar import get
from litestar.response import Response

from jobfair.applications.queries import desk
from jobfair.applications.queries.sealed import read_sent
from jobfair.applications.rules import STAGE_NAMES
from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.fairs.queries import fair_by_id
from jobfair.keys import Keys
from jobfair.positions.rules import EDUCATION
from jobfair.privacy.rules import check_may_look
from jobfair.regions import district_name, regency_name, regency_of
from jobfair.reporting.sheets import sheet
from jobfair.web.http.dependencies import AccountDep, FromPath, NowDep, ServicesDep
from jobfair.web.http.guards import reviewers_only
from jobfair.web.pages.company.context import company_of, desk_position
from jobfair.web.pages.company.view import known_id
from jobfair.web.pages.shared.duties import proved_recently
from jobfair.wording.dates import clock_time, zone_name

COLUMNS = (
    "No", "No. lamaran", "Nama", "L/P", "Umur", "Pendidikan, jurusan", "Pengalaman (tahun)",
    "Kecamatan, kabupaten/kota", "No. HP", "Tanggal lamar", "Jam lamar", "Tahap", "Keterangan",
)  # fmt: skip
FOOTER = (
    "Data pribadi pelamar hanya untuk seleksi jabatan ini (UU 27/2022). Jangan disebarkan, dan "
    "hapus setelah seleksi selesai."
)


def local_phone(phone: str) -> str:
    """Return 0812-3456-7890: a form that spreadsheets keep as text, with its first zero."""
    digits = "0" + phone.removeprefix("+62")
    return "-".join(part for part in (digits[:4], digits[4:8], digits[8:]) if part)


def _place(code: str) -> str:
    district = district_name(code)
    regency = regency_name(regency_of(code)) or code
    return f"{district}, {regency}" if district else regency


def _line(number: int, row: desk.NotedRow, zone: ZoneInfo) -> list[str]:
    profile, local = row.profile, row.received_at.astimezone(zone)
    if row.sealed.key_wrapped is None:
        gone = [""] * 6 + [f"{local:%d-%m-%Y}", "", STAGE_NAMES[row.stage], ""]
        return [str(number), row.receipt, profile["name"], *gone]
    education = EDUCATION.get(profile["education"], profile["education"])
    return [
        str(number),
        row.receipt,
        profile["name"],
        profile["sex"],
        str(profile["age"]),
        f"{education}, {profile['major']}" if profile["major"] else education,
        str(profile["experience_years"]),
        _place(profile["district"]),
        local_phone(profile["phone"]),
        f"{local:%d-%m-%Y}",
        f"{clock_time(row.received_at, zone)} {zone_name(zone)}",
        STAGE_NAMES[row.stage],
        row.note.replace("\n", " "),
    ]


def _sheet(keys: Keys, rows: Sequence[desk.NotedRow], zone: ZoneInfo) -> bytes:
    lines = [_line(number, read_sent(keys, row), zone) for number, row in enumerate(rows, 1)]
    return sheet(COLUMNS, [*lines, [FOOTER]])


@get("/meja/{position_id:int}/pelamar.csv", guards=[reviewers_only, proved_recently])
async def download_applicants(
    position_id: FromPath[int],
    account: AccountDep,
    services: ServicesDep,
    now: NowDep,
) -> Response[bytes]:
    """Answer with the sheet, once the download is written down.

    Thousands of rows are read and put together beside the event loop, and nobody who writes
    waits for them.
    """
    async with services.database.long_snapshot() as session:
        position = await desk_position(session, account, known_id(position_id))
        fair = await fair_by_id(session, position.fair_id)
        check_may_look(closes_at=fair.timetable.closes_at, now=now)
        company_id = company_of(account)
        rows = await desk.every_row(session, company_id=company_id, position_id=position.id)
    content = await asyncio.to_thread(_sheet, services.keys, rows, fair.zone)
    async with services.database.transaction() as session:
        record_audit(
            session,
            Act.DOWNLOAD,
            now=now,
            account_id=account.account_id,
            fair_id=fair.id,
            subject=f"position:{position.id}",
            position=position.title,
            company=position.company.name,
            rows=len(rows),
        )
    name = f"pelamar-{position.slug}-{now.astimezone(fair.zone):%Y%m%d-%H%M}.csv"
    return Response(
        content,
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
