"""The sheet of applicants: what it holds, what it never holds, and that it was written down."""

import csv
import io

from sqlalchemy import select

from jobfair.audit.models import AuditEntry
from tests.web.rooms import REVIEWER, furnish, resend


def read(answer):
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def change(session, seq, note="", **profile):
    row = await resend(session, seq, **profile)
    row.note = note


async def entries(session):
    found = (await session.scalars(select(AuditEntry).where(AuditEntry.act == "download"))).all()
    return [(one.subject, one.fair_id, one.facts) for one in found]


def test_the_sheet_has_the_agreed_columns_and_no_nik(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)

    answer = client.get(f"{room.desk}/pelamar.csv")
    head, *rows, footer = read(answer)

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="pelamar-')
    assert answer.headers["cache-control"] == "no-store"
    assert head == [
        "No", "No. lamaran", "Nama", "L/P", "Umur", "Pendidikan, jurusan", "Pengalaman (tahun)",
        "Kecamatan, kabupaten/kota", "No. HP", "Tanggal lamar", "Jam lamar", "Tahap",
        "Keterangan",
    ]  # fmt: skip
    assert rows[0] == [
        "1", room.receipts[0], room.made.applicants[0].name, "L", "26", "SMK, Teknik Mesin", "2",
        "Kota Kisaran Barat, Kabupaten Asahan", "0812-3456-7890", "04-03-2026", "10.29 WIB",
        "Baru", "",
    ]  # fmt: skip
    assert len(rows) == 3
    assert "UU 27/2022" in footer[0]
    for nik in room.made.niks:
        assert nik not in answer.text


def test_nothing_in_the_sheet_can_run_as_a_formula(client, act, sign_in):
    room = act(furnish)
    act(change, 1, name='=HYPERLINK("http://x";"y")', note="+1 untuk dia")
    act(change, 2, name="@SUM(A1)", major="-2+3")
    sign_in(client, REVIEWER)

    _, first, second, *_ = read(client.get(f"{room.desk}/pelamar.csv"))

    assert first[2] == '\'=HYPERLINK("http://x";"y")'
    assert first[-1] == "'+1 untuk dia"
    assert second[2] == "'@SUM(A1)"
    for cell in first + second:
        assert not cell.startswith(("=", "+", "-", "@"))


def test_each_download_is_written_down_with_its_rows(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    for _ in range(2):
        client.get(f"{room.desk}/pelamar.csv")

    position, company = room.made.positions[0], room.made.companies[0]
    facts = {"position": position.title, "company": company.name, "rows": 3}
    entry = (f"position:{position.id}", room.made.fair.id, facts)
    assert act(entries) == [entry, entry]
