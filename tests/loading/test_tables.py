"""Everything that can be wrong with companies and positions as CSV, one thing at a time."""

import os

import pytest

from jobfair.loading import load_fair
from tests.loading.folders import COMPANIES, NOW, POSITIONS, mistake, spoil, write

C, P = "companies.csv", "positions.csv"
AGAIN = "Simpan lagi sebagai “CSV UTF-8”."
AS_TEXT = "Ubah format kolom menjadi Teks, lalu tulis lagi."
SLUG_ADVICE = "Pakai huruf kecil, angka, dan tanda hubung, paling panjang 80."
COLUMNS = "slug, name, legal_form, kind, kbli, district, address, about, verified"
QUOTES = 'Tutup setiap tanda kutip ("), dan tulis kutip di dalam isian dua kali ("").'
BENT = "Beri tanda kutip pada isian yang memuat koma, dan isi semua kolom."

CELLS = [
    # file, old, new, row, column, value, what, todo
    (P, "kasir,toko", "Kasir 1,toko", 3, "slug", "Kasir 1",
     "Slug ini tidak dapat dipakai dalam alamat.", SLUG_ADVICE),
    (P, "kasir,toko", "-kasir,toko", 3, "slug", "-kasir",
     "Slug ini tidak dapat dipakai dalam alamat.", SLUG_ADVICE),
    (P, "kasir,toko", "k" * 81 + ",toko", 3, "slug", "k" * 39 + "…",
     "Slug ini tidak dapat dipakai dalam alamat.", SLUG_ADVICE),
    (P, "kasir,toko", ",toko", 3, "slug", "", "Isian ini kosong.", "Isi dahulu."),
    (P, "kasir,toko", "operator,toko", 3, "slug", "operator",
     "Slug ini sudah dipakai di baris 2.", "Pakai yang lain."),
    (C, "UD Toko Sinar", "U" * 121, 3, "name", "U" * 39 + "…",
     "Paling panjang 120 huruf."),
    (C, "Raya,PT,", "Raya,P.T.,", 2, "legal_form", "P.T.", "“P.T.” tidak dikenal.",
     "Maksudnya “PT”?"),
    (C, "PT,formal", "PT,resmi", 2, "kind", "resmi", "“resmi” tidak dikenal.",
     "Pakai salah satu: formal, informal."),
    (C, "formal,C,", "formal,c,", 2, "kbli", "c", "“c” tidak dikenal.", "Maksudnya “C”?"),
    (C, "informal,G,", "informal,46,", 3, "kbli", "46", "“46” tidak dikenal.",
     "Pakai salah satu: A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U."),
    (C, "12.09.14", "12.09.99", 2, "district", "12.09.99", "Kode wilayah ini tidak ada.",
     "Tulis kode Kemendagri seperti 12.09.19."),
    (C, "12.09.14", "12:09:14", 2, "district", "12:09:14",
     "Excel mengubah isian ini menjadi tanggal atau jam.", AS_TEXT),
    (C, "Toko kelontong.,ya", "Toko kelontong.,TRUE", 3, "verified", "TRUE",
     "Isian ini bukan ya atau tidak.", "Tulis ya atau tidak."),
    (C, "Toko kelontong.", '"Toko\nkelontong."', 3, "about", "Toko·kelontong.",
     "Isian ini lebih dari satu baris.", "Tulis dalam satu baris; pisahkan butir dengan “ | ”."),
    (C, "Toko kelontong.", "\u200b =1+1", 3, "about", "· =1+1", "Sel ini berisi rumus.",
     "Salin lalu tempel sebagai nilai."),
    (C, "Toko kelontong.", "\uff1d1+1", 3, "about", "\uff1d1+1", "Sel ini berisi rumus.",
     "Salin lalu tempel sebagai nilai."),
    (C, "UD Toko Sinar", "\u3164\u115f", 3, "name", "", "Isian ini kosong.", "Isi dahulu."),
    (C, "Toko kelontong.", "=SUM(A1:A9)", 3, "about", "=SUM(A1:A9)", "Sel ini berisi rumus.",
     "Salin lalu tempel sebagai nilai."),
    (C, "Toko kelontong.", "#N/A", 3, "about", "#N/A", "Sel ini berisi galat Excel.",
     "Tulis nilainya sendiri."),
    (P, "operator,sawit-raya", "operator,sawit-rya", 2, "company", "sawit-rya",
     "“sawit-rya” tidak ada di companies.csv.", "Maksudnya “sawit-raya”?"),
    (P, "operator,sawit-raya", "operator,xyz", 2, "company", "xyz",
     "“xyz” tidak ada di companies.csv.", "Tambahkan, atau perbaiki isian ini."),
    (P, "Pabrik,8,", "Pabrik,81,", 2, "kbji", "81", "“81” tidak dikenal.",
     "Maksudnya “8”?"),
    (P, "8,pkwt,", "8,kontrak,", 2, "employment", "kontrak", "“kontrak” tidak dikenal.",
     "Pakai salah satu: pkwtt, pkwt, magang, harian, paruh_waktu."),
    (P, "sma smk", "sma smkk", 2, "education", "sma smkk", "“smkk” tidak dikenal.",
     "Maksudnya “smk”?"),
    (P, "sma smk", "sma tk", 2, "education", "sma tk", "“tk” tidak dikenal.",
     "Pakai salah satu: sd, smp, sma, smk, d1, d2, d3, d4, s1, s2, s3."),
    (P, "pkwt,24,", "pkwt,0,", 2, "openings", "0", "Tulis angka 1 sampai 10.000."),
    (P, "pkwt,24,", "pkwt,10.001,", 2, "openings", "10.001", "Tulis angka 1 sampai 10.000."),
    (P, "pkwt,24,", "pkwt,-1,", 2, "openings", "-1", "Isian ini bukan angka bulat.",
     "Tulis angka saja, misalnya 3000000."),
    (P, "pkwt,24,", "pkwt,,", 2, "openings", "", "Isian ini kosong.", "Isi dahulu."),
    (P, ",3000000,", ',"3000000,00",', 2, "wage_min", "3000000,00", "Angka ini memakai desimal.",
     "Tulis angka bulat tanpa koma, misalnya 3000000."),
    (P, ",3000000,", ",3.5,", 2, "wage_min", "3.5", "Angka ini memakai desimal.",
     "Tulis angka bulat tanpa koma, misalnya 3000000."),
    (P, ",3000000,", ',"3,000,000",', 2, "wage_min", "3,000,000",
     "Ribuan dipisahkan dengan koma.", "Pakai titik atau tanpa pemisah: 3.000.000."),
    (P, ",3000000,", ",3E+06,", 2, "wage_min", "3E+06",
     "Excel menulis angka ini dalam notasi ilmiah.", AS_TEXT),
    (P, ",3000000,", ",Rp3 juta,", 2, "wage_min", "Rp3 juta", "Isian ini bukan angka bulat.",
     "Tulis angka saja, misalnya 3000000."),
    (P, ",3000000,", ",3.00.000,", 2, "wage_min", "3.00.000", "Isian ini bukan angka bulat.",
     "Tulis angka saja, misalnya 3000000."),
    (P, ",3000000,", ",٣٠٠٠٠٠٠,", 2, "wage_min", "٣٠٠٠٠٠٠", "Isian ini bukan angka bulat.",
     "Tulis angka saja, misalnya 3000000."),
    (P, ",3000000,", ",3500000,", 2, "wage_min", "3500000",
     "Upah terendah lebih besar dari yang tertinggi.", "Tukar keduanya."),
    (P, ",3000000,3400000,", ",3000000,,", 2, "wage_max", "",
     "Hanya satu batas upah yang diisi.", "Isi keduanya, boleh sama."),
    (P, "Dibicarakan saat wawancara", "", 3, "wage_note", "", "Upah tidak disebut.",
     "Isi upah terendah dan tertinggi, atau tulis alasannya di sini."),
    (P, "hari,Dib", "jam,Dib", 3, "wage_period", "jam", "“jam” tidak dikenal.",
     "Pakai salah satu: bulan, hari."),
    (P, "Menjalankan mesin | Mencatat suhu", " | ", 2, "duties", "|", "Isian ini kosong.",
     "Isi dahulu."),
    (P, "Mencatat suhu", "M" * 201, 2, "duties", "Menjalankan mesin | MMMMMMMMMMMMMMMMMMM…",
     "Setiap butir paling panjang 200 huruf.", "Pisahkan dengan “ | ”."),
    (P, "Mencatat suhu", "a|" * 12, 2, "duties", "Menjalankan mesin | a|a|a|a|a|a|a|a|a|a…",
     "Paling banyak 12 butir.", "Gabungkan sebagian."),
]  # fmt: skip


