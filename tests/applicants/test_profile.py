"""A profile: every bad input of reliability.md 6.2 gets its sentence, and nothing else breaks."""

import time
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobfair.applicants.rules.nik import NikBirth
from jobfair.applicants.rules.profile import (
    NAME_LONGEST,
    Profile,
    read_beginning,
    read_first_profile,
    read_person,
    read_profile,
)
from jobfair.errors import Invalid
from jobfair.fields import Fields

TODAY = date(2026, 3, 4)
GOOD = {
    "nik": "1209990101950001",
    "name": "Siti Aminah",
    "sex": "L",
    "birth_date": "01-01-1995",
    "phone": "0812 3456 7890",
    "district": "12.09.19",
    "village": "Kisaran Baru",
    "education": "smk",
    "major": "Tata Boga",
    "school": "SMK Contoh",
    "graduation_year": "2013",
    "experience_years": "2",
    "experience": "Dua tahun di dapur hotel.",
    "disability": "",
}


def profile(**changed: str) -> Profile:
    return read_profile(Fields(GOOD | changed), today=TODAY)


def problems(**changed: str) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        profile(**changed)
    assert all(str(problem) for problem in refusal.value.fields.values())
    return list(refusal.value.fields)


def test_a_good_form_becomes_a_clean_profile():
    assert profile() == Profile(
        name="Siti Aminah",
        sex="L",
        birth_date=date(1995, 1, 1),
        phone="+6281234567890",
        education="smk",
        major="Tata Boga",
        school="SMK Contoh",
        graduation_year=2013,
        experience_years=2,
        experience="Dua tahun di dapur hotel.",
        district="12.09.19",
        village="Kisaran Baru",
        disability="",
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Q", "Q"),
        ("Suharto", "Suharto"),
        ("  Siti \t\n Aminah  ", "Siti Aminah"),
        ("D'Angelo O’Neil", "D'Angelo O’Neil"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{7*7}} ${x}", "{{7*7}} ${x}"),
        ("Budi \U0001f600", "Budi \U0001f600"),
        ("Si\u200bti", "Siti"),
        ("\u202eitiS", "itiS"),
        ("Budi\x00\x07\x1b[31m", "Budi[31m"),
        ("Budi\ud800", "Budi"),
        ("Budi\r\nBcc: x@y.id", "Budi Bcc: x@y.id"),
        ("Jose\u0301", "José"),
        ("Jose\u200b\u0301", "José"),
        ("ﷺ Ali", "ﷺ Ali"),
    ],
    ids=ascii,
)
def test_odd_names_are_kept_without_hidden_marks(typed, kept):
    assert profile(name=typed).name == kept


@pytest.mark.parametrize(
    "typed", ["", "   ", "\u200b\u200d", "\u202e", "12345", "...", "\x00", "\U0001f600"], ids=ascii
)
def test_a_name_needs_a_letter(typed):
    assert problems(name=typed) == ["name"]


@pytest.mark.parametrize("field", ["name", "village", "major", "school", "experience"])
def test_a_million_letters_are_refused_at_once(field):
    started = time.process_time()

    assert problems(**{field: "a" * 10**6}) == [field]
    assert problems(**{field: "a" + "\u0301\u0323" * 10**5}) == [field]

    assert time.process_time() - started < 1, "the whole site would stand still meanwhile"


def test_the_longest_name_fits():
    assert len(profile(name="a" * NAME_LONGEST).name) == NAME_LONGEST
    assert problems(name="a" * (NAME_LONGEST + 1)) == ["name"]


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("01-01-1995", date(1995, 1, 1)),
        ("1/1/1995", date(1995, 1, 1)),
        ("1.1.1995", date(1995, 1, 1)),
        (" 1 1 1995 ", date(1995, 1, 1)),
        ("1995-01-01", date(1995, 1, 1)),
        ("29-02-2000", date(2000, 2, 29)),
        ("04-03-2011", date(2011, 3, 4)),
        ("04-03-1926", date(1926, 3, 4)),
    ],
)
def test_dates_as_people_write_them(typed, born):
    assert profile(birth_date=typed).birth_date == born


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "31-02-1995",
        "00-00-0000",
        "29-02-1999",
        "17 Agustus 1995",
        "17-08-95",
        "05-03-2026",  # tomorrow
        "05-03-2011",  # fifteen tomorrow
        "04-03-1925",  # a hundred and one
        "01-01-0001",
        "9" * 10**5,
        "1" + " " * 50_000 + "x",
        "1-1" + " " * 50_000 + "x",
        "\x00",
        "-1-1-1995",
    ],
    ids=lambda typed: ascii(typed[:12]),
)
def test_impossible_birth_dates_are_told_quickly(typed):
    # Guards the cut before the pattern: its blanks cost the square of their number.
    started = time.process_time()

    assert problems(birth_date=typed) == ["birth_date"]

    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("sex", ""),
        ("sex", "X"),
        ("sex", "LP"),
        ("district", ""),
        ("district", "99.99.99"),
        ("district", "12.09.19'--"),
        ("education", ""),
        ("education", "S4"),
        ("graduation_year", "1949"),
        ("graduation_year", "2027"),
        ("graduation_year", "20 13"),
        ("graduation_year", "1e3"),
        ("graduation_year", "9" * 5000),
        ("experience_years", "-1"),
        ("experience_years", "61"),
        ("experience_years", "dua"),
        ("experience_years", "1.5"),
        ("disability", "lain"),
    ],
)
def test_choices_and_numbers_out_of_range(field, typed):
    assert problems(**{field: typed[:6000]}) == [field]


