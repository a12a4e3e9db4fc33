"""What can be wrong with an XLSX file."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest
import xlsxwriter

from jobfair.loading import load_fair
from jobfair.loading.workbook import number_text
from tests.loading.folders import NOW, as_workbook, mistake, spoil

X = "companies.xlsx"
AGAIN = "Buka di Excel atau LibreOffice dan simpan lagi sebagai .xlsx, atau pakai CSV UTF-8."
AS_TEXT = "Ubah format kolom menjadi Teks, lalu tulis lagi."
BROKEN = "Buku kerja ini rusak atau bukan berkas XLSX."
BOMB = "Isinya mengembang terlalu besar saat dibuka."


def formula(book, sheet):
    sheet.write_formula(2, 7, "=A1&A2", None, "Toko kelontong.")


def array_formula(book, sheet):
    sheet.write_array_formula("H3:H3", "{=A1:A2}", None, "Toko kelontong.")


def error(book, sheet):
    sheet.write_formula(2, 7, "=1/0", None, "#DIV/0!")


def day(book, sheet):
    sheet.write_datetime(2, 5, date(2009, 9, 12), book.add_format({"num_format": "dd.mm.yy"}))


def number_as_code(book, sheet):
    sheet.write_number(2, 5, 12.09)


def true(book, sheet):
    sheet.write_boolean(2, 8, True)


def merged(book, sheet):
    sheet.merge_range("H2:H3", "Toko")


def far_cell(book, sheet):
    sheet.write_string(2, 300, "jauh")


def wide(book, sheet):
    for column in range(9, 16_000):
        sheet.write_string(0, column, "x")


def control(book, sheet):
    sheet.write_string(2, 7, "Toko\x07kelontong.")


@pytest.mark.parametrize(
    ("change", "mistakes"),
    [
        (formula, [(3, "about", "=A1&A2", "Sel ini berisi rumus.",
                    "Salin lalu tempel sebagai nilai.")]),
        (array_formula, [(3, "about", "={…}", "Sel ini berisi rumus.",
                          "Salin lalu tempel sebagai nilai.")]),
        (error, [(3, "about", "=1/0", "Sel ini berisi rumus.",
                  "Salin lalu tempel sebagai nilai.")]),
        (day, [(3, "district", "2009-09-12", "Excel mengubah isian ini menjadi tanggal atau jam.",
                AS_TEXT)]),
        (number_as_code, [(3, "district", "12,09", "Kode wilayah ini tidak ada.",
                           "Tulis kode Kemendagri seperti 12.09.19.")]),
        (true, [(3, "verified", "TRUE", "Isian ini bukan ya atau tidak.",
                 "Tulis ya atau tidak.")]),
        (merged, [
            (2, "", "H2:H3", "Sel-sel ini digabung.",
             "Batalkan penggabungan sel dan isi setiap sel sendiri."),
        ]),
        (far_cell, [(3, "", "toko-sinar", "Baris ini punya 61 isian, padahal judulnya 9 kolom.",
                     "Beri tanda kutip pada isian yang memuat koma, dan isi semua kolom.")]),
        (wide, [(1, "", "", "Tabel ini lebih dari 60 kolom.",
                 ("Pakai hanya kolom ini: slug, name, legal_form, kind, kbli, district, address, "
                 "about, verified."))]),
    ],
)  # fmt: skip
async def test_a_wrong_workbook(folder, refused, change, mistakes):
    as_workbook(folder, "companies.csv", change)

    assert await refused() == tuple(mistake(X, *one) for one in mistakes)


async def test_other_sheets_are_named_in_a_note(folder, loaded):
    def more(book, sheet):
        book.add_worksheet("Catatan").write_string(0, 0, "x")
        book.add_worksheet("Lama").hide()

    as_workbook(folder, "companies.csv", more)

    report = await load_fair(loaded, folder, now=NOW)

    assert (report.mistakes, report.changes) == ((), ())
    assert report.notes == (
        "companies.xlsx: lembar “Catatan” tidak dibaca, hanya “Data”.",
        "companies.xlsx: lembar tersembunyi “Lama” tidak dibaca, hanya “Data”.",
    )


async def test_the_first_visible_sheet_is_read(folder, loaded):
    path = as_workbook(folder, "companies.csv")
    book = openpyxl.load_workbook(path)
    hidden = book.create_sheet("Rahasia", 0)
    hidden["A1"] = "apa saja"
    hidden.sheet_state = "veryHidden"
    hidden.merge_cells("A1:B2")
    book.active = 1
    book.save(path)

    report = await load_fair(loaded, folder, now=NOW)

    assert (report.mistakes, report.changes) == ((), ())
    assert report.notes == (
        "companies.xlsx: lembar tersembunyi “Rahasia” tidak dibaca, hanya “Data”.",
    )


async def test_an_empty_workbook(folder, refused):
    (folder / "companies.csv").unlink()
    xlsxwriter.Workbook(folder / X).close()

    assert await refused() == (
        mistake(X, None, "", "", "Lembar “Sheet1” kosong.", "Isi lembar pertama yang terlihat."),
    )


async def test_more_rows_than_allowed(folder, refused, monkeypatch):
    for module in ("tables", "workbook"):
        monkeypatch.setattr(f"jobfair.loading.{module}.ROWS", 2)

    def more(book, sheet):
        for row in range(3, 9):
            sheet.write_string(row, 0, f"toko-{row}")

    as_workbook(folder, "companies.csv", more)

    assert await refused() == (
        mistake(X, 4, "", "", "Tabel ini lebih dari 2 baris.",
                "Baris sesudah ini tidak dibaca. Kurangi barisnya."),
    )  # fmt: skip


async def test_blank_cells_and_rows_below_and_beside_are_fine(folder, loaded):
    def formats(book, sheet):
        bold = book.add_format({"bold": True})
        for row in range(4, 400):
            sheet.write_blank(row, 0, None, bold)
        for column in range(9, 2000):
            sheet.write_blank(0, column, None, bold)
        sheet.write_blank(1_048_575, 16_383, None, bold)

    as_workbook(folder, "companies.csv", formats)

    report = await load_fair(loaded, folder, now=NOW)

    assert (report.mistakes, report.changes) == ((), ())


def rewrite(path, change, *, compression=zipfile.ZIP_DEFLATED):
    """Write a workbook again with its members (name to bytes) changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


