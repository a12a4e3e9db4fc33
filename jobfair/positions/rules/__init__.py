"""What a position may say, and the code lists it uses (``domain.md`` 3.1, 3.3)."""

KBJI = {
    "0": "TNI dan Polri",
    "1": "Manajer",
    "2": "Profesional",
    "3": "Teknisi dan asisten profesional",
    "4": "Tenaga tata usaha",
    "5": "Tenaga usaha jasa dan penjualan",
    "6": "Pekerja terampil pertanian, kehutanan, dan perikanan",
    "7": "Pekerja pengolahan dan kerajinan",
    "8": "Operator dan perakit mesin",
    "9": "Pekerja kasar",
}
"""The ten main groups of KBJI 2026 (BPS), the only level that may be shipped."""

EDUCATION = {
    "sd": "SD",
    "smp": "SMP",
    "sma": "SMA",
    "smk": "SMK",
    "d1": "D1",
    "d2": "D2",
    "d3": "D3",
    "d4": "D4",
    "s1": "S1",
    "s2": "S2",
    "s3": "S3",
}
"""In rising order; SMA and SMK are of equal rank."""

EDUCATION_GROUPS = {
    "smp": ("SMP/SD", frozenset({"sd", "smp"})),
    "sma": ("SMA/SMK", frozenset({"sma", "smk"})),
    "d3": ("D1–D3", frozenset({"d1", "d2", "d3"})),
    "s1": ("D4/S1 ke atas", frozenset({"d4", "s1", "s2", "s3"})),
}
"""The groups that filters and the recap show: code, label, members."""

EMPLOYMENT = {
    "pkwtt": "Karyawan tetap",
    "pkwt": "Kontrak",
    "magang": "Magang",
    "harian": "Harian lepas",
    "paruh_waktu": "Paruh waktu",
}

EXPERIENCE_BANDS = {
    "0": ("Tanpa pengalaman", 0, 0),
    "1": ("1–2 tahun", 1, 2),
    "3": ("3 tahun lebih", 3, 99),
}
"""Code: label, fewest and most years a position asks for."""

WAGE_PERIODS = ("bulan", "hari")
SECTORS = ("formal", "informal")


def education_label(codes: list[str]) -> str:
    """Return the schooling a position asks for as people say it: "SMA/SMK, D3"."""
    known = [code for code in EDUCATION if code in codes]
    names = [EDUCATION[code] for code in known]
    if {"sma", "smk"} <= set(known):
        at = known.index("sma")
        names[at : at + 2] = ["SMA/SMK"]
    return ", ".join(names)
