"""Sentences over numbers: grammar for any data, and never more than is true."""

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from jobfair.reporting import findings, words
from jobfair.reporting.public import PublicRow
from jobfair.tally.rules.record import Day, Disability, PeopleRow, PersonStep
from tests.builders import WIB

VALUES = {word: value for value, word in words.PARTS}


@given(whole=some.integers(10, 10_000_000), data=some.data())
def test_a_share_is_never_more_than_true(whole, data):
    part = data.draw(some.integers(1, whole))
    exact, said = Fraction(part, whole), words.share(part, whole).lower()

    if said.startswith("hampir ") and said != "hampir semua":
        value = VALUES[said.removeprefix("hampir ")]
        assert value - words.NEARLY <= exact < value
    elif said.startswith("lebih dari "):
        assert VALUES[said.removeprefix("lebih dari ")] < exact
    elif said in VALUES:
        assert VALUES[said] == exact
    elif said.endswith("%") and not said.startswith("kurang"):
        assert abs(Fraction(int(said[:-1]), 100) - exact) <= Fraction(1, 200)
    else:
        assert said in ("semua", "hampir semua", "kurang dari 1%")
        assert (part == whole) == (said == "semua")


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (1116, 2278, "Hampir separuh"),
        (5, 10, "Separuh"),
        (3, 7, "3 dari 7"),
        (7, 7, "Semua"),
        (6, 100, "6%"),
        (96, 100, "Hampir semua"),
    ],
)
def test_shares_as_people_say_them(part, whole, said):
    assert words.share(part, whole) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (1, 1000, "<1%"),
        (999, 1000, ">99%"),
        (0, 9, "0%"),
        (9, 9, "100%"),
        (1, 0, "–"),
        (1, 8, "13%"),
    ],
)
def test_whole_percents_say_neither_none_nor_all_wrongly(part, whole, said):
    assert words.whole_percent(part, whole) == said


def test_numbers_and_dates_are_written_as_here():
    assert words.number(612041) == "612.041"
    assert words.ratio(2278, 356) == "6,4"
    assert words.ratio(1234567, 1) == "1.234.567,0"
    assert words.percent(356, 578) == "61,6%"
    assert words.days(date(2022, 11, 3), date(2022, 11, 10)) == "3–10 November 2022"
    assert words.days(date(2022, 11, 30), date(2022, 12, 2)) == "30 November – 2 Desember 2022"
    assert words.days(date(2022, 12, 30), date(2023, 1, 2)) == "30 Desember 2022 – 2 Januari 2023"
    at = datetime(2022, 11, 10, 16, tzinfo=WIB)
    assert words.moment(at, ZoneInfo("Asia/Makassar")) == "10 November 2022 pukul 17.00 WITA"


def days(*counts):
    return [
        Day(date=f"2026-03-{at + 2:02d}", applications=n, new_applicants=0)
        for at, n in enumerate(counts)
    ]


@pytest.mark.parametrize(
    ("counts", "title", "high"),
    [
        ((0, 0, 0), "Belum ada lamaran sampai penutupan", ()),
        (
            (604, 512, 427, 374, 231, 38, 49, 43),
            "Hampir separuh lamaran masuk dalam dua hari pertama",
            (0, 1),
        ),
        ((1, 2, 3, 90, 60), "Hampir semua lamaran masuk dalam dua hari terakhir", (3, 4)),
        ((5, 5, 5, 5), "Setiap hari sama ramainya", ()),
        ((9, 2), "Paling ramai Senin 2 Maret", (0,)),
        ((7, 1, 7), "Paling ramai Senin 2 Maret dan Rabu 4 Maret", (0, 2)),
        (
            (4, 1, 4, 4, 1, 4, 4, 4),
            "Lamaran terbanyak masuk pada enam hari yang sama ramainya",
            (0, 2, 3, 5, 6, 7),
        ),
    ],
)
def test_what_stands_out_among_the_days(counts, title, high):
    assert findings.about_days(days(*counts)) == (title, high)


def rows(**counts):
    return [
        PeopleRow(
            code=label, label=label, men=0, women=0, sex_unknown=n, applicants=n, applications=n
        )
        for label, n in counts.items()
    ]


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ({"SMA": 211, "S1": 145}, "Hampir tiga perlima pelamar lulusan SMA"),
        ({"SMA": 40, "S1": 40, "D3": 2}, "Lulusan SMA dan Lulusan S1 sama-sama terbanyak"),
        ({"SMA": 0, "unknown": 0}, "Belum ada lamaran sampai penutupan"),
        ({"SMA": 0, "unknown": 3}, "Pendidikan pelamar tidak diketahui"),
        ({"A": 2, "B": 2, "C": 2, "D": 2}, "Empat kelompok sama-sama terbanyak"),
    ],
)
def test_education_with_ties_and_nothing(counts, title):
    assert findings.about_education(rows(**counts), set(counts)) == title


