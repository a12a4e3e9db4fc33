import shutil
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobfair.companies.queries import company_rows
from jobfair.fairday.rules import Change
from jobfair.fairs.actions import pause_fair
from jobfair.fairs.queries import fair_by_slug, office_by_slug, windows_of
from jobfair.fairs.rules import Phase
from jobfair.loading import load_fair
from jobfair.positions.queries import every_position_of, positions_of_fair
from tests.loading.folders import (
    DAY,
    FAIR,
    NOW,
    OPEN,
    POSITIONS,
    SAMPLE,
    as_workbook,
    contents,
    counts,
    mistake,
    spoil,
    write,
    write_folder,
)

SLUG = "kisaran-2026"
ONLY_TEXTS = (
    "Kembalikan seperti semula. Sesudah dibuka, hanya [texts], [recap], [[signatory]], [media], "
    "kop, dan kontak kantor yang dapat diubah."
)


def columns(row, *leave):
    return {
        column.name: getattr(row, column.name)
        for column in row.__table__.columns
        if column.name not in leave
    }


async def test_the_sample_fair_loads_whole(database):
    report = await load_fair(database, SAMPLE, now=NOW, publish=True)

    assert (report.slug, report.mistakes, report.notes) == ("asahan-2022", (), ())
    assert await counts(database) == {
        "office": 1, "fair": 1, "fair_window": 1, "company": 37, "position": 97, "audit_entry": 2,
    }  # fmt: skip
    async with database.snapshot() as session:
        found = await fair_by_slug(session, "asahan-2022")
        company = next(
            one
            for one in await company_rows(session, found.office_id)
            if one.slug == "silau-sawit-makmur"
        )
        position = (await every_position_of(session, found.id))[0]
    assert columns(company, "id", "office_id", "edition") == {
        "slug": "silau-sawit-makmur",
        "name": "PT Silau Sawit Makmur Raya",
        "legal_form": "PT",
        "kind": "formal",
        "kbli": "C",
        "district": "12.09.14",
        "address": "Jl. Lintas Sumatera Km 7, Desa Sei Piring",
        "about": "Pabrik kelapa sawit yang mengolah buah dari kebun sendiri dan petani sekitar. "
        "Beroperasi dua giliran setiap hari kerja.",
        "verified_at": NOW,
    }
    assert columns(position, "id", "fair_id", "company_id", "edition") == {
        "slug": "operator-proses-pabrik-silau-sawit-makmur",
        "title": "Operator Proses Pabrik",
        "kbji": "8",
        "employment": "pkwt",
        "openings": 24,
        "education": ["sma", "smk"],
        "experience_years": 0,
        "wage_min": 3_000_000,
        "wage_max": 3_400_000,
        "wage_period": "bulan",
        "wage_note": "",
        "district": "12.09.14",
        "sector": "formal",
        "disability_friendly": False,
        "hours": "Bergiliran 2 regu, 7 jam per hari, 6 hari seminggu",
        "duties": [
            "Menjalankan stasiun perebusan, pengempaan, dan pemurnian",
            "Memantau suhu dan tekanan lalu mencatatnya di lembar kerja",
            "Melaporkan kerusakan kepada mandor pabrik",
            "Membersihkan stasiun di akhir giliran kerja",
        ],
        "requirements": [
            "Lulusan SMA atau SMK, diutamakan jurusan teknik",
            "Bersedia bekerja bergiliran",
            "Bersedia tinggal di sekitar pabrik",
        ],
        "questions": [
            "Apakah Anda bersedia bekerja bergiliran?",
            "Bagaimana Anda akan berangkat ke tempat kerja?",
        ],
        "withdrawn_at": None,
    }
    assert position.company_id == company.id
    assert found.published_at == NOW
    assert found.timetable.opens_at == datetime(2022, 11, 3, 1, tzinfo=UTC)
    assert found.recap["signatories"][1] == {
        "heading": "Kepala Dinas Tenaga Kerja,",
        "name": "Poltak Rambate Marpaung (contoh)",
        "nip": "NIP 00000000 000000 0 000",
    }
    assert found.office.letterhead[0] == "PEMERINTAH KABUPATEN ASAHAN"


