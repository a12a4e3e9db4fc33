"""Signs of a fee and of unequal treatment: found in many words, never in a warning."""

import tomllib

import pytest

from jobfair.positions.rules.details import PositionDetails
from jobfair.positions.rules.flags import REASONS, WORDS, Flag, flags_in, flags_of

OFFENCES = [
    ("Biaya administrasi ditanggung pelamar", "pungutan", "biaya administrasi"),
    ("Uang seragam Rp250.000", "pungutan", "uang seragam"),
    ("Bersedia membayar pelatihan", "pungutan", "bersedia membayar"),
    ("Transfer DP ke rekening HRD", "pungutan", "transfer dp ke rekening"),
    ("IJAZAH ASLI DITAHAN selama kontrak", "tahan_ijazah", "ijazah asli ditahan"),
    ("menyerahkan ijazah terakhir", "tahan_ijazah", "menyerahkan ijazah"),
    ("Usia maksimal 27 thn", "usia", "usia maks"),
    ("umur 20-30", "usia", "umur 20"),
    ("Max usia 35 tahun", "usia", "maks usia"),
    ("Diutamakan perempuan", "jenis_kelamin", "diutamakan perempuan"),
    ("Laki-laki, kuat mengangkat", "jenis_kelamin", "laki-laki,"),
    ("Khusus muslimah", "agama", "khusus muslimah"),
    ("wajib berjilbab", "agama", "wajib berjilbab"),
    ("diutamakan orang Jawa", "suku", "diutamakan orang jawa"),
    ("berkulit putih", "warna_kulit", "berkulit putih"),
    ("Berpenampilan menarik", "penampilan", "berpenampilan menarik"),
    ("tidak bertato", "penampilan", "tidak bertato"),
    ("Tinggi badan minimal 160 cm", "tinggi_badan", "tinggi badan min 160"),
    ("Belum menikah", "status_kawin", "belum menikah"),
    ("tidak sedang hamil", "kehamilan", "tidak sedang hamil"),
    ("tidak cacat fisik", "disabilitas", "tidak cacat"),
    ("Ra\u200bmah; penam\u200bpilan menarik", "penampilan", "penampilan menarik"),
]


@pytest.mark.parametrize(("text", "rule", "found"), OFFENCES)
def test_the_forbidden_is_found_in_many_words(text, rule, found):
    assert list(flags_in(text)) == [Flag(rule, found, REASONS[rule])]


@pytest.mark.parametrize(
    "text",
    [
        "Melamar gratis, tidak dipungut biaya administrasi",
        "Hati-hati penipuan: kami tidak pernah meminta transfer ke rekening pribadi",
        "Waspada yang meminta uang jaminan mengatasnamakan kami",
        "Biaya pelatihan ditanggung perusahaan",
        "Seragam dan biaya pendaftaran gratis",
        "Ijazah tidak ditahan",
        "Kami tidak menahan ijazah siapa pun",
        "Tanpa batas usia",
        "Usia minimal 18 tahun",
        "Pengalaman minimal 2 tahun",
        "Pria atau wanita",
        "Perempuan dan laki-laki dipersilakan",
        "Melayani toko pakaian wanita",
        "Penampilan menarik bukan syarat",
        "tidak harus berpenampilan menarik",
        "Tinggi badan tidak dibatasi",
        "Sudah atau belum menikah",
        "Belum menikah atau sudah menikah sama saja",
        "cuti hamil tiga bulan",
        "Penyandang disabilitas dipersilakan melamar",
        "Mencatat biaya administrasi pelanggan",
        "Kasir toko busana muslim",
        "",
    ],
)
def test_a_warning_and_a_task_are_no_offence(text):
    assert list(flags_in(text)) == []


def test_every_rule_has_its_words_and_its_reason():
    content = tomllib.loads(WORDS.read_text("utf-8"))

    assert {name for name in content if "find" in content[name]} == set(REASONS)


def test_every_text_of_a_position_is_read():
    texts = {"title": "Kasir wanita only", "wage_note": "Potong gaji", "hours": "usia 20-30"}
    lists = {
        "duties": ("lajang",),
        "requirements": ("kulit putih",),
        "questions": ("Good looking?",),
    }
    position = PositionDetails(
        slug="kasir", kbji="5", employment="pkwt", openings=1, education=("sma",),
        experience_years=0, wage_min=None, wage_max=None, wage_period="bulan", district="12.09.19",
        sector="formal", disability_friendly=False, **texts, **lists,
    )  # fmt: skip

    assert [(name, flag.rule) for name, flag in flags_of(position)] == [
        ("title", "jenis_kelamin"),
        ("wage_note", "pungutan"),
        ("hours", "usia"),
        ("duties", "status_kawin"),
        ("requirements", "warna_kulit"),
        ("questions", "penampilan"),
    ]


def test_a_long_text_costs_little():
    for text in ("biaya " * 700, "usia " * 800, "tidak " * 700 + "menikah", "ijazah " * 600):
        list(flags_in(text))  # patterns that backtrack would stand here for minutes
