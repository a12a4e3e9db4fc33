"""The people of a sample fair: who applies, what they send, what companies decide.

Only invented people are read from files; real ones register themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from jobfair.applicants.rules.nik import NikFacts, normalise_nik
from jobfair.applicants.rules.profile import Profile, read_registration
from jobfair.applications.rules import ANSWER_LONGEST, NEXT_STAGES, STAGE_NAMES, Stage
from jobfair.errors import Invalid
from jobfair.loading.cells import AS_TEXT, SCIENTIFIC, Row
from jobfair.loading.fairfile import NEVER, read_fair
from jobfair.loading.listings import POSITION_COLUMNS, check_known, check_unique
from jobfair.loading.mistakes import BadFiles, Findings
from jobfair.loading.plain import Kind
from jobfair.loading.tables import Table, read_table
from jobfair.positions.actions import WindowDefinition

APPLICANT_COLUMNS = (
    "ref", "name", "nik", "sex", "birth_date", "phone", "education", "major", "school",
    "graduation_year", "experience_years", "experience", "district", "village", "disability",
    "synthetic",
)  # fmt: skip
APPLICATION_COLUMNS = ("at", "applicant", "position", "answer_1", "answer_2")
DECISION_COLUMNS = ("at", "applicant", "position", "stage")
SECRET = frozenset({"nik"})
MAY_BE_DATES = {"birth_date"}
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


def _settle(findings: Findings) -> None:
    if findings.mistakes:
        raise BadFiles(findings.mistakes)


def _window(folder: Path, findings: Findings) -> WindowDefinition | None:
    fair = read_fair(folder, findings)
    return fair.definition.window if fair else None


def _keys(folder: Path, stem: str, columns: tuple[str, ...], key: str) -> dict[str, Row] | None:
    """Return the rows of another table by key; what is wrong there is told by its own reader."""
    table = read_table(folder, stem, columns, Findings())
    return {row.raw(key): row for row in table.every_row()} if table else None


def _applicant(row: Row, born_before: datetime) -> SampleApplicant | None:
    given = {column: row.raw(column) for column in APPLICANT_COLUMNS}
    told = {column for column in APPLICANT_COLUMNS if row.cells.get(column) is None}
    ref = row.slug("ref")
    if given["synthetic"] != "ya" and "synthetic" not in told:
        row.wrong(
            "synthetic", "Berkas ini hanya untuk orang rekaan.",
            "Tulis ya bila orang ini rekaan; orang sungguhan mendaftar sendiri.",
        )  # fmt: skip
    for column, cell in row.cells.items():
        if cell and cell.kind is Kind.DATE and column not in MAY_BE_DATES:
            row.wrong(column, "Excel mengubah isian ini menjadi tanggal atau jam.", AS_TEXT)
            told.add(column)
    if SCIENTIFIC.fullmatch(given["nik"]):
        row.wrong(
            "nik", "Excel menulis NIK ini dalam notasi ilmiah, angka terakhirnya hilang.", AS_TEXT
        )
        told.add("nik")
    if given["phone"].isdecimal() and given["phone"].startswith("8"):
        row.wrong("phone", "Angka nol di depan nomor ini hilang.", AS_TEXT)
        told.add("phone")
    try:
        facts, profile = read_registration(given, today=born_before.date())
    except Invalid as invalid:
        for column, problem in invalid.fields.items():
            if column not in told:
                row.wrong(column, str(problem), "Perbaiki isian ini.")
        return None
    return SampleApplicant(ref=ref, facts=facts, profile=profile)


def read_applicants(folder: Path) -> list[SampleApplicant]:
    """Return the people of a sample fair, of an age as on the day it opens.

    Raises:
        BadFiles: with every mistake of the file.

    """
    findings = Findings()
    window = _window(folder, findings)
    table = read_table(folder, "applicants", APPLICANT_COLUMNS, findings, secret=SECRET)
    rows = table.rows if table else []
    everyone = list(table.every_row()) if table else []
    people = [_applicant(row, window.opens_at) for row in rows] if window else []
    check_unique(everyone, "ref", "Ref")
    seen: dict[str, Row] = {}
    for row in everyone:
        nik = normalise_nik(row.raw("nik"))
        if nik in seen and not SCIENTIFIC.fullmatch(nik):
            row.wrong("nik", f"NIK ini sudah ada di baris {seen[nik].number}.", "Pakai yang lain.")
        elif nik:
            seen[nik] = row
    _settle(findings)
    return [person for person in people if person is not None]


def _rows_of_pairs(
    folder: Path, stem: str, columns: tuple[str, ...], findings: Findings,
    make: Callable[[Row, datetime, str, str], PutIn],
) -> list[tuple[Row, PutIn]]:  # fmt: skip
    """Return the rows of a table that names an instant, an applicant and a position."""
    applicants = _keys(folder, "applicants", APPLICANT_COLUMNS, "ref")
    positions = _keys(folder, "positions", POSITION_COLUMNS, "slug")
    table: Table | None = read_table(folder, stem, columns, findings)
    made: list[tuple[Row, PutIn]] = []
    for row in table.rows if table else []:
        at = row.instant("at")
        who = check_known(row, "applicant", applicants, where="applicants")
        what = check_known(row, "position", positions, where="positions")
        made.append((row, make(row, at or NEVER, who, what)))
    return made


def _application(row: Row, at: datetime, who: str, what: str) -> SampleApplication:
    answers = (
        row.text(column, longest=ANSWER_LONGEST, required=False)
        for column in ("answer_1", "answer_2")
    )
    given = tuple(answer for answer in answers if answer)
    return SampleApplication(at, who, what, given, row.file, row.number)


def read_applications(folder: Path) -> list[SampleApplication]:
    """Return what is sent, in the order of the file; each pair once, within the window.

    Raises:
        BadFiles: with every mistake of the file.

    """
    findings = Findings()
    window = _window(folder, findings)
    made = _rows_of_pairs(folder, "applications", APPLICATION_COLUMNS, findings, _application)
    seen: dict[tuple[str, str], int] = {}
    for row, one in made:
        pair = one.applicant, one.position
        if window and one.at is not NEVER and not window.opens_at <= one.at < window.closes_at:
            row.wrong("at", "Jam ini di luar masa pendaftaran.", "Periksa jam di fair.toml.")
        if pair in seen and all(pair):
            row.wrong(
                "position",
                f"Lamaran yang sama sudah ada di baris {seen[pair]}.",
                "Hapus baris ini.",
            )
        seen.setdefault(pair, row.number)
    _settle(findings)
    return [one for _, one in made]


def _decision(row: Row, at: datetime, who: str, what: str) -> SampleDecision:
    return SampleDecision(at, who, what, row.choice("stage", DECIDED), row.file, row.number)


def read_decisions(folder: Path) -> list[SampleDecision]:
    """Return what is decided, in the order of the file: later and later, by legal steps.

    Raises:
        BadFiles: with every mistake of the file, or those of ``applications``.

    """
    sent = {(one.applicant, one.position): one.at for one in read_applications(folder)}
    findings = Findings()
    made = _rows_of_pairs(folder, "decisions", DECISION_COLUMNS, findings, _decision)
    stages: dict[tuple[str, str], Stage] = {}
    for row, one in made:
        pair = one.applicant, one.position
        if not all(pair) or one.stage not in DECIDED:
            continue
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
    _settle(findings)
    return [one for _, one in made]
