"""The invented applicants of the sample fair."""

import csv
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from jobfair.regions import district_name

HERE = Path(__file__).parent
MEN, WOMEN = 191, 165
# The shares of the ministry's 568,638 job seekers of 2024, without "not stated".
EDUCATIONS = {
    "s2": 2,
    "s1": 43,
    "d4": 4,
    "d3": 7,
    "d2": 1,
    "d1": 2,
    "smk": 133,
    "sma": 123,
    "smp": 30,
    "sd": 11,
}
LEAVING_AGE = {
    "sd": 12,
    "smp": 15,
    "sma": 18,
    "smk": 18,
    "d1": 19,
    "d2": 20,
    "d3": 21,
    "d4": 22,
    "s1": 22,
    "s2": 25,
}
AGES = (
    *((18, 19, 108), (20, 24, 111), (25, 29, 53), (30, 34, 33), (35, 39, 24)),
    *((40, 44, 17), (45, 49, 6), (50, 54, 3), (55, 58, 1)),
)
DISABILITIES = ("fisik", "fisik", "sensorik", "sensorik", "intelektual", "mental")
WITH_EXPERIENCE = 57

Row = dict[str, str]


@dataclass(frozen=True)
class Person:
    """An applicant as written, and the field of study that decides where they apply."""

    row: Row
    studied: str


@cache
def catalogue(name: str) -> dict[str, Any]:
    """Return one of the word lists of the ``catalogue`` folder."""
    return tomllib.loads((HERE / "catalogue" / f"{name}.toml").read_text("utf-8"))


def name_for(rng: Random, lists: dict[str, Any], sex: str) -> str:
    """Return an invented name; about one in sixteen is a single word, as in life."""
    given = "men" if sex == "L" else "women"
    if rng.random() < 0.06:
        return str(rng.choice(lists["alone"][given]))
    kinds = [kind for kind in lists if kind != "alone"]
    words = lists[rng.choices(kinds, [lists[kind]["share"] for kind in kinds])[0]]
    last = words["last_women"] if sex == "P" and "last_women" in words else words["last"]
    return f"{rng.choice(words[given])} {rng.choice(last)}"


def make_addresses(rng: Random, words: dict[str, Any]) -> list[tuple[str, str]]:
    """Return 356 pairs of district and village, 331 of them in Asahan, in random order."""
    villages = defaultdict(list)
    with (HERE / "villages.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            villages[row["district_code"]].append(row["name"])
    crowd = {code: 3 + words["districts"].get(code, 0) for code in villages}
    for code, (count, *names) in words["neighbours"].items():
        crowd[code], villages[code] = count, names
    if unknown := [code for code in crowd if district_name(code) is None]:
        raise ValueError(f"not in the list of districts: {unknown}")
    homes = [
        (code, rng.choice(villages[code])) for code, count in crowd.items() for _ in range(count)
    ]
    rng.shuffle(homes)
    return homes


def make_ages(rng: Random) -> list[tuple[int, str]]:
    """Return 356 pairs of age and education, so that nobody is too young for the diploma."""
    ages = [rng.randint(first, last) for first, last, count in AGES for _ in range(count)]
    rng.shuffle(ages)
    pairs = []
    for education, count in EDUCATIONS.items():  # the longest studies choose first
        for _ in range(count):
            fit = next(age for age in ages if age >= LEAVING_AGE[education])
            ages.remove(fit)
            pairs.append((fit, education))
    rng.shuffle(pairs)
    return pairs


def make_applicants() -> list[Person]:
    """Return the 356 applicants, with numbers that cannot belong to anybody."""
    rng, words = Random("asahan-2022 applicants"), catalogue("people")
    sexes = ["L"] * MEN + ["P"] * WOMEN
    rng.shuffle(sexes)
    pairs, homes = make_ages(rng), make_addresses(rng, words)
    disabled = dict(
        zip(rng.sample(range(len(sexes)), len(DISABILITIES)), DISABILITIES, strict=True)
    )
    worked = sorted(range(len(sexes)), key=lambda number: pairs[number][0] + 14 * rng.random())
    worked = [number for number in worked if pairs[number][0] > 20][-WITH_EXPERIENCE:]
    people: list[Person] = []
    taken: set[str] = set()
    for number, (sex, (age, education), home) in enumerate(zip(sexes, pairs, homes, strict=True)):
        name = name_for(rng, words["names"], sex)
        while name in taken:
            name = name_for(rng, words["names"], sex)
        taken.add(name)
        born = date(2021 - age, 11, 4) + timedelta(days=rng.randrange(365))
        majors = [
            pair for pair in words["majors"][education] if sex == "P" or pair[0] != "Kebidanan"
        ]
        major, studied = rng.choice(majors)
        years = min(age - 18, 1 + int(11 * rng.random() * rng.random())) if number in worked else 0
        row = {
            "ref": f"a{number + 1:03}",
            "name": name,
            "nik": f"120999{born.day + 40 * (sex == 'P'):02}{born:%m%y}{number + 1:04}",
            "sex": sex,
            "birth_date": born.isoformat(),
            "phone": f"0812{number + 1:08}",
            "education": education,
            "major": major,
            "school": rng.choice(words["schools"][education]),
            "graduation_year": str(
                min(2022, born.year + LEAVING_AGE[education] + rng.randrange(2))
            ),
            "experience_years": str(years),
            "experience": rng.choice(words["work"]["texts"]) if years else "",
            "district": home[0],
            "village": home[1],
            "disability": disabled.get(number, ""),
            "synthetic": "ya",
        }
        people.append(Person(row, studied))
    return people
