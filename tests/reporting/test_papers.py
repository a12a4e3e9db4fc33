"""What comes out of the printer: the right numbers, the same bytes, and nothing from outside."""

import asyncio
import csv
import io
import json
import logging
import os
import subprocess
import sys

import pikepdf
import pypdf
import pytest

from jobfair.errors import Refused
from jobfair.reporting.datasets import report_of
from jobfair.reporting.designs import Design, all_designs, balanced, cover_size, pack, reports_root
from jobfair.reporting.editions import write_edition
from jobfair.reporting.pdf import COMMAND, Press, print_report, run_printer
from jobfair.reporting.sheets import recap_sheet, sheet, sheets
from jobfair.reporting.words import number
from tests.reporting.records import OPENS, make_closing

SITE = "https://kerja.contoh.id"
DESIGNS = all_designs()
RECAP, MEDIA = reports_root() / "rekap", reports_root() / "lembar-media"
WINDOW = {
    "ordinal": 1, "opens_at": OPENS.isoformat(), "closes_at": OPENS.replace(day=5).isoformat(),
    "paused_from": "", "made_at": OPENS.isoformat(), "reason": "",
}  # fmt: skip
LONG = "Bursa Kerja Terpadu Kabupaten Kepulauan Siau Tagulandang Biaro Tahun Dua Ribu 26"


def text_of(pdf):
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    return [" ".join(page.split()) for page in pages]


def print_now(folder, closing):
    return asyncio.run(print_report(folder, closing, base_url=SITE))


def run(job, **environment):
    given = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | environment
    return subprocess.run(
        COMMAND, input=json.dumps(job).encode(), capture_output=True, env=given, check=False
    )


def job_of(folder=RECAP, **more):
    return pack(Design.read(folder), report_of(make_closing(**more)), base_url=SITE)


ODD = {
    "empty": {"companies": 0, "positions": 0, "applicants": 0, "applications": 0},
    "one": {"companies": 1, "positions": 1, "applicants": 1, "applications": 1, "days": 1},
    "long": {
        "name": LONG, "company": "PT Perkebunan Nusantara Sejahtera Makmur Abadi Jaya Sentosa Raya",
        "title": "Asisten Manajer Operasional Perkebunan Kelapa Sawit dan Pengolahan Hasil",
        "sample": 1, "recap": [], "letterhead": (LONG.upper(), LONG.upper(), LONG * 2),
        "history": [
            WINDOW, {**WINDOW, "ordinal": 2, "paused_from": OPENS.isoformat(), "reason": "Listrik"},
            {**WINDOW, "ordinal": 3},
            {**WINDOW, "ordinal": 4, "closes_at": OPENS.replace(day=12).isoformat()},
            {**WINDOW, "ordinal": 5, "closes_at": OPENS.replace(day=9).isoformat()},
        ],
    },
    "markup": {"name": "<b>Fair</b> & {{ 7*7 }}", "company": "=cmd|'/C a'!A0", "title": "Ćevap"},
}  # fmt: skip


@pytest.mark.parametrize("folder", [design.folder for design in DESIGNS], ids=lambda f: f.name)
@pytest.mark.parametrize("odd", ODD)
def test_every_design_prints_odd_fairs_without_a_warning(folder, odd, caplog):
    with caplog.at_level(logging.WARNING):
        pdf = print_now(folder, make_closing(**ODD[odd]))

    assert [record.getMessage() for record in caplog.records] == []
    pages = text_of(pdf)
    assert (len(pages) == 1) == (folder == MEDIA)
    assert "49" not in pages[0] or odd != "markup"
    assert ("Data contoh" in pages[0]) == (odd == "long")


def test_a_huge_fair_keeps_its_first_pages_and_its_cover():
    closing = make_closing(
        companies=64, positions=400, applicants=91029, applications=612041, days=1
    )

    pages = text_of(print_now(RECAP, closing))

    assert "612.041" in pages[0]
    assert [page for page in pages[1:] if "Siapa yang melamar Pelamar" in page] == [pages[2]]
    assert "Operator Produksi 400" in " ".join(pages)
    assert cover_size("612.041") < cover_size("2.278") == cover_size("7") == 182


