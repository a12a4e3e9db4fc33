"""What comes out of the printer: the right numbers on the right pages, the same bytes."""

import asyncio
import csv
import io
import logging
from dataclasses import replace
from hashlib import sha256

import page
import pikepdf
import pypdf
import pytest
from fontTools.ttLib import TTFont

from jobfair.errors import Refused
from jobfair.reporting import editions, pdf
from jobfair.reporting.datasets import report_of
from jobfair.reporting.designs import Design, all_designs, balanced, cover_size
from jobfair.reporting.editions import print_designs, write_edition
from jobfair.reporting.glyphs import font_files, missing_glyphs, printable
from jobfair.reporting.sheets import recap_sheet, sheet, sheets
from jobfair.reporting.words import number
from tests.reporting.printing import ANNEX, MEDIA, RECAP, SITE, job_of, print_all, run, text_of
from tests.reporting.records import OPENS, make_closing

PEOPLE = ("men", "women", "applicants", "applications")
AMOUNTS = ("companies", "positions", "openings", "applications")
WINDOW = {
    "ordinal": 1, "opens_at": OPENS.isoformat(), "closes_at": OPENS.replace(day=5).isoformat(),
    "paused_from": "", "made_at": OPENS.isoformat(), "reason": "",
}  # fmt: skip
LIKE_THE_SAMPLE = {
    "companies": 37, "positions": 97, "applicants": 356, "applications": 2278, "industries": 15,
    "sample": 1,
}  # fmt: skip
LONG = "Bursa Kerja Terpadu Kabupaten Kepulauan Siau Tagulandang Biaro Tahun Dua Ribu 26"


@pytest.fixture(scope="module")
def closing():
    return make_closing(**LIKE_THE_SAMPLE)


@pytest.fixture(scope="module")
def edition(closing, tmp_path_factory):
    return asyncio.run(write_edition(closing, tmp_path_factory.mktemp("edition"), base_url=SITE))


@pytest.fixture(scope="module")
def papers(edition):
    files = {path.name: path.read_bytes() for path, _ in edition}
    return {one.name: files[one.file.format(fair="asahan-uji")] for one in all_designs()}


@pytest.fixture(scope="module")
def pages(papers):
    return {name: text_of(pdf) for name, pdf in papers.items()}


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
    "scripts": {
        "name": "Job Fair 🎪 شركة Ａsahan", "company": "PT Ελλάς Київ Đặng",
        "title": "Kasir ☕️ 漢字",
    },
    "markup": {"name": "<b>Fair</b> & {{ 7*7 }}", "company": "=cmd|'/C a'!A0", "title": "Ćevap"},
}  # fmt: skip


def wrong_for_readers(pdf):
    """Return what an independent validator of PDF/UA-1 finds wrong."""
    return [one.rule_id for one in page.validate_pdf_bytes(pdf, profile="ua1").failures]


@pytest.mark.parametrize("odd", ODD)
def test_every_design_prints_odd_fairs_accessibly_and_without_a_warning(odd, caplog):
    with caplog.at_level(logging.WARNING):
        papers = print_all(make_closing(**ODD[odd]))

    assert [record.getMessage() for record in caplog.records] == []
    assert [wrong_for_readers(pdf) for pdf in papers.values()] == [[], [], []]
    read = {name: pypdf.PdfReader(io.BytesIO(pdf)).pages for name, pdf in papers.items()}
    short = {"lembar-media", "lampiran"} if odd == "empty" else {"lembar-media"}
    assert {name for name in read if len(read[name]) == 1} == short
    for pages in read.values():
        text = pages[0].extract_text()
        assert "49" not in text or odd != "markup"
        assert ("Data contoh" in " ".join(text.split())) == (odd == "long")


def test_letters_without_a_font_are_replaced_for_all_to_see():
    assert missing_glyphs("PT Ćevap Ελλάς Київ شركة – “Đặng”\n") == ""
    assert missing_glyphs("Kasir ☕️ 漢字 ☕ Ａ") == "☕\ufe0f漢字Ａ"
    assert (
        printable("Kasir ☕️ 漢字 Ａsahan 👩‍🍳")
        == "Kasir \ufffd \ufffd\ufffd Asahan \ufffd\u200d\ufffd"
    )
    assert missing_glyphs(printable("Kasir ☕️ 漢字 Ａsahan 👩‍🍳")) == ""


def test_the_paper_of_the_sample_is_accessible(papers):
    assert [wrong_for_readers(pdf) for pdf in papers.values()] == [[], [], []]