@pytest.mark.parametrize("case", CELLS, ids=[f"{one[4]}: {one[6]}"[:60] for one in CELLS])
async def test_a_wrong_cell(folder, refused, case):
    file, old, new, *said = case
    spoil(folder, file, old, new)

    assert await refused() == (mistake(file, *said),)


SHAPES = [
    # how to write companies.csv, the mistakes
    ("comma in a text", COMPANIES.replace('"Jl. Lintas, Km 7"', "Jl. Lintas, Km 7"), [
        (2, "", "sawit-raya", "Baris ini punya 10 isian, padahal judulnya 9 kolom.", BENT),
    ]),
    ("too few", COMPANIES.replace("Jl. Pasar No. 2,", ""), [
        (3, "", "toko-sinar", "Baris ini punya 8 isian, padahal judulnya 9 kolom.", BENT),
    ]),
    ("tabs", COMPANIES.replace('"Jl. Lintas, Km 7"', "Jl. Lintas").replace(",", "\t"), [
        (1, "", "", "Kolom dipisahkan dengan tab, bukan koma atau titik koma.", AGAIN),
    ]),
    ("bars", COMPANIES.replace('"Jl. Lintas, Km 7"', "Jl. Lintas").replace(",", "|"), [
        (1, "", "", "Kolom dipisahkan dengan garis tegak (|), bukan koma atau titik koma.", AGAIN),
    ]),
    ("title again", COMPANIES + COMPANIES.splitlines()[0], [
        (4, "", "", "Baris judul muncul lagi.", "Hapus baris ini."),
    ]),
    ("column twice", COMPANIES.replace("about,ver", "about,name,ver").replace(".,ya", ".,x,ya"), [
        (1, "name", "name", "Kolom “name” ada dua kali.", "Hapus salah satu."),
    ]),
    ("misspelt", COMPANIES.replace("legal_form", "legal form"), [
        (1, "legal form", "legal form", "Kolom ini tidak dikenal.",
         "Maksudnya “legal_form”? Ganti judulnya."),
    ]),
    ("unknown column", COMPANIES.replace("verified", "verified,omzet").replace(",ya", ",ya,1"), [
        (1, "omzet", "omzet", "Kolom ini tidak dikenal.", "Hapus kolom ini."),
    ]),
    ("column missing", COMPANIES.replace(",verified", "").replace(",ya", ""), [
        (1, "verified", "", "Kolom “verified” tidak ada.",
         "Tambahkan kolom ini; isinya boleh kosong bila tidak wajib."),
    ]),
    ("no titles", COMPANIES.split("\n", 1)[1], [
        (1, "", "sawit-raya pt sawit raya pt formal c 12…", "Baris pertama bukan judul kolom.",
         f"Tulis judul ini di baris pertama: {COLUMNS}."),
    ]),
    ("61 columns", COMPANIES.replace("verified\n", "verified" + ",x" * 52 + "\n"), [
        (1, "", "", "Tabel ini lebih dari 60 kolom.", f"Pakai hanya kolom ini: {COLUMNS}."),
    ]),
    ("a million columns", COMPANIES.replace("verified\n", "verified" + ",x" * 10**6 + "\n"), [
        (1, "", "", "Tabel ini lebih dari 60 kolom.", f"Pakai hanya kolom ini: {COLUMNS}."),
    ]),
    ("empty", "", [(None, "", "", "Berkas ini kosong.", "Isi berkas ini, lihat contohnya.")]),
    ("blank", "\ufeff \r\n\n", [
        (None, "", "", "Berkas ini kosong.", "Isi berkas ini, lihat contohnya."),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [shape[1:] for shape in SHAPES], ids=[shape[0] for shape in SHAPES]
)
async def test_a_wrong_shape(folder, refused, text, expected):
    write(folder, C, text)

    mistakes = await refused()

    assert mistakes == tuple(mistake(C, *one) for one in expected)


async def test_only_titles(folder, refused):
    write(folder, C, COMPANIES.splitlines()[0])

    assert await refused() == (
        mistake(
            C, None, "", "", "Tidak ada satu perusahaan pun.", "Isi paling sedikit satu baris."
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("Jl. Pasar No. 2", '"Jl. Pasar No. 2', "toko-sinar,UD Toko Sinar,UD,informal,G,…"),
        ("Jl. Pasar No. 2", '"Jl. "Pasar" No. 2"', "toko-sinar,UD Toko Sinar,UD,informal,G,…"),
    ],
)
async def test_quotes_that_do_not_match(folder, refused, old, new, value):
    spoil(folder, C, old, new)

    assert await refused() == (
        mistake(C, 3, "", value, "Tanda kutip tidak berpasangan.", QUOTES),
        mistake(P, 3, "company", "toko-sinar", "“toko-sinar” tidak ada di companies.csv.",
              "Tambahkan, atau perbaiki isian ini."),
    )  # fmt: skip


async def test_a_quote_that_is_never_closed_hides_nothing_below_it(folder, refused):
    spoil(folder, C, '"Jl. Lintas, Km 7"', '"Jl. Lintas')
    spoil(folder, C, "informal,G", "informal,X")

    assert [(one.file, one.row, one.column) for one in await refused()] == [
        (C, 2, ""), (C, 3, "kbli"), (P, 2, "company"),
    ]  # fmt: skip


UTF_16 = "Berkas ini disimpan sebagai UTF-16 (“Unicode Text”)."


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
async def test_utf_16(folder, refused, encoding):
    write(folder, C, COMPANIES.replace("UD Toko", "UDX Toko"), encoding)
    spoil_after = mistake(C, None, "", "", UTF_16, AGAIN)

    assert await refused() == (spoil_after,)


async def test_windows_1252_is_named_with_its_place_and_the_rest_is_read(folder, refused):
    text = COMPANIES.replace("kelontong.", "“lengkap” kelontong.").replace("informal,G", "x,G")
    write(folder, C, text, "cp1252")

    assert await refused() == (
        mistake(C, 3, "", "sar No. 2,Toko “lengkap” kelontong.",
              "Berkas ini bukan UTF-8, tampaknya Windows-1252 (ANSI).", AGAIN),
        mistake(C, 3, "kind", "x", "“x” tidak dikenal.",
                "Pakai salah satu: formal, informal."),
    )  # fmt: skip


@pytest.mark.parametrize("begin", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
async def test_a_workbook_called_csv(folder, refused, begin):
    (folder / C).write_bytes(begin + b"\x14\x00\x06")

    assert await refused() == (
        mistake(C, None, "", "", "Isi berkas ini buku kerja Excel, bukan teks.", AGAIN),
    )


async def test_more_rows_than_allowed(folder, refused):
    row = "toko-{},UD Toko,UD,informal,G,12.09.19,Jalan,Toko.,ya\n"
    lines = "".join(row.format(number) for number in range(19_999))
    write(folder, C, COMPANIES + lines)

    assert await refused() == (
        mistake(C, 20_002, "", "", "Tabel ini lebih dari 20.000 baris.",
              "Baris sesudah ini tidak dibaca. Kurangi barisnya."),
    )  # fmt: skip


async def test_a_file_over_10_mib(folder, refused):
    write(folder, C, COMPANIES + "x" * 10 * 1024 * 1024)

    assert await refused() == (
        mistake(C, None, "", "", "Berkas lebih besar dari 10.240 KiB.",
              "Buang baris, kolom, atau gambar yang tidak perlu."),
    )  # fmt: skip


async def test_a_cell_longer_than_csv_allows(folder, refused):
    write(folder, C, COMPANIES.replace("Toko kelontong.", "x" * 140_000))

    assert await refused() == (
        mistake(C, 3, "", "toko-sinar,UD Toko Sinar,UD,informal,G,…", "Isian terlalu panjang.",
              QUOTES),
        mistake(P, 3, "company", "toko-sinar", "“toko-sinar” tidak ada di companies.csv.",
              "Tambahkan, atau perbaiki isian ini."),
    )  # fmt: skip


FINE = {
    "semicolons": COMPANIES.replace('"Jl. Lintas, Km 7"', "Jl. Lintas; Km 7")
    .replace(";", "\0").replace(",", ";").replace("Jl. Lintas\0 Km 7", '"Jl. Lintas, Km 7"'),
    "byte order mark": "\ufeff" + COMPANIES,
    "mixed line ends": COMPANIES.replace("\n", "\r\n", 1),
    "old line ends": COMPANIES.replace("\n", "\r"),
    "blank lines": COMPANIES.replace("\n", "\n\n").replace("verified\n\n", "verified\n,,,,,,,,\n"),
    "no last line end": COMPANIES.rstrip(),
    "spaces": COMPANIES.replace("UD Toko Sinar", "  UD  Toko\u00a0Sinar "),
    "titles in capitals": COMPANIES.replace("slug,name", "Slug,NAME"),
    "zero width": COMPANIES.replace("UD Toko", "UD\u200b Toko"),
    "control characters": COMPANIES.replace("UD Toko", "U\x07D\x00 Toko"),
    "columns moved": "\n".join(
        ",".join([line.rsplit(",", 1)[1], line.rsplit(",", 1)[0]])
        for line in COMPANIES.splitlines()
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
async def test_what_is_fine(folder, loaded, text):
    assert text != COMPANIES
    write(folder, C, text)

    report = await load_fair(loaded, folder, now=NOW)

    assert (report.mistakes, report.changes) == ((), ())


async def test_dots_between_thousands_are_fine(folder, loaded):
    spoil(folder, P, ",3000000,3400000,", ",3.000.000,3.400.000,")

    report = await load_fair(loaded, folder, now=NOW)

    assert (report.mistakes, report.changes) == ((), ())


ADVICE = "Tambahkan positions.csv atau positions.xlsx ke folder."
TYPE = "Simpan sebagai positions.xlsx atau positions.csv (CSV UTF-8), lalu hapus yang ini."


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], mistake(P, None, "", "", "Berkas ini tidak ada.", ADVICE)),
        (["positions.xlsm"], mistake("positions.xlsm", None, "", "",
                                   "Berkas dengan makro tidak diterima.", TYPE)),
        (["positions.csv", "positions.xlsm"], mistake("positions.xlsm", None, "", "",
                                                    "Berkas dengan makro tidak diterima.", TYPE)),
        (["positions.ods"], mistake("positions.ods", None, "", "", "Jenis berkas ini tidak dibaca.",
                                  TYPE)),
        (["positions.csv", "positions.xlsx"],
         mistake("positions.xlsx", None, "", "",
               "Ada dua berkas untuk tabel yang sama: positions.csv dan positions.xlsx.",
               "Hapus salah satu.")),
    ],
)  # fmt: skip
async def test_which_files_there_are(folder, refused, names, expected):
    (folder / P).unlink()
    for name in names:
        write(folder, name, POSITIONS)

    assert await refused() == (expected,)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
async def test_a_folder_or_a_pipe_in_place_of_a_file(folder, refused, make):
    (folder / P).unlink()
    make(folder / P)

    assert await refused() == (
        mistake(P, None, "", "", "Ini bukan berkas biasa (pipa, perangkat, atau folder).",
              "Salin isinya ke berkas biasa."),
    )  # fmt: skip


async def test_no_folder_at_all(folder, loaded):
    report = await load_fair(loaded, folder / "lain", now=NOW)

    assert report.mistakes == (
        mistake("lain", None, "", "", "Folder ini tidak ada.",
              "Periksa alamat folder. Di dalamnya harus ada fair.toml."),
    )  # fmt: skip


async def test_a_hostile_file_is_read_to_its_end_in_time(folder, refused):
    write(folder, C, COMPANIES + 'x"' * 10 + '\n"""a\n' * 20_000)

    assert 1 <= len(await refused()) <= 60
