"""What can be wrong with fair.toml, and many things wrong at once."""

import pytest

from jobfair.fairs.rules.details import RESERVED
from jobfair.fields.parsing import SLUG
from jobfair.loading import load_fair
from tests.loading.folders import FAIR, NOW, mistake, spoil, write

F = "fair.toml"
AGAIN = "Simpan lagi sebagai teks UTF-8."
SLUG_ADVICE = "Pakai huruf kecil, angka, dan tanda hubung, paling panjang 80."
UNREADABLE = "Baris ini tidak dapat dibaca sebagai TOML."
WRITE = "Tulis kunci = nilai, teks di antara tanda kutip."

CASES = [
    # old, new, row, column, value, what, todo
    ('city = "Kisaran"', 'city = "Kisaran', 6, "", 'city = "Kisaran',
     "Ada karakter yang tidak boleh di sini.", "Hapus lalu ketik ulang."),
    ("minimum_age = 18", "minimum_age 18", 20, "", "minimum_age 18", UNREADABLE, WRITE),
    ("[texts]", "[fair]", 24, "", "[fair]", "Tabel ini ditulis dua kali.",
     "Gabungkan menjadi satu tabel."),
    ("minimum_age = 18", "minimum_age = 18\nminimum_age = 19", 21, "",
     "minimum_age = 19", "Kunci ini ditulis dua kali.", "Hapus salah satu."),
    ("2026-03-02T08:00:00", "2026-02-30T08:00:00", 17, "", "opens_at = 2026-02-30T08:00:00+07:00",
     "Tanggal ini tidak ada.", "Tulis seperti 2022-11-03T08:00:00+07:00."),
    ("2026-03-02T08:00:00", "2026-03-02T08:00:60", 17, "", "opens_at = 2026-03-02T08:00:60+07:00",
     UNREADABLE, WRITE),
    ('"DINAS TENAGA KERJA"]', '"DINAS TENAGA KERJA"', 11, "", "[fair]",
     "Kurung ini tidak ditutup.", "Tutup kurungnya."),
    ("minimum_age = 18", "minimum_age = " + "[" * 10_000, None, "", "",
     "Kurung di berkas ini terlalu dalam.", "Tulis tanpa kurung bersusun."),
    ("minimum_age = 18", "minimum_age = 1" + "0" * 5000, None, "", "",
     "Ada angka yang terlalu panjang.", "Tulis angka yang masuk akal."),
    ("minimum_age = 18", 'minimum_age = "x"', 20, "fair.minimum_age", "x",
     "Isian ini bukan angka bulat.", "Tulis angka saja, misalnya 3000000."),
    ("minimum_age = 18", "minimum_age = true", 20, "fair.minimum_age", "True",
     "Isian ini bukan angka bulat.", "Tulis angka saja, misalnya 3000000."),
    ("minimum_age = 18", "minimum_age = 14", 20, "fair.minimum_age", "14",
     "Tulis angka 15 sampai 60."),
    ("minimum_age = 18", "minimun_age = 18\nminimum_age = 18", 20, "fair.minimun_age", "18",
     "Kunci ini tidak dikenal.", "Hapus kunci ini."),
    ("reporting_days = 30", "reporting_days = 366", 22, "fair.reporting_days", "366",
     "Tulis angka 1 sampai 365."),
    ('phone = "(0623) 000000"', 'fone = "(0623) 000000"', 8, "office.fone", "(0623) 000000",
     "Kunci ini tidak dikenal.", "Maksudnya “phone”?"),
    ('regency = "12.09"', "regency = 12.09", 5, "office.regency", "12.09",
     "Tulis sebagai teks dalam kutip."),
    ('regency = "12.09"', 'regency = "12.99"', 5, "office.regency", "12.99",
     "Kode wilayah ini tidak ada.", "Tulis kode Kemendagri seperti 12.09."),
    ('city = "Kisaran"', 'city = " "', 6, "office.city", " ", "Isian ini kosong.", "Isi dahulu."),
    ('city = "Kisaran"\n', "", 1, "office.city", "", "Isian ini kosong.", "Isi dahulu."),
    ('city = "Kisaran"', f'city = "{"K" * 81}"', 6, "office.city", "K" * 39 + "…",
     "Paling panjang 80 huruf."),
    ('"PEMERINTAH KABUPATEN ASAHAN", ', "7, ", 9, "office.letterhead", "list",
     "Tulis sebagai teks dalam kutip."),
    ('slug = "kisaran-2026"', 'slug = "Kisaran 2026"', 12, "fair.slug", "Kisaran 2026",
     "Slug ini tidak dapat dipakai dalam alamat.", SLUG_ADVICE),
    ('slug = "kisaran-2026"', 'slug = "kisaran--2026"', 12, "fair.slug", "kisaran--2026",
     "Slug ini tidak dapat dipakai dalam alamat.", SLUG_ADVICE),
    ('slug = "kisaran-2026"', 'slug = "masuk"', 12, "fair.slug", "masuk",
     "Slug ini sudah dipakai untuk halaman lain.", "Tambahkan nama daerah atau tahun."),
    ('"KIS"', '"kis-26"', 15, "fair.receipt_prefix", "kis-26",
     "Awalan nomor bukti ini tidak dapat dipakai.",
     "Pakai 2 sampai 6 huruf besar atau angka, misalnya ASH."),
    ("Asia/Jakarta", "Asia/Djakarta", 16, "fair.time_zone", "Asia/Djakarta",
     "“Asia/Djakarta” tidak dikenal.", "Maksudnya “Asia/Jakarta”?"),
    ("Asia/Jakarta", "../../etc/passwd", 16, "fair.time_zone", "../../etc/passwd",
     "“../../etc/passwd” tidak dikenal.",
     "Pakai salah satu: Asia/Jakarta, Asia/Pontianak, Asia/Makassar, Asia/Jayapura."),
    ("2026-03-02T08:00:00+07:00", "2026-03-02T08:00:00", 17, "fair.opens_at",
     "2026-03-02 08:00:00", "Jam ini tanpa selisih zona waktu.",
     "Tulis seperti 2022-11-03T08:00:00+07:00."),
    ("2026-03-02T08:00:00+07:00", "2026-03-02", 17, "fair.opens_at", "2026-03-02",
     "Jam ini tanpa selisih zona waktu.", "Tulis seperti 2022-11-03T08:00:00+07:00."),
    ("2026-03-02T08:00:00+07:00", '"2 Maret 2026"', 17, "fair.opens_at", "2 Maret 2026",
     "Tulis tanggal dan jam dengan zona, misalnya 2022-11-03T08:00:00+07:00."),
    ("2026-03-02T08", "0001-01-01T00", 17, "fair.opens_at", "0001-01-01 00:00:00+07:00",
     "Tahun ini di luar batas.", "Tulis tahun 2000 sampai 2100."),
    ("2026-03-09T16", "2026-03-02T08", 18, "fair.closes_at", "2026-03-02 08:00:00+07:00",
     "Penutupan tidak sesudah pembukaan.", "Tulis jam tutup yang lebih akhir."),
    ("2026-03-09T16", "2026-07-09T16", 18, "fair.closes_at", "2026-07-09 16:00:00+07:00",
     "Masa pendaftaran lebih dari 120 hari.", "Periksa tanggal buka dan tutup."),
    ("2026-03-02T08", "2026-02-01T15", 17, "fair.opens_at", "2026-02-01T15:00:00+07:00",
     "Jam buka ini sudah lewat.", "Tulis jam buka yang akan datang."),
    ('residence_policy = "open"', 'residence_policy = "local_priority"', 19,
     "fair.residence_policy", "local_priority",
     "Pakai open (semua orang boleh melamar) atau local_only (hanya KTP setempat).",
     "Pelamar tidak diurutkan menurut alamat."),
    ('residence_policy = "open"', 'residence_policy = "local_only"', 11, "fair.residence_basis",
     "", "Tulis dasar pembatasan KTP setempat; dasar ini ditunjukkan kepada pelamar."),
    ("welcome =", "welcom =", 25, "texts.welcom", "Selamat datang!", "Kunci ini tidak dikenal.",
     "Maksudnya “welcome”?"),
    ("[texts]", "[text]", 24, "text", "dict", "Kunci ini tidak dikenal.", "Maksudnya “texts”?"),
    ("[[signatory]]", "[signatory]", 27, "signatory", "dict",
     "“signatory” bukan daftar tabel.", "Tulis [[signatory]]."),
    ('name = "Rahmadani (contoh)"', "", 27, "signatory.1.name", "",
     "Isian ini kosong.", "Isi dahulu."),
    ('heading = "Ketua Panitia,"', 'heading = "Ketua"\n' + "[[signatory]]\n" * 4, 27, "signatory",
     "list", "Ada 5 penanda tangan, paling banyak 4.", "Hapus yang tidak menandatangani."),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{one[3]}: {one[5]}"[:60] for one in CASES])
async def test_a_wrong_key(folder, refused, case):
    old, new, *said = case
    spoil(folder, F, old, new)

    mistakes = await refused()

    assert mistakes[0] == mistake(F, *said)
    assert len(mistakes) == 1 or "signatory" in mistakes[0].column


def test_no_fair_can_take_the_place_of_a_page(app):
    first = {route.path.split("/")[1] for route in app.routes}

    assert {word for word in first if SLUG.fullmatch(word)} <= RESERVED


async def test_fair_toml_missing(folder, refused):
    (folder / F).unlink()

    assert await refused() == (
        mistake(F, None, "", "", "Berkas ini tidak ada.", "Salin dari folder contoh, lalu ubah."),
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", (None, "", "", "Berkas ini kosong.", "Isi berkas ini, lihat contohnya.")),
        (FAIR.encode("utf-16"),
         (None, "", "", "Berkas ini disimpan sebagai UTF-16 (“Unicode Text”).", AGAIN)),
        (FAIR.replace("Jl.", "Jl. Ké").encode("cp1252"),
         (7, "", 'ddress = "Jl. Ké Contoh No. 1, Kisa',
          "Berkas ini bukan UTF-8, tampaknya Windows-1252 (ANSI).", AGAIN)),
        (FAIR.encode() + b"#" * 256 * 1024,
         (None, "", "", "Berkas lebih besar dari 256 KiB.",
          "Buang baris, kolom, atau gambar yang tidak perlu.")),
    ],
)  # fmt: skip
async def test_wrong_bytes(folder, refused, content, said):
    (folder / F).write_bytes(content)

    assert (await refused()) == (mistake(F, *said),)


