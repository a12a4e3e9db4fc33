"""What a report may say: the frozen record of a closed fair, turned into what templates read.

Nothing is counted here. Numbers are those of the record; texts are derived from them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobfair.clock import last_day
from jobfair.errors import Refused
from jobfair.reporting import definitions, findings, graphics, texts
from jobfair.reporting.public import PublicPeople, PublicRow, PublicStep, public_people
from jobfair.reporting.words import day, days, moment
from jobfair.tally.queries.frozen import FrozenClosing
from jobfair.tally.rules.facts import OfficeFacts
from jobfair.tally.rules.funnel import STEP_NAMES
from jobfair.tally.rules.invariants import broken_invariants
from jobfair.tally.rules.record import (
    GONE,
    PULLED,
    SUSPENDED,
    CompanyRow,
    Figures,
    GroupRow,
    PositionRow,
    Record,
)

NUMBER_NAMES = {
    "companies": "Perusahaan",
    "positions": "Jabatan",
    "openings": "Posisi",
    "applicants": "Pelamar",
    "applications": "Lamaran terkirim",
}


STATES = {PULLED: "ditarik", SUSPENDED: "ditangguhkan", GONE: "tidak lagi ditawarkan"}
"""What is told of positions and companies that were not offered at the closing: pulled by
the company or the office, or the company suspended by the office; never one word for both."""


@dataclass(frozen=True)
class Head:
    """Whose report it is, and for which days."""

    slug: str
    name: str
    short_name: str
    office: OfficeFacts
    letterhead: tuple[str, ...]
    sample: bool
    days: str
    opens: str
    closes: str
    latched: str
    latched_at: datetime
    signed_on: str
    place: str
    number: str
    """Empty: a line to be filled in by hand."""
    edition: str
    signatories: tuple[dict[str, str], ...]
    media: dict[str, str]


@dataclass(frozen=True)
class Compared:
    """A kept number beside the one counted from the rows."""

    label: str
    kept: int
    counted: int

    @property
    def difference(self) -> int:
        """Return by how much they differ."""
        return self.kept - self.counted


@dataclass(frozen=True)
class Report:
    """Everything a design may print."""

    head: Head
    sha256: str
    figures: Figures
    intro: str
    highlights: tuple[tuple[str, str], ...]
    people: str
    industries: str
    shortage: str
    top_note: str
    daily: graphics.Figure
    selection: graphics.Figure
    education: graphics.Figure
    age: graphics.Figure
    residence: graphics.Figure
    steps: tuple[PublicStep, ...]
    public: PublicPeople
    """All breakdowns of people, also the rows without anybody."""
    education_rows: tuple[PublicRow, ...]
    age_rows: tuple[PublicRow, ...]
    residence_rows: tuple[PublicRow, ...]
    sexes: PublicRow
    """The sums under every table of people."""
    hidden_note: str
    """What a dot stands for; empty when nothing is hidden."""
    kbli: tuple[GroupRow, ...]
    kbji: tuple[GroupRow, ...]
    sectors: tuple[GroupRow, ...]
    top: tuple[PositionRow, ...]
    companies: tuple[CompanyRow, ...]
    positions: tuple[PositionRow, ...]
    definitions: tuple[tuple[str, str], ...]
    reconciliation: tuple[Compared, ...]
    history: tuple[texts.WindowAct, ...]
    headline: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    record: Record
    """The record itself, for designs that want a number not named above."""

    @staticmethod
    def mark_of(row: CompanyRow | PositionRow) -> str:
        """Return what is told beside the name of what was not offered at the closing."""
        return f" ({STATES[row.state]})" if row.state in STATES else ""


def check_printable(closing: FrozenClosing) -> None:
    """Let a record be printed, or say where it does not add up.

    Raises:
        Refused: ``differs``, the first place where kept and counted numbers disagree, or a
            table that does not close.

    """
    differences = [one.sentence for one in closing.record.reconciliation.differences]
    if wrong := differences + broken_invariants(closing.record):
        raise Refused(
            "differs",
            "Rekap belum dapat dicetak karena angkanya tidak cocok di %(n)s tempat. "
            "Yang pertama: %(where)s",
            n=len(wrong),
            where=wrong[0],
        )


def report_of(closing: FrozenClosing) -> Report:
    """Return what may be printed of a closing; refuses like :func:`check_printable`."""
    check_printable(closing)
    record = closing.record
    figures, head = record.figures, _head(closing)
    zone = ZoneInfo(record.fair.time_zone)
    people = public_people(record, STEP_NAMES)
    top = tuple(record.named[slug] for slug in record.top_positions)
    short = tuple(record.named[slug] for slug in record.short_positions)
    return Report(
        head=head,
        sha256=closing.sha256,
        figures=figures,
        intro=texts.intro(record),
        highlights=texts.highlights(record, people),
        people=findings.about_people(people.sexes, record.disability),
        industries=findings.about_industries(record.kbli),
        shortage=findings.about_shortage(short) if figures.positions else "",
        top_note=findings.about_top(record.positions, top),
        daily=graphics.daily(record, head.days),
        selection=graphics.selection(record, STEP_NAMES),
        education=graphics.education(record, people),
        age=graphics.age(record, people),
        residence=graphics.residence(record, people),
        steps=people.steps,
        public=people,
        education_rows=_shown(people.education),
        age_rows=_shown(people.age),
        residence_rows=_shown(people.residence),
        sexes=people.sexes,
        hidden_note=definitions.hidden_note(people),
        kbli=record.kbli,
        kbji=record.kbji,
        sectors=record.sectors,
        top=top,
        companies=_companies(record.companies),
        positions=_positions(record.positions),
        definitions=definitions.definitions(record, people, zone),
        reconciliation=_reconciliation(record),
        history=texts.history(record, zone),
        headline=texts.headline(record),
        summary=texts.summary(record),
        facts=texts.facts(record, people, top, short),
        record=record,
    )


def _head(closing: FrozenClosing) -> Head:
    record = closing.record
    fair, office, window = record.fair, record.office, record.window
    zone = ZoneInfo(fair.time_zone)
    opens, closes, latched = (
        datetime.fromisoformat(at) for at in (window.opens_at, window.closes_at, window.latched_at)
    )
    last = last_day(closes, zone)
    edition = record.edition
    recap = fair.recap if isinstance(fair.recap, dict) else {}
    media = recap.get("media")
    return Head(
        slug=fair.slug,
        name=fair.name,
        short_name=fair.short_name,
        office=office,
        letterhead=tuple(office.letterhead),
        sample=bool(fair.sample),
        days=days(opens.astimezone(zone).date(), last),
        opens=moment(opens, zone),
        closes=moment(closes, zone),
        latched=moment(latched, zone, seconds=True),
        latched_at=latched,
        signed_on=day(latched.astimezone(zone).date()),
        place=str(recap.get("place") or office.city),
        number=str(recap.get("number") or ""),
        edition=f"Edisi {edition.kind} (per {moment(latched, zone)}), versi {edition.number}",
        signatories=_signatories(recap, office),
        media={"contact": "", "quote": "", "quote_by": ""}
        | (media if isinstance(media, dict) else {}),
    )


def _signatories(recap: dict[str, Any], office: OfficeFacts) -> tuple[dict[str, str], ...]:
    """Return two blocks to sign; what the fair does not say is left open for the pen."""
    given = list(recap.get("signatories") or [])[:2]
    open_lines = ({"heading": "Ketua Panitia,"}, {"heading": f"Kepala {office.name},"})
    blocks = [*given, *open_lines[len(given) :]]
    return tuple({"heading": "", "name": "", "nip": ""} | block for block in blocks)


def _shown(rows: tuple[PublicRow, ...]) -> tuple[PublicRow, ...]:
    return tuple(row for row in rows if row.applicants != 0)


def _companies(rows: tuple[CompanyRow, ...]) -> tuple[CompanyRow, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.applications, row.name.casefold(), row.slug)))


def _positions(rows: tuple[PositionRow, ...]) -> tuple[PositionRow, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.applications, row.title.casefold(), row.slug)))


def _reconciliation(record: Record) -> tuple[Compared, ...]:
    return tuple(
        Compared(NUMBER_NAMES[row.what], row.kept, row.counted)
        for row in record.reconciliation.numbers
    )