def test_a_huge_fair_keeps_its_first_pages_and_its_cover():
    papers = print_all(
        make_closing(companies=64, positions=200, applicants=91029, applications=612041, days=1)
    )

    recap, annex = text_of(papers["rekap"]), text_of(papers["lampiran"])
    assert "612.041" in recap[0]
    assert [page for page in recap[1:] if "Siapa yang melamar Pelamar" in page] == [recap[2]]
    assert "64 PT Contoh 64" in " ".join(recap)
    assert "Operator Produksi 200" in " ".join(annex)
    assert cover_size("612.041") < cover_size("2.278") == cover_size("7") == 182


def test_the_recap_has_six_pages_and_says_where_the_rest_is(pages):
    recap, annex = pages["rekap"], pages["lampiran"]

    starts = ("Pokok-pokok Selama", "Siapa yang melamar Pelamar", "Perusahaan dan jabatan",
              "Cara menghitung dan pengesahan", "Lampiran: perusahaan peserta No.")  # fmt: skip
    assert len(recap) == 1 + len(starts)
    assert [start for start, page in zip(starts, recap[1:], strict=True) if start not in page] == []
    assert Design.read(ANNEX).file.format(fair="asahan-uji") in recap[-1]
    assert "jabatan.csv di dalam PDF ini" in recap[-1]

    head = ("PEMERINTAH KABUPATEN ASAHAN", "Data contoh", "Lampiran rekap", "Edisi SEMENTARA (per",
            "Angka dikunci 9 Maret 2026 pukul 16.00.01 WIB", "Jabatan No.")  # fmt: skip
    assert [word for word in head if word not in annex[0]] == []
    further = next(page for page in annex if "Rincian lain Menurut golongan jabatan" in page)
    assert "Operator Produksi" not in further
    assert f"2 dari {len(annex)}" in annex[1]


def table_of(content):
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=";"))


def test_cover_tables_annex_and_csv_agree(closing, pages):
    report = report_of(closing)
    files = sheets(report)
    recap, annex = " ".join(pages["rekap"]), " ".join(pages["lampiran"])

    cover = ("2.278", "lamaran terkirim", "37", "perusahaan", "97", "jabatan", "356", "pelamar")
    assert [word for word in cover if word not in pages["rekap"][0]] == []
    lines = [
        f"{row.label} {number(row.kept)} {number(row.counted)} 0" for row in report.reconciliation
    ]
    for at, row in enumerate(report.companies, start=1):
        numbers = " ".join(
            number(getattr(row, name)) for name in ("positions", "openings", "applications")
        )
        lines.append(f"{at} {row.name} {numbers}")
    assert [line for line in lines if line not in recap] == []
    assert closing.sha256 in recap.replace(" ", "")

    lines = [
        f"{at} {row.title} {row.company_name} {row.openings} {row.applications}"
        for at, row in enumerate(report.positions, start=1)
    ]
    for row in (*report.age_rows, *report.residence_rows):
        numbers = " ".join(number(getattr(row, name)) for name in PEOPLE)
        lines.append(f"{row.label} {numbers}")
    for row in (*report.kbji, *report.sectors):
        numbers = " ".join(number(getattr(row, name)) for name in AMOUNTS)
        lines.append(f"{row.label} {numbers}")
    assert [line for line in lines if line not in annex] == []

    table = table_of(files["perusahaan.csv"])
    assert sum(int(row[5]) for row in table[1:]) == 2278
    assert [row[1] for row in table[1:]] == [row.name for row in report.companies]
    everything = table_of(recap_sheet(report))
    for name in (
        "harian",
        "jam (semua hari)",
        "pendidikan",
        "usia",
        "alamat KTP",
        "lapangan usaha",
        "sektor",
    ):
        found = [row[3] for row in everything if row[0] == name and row[2] == "lamaran"]
        assert sum(map(int, found)) == 2278, name


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """Look at no font of the machine; then at ours alone there is nothing else to look at."""
    empty = tmp_path / "fonts.conf"
    empty.write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>")

    def surround(**variables):
        real = pdf.child_environment
        monkeypatch.setattr(pdf, "child_environment", lambda scratch: real(scratch) | variables)
        monkeypatch.setenv("FONTCONFIG_FILE", str(empty))
        monkeypatch.setenv("FONTCONFIG_PATH", str(tmp_path))

    return surround