def table_of(content):
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=";"))


def test_cover_tables_appendix_and_csv_agree():
    closing = make_closing(companies=5, positions=12, applicants=50, applications=1234)
    report = report_of(closing)
    files = sheets(report)

    pages = text_of(print_now(RECAP, closing))

    whole = " ".join(pages)
    cover = ("1.234", "lamaran terkirim", "5", "perusahaan", "12", "jabatan", "50", "pelamar")
    assert [word for word in cover if word not in pages[0]] == []
    lines = [
        f"{row['label']} {number(row['kept'])} {number(row['counted'])} 0"
        for row in report.reconciliation
    ]
    for at, row in enumerate(report.companies, start=1):
        numbers = " ".join(number(row[name]) for name in ("positions", "openings", "applications"))
        lines.append(f"{at} {row['name']} {numbers}")
    for at, row in enumerate(report.positions, start=1):
        numbers = " ".join(number(row[name]) for name in ("openings", "applications"))
        lines.append(f"{at} {row['title']} {row['company_name']} {numbers}")
    assert [line for line in lines if line not in whole] == []
    assert closing.sha256 in whole.replace(" ", "")

    table = table_of(files["perusahaan.csv"])
    assert sum(int(row[4]) for row in table[1:]) == 1234
    assert [row[0] for row in table[1:]] == [row["name"] for row in report.companies]
    everything = table_of(recap_sheet(report))
    for name in ("harian", "jam", "pendidikan", "usia", "alamat KTP", "lapangan usaha", "sektor"):
        found = [int(row[3]) for row in everything if row[0] == name and row[2] == "lamaran"]
        assert sum(found) == 1234, name


def test_the_same_bytes_whatever_surrounds_the_printer(tmp_path):
    job = job_of(sample=1)
    surroundings = (
        {"PYTHONHASHSEED": "1", "TZ": "UTC"},
        {"PYTHONHASHSEED": "77", "TZ": "Asia/Jayapura", "LANG": "id_ID", "HOME": str(tmp_path)},
        {"PYTHONHASHSEED": "random", "TZ": "America/New_York", "LANG": "tr_TR.UTF-8"},
    )  # fmt: skip

    printed = [run(job, **given) for given in surroundings]

    assert [one.stderr for one in printed] == [b"", b"", b""]
    assert printed[0].stdout.startswith(b"%PDF-")
    assert len({one.stdout for one in printed}) == 1


def test_data_and_dates_travel_inside_the_pdf():
    closing = make_closing()
    pdf = pikepdf.open(io.BytesIO(print_now(RECAP, closing)))

    inside = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}

    assert inside == sheets(report_of(closing))
    assert {str(name) for name in inside} == set(Design.read(RECAP).attach)
    with pdf.open_metadata() as about:
        assert about["pdfuaid:part"] == "1"
        assert about["dc:title"] == "Rekap penutupan Job Fair Virtual Asahan"
        assert "2026-03-09" in about["xmp:CreateDate"]
    fonts = {
        str(font.BaseFont)
        for page in pdf.pages
        for font in page.Resources.get("/Font", {}).values()
    }
    assert fonts
    assert all("+Jakarta" in font for font in fonts)


@pytest.mark.parametrize(
    "page",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/">',
        '<link rel="stylesheet" href="https://contoh.id/a.css">',
        '<img src="../../../../etc/passwd">',
        "<style>@import url(file:///etc/hosts);</style>",
        '<a href="x">x</a><object data="file:///etc/passwd"></object>',
        '<svg><image href="file:///etc/passwd" width="9" height="9"/></svg>',
    ],
)  # fmt: skip
def test_a_page_cannot_reach_outside(page):
    printed = run(job_of() | {"html": f"<html lang=id><title>t</title>{page}", "attachments": []})

    assert printed.returncode == 1
    assert printed.stdout == b""
    said = printed.stderr.decode().splitlines()[-1]
    assert said.startswith(("error: FatalURLFetchingError", "error: Forbidden not packed: "))
    assert "Traceback" not in printed.stderr.decode()


