"""The invented applications of the sample fair, and what the companies did with them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from people import Person, Row, catalogue

OPENS = datetime.fromisoformat("2022-11-03T08:00:00+07:00")
CLOSES = datetime.fromisoformat("2022-11-10T16:00:00+07:00")
APPLICATIONS = 2278
MOST = 25
SEED = 177  # picked by eye: the days of this one have the usual shape of a fair

DAYS = (27, 16, 9, 6, 12, 9, 9, 13)  # Thursday to Thursday
HOURS = (1, 0, 0, 0, 0, 1, 5, 11, 24, 38, 42, 34, 22, 36, 38, 28, 22, 18, 20, 34, 36, 26, 12, 4)
OPENING_HOUR, CLOSING_HOUR = 115, 100
FIRST_SECONDS = (2, 4, 5, 9, 11, 12, 17, 21, 22, 28, 33, 41, 47, 58)
LAST_SECONDS = (2, 3, 8, 13, 21, 29, 42, 52)  # before closing

EDUCATION_RANK = ("sd", "smp", "sma", "smk", "d1", "d2", "d3", "d4", "s1", "s2", "s3")
STAGES = ("reviewed", "shortlisted", "interview", "accepted", "unsuitable")


def make_applications(people: Sequence[Person], positions: Sequence[Row]) -> list[Row]:
    """Return the 2,278 applications in the order they arrived.

    A few people wait for the very second of opening and a few send in the last minute, because
    those are the two moments at which a fair system is most likely to be wrong.
    """
    rng = Random(f"asahan-2022 applications {SEED}")
    pulls = [pull * rng.uniform(0.6, 1.4) for pull in (_pull(position) for position in positions)]
    counts = _counts(rng, len(people))
    early = rng.sample(range(len(people)), len(FIRST_SECONDS) + len(LAST_SECONDS))
    late = dict(zip(early[len(FIRST_SECONDS) :], LAST_SECONDS, strict=True))
    first = dict(zip(early, FIRST_SECONDS, strict=False))
    rows = []
    for number, person in enumerate(people):
        start = OPENS + timedelta(seconds=first[number]) if number in first else None
        times = _times(rng, counts[number], start)
        if number in late:
            times[-1] = CLOSES - timedelta(seconds=late[number])
        for at, position in zip(
            times, _choices(rng, person, positions, pulls, len(times)), strict=True
        ):
            row = {
                "at": at.isoformat(),
                "applicant": person.row["ref"],
                "position": position["slug"],
            }
            rows.append(row | _answers(rng, position))
    return sorted(rows, key=lambda row: (row["at"], row["applicant"], row["position"]))


def make_decisions(
    applications: Sequence[Row], people: Sequence[Person], positions: Sequence[Row]
) -> list[Row]:
    """Return what reviewers did before the close, in order of time.

    No position accepts more people than it has openings, and the companies marked in the
    catalogue look at nothing at all.
    """
    rng = Random("asahan-2022 decisions")
    silent = {
        slug for slug, about in catalogue("companies").items() if not about.get("reviews", True)
    }
    education = {person.row["ref"]: person.row["education"] for person in people}
    by_slug = {position["slug"]: position for position in positions}
    places = Counter({slug: int(position["openings"]) for slug, position in by_slug.items()})
    rows: list[Row] = []
    for application in applications:
        position = by_slug[application["position"]]
        if position["company"] in silent:
            continue
        fits = education[application["applicant"]] in position["education"].split()
        at = datetime.fromisoformat(application["at"])
        for stage in _stages(rng, fits=fits):
            if stage == "accepted" and not places[position["slug"]]:
                break
            at = _decided(rng, at, hurry=stage in ("reviewed", "shortlisted"))
            if at >= CLOSES:
                break
            places[position["slug"]] -= stage == "accepted"
            row = {"at": at.isoformat(), "applicant": application["applicant"]}
            rows.append(row | {"position": position["slug"], "stage": stage})
    return sorted(
        rows,
        key=lambda row: (row["at"], row["applicant"], row["position"], STAGES.index(row["stage"])),
    )


def _pull(position: Row) -> float:
    title = _title(position)
    return float(title["pull"]) * (1 + int(position["openings"]) / 16)


def _title(position: Row) -> dict[str, Any]:
    found: dict[str, Any] = catalogue("titles")[
        position["slug"].removesuffix(f"-{position['company']}")
    ]
    return found


def _counts(rng: Random, people: int) -> list[int]:
    weights = [1.0]
    while len(weights) < MOST:
        weights.append(weights[-1] * 0.865)
    counts = rng.choices(range(1, MOST + 1), weights, k=people)
    while (missing := APPLICATIONS - sum(counts)) != 0:
        number, step = rng.randrange(people), 1 if missing > 0 else -1
        if 1 <= counts[number] + step <= MOST:
            counts[number] += step
    return counts


def _choices(
    rng: Random, person: Person, positions: Sequence[Row], pulls: Sequence[float], count: int
) -> list[Row]:
    left = {
        number: pull * _fit(person, position)
        for number, (position, pull) in enumerate(zip(positions, pulls, strict=True))
    }
    chosen = []
    for _ in range(count):
        number = rng.choices(list(left), list(left.values()))[0]
        del left[number]
        chosen.append(positions[number])
    return chosen


def _fit(person: Person, position: Row) -> float:
    title, row = _title(position), person.row
    wanted = position["education"].split()
    fit = 1.0
    if row["education"] not in wanted:
        rank = EDUCATION_RANK.index(row["education"])
        fit = 0.2 if rank > EDUCATION_RANK.index(wanted[0]) else 0.06
    studied = title.get("field") == person.studied
    if title.get("licensed") and not studied:
        return 0.0
    fit *= (6.0 if title.get("licensed") else 2.5) if studied else 1.0
    fit *= 0.5 if int(position["experience_years"]) > int(row["experience_years"]) else 1.0
    return fit * (3.0 if row["disability"] and position["disability_friendly"] == "ya" else 1.0)


def _times(rng: Random, count: int, start: datetime | None) -> list[datetime]:
    times: list[datetime] = []
    while len(times) < count:
        sitting = min(count - len(times), rng.choices((1, 2, 3, 4, 6, 9), (6, 8, 7, 5, 3, 1))[0])
        at = start if start and not times else _start(rng)
        for _ in range(sitting):
            if at >= CLOSES:
                break
            times.append(at)
            at += timedelta(seconds=25 + int(240 * rng.random() * rng.random()))
    return sorted(times)


def _start(rng: Random) -> datetime:
    day = rng.choices(range(8), DAYS)[0]
    hours = list(HOURS)
    if day == 0:
        hours[:9] = [*([0] * 8), OPENING_HOUR]
    if day == 7:
        hours[15:] = [CLOSING_HOUR, *([0] * 8)]
    hour = rng.choices(range(24), hours)[0]
    part = rng.random()
    if (day, hour) == (0, 8):
        part = part * part
    if (day, hour) == (7, 15):
        part = 1 - part * part
    midnight = OPENS.replace(hour=0) + timedelta(days=day)
    return midnight + timedelta(hours=hour, seconds=max(1, int(3600 * part)))


def _answers(rng: Random, position: Row) -> Row:
    kinds = [*_title(position).get("questions", []), "", ""][:2]
    texts = [rng.choice(catalogue("answers")[kind]["answers"]) if kind else "" for kind in kinds]
    return {"answer_1": texts[0], "answer_2": texts[1]}


def _stages(rng: Random, *, fits: bool) -> list[str]:
    if rng.random() < 0.15:
        return []
    fate = rng.random()
    if fate >= (0.23 if fits else 0.05):
        turned_down = rng.random() < (0.08 if fits else 0.3)
        return ["reviewed", "unsuitable"] if turned_down else ["reviewed"]
    stages = ["shortlisted"] if rng.random() < 0.45 else ["reviewed", "shortlisted"]
    further = rng.random()
    if further < 0.5:
        return [*stages, "interview", *(["accepted"] if rng.random() < 0.06 else [])]
    return [*stages, "unsuitable"] if further > 0.92 else stages


def _decided(rng: Random, after: datetime, *, hurry: bool) -> datetime:
    wait = timedelta(seconds=600 + int(86400 * rng.random() * rng.random()))
    at = _at_work(rng, after + wait)
    if at >= CLOSES and hurry and rng.random() < 0.6:  # the desk is cleared before the fair ends
        seconds = int((CLOSES - max(after, CLOSES - timedelta(hours=7))).total_seconds())
        return CLOSES - timedelta(seconds=int((seconds - 1) * rng.random()))
    return at


def _at_work(rng: Random, at: datetime) -> datetime:
    if 7 <= at.hour < 22 and rng.random() < 0.06:
        return at
    while True:
        opens, closes = (time(9), time(13)) if at.weekday() == 5 else (time(8, 30), time(16, 30))
        if at.weekday() != 6 and at.time() < closes:
            morning = datetime.combine(at, opens, at.tzinfo)
            return at if at >= morning else morning + timedelta(seconds=rng.randrange(14400))
        at = datetime.combine(at + timedelta(days=1), time(0), at.tzinfo)
