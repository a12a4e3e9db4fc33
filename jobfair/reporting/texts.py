"""The sentences of a report that are more than one finding: intro, highlights, facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jobfair.reporting import findings
from jobfair.reporting.public import PublicPeople, PublicRow, PublicStep
from jobfair.reporting.words import (
    counted,
    day,
    listed,
    moment,
    number,
    ratio,
    share,
    whole_percent,
)
from jobfair.tally.rules.record import PeopleRow, PositionRow, Record, WindowChange


@dataclass(frozen=True)
class WindowAct:
    """One change of the window: what was done, when, why."""

    what: str
    at: str
    reason: str


def length_of(record: Record) -> str:
    """Return for how long the fair was open, true also for one over midnight."""
    opens, closes = (
        datetime.fromisoformat(at) for at in (record.window.opens_at, record.window.closes_at)
    )
    lasted, days = closes - opens, len(record.days)
    if days > 1 and lasted < timedelta(days=1):
        hours, rest = divmod(lasted, timedelta(hours=1))
        return f"kurang dari {counted(hours + 1)} jam" if rest else f"{counted(hours)} jam"
    if lasted <= timedelta(days=days - 1):
        return f"{counted(days)} hari kalender"
    return f"{counted(days)} hari"


def intro(record: Record) -> str:
    """Return the fair in a few sentences."""
    figures = record.figures
    length = f"Selama {length_of(record)}"
    offer = (
        f"{number(figures.companies)} perusahaan membuka {number(figures.positions)} "
        f"jabatan dengan {number(figures.openings)} posisi"
    )
    if not figures.companies:
        offer = "tidak ada perusahaan yang membuka jabatan"
    if not figures.applications:
        return f"{length}, {offer}. {findings.NOTHING_YET}."
    said = (
        f"{length}, {offer}, dan {number(figures.applicants)} pencari kerja mengirim "
        f"{number(figures.applications)} lamaran."
    )
    if figures.withdrawn:
        said += f" {standing(record)}."
    if gone := figures.applications - record.offered_applications:
        said += (
            f" Sebanyak {number(gone)} lamaran masuk ke jabatan yang tidak lagi ditawarkan saat "
            "penutupan."
        )
    return said


def standing(record: Record) -> str:
    """Return how many of the applications sent still stood at the closing."""
    figures = record.figures
    return (
        f"Dari {number(figures.applications)} lamaran terkirim, {number(figures.withdrawn)} "
        f"dibatalkan pelamar dan {number(figures.standing)} berlaku saat penutupan"
    )


def _crowded_time(record: Record) -> tuple[str, str]:
    """Return the busiest time: two days that stand out, else the busiest day or hour."""
    total = record.figures.applications
    if len(record.days) == 1:
        most = max(row.applications for row in record.hours)
        return number(most), "lamaran pada jam yang paling ramai."
    _, high = findings.about_days(record.days)
    dates = [date.fromisoformat(row.date) for row in record.days]
    if len(record.days) >= findings.SHORTEST_TREND and high in ((0, 1), last_two(len(dates))):
        two = sum(record.days[at].applications for at in high)
        first, second = (dates[at] for at in high)
        start = str(first.day) if first.month == second.month else day(first)
        which = "pertama" if high == (0, 1) else "terakhir"
        return (
            whole_percent(two, total),
            f"lamaran masuk dalam dua hari {which}, {start} dan {day(second)}.",
        )
    most = max(row.applications for row in record.days)
    busiest = [at for at, row in zip(dates, record.days, strict=True) if row.applications == most]
    if len(busiest) == 1:
        return number(
            most
        ), f"lamaran pada hari yang paling ramai, {findings.short_day(busiest[0])}."
    return number(most), f"lamaran pada masing-masing dari {counted(len(busiest))} hari terramai."


def last_two(days: int) -> tuple[int, int]:
    """Return the places of the last two days."""
    return days - 2, days - 1


def highlights(record: Record, people: PublicPeople) -> tuple[tuple[str, str], ...]:
    """Return the large numbers with their sentences; none for a fair without applications."""
    figures = record.figures
    if not figures.applications:
        return ()
    found = [
        (
            ratio(figures.applications, figures.applicants),
            (
                "lamaran per pelamar, rata-rata. Pelamar paling aktif mengirim "
                f"{number(figures.most_by_one)} lamaran."
            ),
        ),
        _crowded_time(record),
    ]
    schooling = told_leader(record.education, people.education)
    ages = told_leader(record.age, people.age)
    if schooling:
        text = f"pelamar lulusan {schooling.label}."
        if ages:
            text += f" Kelompok usia terbesar {findings.lower_first(ages.label)}."
        found.append((whole_percent(schooling.told, figures.applicants), text))
    elif people.sexes.women is not None:
        part = whole_percent(people.sexes.women, figures.applicants)
        found.append((part, "pelamar adalah perempuan."))
    found.append(
        (
            whole_percent(people.steps[1].n, figures.applicants),
            "pelamar sudah ditinjau paling sedikit oleh satu perusahaan saat penutupan.",
        )
    )
    return tuple(found)


def told_leader(rows: Sequence[PeopleRow], told: Sequence[PublicRow]) -> PublicRow | None:
    """Return the one row with the most people; None when several are equal or it is hidden."""
    most = findings.leaders(rows, "applicants")
    if len(most) != 1:
        return None
    shown = [row for row in told if row.code == most[0].code and row.applicants is not None]
    return shown[0] if shown else None


def headline(record: Record) -> str:
    """Return the sentence over the media sheet."""
    figures, name = record.figures, record.fair.name
    if figures.applications:
        return (
            f"{number(figures.applicants)} pencari kerja kirim "
            f"{number(figures.applications)} lamaran di {name}"
        )
    if figures.positions:
        offer = f"{number(figures.positions)} jabatan dari {number(figures.companies)}"
        return f"{name} ditutup dengan {offer} perusahaan"
    return f"{name} ditutup"


def summary(record: Record) -> str:
    """Return the line under the headline."""
    figures = record.figures
    length = length_of(record)
    said = (
        f"{length[0].upper()}{length[1:]}, {number(figures.companies)} perusahaan, "
        f"{number(figures.positions)} jabatan, {number(figures.openings)} posisi. Gratis bagi "
        "pelamar."
    )
    return f"{said} {standing(record)}." if figures.withdrawn else said


def facts(
    record: Record,
    people: PublicPeople,
    top: Sequence[PositionRow],
    short: Sequence[PositionRow],
) -> tuple[tuple[str, str], ...]:
    """Return at most four facts, each with the words to stress first."""
    total = record.figures.applicants
    found = []
    if row := told_leader(record.education, people.education):
        text = f"pelamar lulusan {row.label} ({number(row.told)} orang)."
        found.append((share(row.told, total), text))
    if interviewed := _interviewed(people.steps[3]):
        found.append(interviewed)
    if top:
        most = [row for row in top if row.applications == top[0].applications]
        named = listed([f"{row.title} di {row.company_name}" for row in most[:2]])
        each = "masing-masing " if len(most) > 1 else ""
        text = f"{named}, {each}{number(top[0].applications)} lamaran."
        found.append(("Paling diminati:", text))
    if short:
        first = short[0]
        text = (
            f"{first.title} di {first.company_name}, {number(first.openings)} posisi dan "
            f"{number(first.applications)} lamaran."
        )
        found.append(("Kurang pelamar:", text))
    if people.sexes.women is not None and total:
        women = f"{number(people.sexes.women)} perempuan"
        found.append((women, f"di antara {number(total)} pelamar."))
    return tuple(found[:4])


def _interviewed(step: PublicStep) -> tuple[str, str] | None:
    """Return how many people were invited; acceptances without an interview are told as such."""
    if not step.n:
        return None
    if step.recorded < 0:
        return f"{number(step.n)} orang", "sampai tahap wawancara atau sesudahnya saat penutupan."
    direct = step.n - step.recorded
    if not step.recorded:
        return f"{number(direct)} orang", "langsung diterima, tanpa wawancara yang tercatat."
    more = f", {number(direct)} lainnya langsung diterima" if direct else ""
    return f"{number(step.recorded)} orang", f"diundang wawancara sampai penutupan{more}."


def history(record: Record, zone: ZoneInfo) -> tuple[WindowAct, ...]:
    """Return how the window came about, oldest first: what was done, when, why."""
    acts: list[WindowAct] = []
    before: WindowChange | None = None
    for window in record.window.history:
        at = moment(datetime.fromisoformat(window.made_at), zone)
        acts.append(WindowAct(_act(before, window, zone), at, window.reason))
        before = window
    return tuple(acts)


def _act(before: WindowChange | None, window: WindowChange, zone: ZoneInfo) -> str:
    opens, closes = (datetime.fromisoformat(at) for at in (window.opens_at, window.closes_at))
    if before is None:
        return f"Dijadwalkan {moment(opens, zone)} sampai {moment(closes, zone)}"
    if window.paused_from and not before.paused_from:
        return f"Dijeda sejak {moment(datetime.fromisoformat(window.paused_from), zone)}"
    if before.paused_from and not window.paused_from:
        return "Dibuka kembali sesudah jeda"
    if window.opens_at != before.opens_at:
        return f"Pembukaan dipindah ke {moment(opens, zone)}"
    if closes > datetime.fromisoformat(before.closes_at):
        return f"Diperpanjang sampai {moment(closes, zone)}"
    return f"Ditutup lebih awal, {moment(closes, zone)}"