async def test_loading_twice_changes_nothing(database, folder):
    first = await load_fair(database, folder, now=NOW, publish=True)
    before = await contents(database)
    heard = []
    database.announce = heard.append

    second = await load_fair(database, folder, now=NOW + DAY, publish=True)

    assert first.changes == (
        Change("office", "disnaker-asahan", "add"),
        Change("fair", SLUG, "add"),
        Change("company", "sawit-raya", "add"),
        Change("company", "toko-sinar", "add"),
        Change("position", "operator", "add"),
        Change("position", "kasir", "add"),
        Change("fair", SLUG, "publish"),
    )
    assert (second.changes, second.mistakes, heard) == ((), (), [])
    assert await contents(database) == before


async def test_before_the_opening_the_files_are_the_boss(database, folder):
    await load_fair(database, folder, now=NOW, publish=True)
    spoil(folder, "fair.toml", "minimum_age = 18", "minimum_age = 17")
    spoil(folder, "companies.csv", "PT Sawit Raya,", "PT Sawit Jaya,")
    spoil(folder, "companies.csv", "Toko kelontong.,ya", "Toko kelontong.,tidak")
    spoil(folder, "positions.csv", "pkwt,24", "pkwt,30")
    spoil(folder, "positions.csv", "kasir,toko-sinar,Kasir", "gudang,toko-sinar,Penjaga Gudang")
    heard = []
    database.announce = heard.append

    report = await load_fair(database, folder, now=NOW + DAY)

    assert report.changes == (
        Change("fair", SLUG, "change", "minimum_age", 18, 17),
        Change("company", "sawit-raya", "change", "name", "PT Sawit Raya", "PT Sawit Jaya"),
        Change("company", "toko-sinar", "change", "verified", True, False),
        Change("position", "operator", "change", "openings", 24, 30),
        Change("position", "gudang", "add"),
        Change("position", "kasir", "withdraw"),
    )
    assert report.notes == ("“toko-sinar” belum diverifikasi, jadi jabatannya tidak tampil.",)
    async with database.snapshot() as session:
        found = await fair_by_slug(session, SLUG)
        seen = await positions_of_fair(session, found.id)
        assert [(one.slug, one.openings) for one in seen] == [("operator", 30)]
    assert heard == [frozenset({f"fair:{found.id}"})]


async def test_a_withdrawn_position_that_is_in_the_file_again_comes_back(database, folder):
    await load_fair(database, folder, now=NOW)
    write(folder, "positions.csv", "\n".join(POSITIONS.splitlines()[:-1]))
    await load_fair(database, folder, now=NOW)
    write(folder, "positions.csv", POSITIONS)

    report = await load_fair(database, folder, now=NOW)

    assert report.changes == (Change("position", "kasir", "restore"),)


async def test_another_window_before_the_opening_is_another_row(database, folder):
    await load_fair(database, folder, now=NOW, publish=True)
    spoil(folder, "fair.toml", "2026-03-09T16:00", "2026-03-10T16:00")

    report = await load_fair(database, folder, now=NOW)

    zone = ZoneInfo("Asia/Jakarta")
    opens = datetime(2026, 3, 2, 8, tzinfo=zone)
    closes = [datetime(2026, 3, day, 16, tzinfo=zone) for day in (9, 10)]
    assert report.changes == (Change("window", SLUG, "change", "closes_at", *closes),)
    async with database.snapshot() as session:
        found = await fair_by_slug(session, SLUG)
        windows = await windows_of(session, found.id)
    assert [(one.ordinal, one.opens_at, one.closes_at, one.reason) for one in windows] == [
        (1, opens, closes[0], ""),
        (2, opens, closes[1], "Panitia mengubah jadwal sebelum job fair dibuka."),
    ]