SHEET = "xl/worksheets/sheet1.xml"


def elsewhere(members):
    """Put the sheet into a part that is not called XML, with a row far below the last."""
    sheet = members.pop(SHEET)
    members["xl/worksheets/sheet1.dat"] = sheet.replace(b'<row r="3"', b'<row r="999999999"', 1)
    for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        members[name] = members[name].replace(b"sheet1.xml", b"sheet1.dat")


def entities_elsewhere(members):
    entities(members)
    elsewhere(members)


def macro(members):
    members["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"


def entities(members):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    members[SHEET] = members[SHEET].replace(b"<worksheet", bomb + b"<worksheet", 1)


def outside_entity(members):
    bomb = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    members["xl/sharedStrings.xml"] = members["xl/sharedStrings.xml"].replace(
        b"<sst", bomb + b"<sst", 1
    )


def dense(members):
    members["xl/media/image1.png"] = bytes(2 * 1024 * 1024)


def large(members):
    chunk = bytes(range(256)) * 4
    members["xl/media/image1.png"] = chunk + bytes(51 * 1024 * 1024)


def crowd(members):
    members |= {f"xl/media/{number}.png": b"" for number in range(1000)}


def far_row(members):
    members[SHEET] = members[SHEET].replace(b'<row r="3"', b'<row r="99999999999"')


def bad_xml(members):
    members[SHEET] = members[SHEET][:-40]


def no_sheet(members):
    del members[SHEET]


def bad_index(members):
    members[SHEET] = members[SHEET].replace(b"<v>1</v>", b"<v>99999</v>", 1)


def bad_number(members):
    members[SHEET] = members[SHEET].replace(b' t="s"><v>1</v>', b"><v>NaN</v>", 1)


DTD = "Buku kerja ini memuat definisi XML (DTD atau entitas), yang tidak dibuat oleh Excel."


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (macro, "Buku kerja ini memuat makro."),
        (entities, DTD),
        (elsewhere, BOMB),
        (entities_elsewhere, DTD),
        (outside_entity, DTD),
        (dense, BOMB),
        (large, BOMB),
        (crowd, "Buku kerja ini berisi 1010 bagian, terlalu banyak."),
        (far_row, BOMB),
        (bad_xml, BROKEN),
        (no_sheet, "Buku kerja ini tidak punya lembar yang terlihat."),
        (bad_index, BROKEN),
        (bad_number, BROKEN),
    ],
)
async def test_a_hostile_archive(folder, refused, change, what):
    path = as_workbook(folder, "companies.csv")
    rewrite(path, change)

    assert await refused() == (mistake(X, None, "", "", what, AGAIN),)


