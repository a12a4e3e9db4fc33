import csv
import os
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from jobfair.regions import district_name, regency_of

FOLDER = Path(__file__).parents[2] / "events" / "asahan-2022"
TABLES = ("companies", "positions", "applicants", "applications", "decisions")
FAIR = tomllib.loads((FOLDER / "fair.toml").read_text("utf-8"))
OPENS, CLOSES = FAIR["fair"]["opens_at"], FAIR["fair"]["closes_at"]
LEGAL = {
    "new": {"reviewed", "shortlisted", "interview", "accepted"},
    "reviewed": {"shortlisted", "interview", "accepted", "unsuitable"},
    "shortlisted": {"interview", "accepted", "unsuitable"},
    "interview": {"accepted"},
}
LEVELS = {"sd", "smp", "sma", "smk", "d1", "d2", "d3", "d4", "s1", "s2", "s3"}


def read(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


companies, positions, applicants, applications, decisions = (read(name) for name in TABLES)


def key(row):
    return row["applicant"], row["position"]


def test_the_totals_are_those_of_the_real_fair():
    totals = [len(companies), len(positions), len(applicants), len(applications)]

    assert totals == [37, 97, 356, 2278]


def test_the_fair_opens_and_closes_when_it_says():
    assert OPENS.isoformat() == "2022-11-03T08:00:00+07:00"
    assert CLOSES.isoformat() == "2022-11-10T16:00:00+07:00"
    assert FAIR["fair"]["sample"] is True
    assert len(FAIR["signatory"]) == 2


def test_every_reference_resolves():
    slugs = {position["slug"] for position in positions}
    refs = {applicant["ref"] for applicant in applicants}

    assert {position["company"] for position in positions} == {c["slug"] for c in companies}
    assert {application["applicant"] for application in applications} == refs
    assert {application["position"] for application in applications} <= slugs
    assert {key(decision) for decision in decisions} <= {key(row) for row in applications}
    assert [
        row for row in companies + positions + applicants if not district_name(row["district"])
    ] == []


@pytest.mark.parametrize(
    ("rows", "unique"),
    [
        (companies, lambda row: row["slug"]),
        (positions, lambda row: row["slug"]),
        (applicants, lambda row: row["ref"]),
        (applicants, lambda row: row["nik"]),
        (applicants, lambda row: row["phone"]),
        (applications, key),
        (decisions, lambda row: (*key(row), row["stage"])),
    ],
    ids=["companies", "positions", "refs", "niks", "phones", "pairs", "stages"],
)
def test_nothing_is_there_twice(rows, unique):
    assert [value for value, count in Counter(map(unique, rows)).items() if count > 1] == []


def test_slugs_are_plain():
    slugs = [row["slug"] for row in companies + positions]

    assert [slug for slug in slugs if not slug.isascii() or slug != slug.lower()] == []
    assert [slug for slug in slugs if not slug.replace("-", "").isalnum()] == []


@pytest.mark.parametrize("rows", [applications, decisions], ids=["applications", "decisions"])
def test_every_instant_is_in_the_window_and_in_order(rows):
    times = [datetime.fromisoformat(row["at"]) for row in rows]

    assert times == sorted(times)
    assert [at for at in times if not OPENS <= at < CLOSES] == []
    assert {at.utcoffset() for at in times} == {timedelta(hours=7)}


def test_the_first_and_the_last_are_at_the_edges():
    first = datetime.fromisoformat(applications[0]["at"])
    last = datetime.fromisoformat(applications[-1]["at"])

    assert first - OPENS < timedelta(seconds=10)
    assert CLOSES - last < timedelta(seconds=10)


def test_a_nik_tells_sex_and_birth_and_belongs_to_nobody():
    for row in applicants:
        born = date.fromisoformat(row["birth_date"])
        day = born.day + (40 if row["sex"] == "P" else 0)
        assert row["nik"] == f"120999{day:02}{born:%m%y}{row['nik'][12:]}"
        assert row["nik"].isascii()
        assert row["nik"].isdigit()
        assert len(row["nik"]) == 16
        assert row["nik"][12:] != "0000"
    assert district_name("12.09.99") is None


def test_nobody_real_is_in_the_sample():
    assert {row["synthetic"] for row in applicants} == {"ya"}


def test_ages_fit_the_fair():
    ages = []
    for row in applicants:
        born = date.fromisoformat(row["birth_date"])
        ages.append(2022 - born.year - ((born.month, born.day) > (11, 3)))

    assert (min(ages), max(ages)) == (18, 56)


def test_people_are_mixed_as_at_the_ministry():
    assert Counter(row["sex"] for row in applicants) == {"L": 191, "P": 165}
    assert {row["education"] for row in applicants} <= LEVELS
    assert Counter(bool(row["disability"]) for row in applicants) == {False: 350, True: 6}
    assert Counter(regency_of(row["district"]) == "12.09" for row in applicants) == {
        True: 331,
        False: 25,
    }


def test_nobody_applies_more_often_than_allowed():
    counts = Counter(row["applicant"] for row in applications)

    assert (min(counts.values()), max(counts.values())) == (1, 25)
    assert FAIR["fair"]["applications_per_applicant"] == 25


def test_interest_is_skewed():
    counts = Counter(row["position"] for row in applications)

    assert 0.05 < counts.most_common(1)[0][1] / len(applications) < 0.06
    assert len(positions) - len(counts) == 1


def test_a_question_has_an_answer_and_no_answer_lacks_a_question():
    asked = {row["slug"]: (row["question_1"], row["question_2"]) for row in positions}
    wrong = [
        row
        for row in applications
        if [bool(text) for text in asked[row["position"]]]
        != [bool(row["answer_1"]), bool(row["answer_2"])]
    ]

    assert wrong == []


def test_a_position_states_its_wage_or_why_not():
    for row in positions:
        if row["wage_min"]:
            assert int(row["wage_min"]) <= int(row["wage_max"])
        else:
            assert (row["wage_max"], bool(row["wage_note"])) == ("", True)
        assert set(row["education"].split()) <= LEVELS
        assert int(row["openings"]) >= 1


def test_decisions_are_legal_and_follow_the_application():
    history = defaultdict(list)
    sent = {key(row): datetime.fromisoformat(row["at"]) for row in applications}
    for row in decisions:
        history[key(row)].append((datetime.fromisoformat(row["at"]), row["stage"]))

    for pair, steps in history.items():
        before, stage = sent[pair], "new"
        for at, reached in steps:
            assert at > before
            assert reached in LEGAL[stage]
            before, stage = at, reached


def test_nobody_accepts_more_than_the_openings():
    openings = {row["slug"]: int(row["openings"]) for row in positions}
    accepted = Counter(row["position"] for row in decisions if row["stage"] == "accepted")

    assert accepted.total() > 0
    assert [slug for slug, count in accepted.items() if count > openings[slug]] == []


def test_three_companies_look_at_nothing():
    company = {row["slug"]: row["company"] for row in positions}
    looked = {company[row["position"]] for row in decisions}
    waited_for = {company[row["position"]] for row in applications}

    assert len(waited_for - looked) == 3


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_the_files_can_be_made_again_to_the_byte(tmp_path, hash_seed):
    subprocess.run(
        [sys.executable, FOLDER / "make.py", tmp_path],
        check=True,
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONDONTWRITEBYTECODE": "1"},
    )

    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {f"{name}.csv": (FOLDER / f"{name}.csv").read_bytes() for name in TABLES}