async def test_once_open_everything_but_texts_is_refused_and_named(database, folder):
    await load_fair(database, folder, now=NOW, publish=True)
    before = await contents(database)
    spoil(folder, "fair.toml", 'welcome = "Selamat datang!"', 'welcome = "Ayo!"')
    spoil(folder, "fair.toml", "minimum_age = 18", "minimum_age = 17")
    spoil(folder, "fair.toml", 'city = "Kisaran"', 'city = "Asahan"')
    spoil(folder, "fair.toml", "2026-03-09T16:00", "2026-03-10T16:00")
    spoil(folder, "companies.csv", "Pabrik kelapa sawit.", "Pabrik.")
    spoil(folder, "positions.csv", "pkwt,24", "pkwt,30")
    spoil(folder, "positions.csv", "kasir,toko-sinar", "penjaga,toko-sinar")

    report = await load_fair(database, folder, now=OPEN)

    closed = "Job fair sudah dibuka:"
    assert report.mistakes == (
        mistake(
            "fair.toml", 6, "office.city", "Asahan",
            f"{closed} office.city “disnaker-asahan” tidak dapat diubah dari “Kisaran”.",
            ONLY_TEXTS,
        ),
        mistake(
            "fair.toml", 18, "fair.closes_at", "2026-03-10 16:00:00+07:00",
            f"{closed} fair.closes_at “{SLUG}” tidak dapat diubah dari "
            "“2026-03-09 09:00:00+00:00”.", ONLY_TEXTS,
        ),
        mistake(
            "fair.toml", 20, "fair.minimum_age", "17",
            f"{closed} fair.minimum_age “{SLUG}” tidak dapat diubah dari “18”.", ONLY_TEXTS,
        ),
        mistake(
            "companies.csv", 2, "about", "Pabrik.",
            f"{closed} about “sawit-raya” tidak dapat diubah dari “Pabrik kelapa sawit.”.",
            ONLY_TEXTS,
        ),
        mistake(
            "positions.csv", None, "slug", "", f"{closed} “kasir” tidak dapat dihapus.", ONLY_TEXTS
        ),
        mistake(
            "positions.csv", 2, "openings", "30",
            f"{closed} openings “operator” tidak dapat diubah dari “24”.", ONLY_TEXTS,
        ),
        mistake(
            "positions.csv", 3, "slug", "", f"{closed} “penjaga” tidak dapat ditambahkan.",
            ONLY_TEXTS,
        ),
    )  # fmt: skip
    assert report.changes == ()
    assert await contents(database) == before


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.PAUSED, Phase.CLOSING])
async def test_once_open_texts_and_the_same_files_pass(database, folder, phase):
    await load_fair(database, folder, now=NOW, publish=True)
    now = OPEN + 10 * DAY if phase is Phase.CLOSING else OPEN
    async with database.transaction() as session:
        fair_id = (await fair_by_slug(session, SLUG)).id
        if phase is Phase.PAUSED:
            await pause_fair(
                session, fair_id=fair_id, reason="Listrik padam", now=OPEN, account_id=None
            )
    async with database.snapshot() as session:
        assert (await fair_by_slug(session, SLUG)).phase(now) is phase

    assert (await load_fair(database, folder, now=now, publish=True)).changes == ()
    spoil(folder, "fair.toml", 'welcome = "Selamat datang!"', 'welcome = "Ayo!"')
    spoil(folder, "fair.toml", "(0623) 000000", "(0623) 111111")
    spoil(folder, "fair.toml", "Rahmadani (contoh)", "Rahmadani Lubis (contoh)")
    spoil(folder, "fair.toml", '"DINAS TENAGA KERJA"]', '"DISNAKER"]')
    report = await load_fair(database, folder, now=now)

    assert report.mistakes == ()
    assert [(one.subject, one.field) for one in report.changes] == [
        ("office", "phone"),
        ("office", "letterhead"),
        ("fair", "texts.welcome"),
        ("fair", "recap.signatories"),
    ]
    async with database.snapshot() as session:
        found = await fair_by_slug(session, SLUG)
        assert found.texts["welcome"] == "Ayo!"
        assert len(await windows_of(session, found.id)) == (2 if phase is Phase.PAUSED else 1)


async def test_once_open_what_people_decided_is_kept_and_said(database, folder):
    await load_fair(database, folder, now=NOW, publish=True)
    async with database.transaction() as session:
        fair = await fair_by_slug(session, SLUG)
        (await every_position_of(session, fair.id))[1].withdrawn_at = OPEN
        (await company_rows(session, fair.office_id))[0].verified_at = None
    before = await contents(database)

    report = await load_fair(database, folder, now=OPEN)

    assert (report.mistakes, report.changes) == ((), ())
    assert report.notes == (
        "“sawit-raya”: verifikasi sudah diatur panitia atau perusahaan, isi berkas tidak dipakai.",
        (
            "“kasir”: penarikan jabatan sudah diatur panitia atau perusahaan, isi berkas tidak "
            "dipakai."
        ),
    )
    assert await contents(database) == before


