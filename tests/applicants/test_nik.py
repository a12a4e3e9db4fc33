"""The vectors of domain.md 1.2 and every way people spell a NIK. All of them are fictional."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobfair.applicants.rules.nik import (
    Nik,
    NikFacts,
    likely_birth_date,
    normalise_nik,
    read_nik,
    whole_years,
)
from jobfair.errors import Problem
from jobfair.regions import PROVINCES_EVER
from tests.builders import make_nik

TODAY = date(2026, 3, 4)
WOMAN, MAN = "3303015708959001", "3303011708959002"


@pytest.mark.parametrize(
    ("typed", "sex", "born", "regency"),
    [
        (WOMAN, "P", date(1995, 8, 17), "33.03"),
        (MAN, "L", date(1995, 8, 17), "33.03"),
        ("3303.01.170895.9002", "L", date(1995, 8, 17), "33.03"),
        ("3303016902009006", "P", date(2000, 2, 29), "33.03"),
        ("9101015005909009", "P", date(1990, 5, 10), "93.01"),
        ("1209031203859010", "L", date(1985, 3, 12), "12.09"),
        ("3303011708109012", "L", date(2010, 8, 17), "33.03"),
    ],
)
def test_a_possible_nik_says_who_was_born_when_and_where(typed, sex, born, regency):
    facts = read_nik(typed, today=TODAY)

    assert isinstance(facts, NikFacts)
    assert (facts.sex, facts.regency) == (sex, regency)
    assert born in facts.birth_dates
    assert likely_birth_date(facts, today=TODAY) == born


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("3303010000959003", "bukan tanggal lahir"),
        ("3303013202959004", "bukan tanggal lahir"),
        ("3303017202959005", "bukan tanggal lahir"),
        ("3303014000959005", "bukan tanggal lahir"),
        ("3303013002009007", "bukan tanggal lahir"),
        ("3303012902019008", "bukan tanggal lahir"),
        ("3303011713959008", "bukan tanggal lahir"),
        ("3303011708950000", "tidak mungkin 0000"),
        ("9999990101909011", "bukan kode provinsi"),
        ("330301170895900", "ini 15 angka"),
        ("33030117089590022", "ini 17 angka"),
        ("", "Tulis NIK Anda"),
        ("   ", "Tulis NIK Anda"),
        ("\u200b", "Tulis NIK Anda"),
        ("33030117O8959002", "hanya berisi angka"),
        ("budi@contoh.id", "hanya berisi angka"),
        ("٣٣٠٣٠١١٧٠٨٩٥٩٠٠٢", "hanya berisi angka"),
        ("-3303011708959002+", "hanya berisi angka"),
    ],
)
def test_an_impossible_nik_is_told_what_is_wrong(typed, problem):
    found = read_nik(typed, today=TODAY)

    assert isinstance(found, Problem)
    assert problem in str(found)


SPELLINGS = [
    "3303 0117 0895 9002",
    "33.03.01.170895.9002",
    "330301-170895-9002",
    "330301–170895—9002",
    "\u00a03303011708959002\u2009",
    "\t3303011708959002\r\n",
    "３３０３０１１７０８９５９００２",  # full width
    "３３０３ 01．170895．9002",
    "\u202a3303011708959002\u202c",  # direction marks of a chat
    "3303\u200b0117\u200b0895\u200b9002",  # zero width
    "\ufeff3303011708959002",
]


@pytest.mark.parametrize("typed", SPELLINGS, ids=ascii)
def test_every_spelling_is_the_same_nik(typed):
    # Guards P6: one person, one account, however the number was copied.
    assert normalise_nik(typed) == MAN
    assert isinstance(read_nik(typed, today=TODAY), NikFacts)


@given(st.integers(1, 60_000), st.lists(st.sampled_from(" .-\t\u00a0\u200b–"), max_size=16))
def test_separators_never_change_a_nik(number, separators):
    digits = make_nik(number)
    wide = digits.translate({ord("0") + n: ord("０") + n for n in range(10)})
    spelled = "".join(a + b for a, b in zip(wide, [*separators, *[""] * 16], strict=False))

    assert normalise_nik(spelled) == digits


@given(st.text(max_size=40))
def test_anything_typed_gets_facts_or_one_sentence(typed):
    found = read_nik(typed, today=TODAY)

    if isinstance(found, NikFacts):
        assert len(found.nik.digits) == 16
        assert all(born <= TODAY for born in found.birth_dates)
    else:
        assert str(found)


def test_a_storm_of_marks_or_letters_costs_nothing():
    for typed in ("1" * 10**6, "1" + "\u0301\u0323" * 10**5, " " * 10**6):
        assert isinstance(read_nik(typed, today=TODAY), Problem)


def test_all_provinces_and_only_they_are_let_in():
    possible = {
        f"{code:02d}"
        for code in range(100)
        if isinstance(read_nik(f"{code:02d}03011708959002", today=TODAY), NikFacts)
    }

    assert possible == PROVINCES_EVER


def test_every_day_number_is_judged():
    days = {day: read_nik(f"330301{day:02d}01959001", today=TODAY) for day in range(100)}
    men = {day for day, found in days.items() if isinstance(found, NikFacts) and found.sex == "L"}
    women = {day for day, found in days.items() if isinstance(found, NikFacts) and found.sex == "P"}

    assert men == set(range(1, 32))
    assert women == set(range(41, 72))


def test_the_century_is_told_only_when_one_fits():
    def born(year: int) -> date | None:
        facts = read_nik(f"33030117{8:02d}{year:02d}9002", today=TODAY)
        assert isinstance(facts, NikFacts)
        return likely_birth_date(facts, today=TODAY)

    assert born(95) == date(1995, 8, 17)
    assert born(10) == date(2010, 8, 17)
    assert born(44) is None, "81 and not yet born"
    assert born(20) is None, "105 and five"


@pytest.mark.parametrize(("age", "likely"), [(14, False), (15, True), (80, True), (81, False)])
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_ages_change_on_the_birthday(age, likely, days):
    born = date(TODAY.year - age, TODAY.month, TODAY.day) + timedelta(days=days)
    facts = NikFacts(nik=Nik(MAN), sex="L", birth_dates=(born,), regency="33.03")
    years = age - (days == 1)

    assert whole_years(born, TODAY) == years
    assert (likely_birth_date(facts, today=TODAY) == born) is (15 <= years <= 80)


def test_a_leap_day_child_grows_older_in_march():
    born = date(2008, 2, 29)

    assert whole_years(born, date(2026, 2, 28)) == 17
    assert whole_years(born, date(2026, 3, 1)) == 18


def test_a_nik_prints_masked():
    facts = read_nik(MAN, today=TODAY)
    assert isinstance(facts, NikFacts)

    for shown in (str(facts.nik), repr(facts.nik), f"{facts.nik}", repr(facts)):
        assert MAN not in shown
        assert "170895" not in shown