async def test_only_a_comment(folder, refused):
    write(folder, F, "# nanti diisi\n")

    lost = "Tambahkan, lihat fair.toml contoh."
    assert await refused() == (
        mistake(F, None, "office", "", "Tabel [office] tidak ada.", lost),
        mistake(F, None, "fair", "", "Tabel [fair] tidak ada.", lost),
    )


@pytest.mark.parametrize(
    "content",
    [
        "[" + "a." * 20_000 + "a]",
        "a = " + '{"b" = ' * 500 + "1" + "}" * 500,
        "\x00\x01\x02",
        "office = 1\nfair = 2\ntexts = 3\nsignatory = [1]\nrecap = []\nmedia = true",
        "[office]\nslug = []\nname = {}\nletterhead = [[[]]]\n[fair]\nopens_at = 07:00:00",
    ],
)
async def test_never_more_than_mistakes(folder, refused, content):
    write(folder, F, content)

    assert all(one.file == F for one in await refused())


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + FAIR,
        FAIR.replace("\n", "\r\n"),
        FAIR.replace("\n", "\r\n", 5),
        FAIR + "[recap]\n",
    ],
    ids=["byte order mark", "line ends", "mixed line ends", "empty table"],
)
async def test_what_is_fine(folder, loaded, text):
    write(folder, F, text)

    report = await load_fair(loaded, folder, now=NOW)

    assert (report.mistakes, report.changes) == ((), ())