def test_the_child_cannot_open_what_is_not_its_own(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    tries = {
        "open": f"open({str(secret)!r})",
        "passwd": "open('/etc/passwd')",
        "write": f"open({str(tmp_path / 'new')!r}, 'w')",
        "socket": "__import__('socket').socket()",
        "program": "__import__('subprocess').run(['true'])",
        "system": "__import__('os').system('true')",
    }
    code = f"""
import tempfile; tempfile.tempdir = {str(tmp_path / "scratch")!r}
from jobfair.reporting.printer import Forbidden, guard, leave_network, set_limits
import socket, subprocess
set_limits(); leave_network(); guard()
for name, code in {tries!r}.items():
    try:
        eval(code)
    except Forbidden:
        continue
    print("went through:", name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "new").exists()


def test_a_failing_or_slow_child_is_one_sentence(caplog):
    broken = job_of() | {"html": '<img src="file:///etc/passwd">'}

    with pytest.raises(Refused, match="belum berhasil dicetak"):
        asyncio.run(run_printer(broken))
    with pytest.raises(Refused, match="belum berhasil dicetak"):
        asyncio.run(run_printer(job_of(), patience=0.05))

    assert "killed after 0.05 seconds" in caplog.text


def test_what_does_not_add_up_is_not_printed():
    wrong = {"what": "Penghitung lamaran", "where": "di sini", "sentence": "Penghitung lamaran: 1"}
    differs = make_closing(reconciliation={"numbers": [], "differences": [wrong]})
    broken = make_closing()
    broken.record["days"][0]["applications"] += 1

    with pytest.raises(Refused, match=r"di 1 tempat\. Yang pertama: Penghitung lamaran: 1"):
        report_of(differs)
    with pytest.raises(Refused, match="Lamaran per hari"):
        print_now(RECAP, broken)


async def test_a_press_prints_once_for_many():
    press, closing = Press(SITE), make_closing()
    assert press.known(MEDIA, closing) is None

    first, second = await asyncio.gather(press.print(MEDIA, closing), press.print(MEDIA, closing))

    assert first is second is press.known(MEDIA, closing)
    assert press.mark(MEDIA, closing) != press.mark(RECAP, closing)
    assert press.mark(MEDIA, closing) != press.mark(MEDIA, make_closing(companies=4))


async def test_an_edition_is_written_the_same_twice(tmp_path):
    closing = make_closing()

    first = await write_edition(closing, tmp_path / "a", base_url=SITE)
    second = await write_edition(closing, tmp_path / "b", base_url=SITE)

    assert [(path.name, mark) for path, mark in first] == [
        (path.name, mark) for path, mark in second
    ]
    assert {path.name for path, _ in first} == {
        "rekap-asahan-uji.pdf", "lembar-media-asahan-uji.pdf", "rekap.csv", "angka-utama.csv",
        "harian.csv", "perusahaan.csv", "jabatan.csv",
    }  # fmt: skip


def test_the_parent_never_loads_the_layout_engine():
    code = "import sys, jobfair.reporting.editions; print('weasyprint' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_csv_cells_cannot_run():
    made = sheet(("a", "b"), [("=1+1", 5), ("@x", -3), ("biasa", 0)]).decode("utf-8-sig")

    assert made == "a;b\r\n'=1+1;5\r\n'@x;-3\r\nbiasa;0\r\n"


def test_titles_break_evenly():
    assert balanced("Virtual Job Fair Asahan 2022") == ["Virtual Job Fair", "Asahan 2022"]
    assert balanced("Bekasi Pasti Kerja") == ["Bekasi Pasti Kerja"]
    assert " ".join(balanced(LONG, 40)) == LONG
