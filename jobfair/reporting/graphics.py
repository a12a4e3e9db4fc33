"""The figures of a report: a finding as title, what is drawn, and the drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from jobfair.reporting import findings
from jobfair.reporting.charts import MOST_LABELS, Bar, column_chart, row_chart, said_of
from jobfair.reporting.public import PublicPeople, PublicRow
from jobfair.reporting.words import MONTHS, number, weekday
from jobfair.tally.rules import UNKNOWN
from jobfair.tally.rules.record import Hour, Record
from jobfair.tally.rules.tables import LOCAL, OUTSIDE

NARROW = 255
WITH_NOTES = 12
"""Days under whose bars there is room for the weekday and a small number."""
MOST_PLACES = 7


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


def _hours_in_use(record: Record) -> list[Hour]:
    """Return the hours of a single day from the first to the last application."""
    used = [row.hour for row in record.hours if row.applications]
    if not used:
        return []
    return [row for row in record.hours if used[0] <= row.hour <= used[-1]]


def daily(record: Record, period: str) -> Figure:
    """Return applications per day; per hour when the fair lasted a single day."""
    if len(record.days) == 1:
        hours = _hours_in_use(record)
        title, high = findings.about_hours(hours)
        bars = [
            Bar(f"{row.hour:02d}.00", row.applications, highlighted=at in high)
            for at, row in enumerate(hours)
        ]
        said = said_of("Grafik batang lamaran per jam", bars)
        return _figure(title, f"Lamaran per jam, {period}", bars, column_chart(bars, said=said))
    title, high = findings.about_days(record.days)
    dates = [date.fromisoformat(row.date) for row in record.days]
    bars = []
    for at, (day, row) in enumerate(zip(dates, record.days, strict=True)):
        label, note = _day_labels(day, row.new_applicants, first=at == 0, days=len(dates))
        bars.append(Bar(label, row.applications, note, at in high))
    spoken = [
        Bar(f"{day.day} {MONTHS[day.month - 1]}", bar.value)
        for day, bar in zip(dates, bars, strict=True)
    ]
    subtitle = f"Lamaran per hari, {period}."
    if len(bars) <= WITH_NOTES:
        subtitle += " Angka kecil di bawah: pelamar baru hari itu"
    svg = column_chart(bars, said=said_of("Grafik batang lamaran per hari", spoken))
    return _figure(title, subtitle, bars, svg)


def selection(record: Record, names: Mapping[str, str]) -> Figure:
    """Return how many people came how far."""
    steps = record.funnel.persons
    people = record.figures.applicants
    bars = [Bar(names[step.step], step.n, highlighted=at == 0) for at, step in enumerate(steps)]
    subtitle = f"Orang di tiap tahap sampai penutupan; persen dari {number(people)} pelamar"
    interviewed = steps[3]
    if 0 <= interviewed.recorded < interviewed.n:
        direct = number(interviewed.n - interviewed.recorded)
        subtitle += f". Wawancara {direct} orang disimpulkan, karena langsung diterima"
    return _figure(
        findings.about_selection(steps),
        subtitle,
        bars,
        row_chart(bars, whole=people, said=said_of("Grafik tahap seleksi", bars)),
    )


def _people_chart(
    rows: Sequence[PublicRow], title: str, subtitle: str, people: int, *, wide: int
) -> Figure:
    """Draw the rows that are told, and together those that are not."""
    told = [row for row in rows if row.applicants is not None]
    best = [row.label for row in findings.leaders(told, "told")]
    bars = [Bar(row.label, row.told, highlighted=row.label in best) for row in told]
    if len(told) < len(rows):
        left = people - sum(row.told for row in told)
        bars.append(Bar(f"{len(rows) - len(told)} kelompok kecil", left, collected=True))
    svg = row_chart(bars, whole=people, said=said_of(subtitle, bars), wide=wide)
    return _figure(title, subtitle, bars, svg)


def education(record: Record, people: PublicPeople) -> Figure:
    """Return people by schooling."""
    rows = [row for row in people.education if row.code != UNKNOWN or row.applicants != 0]
    title = findings.about_education(record.education, told_of(people.education))
    return _people_chart(
        rows, title, "Pendidikan terakhir, orang", record.figures.applicants, wide=NARROW
    )


def age(record: Record, people: PublicPeople) -> Figure:
    """Return people by age band, without the empty bands at both ends."""
    known = [row for row in people.age if row.code != UNKNOWN]
    used = [at for at, row in enumerate(known) if row.applicants != 0]
    rows = known[used[0] : used[-1] + 1] if used else []
    rows += [row for row in people.age if row.code == UNKNOWN and row.applicants != 0]
    title = findings.about_age(record.age, told_of(people.age))
    return _people_chart(
        rows, title, "Kelompok usia, orang", record.figures.applicants, wide=NARROW
    )


def told_of(rows: Sequence[PublicRow]) -> set[str]:
    """Return the codes of the rows whose number of people is told."""
    return {row.code for row in rows if row.applicants is not None}


def residence(record: Record, people: PublicPeople) -> Figure:
    """Return people by kecamatan of their KTP: the largest ones, the others, outside, unknown."""
    told = told_of(people.residence)
    told |= {group for group in (LOCAL, OUTSIDE) if people.lives(group) is not None}
    title, named = findings.about_residence(
        record.funnel.persons[0],
        [row for row in record.residence if row.group == LOCAL],
        record.office.regency_name,
        told,
    )
    inside, outside, unknown = (people.lives(group) for group in (LOCAL, OUTSIDE, UNKNOWN))
    subtitle = "Kecamatan menurut alamat KTP, orang"
    if inside is None or outside is None or unknown is None:
        return Figure(title, subtitle, Markup(""))
    local = [row for row in people.residence if row.group == LOCAL and row.applicants != 0]
    shown = [row for row in local if row.applicants is not None]
    shown.sort(key=lambda row: (-row.told, row.label))
    if len(local) > MOST_PLACES + 1:
        shown = shown[:MOST_PLACES]
    bars = [Bar(row.label, row.told, highlighted=row.code in named) for row in shown]
    if len(shown) < len(local):
        left = inside - sum(row.told for row in shown)
        bars.append(Bar(f"{len(local) - len(shown)} kecamatan lain", left, collected=True))
    if outside:
        bars.append(Bar("Luar kabupaten/kota", outside, highlighted=outside > inside))
    if unknown:
        bars.append(Bar("Tidak diketahui", unknown))
    svg = row_chart(bars, whole=record.figures.applicants, said=said_of(subtitle, bars))
    return _figure(title, subtitle, bars, svg)
