"""What a report may say: the frozen record of a closed fair, turned into what templates read.

Nothing is counted here. Numbers are those of the record; texts are derived from them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jobfair.errors import Refused
from jobfair.reporting import findings, graphics, texts
from jobfair.reporting.words import day, days, moment
from jobfair.tally.queries.frozen import FrozenClosing
from jobfair.tally.rules import broken_invariants

Row = dict[str, Any]
STEP_NAMES = {
    "applied": "Mengirim lamaran",
    "reviewed": "Ditinjau perusahaan",
    "shortlisted": "Lolos berkas",
    "interview": "Diundang wawancara",
    "accepted": "Diterima",
}
NUMBER_NAMES = {
    "companies": "Perusahaan",
    "positions": "Jabatan",
    "openings": "Posisi",
    "applicants": "Pelamar",
    "applications": "Lamaran",
}


@dataclass(frozen=True)
class Head:
    """Whose report it is, and for which days."""

    slug: str
    name: str
    short_name: str
    office: Row
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
    signatories: tuple[Row, ...]
    media: Row


@dataclass(frozen=True)
class Report:
    """Everything a design may print."""

    head: Head
    sha256: str
    figures: Row
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
    steps: tuple[Row, ...]
    education_rows: tuple[Row, ...]
    age_rows: tuple[Row, ...]
    residence_rows: tuple[Row, ...]
    kbli: tuple[Row, ...]
    kbji: tuple[Row, ...]
    sectors: tuple[Row, ...]
    top: tuple[Row, ...]
    companies: tuple[Row, ...]
    positions: tuple[Row, ...]
    definitions: tuple[tuple[str, str], ...]
    reconciliation: tuple[Row, ...]
    history: tuple[Row, ...]
    headline: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    record: Row
    """The record itself, for designs that want a number not named above."""


def check_printable(closing: FrozenClosing) -> None:
    """Let a record be printed, or say where it does not add up.

    Raises:
        Refused: ``differs``, the first place where kept and counted numbers disagree, or a
            table that does not close.

    """
    differences = [one["sentence"] for one in closing.record["reconciliation"]["differences"]]
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
    figures, head = record["figures"], _head(closing)
    zone = ZoneInfo(record["fair"]["time_zone"])
    by_slug = {row["slug"]: row for row in record["positions"]}
    top = tuple(by_slug[slug] for slug in record["top_positions"])
    short = tuple(by_slug[slug] for slug in record["short_positions"])
    return Report(
        head=head,
        sha256=closing.sha256,
        figures=figures,
        intro=texts.intro(record),
        highlights=texts.highlights(record),
        people=findings.about_people(record["education"], record["disability"]),
        industries=findings.about_industries(record["kbli"]),
        shortage=findings.about_shortage(short) if figures["positions"] else "",
        top_note=findings.about_top(record["positions"], top),
        daily=graphics.daily(record, head.days),
        selection=graphics.selection(record, STEP_NAMES),
        education=graphics.education(record),
        age=graphics.age(record),
        residence=graphics.residence(record),
        steps=_steps(record),
        education_rows=_shown(record["education"]),
        age_rows=_shown(record["age"]),
        residence_rows=_shown(record["residence"]),
        kbli=tuple(record["kbli"]),
        kbji=tuple(record["kbji"]),
        sectors=tuple(record["sectors"]),
        top=top,
        companies=_by_applications(record["companies"], "name"),
        positions=_by_applications(record["positions"], "title"),
        definitions=texts.definitions(record, zone),
        reconciliation=_reconciliation(record),
        history=texts.history(record, zone),
        headline=texts.headline(record),
        summary=texts.summary(record),
        facts=texts.facts(record, top, short),
        record=record,
    )


def _head(closing: FrozenClosing) -> Head:
    record = closing.record
    fair, office, window = record["fair"], record["office"], record["window"]
    zone = ZoneInfo(fair["time_zone"])
    opens, closes, latched = (
        datetime.fromisoformat(window[name]) for name in ("opens_at", "closes_at", "latched_at")
    )
    last = (closes - timedelta(microseconds=1)).astimezone(zone).date()
    edition = record["edition"]
    recap = fair["recap"] if isinstance(fair["recap"], dict) else {}
    media = recap.get("media")
    return Head(
        slug=fair["slug"],
        name=fair["name"],
        short_name=fair["short_name"],
        office=office,
        letterhead=tuple(office["letterhead"]),
        sample=bool(fair["sample"]),
        days=days(opens.astimezone(zone).date(), last),
        opens=moment(opens, zone),
        closes=moment(closes, zone),
        latched=moment(latched, zone, seconds=True),
        latched_at=latched,
        signed_on=day(latched.astimezone(zone).date()),
        place=str(recap.get("place") or office["city"]),
        number=str(recap.get("number") or ""),
        edition=f"Edisi {edition['kind']} (per {moment(latched, zone)}), versi {edition['number']}",
        signatories=_signatories(recap, office),
        media={"contact": "", "quote": "", "quote_by": ""}
        | (media if isinstance(media, dict) else {}),
    )


def _signatories(recap: Row, office: Row) -> tuple[Row, ...]:
    """Return two blocks to sign; what the fair does not say is left open for the pen."""
    given = list(recap.get("signatories") or [])[:2]
    open_lines = ({"heading": "Ketua Panitia,"}, {"heading": f"Kepala {office['name']},"})
    blocks = [*given, *open_lines[len(given) :]]
    return tuple({"heading": "", "name": "", "nip": ""} | block for block in blocks)


def _shown(rows: list[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row["applicants"])


def _by_applications(rows: list[Row], name: str) -> tuple[Row, ...]:
    def rank(row: Row) -> tuple[int, str, str]:
        return -row["applications"], row[name].casefold(), row["slug"]

    return tuple(sorted(rows, key=rank))


def _steps(record: Row) -> tuple[Row, ...]:
    pairs = zip(record["funnel"]["persons"], record["funnel"]["applications"], strict=True)
    return tuple(
        {**persons, "label": STEP_NAMES[persons["step"]], "applications": sent["n"]}
        for persons, sent in pairs
    )


def _reconciliation(record: Row) -> tuple[Row, ...]:
    return tuple(
        {**row, "label": NUMBER_NAMES[row["what"]], "difference": row["kept"] - row["counted"]}
        for row in record["reconciliation"]["numbers"]
    )