@pytest.mark.parametrize(
    ("folder", "variables"),
    [
        (RECAP, {"PYTHONHASHSEED": "77", "TZ": "Asia/Jayapura", "LANG": "id_ID"}),
        (ANNEX, {"PYTHONHASHSEED": "1", "TZ": "America/New_York", "LANG": "tr_TR.UTF-8"}),
        (MEDIA, {"PYTHONHASHSEED": "0", "TZ": "Asia/Makassar"}),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_the_same_bytes_whatever_surrounds_the_printer(bare, closing, papers, folder, variables):
    bare(**variables)

    assert run(job_of(closing, folder)) == [papers[folder.name]]


def test_a_font_of_the_machine_is_never_printed(bare, closing, papers, tmp_path):
    # A machine's own configuration that puts another font in the place of every other.
    with TTFont(font_files()[0]) as font:
        for record in font["name"].names:
            if record.nameID in (1, 3, 4, 6, 16):
                font["name"].setName("Lain", record.nameID, record.platformID, record.platEncID,
                                     record.langID)  # fmt: skip
        font.save(tmp_path / "lain.ttf")
    (tmp_path / "fonts.conf").write_text(
        f"<fontconfig><dir>{tmp_path}</dir><match target='pattern'><edit name='family' "
        "mode='assign' binding='strong'><string>Lain</string></edit></match></fontconfig>"
    )
    bare(FONTCONFIG_PATH=str(tmp_path))

    assert run(job_of(closing, MEDIA)) == [papers[MEDIA.name]]


@pytest.mark.parametrize("folder", [RECAP, ANNEX, MEDIA], ids=lambda folder: folder.name)
def test_data_and_dates_travel_inside_the_pdf(folder, closing, papers):
    design, files = Design.read(folder), sheets(report_of(closing))
    pdf = pikepdf.open(io.BytesIO(papers[folder.name]))

    inside = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}

    assert inside == {name: files[name] for name in design.attach}
    assert folder != RECAP or inside == files
    with pdf.open_metadata() as about:
        assert about["pdfuaid:part"] == "1"
        assert about["dc:title"] == f"{design.title} Job Fair Virtual Asahan"
        assert "2026-03-09" in about["xmp:CreateDate"]
    fonts = {
        str(font.BaseFont)
        for page in pdf.pages
        for font in page.Resources.get("/Font", {}).values()
    }
    assert fonts
    assert {font.partition("+")[2].split("-")[0] for font in fonts} == {"Jakarta"}


def test_what_does_not_add_up_is_not_printed():
    wrong = {
        "what": "Penghitung lamaran",
        "where": "di sini",
        "kept": 1,
        "counted": 2,
        "sentence": "Penghitung lamaran: 1",
    }
    differs = make_closing(reconciliation={"numbers": [], "differences": [wrong]})
    broken = make_closing()
    first, *others = broken.record.days
    first = replace(first, applications=first.applications + 1)
    broken = replace(broken, record=replace(broken.record, days=(first, *others)))

    with pytest.raises(Refused, match=r"di 1 tempat\. Yang pertama: Penghitung lamaran: 1"):
        report_of(differs)
    with pytest.raises(Refused, match="Lamaran per hari"):
        print_all(broken)


def test_an_edition_is_every_paper_and_every_sheet(edition, closing):
    report = report_of(closing)
    files = {path.name: path.read_bytes() for path, _ in edition}

    marks = {path.name: mark for path, mark in edition}
    assert marks == {name: sha256(content).hexdigest() for name, content in files.items()}
    data = {name: content for name, content in files.items() if name.endswith(".csv")}
    assert data == {"rekap.csv": recap_sheet(report), **sheets(report)}
    assert set(files) == {
        "rekap-asahan-uji.pdf", "lampiran-asahan-uji.pdf", "lembar-media-asahan-uji.pdf",
        "rekap.csv", "angka-utama.csv", "harian.csv", "perusahaan.csv", "jabatan.csv",
    }  # fmt: skip


async def test_two_children_print_side_by_side_and_no_more(monkeypatch):
    going, seen = set(), []

    async def print_slowly(folder, _closing, **_):
        going.add(folder)
        seen.append(len(going))
        await asyncio.sleep(0.01)
        going.remove(folder)
        return folder.name.encode()

    monkeypatch.setattr(editions, "print_report", print_slowly)

    printed = await print_designs(make_closing(), base_url=SITE)

    assert max(seen) == editions.AT_ONCE == 2
    assert {design.name.encode() for design in printed} == set(printed.values())


def test_csv_cells_cannot_run():
    made = sheet(("a", "b"), [("=1+1", 5), ("@x", -3), ("biasa", 0)]).decode("utf-8-sig")

    assert made == "a;b\r\n'=1+1;5\r\n'@x;-3\r\nbiasa;0\r\n"


def test_titles_break_evenly():
    assert balanced("Virtual Job Fair Asahan 2022") == ["Virtual Job Fair", "Asahan 2022"]
    assert balanced("Bekasi Pasti Kerja") == ["Bekasi Pasti Kerja"]
    assert " ".join(balanced(LONG, 40)) == LONG