async def test_a_running_fair_holds_what_it_shares_with_another(database, folder, tmp_path):
    await load_fair(database, folder, now=NOW, publish=True)
    other = write_folder(tmp_path / "lain")
    spoil(other, "fair.toml", f'slug = "{SLUG}"', 'slug = "kisaran-2027"')
    spoil(other, "fair.toml", '"KIS"', '"KIS27"')
    spoil(other, "fair.toml", "2026-03-02T08", "2027-03-02T08")
    spoil(other, "fair.toml", "2026-03-09T16", "2027-03-09T16")
    spoil(other, "fair.toml", 'regency = "12.09"', 'regency = "12.08"')
    spoil(other, "companies.csv", "PT Sawit Raya,", "PT Sawit Jaya,")

    report = await load_fair(database, other, now=OPEN)

    assert [(one.file, one.row, one.column) for one in report.mistakes] == [
        ("fair.toml", 5, "office.regency"),
        ("companies.csv", 2, "name"),
    ]
    assert (await counts(database))["fair"] == 1


async def test_a_fair_stays_with_its_office(database, folder):
    await load_fair(database, folder, now=NOW)
    before = await contents(database)
    spoil(folder, "fair.toml", 'slug = "disnaker-asahan"', 'slug = "disnaker-lain"')

    report = await load_fair(database, folder, now=NOW)

    assert report.mistakes == (
        mistake(
            "fair.toml", 2, "office.slug", "disnaker-lain",
            f"Job fair {SLUG} milik kantor disnaker-asahan dan tidak dapat dipindahkan. Pakai slug "
            "kantor itu, atau beri job fair ini slug lain.",
                    ),
    )  # fmt: skip
    assert await contents(database) == before


async def test_a_workbook_says_the_same_as_csv(database, folder, tmp_path):
    await load_fair(database, folder, now=NOW)
    before = await contents(database)
    for name in ("companies.csv", "positions.csv"):
        as_workbook(folder, name)

    report = await load_fair(database, folder, now=NOW)

    assert (report.mistakes, report.changes) == ((), ())
    assert await contents(database) == before


async def test_the_sample_as_workbooks_is_the_same(loaded, tmp_path):
    await load_fair(loaded, SAMPLE, now=NOW)
    for name in ("fair.toml", "companies.csv", "positions.csv"):
        shutil.copy(SAMPLE / name, tmp_path)
    for name in ("companies.csv", "positions.csv"):
        as_workbook(tmp_path, name)

    report = await load_fair(loaded, tmp_path, now=NOW)

    assert (report.mistakes, report.changes) == ((), ())


@pytest.mark.parametrize(
    ("given", "shift"),
    [
        ({"shift": timedelta(days=400)}, timedelta(days=400)),
        ({"today_is_day": 5}, timedelta(days=1182)),
        ({}, timedelta(0)),
    ],
)
async def test_the_hours_of_a_sample_move(database, given, shift):
    now = datetime(2026, 1, 31, 20, tzinfo=UTC)  # 1 February in Jakarta
    report = await load_fair(database, SAMPLE, now=now, publish=True, **given)

    assert (report.mistakes, report.shift) == ((), shift)
    async with database.snapshot() as session:
        table = (await fair_by_slug(session, "asahan-2022")).timetable
    assert table.opens_at == datetime(2022, 11, 3, 1, tzinfo=UTC) + shift
    assert table.closes_at == datetime(2022, 11, 10, 9, tzinfo=UTC) + shift


async def test_a_draft_may_have_hours_that_have_passed(loaded, folder):
    spoil(folder, "fair.toml", "2026-03-02T08", "2026-01-02T08")

    report = await load_fair(loaded, folder, now=NOW)

    assert [change.field for change in report.changes] == ["opens_at"]
    assert report.notes == ("Jam buka di fair.toml sudah lewat; ubah sebelum menerbitkan.",)


async def test_a_published_fair_may_not(loaded, folder):
    await load_fair(loaded, folder, now=NOW, publish=True)
    spoil(folder, "fair.toml", "2026-03-02T08", "2026-01-02T08")

    report = await load_fair(loaded, folder, now=NOW)

    assert report.mistakes == (
        mistake(
            "fair.toml", 17, "fair.opens_at", "2026-01-02T08:00:00+07:00",
            "Jam buka ini sudah lewat.", "Tulis jam buka yang akan datang.",
        ),
    )  # fmt: skip