def test_education_of_few_is_not_told():
    found = rows(SMA=4, S1=3)

    assert findings.about_education(found, {"SMA"}) == "4 dari 7 pelamar lulusan SMA"
    assert findings.about_education(found, {"S1"}) == (
        "Pendidikan pelamar tidak dirinci karena pelamarnya sedikit"
    )


SUMS = ("local", "outside")
EVERY = (*SUMS, "A", "B", "C", "D")
MOST = "Tiga perempat pelamar beralamat di Kabupaten Asahan"
OUTSIDE = "Tiga perlima pelamar beralamat di luar Kabupaten Asahan"
INSIDE = "Tiga perlima pelamar beralamat di Kabupaten Asahan, terbanyak di Kecamatan A dan B"
AB = f"{MOST}, terbanyak di Kecamatan A dan B"


@pytest.mark.parametrize(
    ("n", "told", "counts", "title", "named"),
    [
        ((0, 0, 0), EVERY, {"A": 0}, "Belum ada lamaran sampai penutupan", ""),
        ((0, 0, 8), EVERY, {"A": 0}, "Alamat pelamar tidak diketahui", ""),
        ((12, 8, 0), ("local", "A"), {"A": 12}, "sedikit", ""),
        ((12, 8, 0), ("outside", "A"), {"A": 12}, "sedikit", ""),
        ((8, 8, 4), ("A", "B"), {"A": 8}, "sedikit", ""),
        ((3, 17, 0), ("A", "B"), {"A": 3}, "sedikit", ""),
        ((8, 8, 0), EVERY, {"A": 8}, "sama banyak", ""),
        ((8, 8, 4), SUMS, {"A": 8}, "sama banyak", ""),
        ((8, 12, 0), EVERY, {"A": 8}, OUTSIDE, ""),
        ((12, 8, 0), EVERY, {"A": 6, "B": 6}, INSIDE, "AB"),
        ((15, 5, 0), EVERY, {"A": 9, "B": 6}, f"{MOST}, terbanyak di Kecamatan A", "A"),
        ((15, 5, 0), EVERY, {"A": 7, "B": 7, "C": 1}, AB, "AB"),
        ((15, 5, 0), (*SUMS, "B"), {"A": 9, "B": 6}, MOST, ""),
        ((15, 5, 0), (*SUMS, "A"), {"A": 7, "B": 7, "C": 1}, MOST, ""),
        ((20, 0, 0), EVERY, {"A": 5, "B": 5, "C": 5, "D": 5}, "Semua pelamar", ""),
        ((15, 5, 0), EVERY, {"Lain": 9, "B": 6}, MOST, ""),
        ((15, 5, 0), EVERY, {"Lain": 7, "B": 7, "C": 1}, MOST, ""),
    ],
)  # fmt: skip
def test_where_applicants_live(n, told, counts, title, named):
    # "Lain" is a place of the regency that is no kecamatan: its code is the regency's own.
    codes = {one: "12.09" if one == "Lain" else f"12.09.{one}" for one in "ABCD"} | {
        "Lain": "12.09"
    }
    local = [replace(row, code=codes[row.label]) for row in rows(**counts)]
    step = PersonStep("applied", sum(n), *n)
    whole = {
        "sedikit": "Alamat pelamar tidak dirinci karena pelamarnya sedikit",
        "sama banyak": "Pelamar dari Kabupaten Asahan dan dari luarnya sama banyak",
        "Semua pelamar": "Semua pelamar beralamat di Kabupaten Asahan",
    }

    said = findings.about_residence(
        step, local, "Kabupaten Asahan", {codes.get(one, one) for one in (*told, "Lain")}
    )

    assert said == (whole.get(title, title), tuple(codes[one] for one in named))


@pytest.mark.parametrize(
    ("steps", "title"),
    [
        ((0, 0, 0), "Belum ada lamaran sampai penutupan"),
        ((9, 0, 0), "Belum ada pelamar yang ditinjau perusahaan"),
        ((9, 4, 0), "Belum ada pelamar yang lolos berkas"),
        ((356, 331, 164), "Hampir separuh pelamar lolos berkas"),
        ((9, 4, 4), "4 dari 9 pelamar lolos berkas"),
    ],
)
def test_selection(steps, title):
    assert findings.about_selection([PersonStep("", n, n, 0, 0) for n in steps]) == title


def test_small_numbers_of_disabled_people_are_hidden():
    assert [findings.few(n) for n in (0, 1, 4, 5, 12)] == ["0", "<5", "<5", "5", "12"]
    sexes = PublicRow("", "", "", 13, 14, 0, 27, 27)
    said = findings.about_people(sexes, Disability(applicants=3, positions=0))
    assert "Kurang dari lima pelamar menyatakan diri" in said
    assert "3 " not in said.split(". ", 1)[1]