async def test_a_large_stored_archive_is_refused_by_its_directory(folder, refused, monkeypatch):
    path = as_workbook(folder, "companies.csv")
    monkeypatch.setattr("jobfair.loading.workbook.UNPACKED", 3000)

    assert path.stat().st_size < 10_000
    assert await refused() == (mistake(X, None, "", "", BOMB, AGAIN),)


async def test_a_directory_that_lies_about_sizes(folder, refused):
    path = as_workbook(folder, "companies.csv")
    rewrite(path, dense)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo("xl/media/image1.png")
    said = info.file_size.to_bytes(4, "little")
    assert data.count(said) >= 2
    path.write_bytes(data.replace(said, (1000).to_bytes(4, "little")))

    assert await refused() == (mistake(X, None, "", "", BROKEN, AGAIN),)


@pytest.mark.parametrize(
    ("content", "what", "todo"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "Berkas ini .xls lama atau dikunci dengan kata sandi.",
         AGAIN),
        (b"slug,name\n", BROKEN, AGAIN),
        (b"PK\x03\x04 bukan arsip", BROKEN, AGAIN),
        (b"", "Berkas ini kosong.", "Isi berkas ini, lihat contohnya."),
    ],
)  # fmt: skip
async def test_not_a_workbook(folder, refused, content, what, todo):
    (folder / "companies.csv").unlink()
    (folder / X).write_bytes(content)

    assert await refused() == (mistake(X, None, "", "", what, todo),)


async def test_a_cut_workbook_at_any_byte_is_only_a_mistake(folder, refused):
    path = as_workbook(folder, "companies.csv")
    data = path.read_bytes()
    for end in range(1, len(data), 701):
        path.write_bytes(data[:end])
        assert [one.text for one in await refused()] == [f"{BROKEN} {AGAIN}"]


async def test_a_flipped_byte_never_gives_more_than_mistakes(folder, loaded):
    path = as_workbook(folder, "companies.csv")
    data = path.read_bytes()
    for at in range(0, len(data), 211):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        report = await load_fair(loaded, folder, now=NOW)
        assert report.changes == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3000000, "3000000"),
        (3000000.0, "3000000"),
        (3.5, "3,5"),
        (3.125, "3,125"),
        (1209991806980000, "1.20999E+15"),
        (81200000001, "81200000001"),
        (0, "0"),
    ],
)
def test_numbers_look_as_in_excel(value, text):
    assert number_text(value) == text


async def test_decimals_in_a_workbook(folder, refused):
    def decimals(book, sheet):
        sheet.write_number(1, 8, 3000000.5)
        sheet.write_number(1, 5, 1.125)

    as_workbook(folder, "positions.csv", decimals)

    assert [(one.column, one.value, one.text) for one in await refused()] == [
        (
            "openings",
            "1,125",
            "Ribuan dipisahkan dengan koma. Pakai titik atau tanpa pemisah: 3.000.000.",
        ),
        (
            "wage_min",
            "3000000,5",
            "Angka ini memakai desimal. Tulis angka bulat tanpa koma, misalnya 3000000.",
        ),
    ]


async def test_a_warning_of_openpyxl_is_not_ours(folder, loaded):
    def listed(book, sheet):
        sheet.data_validation("C2:C9", {"validate": "list", "source": ["PT", "CV"]})

    as_workbook(folder, "companies.csv", listed)
    rewrite(
        folder / X,
        lambda members: members.update({
            SHEET: members[SHEET].replace(
                b"</worksheet>",
                b'<extLst><ext uri="{CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>',
            )
        }),
    )  # fmt: skip

    assert (await load_fair(loaded, folder, now=NOW)).mistakes == ()


async def test_rows_are_counted_as_the_spreadsheet_does(folder, refused):
    spoil(folder, "companies.csv", "sawit-raya,", "\n\n\nsawit-raya,")
    spoil(folder, "companies.csv", "informal,G", "informal,X")
    rows = (folder / "companies.csv").read_text().splitlines()
    assert rows[5].startswith("toko-sinar")
    as_workbook(folder, "companies.csv")

    assert [(one.row, one.column) for one in await refused()] == [(6, "kbli")]
