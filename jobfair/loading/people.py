"""The people of a sample fair: who applies, what they send, what companies decide.

Only invented people are read from files; real ones register themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from jobfair.applicants.rules.nik import NikFacts, normalise_nik
from jobfair.applicants.rules.profile import Profile, read_person
from jobfair.applications.rules import ANSWER_LONGEST, NEXT_STAGES, STAGE_NAMES, Stage
from jobfair.errors import Problem
from jobfair.fairs.rules.details import NEVER, WindowDetails
from jobfair.fields import Fields
from jobfair.loading.fairfile import read_fair_file
from jobfair.loading.listings import POSITION_COLUMNS, check_unique
from jobfair.loading.mistakes import BadFiles, Problems
from jobfair.loading.rows import Row
from jobfair.loading.tables import Table, read_table

APPLICANT_COLUMNS = (
    "ref", "name", "nik", "sex", "birth_date", "phone", "education", "major", "school",
    "graduation_year", "experience_years", "experience", "district", "village", "disability",
    "synthetic",
)  # fmt: skip
APPLICATION_COLUMNS = ("at", "applicant", "position", "answer_1", "answer_2")
DECISION_COLUMNS = ("at", "applicant", "position", "stage")
SECRET = frozenset({"nik"})
DECIDED = tuple(stage.value for stage in Stage if stage not in (Stage.NEW, Stage.WITHDRAWN))
PutIn = TypeVar("PutIn")


@dataclass(frozen=True)
class SampleApplicant:
    """An invented person, checked like anybody who registers."""

    ref: str
    facts: NikFacts
    profile: Profile


@dataclass(frozen=True)
class SampleApplication:
    """What one of them sends, and when."""

    at: datetime
    applicant: str
    position: str
    answers: tuple[str, ...]
    file: str = field(default="", compare=False)
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class SampleDecision:
    """What a company decides, and when."""

    at: datetime
    applicant: str
    position: str
    stage: str
    file: str = field(default="", compare=False)
    row: int = field(default=0, compare=False)


def _settle(problems: Problems) -> None:
    if problems.mistakes:
        raise BadFiles(problems.mistakes)


def _window(folder: Path, problems: Problems) -> WindowDetails | None:
    fair = read_fair_file(folder, problems)
    return fair.definition.fair.window if fair else None


def _keys(folder: Path, stem: str, columns: tuple[str, ...], key: str) -> dict[str, Row] | None:
    """Return the rows of another table by key; what is wrong there is told by its own reader."""
    table = read_table(folder, stem, columns, Problems())
    return {row.raw(key): row for row in table.every_row()} if table else None


def _applicant(fields: Fields, today: date) -> SampleApplicant:
    ref = fields.slug("ref")
    if fields.raw("synthetic") != "ya":
        fields.wrong(
            "synthetic",
            Problem(
                "Berkas ini hanya untuk orang rekaan. Tulis ya bila orang ini rekaan; orang "
                "sungguhan mendaftar sendiri."
            ),
        )
    person = read_person(fields, today=today)
    return SampleApplicant(ref, person.facts, person.profile)


def read_applicants(folder: Path) -> list[SampleApplicant]:
    """Return the people of a sample fair, of an age as on the day it opens.

    Raises:
        BadFiles: with every mistake of the file.

    """
    problems = Problems()
    window = _window(folder, problems)
    table = read_table(folder, "applicants", APPLICANT_COLUMNS, problems, secret=SECRET)
    rows = table.rows if table else []
    everyone = list(table.every_row()) if table else []
    today = window.opens_at.date() if window else None
    people = [row.read(partial(_applicant, today=today)) for row in rows] if today else []
    check_unique(everyone, "ref", "Ref")
    seen: dict[str, Row] = {}
    for row in everyone:
        nik = normalise_nik(row.raw("nik"))
        if nik in seen and nik.isdigit():
            row.wrong("nik", f"NIK ini sudah ada di baris {seen[nik].number}.", "Pakai yang lain.")
        elif nik:
            seen[nik] = row
    _settle(problems)
    return [person for person in people if person is not None]


@dataclass(frozen=True)
class _Pair:
    """The instant, the applicant and the position that a row names, and where it stands."""

    at: datetime
    applicant: str
    position: str
    file: str
    row: int


def _rows_of_pairs(
    folder: Path, stem: str, columns: tuple[str, ...], problems: Problems,
    make: Callable[[Fields, _Pair], PutIn],
) -> list[tuple[Row, PutIn]]:  # fmt: skip
    """Return the rows of a table that names an instant, an applicant and a position."""
    applicants = _keys(folder, "applicants", APPLICANT_COLUMNS, "ref")
    positions = _keys(folder, "positions", POSITION_COLUMNS, "slug")
    table: Table | None = read_table(folder, stem, columns, problems)
    made: list[tuple[Row, PutIn]] = []
    for row in table.rows if table else []:

        def read(fields: Fields, row: Row = row) -> PutIn:
            at = fields.instant("at")
            applicant = row.check_known(fields, "applicant", applicants, where="applicants")
            position = row.check_known(fields, "position", positions, where="positions")
            return make(fields, _Pair(at or NEVER, applicant, position, row.file, row.number or 0))

        if (one := row.read(read)) is not None:
            made.append((row, one))
    return made


def _application(fields: Fields, pair: _Pair) -> SampleApplication:
    answers = [
        fields.text(column, longest=ANSWER_LONGEST, missing=None)
        for column in ("answer_1", "answer_2")
    ]
    fields.settle()
    given = tuple(filter(None, answers))
    return SampleApplication(pair.at, pair.applicant, pair.position, given, pair.file, pair.row)


def read_applications(folder: Path) -> list[SampleApplication]:
    """Return what is sent, in the order of the file; each pair once, within the window.

    Raises:
        BadFiles: with every mistake of the file.

    """
    problems = Problems()
    window = _window(folder, problems)
    made = _rows_of_pairs(folder, "applications", APPLICATION_COLUMNS, problems, _application)
    seen: dict[tuple[str, str], int] = {}
    for row, one in made:
        pair = one.applicant, one.position
        if window and not window.opens_at <= one.at < window.closes_at:
            row.wrong("at", "Jam ini di luar masa pendaftaran.", "Periksa jam di fair.toml.")
        if pair in seen:
            row.wrong(
                "position",
                f"Lamaran yang sama sudah ada di baris {seen[pair]}.",
                "Hapus baris ini.",
            )
        seen.setdefault(pair, row.number or 0)
    _settle(problems)
    return [one for _, one in made]


def _decision(fields: Fields, pair: _Pair) -> SampleDecision:
    stage = fields.choice("stage", DECIDED)
    fields.settle()
    return SampleDecision(pair.at, pair.applicant, pair.position, stage, pair.file, pair.row)


def read_decisions(folder: Path) -> list[SampleDecision]:
    """Return what is decided, in the order of the file: later and later, by legal steps.

    Raises:
        BadFiles: with every mistake of the file, or those of ``applications``.

    """
    sent = {(one.applicant, one.position): one.at for one in read_applications(folder)}
    problems = Problems()
    made = _rows_of_pairs(folder, "decisions", DECISION_COLUMNS, problems, _decision)
    stages: dict[tuple[str, str], Stage] = {}
    for row, one in made:
        pair = one.applicant, one.position
        before, wanted = stages.get(pair, Stage.NEW), Stage(one.stage)
        if pair not in sent:
            row.wrong("position", "Lamaran ini tidak ada di applications.", "Hapus baris ini.")
            continue
        if one.at <= sent[pair]:
            row.wrong("at", "Keputusan ini tidak sesudah yang sebelumnya.", "Periksa jamnya.")
        if wanted not in NEXT_STAGES[before]:
            row.wrong(
                "stage", f"Tahap ini tidak dapat menyusul “{STAGE_NAMES[before]}”.",
                "Periksa urutannya.",
            )  # fmt: skip
        sent[pair], stages[pair] = one.at, wanted
    _settle(problems)
    return [one for _, one in made]