def test_all_problems_come_at_once_in_page_order():
    assert problems(**dict.fromkeys(GOOD, "?")) == [
        "name", "birth_date", "sex", "phone", "district", "education", "graduation_year",
        "experience_years", "disability",
    ]  # fmt: skip


TOLD = NikBirth("0001", "L", date(1995, 1, 1))


@pytest.mark.parametrize(
    ("read", "missing"),
    [
        (read_person, ["nik", "name", "birth_date", "sex", "phone", "district", "education"]),
        (read_beginning, ["nik", "phone", "password"]),
        (
            partial(read_first_profile, told=TOLD),
            ["read_back", "name", "district", "education"],
        ),
        (
            partial(read_first_profile, told=replace(TOLD, birth_date=None)),
            ["birth_date", "sex", "name", "district", "education"],
        ),
    ],
)
def test_missing_fields_are_problems_not_errors(read, missing):
    with pytest.raises(Invalid) as refusal:
        read(Fields({}), today=TODAY)

    assert list(refusal.value.fields) == missing


@pytest.mark.parametrize(
    ("answers", "born", "sex"),
    [
        ({"read_back": "ya"}, date(1995, 1, 1), "L"),
        ({"read_back": "ya", "birth_date": "02-01-1995", "sex": "P"}, date(1995, 1, 1), "L"),
        ({"read_back": "tidak", "birth_date": "02-01-1995", "sex": "P"}, date(1995, 1, 2), "P"),
    ],
)
def test_birth_and_sex_are_the_niks_unless_the_person_says_otherwise(answers, born, sex):
    given = {name: GOOD[name] for name in ("name", "district", "education")}

    found = read_first_profile(Fields(given | answers), told=TOLD, today=TODAY)

    assert (found.birth_date, found.sex) == (born, sex)


def test_a_nik_of_a_child_is_refused_when_it_is_confirmed():
    child = NikBirth("0001", "L", date(2015, 1, 1))
    given = {name: GOOD[name] for name in ("name", "district", "education")}

    with pytest.raises(Invalid) as refusal:
        read_first_profile(Fields(given | {"read_back": "ya"}), told=child, today=TODAY)

    assert list(refusal.value.fields) == ["read_back"]


@pytest.mark.parametrize(
    "changed", [{"birth_date": "02-01-1995"}, {"sex": "P"}, {"nik": "1209994101950001"}]
)
def test_a_nik_that_disagrees_is_pointed_out_and_may_be_confirmed(changed):
    with pytest.raises(Invalid) as refusal:
        read_person(Fields(GOOD | changed), today=TODAY)
    assert list(refusal.value.fields) == ["nik"]

    found = read_person(Fields(GOOD | changed | {"confirm_nik": "ya"}), today=TODAY)

    assert found.facts.nik.digits == (GOOD | changed)["nik"]
    assert found.profile.sex == (GOOD | changed)["sex"]


def test_women_are_not_refused():
    found = read_person(Fields(GOOD | {"nik": "1209994101950001", "sex": "P"}), today=TODAY)

    assert (found.facts.sex, found.profile.sex) == ("P", "P")


@given(st.dictionaries(st.sampled_from([*GOOD, "confirm_nik"]), st.text(max_size=60)))
def test_whatever_is_typed_gives_a_profile_or_problems(changed):
    found: dict[str, object] = {}
    try:
        read_person(Fields(GOOD | changed), today=TODAY)
    except Invalid as refusal:
        found = dict(refusal.fields)

    assert set(found) <= {*GOOD}