async def test_hours_in_another_zone_are_pointed_out(loaded, folder):
    write(folder, "fair.toml", FAIR.replace("+07:00", "+08:00"))

    report = await load_fair(loaded, folder, now=NOW)

    assert report.notes == (
        (
            "fair.toml: fair.opens_at akan tampil sebagai 02-03-2026 pukul 07.00 menurut "
            "Asia/Jakarta; selisih zona di berkas berbeda."
        ),
        (
            "fair.toml: fair.closes_at akan tampil sebagai 09-03-2026 pukul 15.00 menurut "
            "Asia/Jakarta; selisih zona di berkas berbeda."
        ),
    )


async def test_two_offices_may_each_have_a_company_of_the_same_name(database, folder, tmp_path):
    await load_fair(database, folder, now=NOW)
    other = write_folder(tmp_path / "lain")
    spoil(other, "fair.toml", "disnaker-asahan", "disnaker-batu-bara")
    spoil(other, "fair.toml", f'slug = "{SLUG}"', 'slug = "batu-bara-2026"')
    spoil(other, "fair.toml", '"KIS"', '"BTB"')

    report = await load_fair(database, other, now=NOW)

    assert report.mistakes == ()
    assert (await counts(database))["company"] == 4
    async with database.snapshot() as session:
        assert await office_by_slug(session, "disnaker-batu-bara") is not None


@pytest.mark.parametrize("office", ["disnaker-asahan", "disnaker-batu-bara"])
async def test_two_fairs_may_not_have_one_receipt_prefix(database, folder, tmp_path, office):
    await load_fair(database, folder, now=NOW)
    before = await contents(database)
    other = write_folder(tmp_path / "lain")
    spoil(other, "fair.toml", '"disnaker-asahan"', f'"{office}"')
    spoil(other, "fair.toml", f'slug = "{SLUG}"', 'slug = "lain-2026"')

    report = await load_fair(database, other, now=NOW)

    assert report.mistakes == (
        mistake(
            "fair.toml", 15, "fair.receipt_prefix", "KIS",
            f"Awalan nomor bukti KIS sudah dipakai job fair {SLUG}. Pakai awalan lain.",
        ),
    )  # fmt: skip
    assert await contents(database) == before
    spoil(other, "fair.toml", '"KIS"', '"LAIN"')
    assert (await load_fair(database, other, now=NOW)).mistakes == ()


async def test_two_loads_at_once_are_told_not_thrown(loaded, folder, tmp_path, monkeypatch):
    # The constraint has the last word when both looked before either had stored anything.
    async def nobody(*_, **__):
        return None

    monkeypatch.setattr("jobfair.fairday.actions.importing.fair_with_prefix", nobody)
    other = write_folder(tmp_path / "lain")
    spoil(other, "fair.toml", f'slug = "{SLUG}"', 'slug = "lain-2026"')

    report = await load_fair(loaded, other, now=NOW)

    assert [one.text for one in report.mistakes] == [
        "Seseorang menyimpan job fair lain pada saat yang sama. Muat sekali lagi."
    ]


async def test_a_closing_at_24_00_in_quotes_is_the_midnight_that_ends_the_day(loaded, folder):
    spoil(folder, "fair.toml", "2026-03-09T16:00:00+07:00", '"2026-03-09T24:00:00+07:00"')

    report = await load_fair(loaded, folder, now=NOW)

    assert report.mistakes == ()
    async with loaded.snapshot() as session:
        timetable = (await fair_by_slug(session, SLUG)).timetable
    assert timetable.closes_at == datetime(2026, 3, 9, 17, tzinfo=UTC)


async def test_what_a_vacancy_may_not_ask_is_told_and_stops_nothing(database, folder):
    spoil(folder, "positions.csv", "Teliti", "Usia maksimal 27 tahun | Tidak dipungut biaya tes")

    report = await load_fair(database, folder, now=NOW)

    assert report.mistakes == ()
    assert report.notes == (
        (
            "positions.csv baris 2 kolom requirements, perlu diperiksa panitia: “usia maks”. "
            "Sepertinya usia dibatasi (SE Menaker M/6/HK.04/V/2025)."
        ),
    )
    assert (await counts(database))["position"] == 2
