"""The figures of a report: a finding as title, what is drawn, and the drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from jobfair.reporting import findings
from jobfair.reporting.charts import MOST_LABELS, Bar, column_chart, row_chart, said_of
from jobfair.reporting.words import MONTHS, number, weekday
from jobfair.tally.rules import UNKNOWN

Row = dict[str, Any]
NARROW = 255
WITH_NOTES = 12
"""Days under whose bars there is room for the weekday and a small number."""
MOST_PLACES = 7
OUTSIDE = "outside"


@dataclass(frozen=True)
class Figure:
    """A chart with its title and subtitle; empty when there is nothing to draw."""

    title: str
    subtitle: str
    svg: Markup

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not self.svg


def _figure(title: str, subtitle: str, bars: Sequence[Bar], svg: Markup) -> Figure:
    return Figure(title, subtitle, svg if any(bar.value for bar in bars) else Markup(""))


def _day_labels(day: date, new_applicants: int, *, first: bool, days: int) -> tuple[str, str]:
    """Return what stands under the bar of a day, and the note below: less where there are many."""
    month = MONTHS[day.month - 1][:3]
    if days <= WITH_NOTES:
        return f"{weekday(day)[:3]} {day.day}", f"+{number(new_applicants)}"
    if days <= MOST_LABELS:
        return str(day.day), month if first or day.day == 1 else ""
    return f"{day.day} {month}", ""


def _hours_in_use(record: Row) -> list[Row]:
    """Return the hours of a single day from the first to the last application."""
    used = [row["hour"] for row in record["hours"] if row["applications"]]
    if not used:
        return []
    return [row for row in record["hours"] if used[0] <= row["hour"] <= used[-1]]


def daily(record: Row, period: str) -> Figure:
    """Return applications per day; per hour when the fair lasted a single day."""
    if len(record["days"]) == 1:
        hours = _hours_in_use(record)
        title, high = findings.about_hours(hours)
        bars = [
            Bar(f"{row['hour']:02d}.00", row["applications"], highlighted=at in high)
            for at, row in enumerate(hours)
        ]
        said = said_of("Grafik batang lamaran per jam", bars)
        return _figure(title, f"Lamaran per jam, {period}", bars, column_chart(bars, said=said))
    title, high = findings.about_days(record["days"])
    dates = [date.fromisoformat(row["date"]) for row in record["days"]]
    bars = []
    for at, (day, row) in enumerate(zip(dates, record["days"], strict=True)):
        label, note = _day_labels(day, row["new_applicants"], first=at == 0, days=len(dates))
        bars.append(Bar(label, row["applications"], note, at in high))
    spoken = [
        Bar(f"{day.day} {MONTHS[day.month - 1]}", bar.value)
        for day, bar in zip(dates, bars, strict=True)
    ]
    subtitle = f"Lamaran per hari, {period}."
    if len(bars) <= WITH_NOTES:
        subtitle += " Angka kecil di bawah: pelamar baru hari itu"
    svg = column_chart(bars, said=said_of("Grafik batang lamaran per hari", spoken))
    return _figure(title, subtitle, bars, svg)


def selection(record: Row, names: Mapping[str, str]) -> Figure:
    """Return how many people came how far."""
    steps = record["funnel"]["persons"]
    people = record["figures"]["applicants"]
    bars = [
        Bar(names[step["step"]], step["n"], highlighted=at == 0) for at, step in enumerate(steps)
    ]
    return _figure(
        findings.about_selection(steps),
        f"Orang di tiap tahap sampai penutupan; persen dari {number(people)} pelamar",
        bars,
        row_chart(bars, whole=people, said=said_of("Grafik tahap seleksi", bars)),
    )


def _people_chart(
    rows: Sequence[Row], title: str, subtitle: str, people: int, *, wide: int
) -> Figure:
    best = [row["label"] for row in findings.leaders(rows, "applicants")]
    bars = [Bar(row["label"], row["applicants"], highlighted=row["label"] in best) for row in rows]
    svg = row_chart(bars, whole=people, said=said_of(subtitle, bars), wide=wide)
    return _figure(title, subtitle, bars, svg)


def education(record: Row) -> Figure:
    """Return people by schooling."""
    rows = [row for row in record["education"] if row["code"] != UNKNOWN or row["applicants"]]
    people = record["figures"]["applicants"]
    title = findings.about_education(record["education"], people)
    return _people_chart(rows, title, "Pendidikan terakhir, orang", people, wide=NARROW)


def age(record: Row) -> Figure:
    """Return people by age band, without the empty bands at both ends."""
    known = [row for row in record["age"] if row["code"] != UNKNOWN]
    used = [at for at, row in enumerate(known) if row["applicants"]]
    rows = known[used[0] : used[-1] + 1] if used else []
    rows += [row for row in record["age"] if row["code"] == UNKNOWN and row["applicants"]]
    title = findings.about_age(record["age"])
    people = record["figures"]["applicants"]
    return _people_chart(rows, title, "Kelompok usia, orang", people, wide=NARROW)


def _added(label: str, rows: Sequence[Row], **more: str) -> Row:
    return {"label": label, "applicants": sum(row["applicants"] for row in rows), **more}


def residence(record: Row) -> Figure:
    """Return people by kecamatan of their KTP: the largest ones, the others, outside, unknown."""
    regency = record["office"]["regency_name"]
    local = [row for row in record["residence"] if row["group"] == "local" and row["applicants"]]
    local.sort(key=lambda row: (-row["applicants"], row["label"]))
    outside = [row for row in record["residence"] if row["group"] == OUTSIDE]
    unknown = [row for row in record["residence"] if row["group"] == UNKNOWN]
    outsiders = _added("Luar kabupaten/kota", outside, place=f"luar {regency}")
    people = record["figures"]["applicants"]
    places = [{**row, "place": f"Kecamatan {row['label']}"} for row in local] + [outsiders]
    title = findings.about_residence([*places, *unknown], people)
    best = [row["label"] for row in findings.leaders(places, "applicants")]
    shown = local[:MOST_PLACES] if len(local) > MOST_PLACES + 1 else local
    rest = local[len(shown) :]
    rows: list[Row] = [*shown]
    if rest:
        rows.append(_added(f"{len(rest)} kecamatan lain", rest, collected="ya"))
    rows += [row for row in (outsiders, *unknown) if row["applicants"]]
    bars = [
        Bar(
            row["label"],
            row["applicants"],
            highlighted=row["label"] in best,
            collected="collected" in row,
        )
        for row in rows
    ]
    subtitle = "Kecamatan menurut alamat KTP, orang"
    svg = row_chart(bars, whole=people, said=said_of(subtitle, bars))
    return _figure(title, subtitle, bars, svg)