async def test_twelve_different_mistakes_are_all_told_at_once(folder, refused):
    spoil(folder, F, "minimum_age = 18", "minimum_age = 8")
    spoil(folder, F, "Asia/Jakarta", "Asia/Jogja")
    spoil(folder, F, "2026-03-09T16:00:00+07:00", "2026-03-09T16:00:00")
    spoil(folder, F, "phone =", "telepon =")
    spoil(folder, "companies.csv", "formal,C,", "formal,Z,")
    spoil(folder, "companies.csv", "12.09.19", "12.09.77")
    spoil(folder, "companies.csv", "Toko kelontong.,ya", "Toko kelontong.,y")
    spoil(folder, "positions.csv", "8,pkwt,24", "8,pkwt,banyak")
    spoil(folder, "positions.csv", ",3000000,", ',"3,5 juta",')
    spoil(folder, "positions.csv", "Teliti", "T" * 201)
    spoil(folder, "positions.csv", "kasir,toko-sinar", "kasir,toko-sinarr")
    spoil(folder, "positions.csv", "smp", "smp slta")

    assert [(one.file, one.row, one.column) for one in await refused()] == [
        (F, 8, "office.telepon"),
        (F, 16, "fair.time_zone"),
        (F, 18, "fair.closes_at"),
        (F, 20, "fair.minimum_age"),
        ("companies.csv", 2, "kbli"),
        ("companies.csv", 3, "verified"),
        ("companies.csv", 3, "district"),
        ("positions.csv", 2, "openings"),
        ("positions.csv", 2, "wage_min"),
        ("positions.csv", 2, "requirements"),
        ("positions.csv", 3, "company"),
        ("positions.csv", 3, "education"),
    ]
