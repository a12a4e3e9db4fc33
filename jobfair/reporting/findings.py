"""Sentences that say what the numbers show. Each is true for any numbers, ties and zeros too.

A title and the bars below it speak of the same whole. Numbers that are hidden on public paper
are not told by a sentence either: ``told`` are the codes of the rows whose number is shown.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from fractions import Fraction
from typing import Protocol, TypeVar

from jobfair.reporting.public import PublicRow
from jobfair.reporting.words import MONTHS, counted, listed, number, share, weekday
from jobfair.tally.rules import UNKNOWN
from jobfair.tally.rules.record import (
    Day,
    Disability,
    GroupRow,
    Hour,
    PeopleRow,
    PersonStep,
    PositionRow,
)
from jobfair.tally.rules.small_cells import SMALL_CELL

NAMED = 3
"""So many equals are named; more are only counted."""
SHORTEST_TREND = 4
CROWDED = Fraction(5, 4)
"""Two days stand out when they hold a quarter more than their even share."""
LARGE = Fraction(1, 5)
"""From here on a share is worth saying."""
NOTHING_YET = "Belum ada lamaran sampai penutupan"


class Coded(Protocol):
    """A row that stands for a code."""

    @property
    def code(self) -> str: ...  # noqa: D102


R = TypeVar("R", bound=Coded)


def leaders(rows: Sequence[R], name: str) -> list[R]:
    """Return the known rows with the largest number, several when equal; none for zero.

    None either when the number that is unknown is larger: then nobody can tell which leads.
    """
    counts: list[int] = [getattr(row, name) for row in rows]
    most = max(counts, default=0)
    equal = [row for row, count in zip(rows, counts, strict=True) if count == most]
    return [row for row in equal if row.code != UNKNOWN] if most else []


def lower_first(text: str) -> str:
    """Return text to stand inside a sentence; names of all capitals stay as they are."""
    return text if text[:2].isupper() or not text else text[0].lower() + text[1:]


def few(value: int) -> str:
    """Return a number of people for public paper: small ones hidden (``domain.md`` 5, item 8)."""
    return f"<{SMALL_CELL}" if 0 < value < SMALL_CELL else number(value)


def about_days(days: Sequence[Day]) -> tuple[str, tuple[int, ...]]:
    """Return what stands out among the days, and which of them to highlight."""
    counts = [day.applications for day in days]
    total = sum(counts)
    if not total:
        return NOTHING_YET, ()
    last = len(days) - 1
    if len(days) >= SHORTEST_TREND:
        first_two, last_two = counts[0] + counts[1], counts[-1] + counts[-2]
        crowded = max(CROWDED * Fraction(2 * total, len(days)), LARGE * total)
        if first_two >= last_two and first_two >= crowded:
            return f"{share(first_two, total)} lamaran masuk dalam dua hari pertama", (0, 1)
        if last_two >= crowded:
            return f"{share(last_two, total)} lamaran masuk dalam dua hari terakhir", (
                last - 1,
                last,
            )
    peaks = tuple(at for at, count in enumerate(counts) if count == max(counts))
    if len(peaks) == len(days):
        return "Setiap hari sama ramainya", ()
    if len(peaks) > NAMED:
        return f"Lamaran terbanyak masuk pada {counted(len(peaks))} hari yang sama ramainya", peaks
    named = [date.fromisoformat(days[at].date) for at in peaks]
    return f"Paling ramai {listed([short_day(day) for day in named])}", peaks


def short_day(day: date) -> str:
    """Return "Senin 2 Maret"."""
    return f"{weekday(day)} {day.day} {MONTHS[day.month - 1]}"


def about_hours(hours: Sequence[Hour]) -> tuple[str, tuple[int, ...]]:
    """Return what stands out among the hours of a single day, and which to highlight."""
    most = max((row.applications for row in hours), default=0)
    if not most:
        return NOTHING_YET, ()
    peaks = tuple(at for at, row in enumerate(hours) if row.applications == most)
    if len(hours) == 1:
        return f"Semua lamaran masuk pukul {_hour(hours[0])}", peaks
    if len(peaks) == len(hours):
        return "Setiap jam sama ramainya", ()
    if len(peaks) > NAMED:
        return f"Lamaran terbanyak masuk pada {counted(len(peaks))} jam yang sama ramainya", peaks
    return f"Paling ramai pukul {listed([_hour(hours[at]) for at in peaks])}", peaks


def _hour(row: Hour) -> str:
    return f"{row.hour:02d}.00–{row.hour + 1:02d}.00"


def about_selection(persons: Sequence[PersonStep]) -> str:
    """Return how many of all applicants got through: the whole that the bars below show."""
    applied, reviewed, shortlisted = (step.n for step in persons[:3])
    if not applied:
        return NOTHING_YET
    if not reviewed:
        return "Belum ada pelamar yang ditinjau perusahaan"
    if not shortlisted:
        return "Belum ada pelamar yang lolos berkas"
    return f"{share(shortlisted, applied)} pelamar lolos berkas"


def _about(
    what: str,
    rows: Sequence[PeopleRow],
    told: Collection[str],
    one: Callable[[PeopleRow], str],
    names: Callable[[PeopleRow], str],
) -> str:
    if not sum(row.applicants for row in rows):
        return NOTHING_YET
    most = leaders(rows, "applicants")
    if not most:
        all_unknown = all(row.code == UNKNOWN or not row.applicants for row in rows)
        return f"{what} {'pelamar' if all_unknown else 'banyak pelamar'} tidak diketahui"
    if not all(row.code in told for row in most):
        return f"{what} pelamar tidak dirinci karena pelamarnya sedikit"
    if len(most) == 1:
        return one(most[0])
    if len(most) > NAMED:
        return f"{counted(len(most)).capitalize()} kelompok sama-sama terbanyak"
    return f"{listed([names(row) for row in most])} sama-sama terbanyak"


def about_education(rows: Sequence[PeopleRow], told: Collection[str]) -> str:
    """Return which schooling most applicants have."""
    total = sum(row.applicants for row in rows)
    return _about(
        "Pendidikan",
        rows,
        told,
        lambda row: f"{share(row.applicants, total)} pelamar lulusan {row.label}",
        lambda row: f"Lulusan {row.label}",
    )


def about_age(rows: Sequence[PeopleRow], told: Collection[str]) -> str:
    """Return which age band is the largest."""
    return _about(
        "Usia",
        rows,
        told,
        lambda row: f"Usia {lower_first(row.label)} terbanyak",
        lambda row: f"Usia {lower_first(row.label)}",
    )


def about_residence(
    persons: PersonStep, local: Sequence[PeopleRow], regency: str, told: Collection[str]
) -> tuple[str, tuple[str, ...]]:
    """Return where applicants live, and the codes of the kecamatan that it names.

    All who live outside are compared with all who live inside, never with single kecamatan.
    ``told`` holds ``local`` and ``outside`` too, when these sums are shown.
    """
    if not persons.n:
        said = NOTHING_YET
    elif persons.unknown == persons.n:
        said = "Alamat pelamar tidak diketahui"
    elif not {"local", "outside"} <= set(told):
        said = "Alamat pelamar tidak dirinci karena pelamarnya sedikit"
    elif persons.outside > persons.local:
        said = f"{share(persons.outside, persons.n)} pelamar beralamat di luar {regency}"
    elif persons.outside == persons.local:
        said = f"Pelamar dari {regency} dan dari luarnya sama banyak"
    else:
        return _about_locals(persons, local, regency, told)
    return said, ()


def _about_locals(
    persons: PersonStep, local: Sequence[PeopleRow], regency: str, told: Collection[str]
) -> tuple[str, tuple[str, ...]]:
    said = f"{share(persons.local, persons.n)} pelamar beralamat di {regency}"
    most = leaders(local, "applicants")
    named = [row for row in most if len(row.code) > len("12.09")]
    if len(named) > NAMED or named != most or not all(row.code in told for row in most):
        return said, ()
    codes = tuple(row.code for row in most)
    return f"{said}, terbanyak di Kecamatan {listed([row.label for row in most])}", codes


def about_industries(rows: Sequence[GroupRow]) -> str:
    """Return where the applications went and where the openings are."""
    wanted, offered = leaders(rows, "applications"), leaders(rows, "openings")

    def names(found: Sequence[GroupRow]) -> str:
        if len(found) > NAMED:
            return f"{counted(len(found))} lapangan usaha yang sama besarnya"
        return listed([lower_first(row.label) for row in found])

    if not sum(row.openings for row in rows):
        return "Tidak ada posisi yang ditawarkan."
    if not offered:
        return "Lapangan usaha sebagian perusahaan tidak diketahui."
    if not wanted:
        return f"Posisi terbanyak ada di {names(offered)}."
    if wanted == offered and len(wanted) == 1:
        label = wanted[0].label
        return f"{label} menawarkan posisi terbanyak sekaligus menerima lamaran terbanyak."
    return (
        f"Lamaran terbanyak masuk ke {names(wanted)}, "
        f"sedangkan posisi terbanyak ada di {names(offered)}."
    )


def about_people(sexes: PublicRow, disability: Disability) -> str:
    """Return how many men, women and disabled people applied."""
    if not sexes.applicants:
        return f"{NOTHING_YET}, jadi belum ada pelamar."
    men, women, unknown = sexes.men, sexes.women, sexes.sex_unknown
    if men is None or women is None or unknown is None:
        sex = "Jumlah laki-laki dan perempuan tidak dirinci karena pelamarnya sedikit"
    else:
        parts = [f"{number(men)} laki-laki", f"{number(women)} perempuan"]
        if unknown:
            parts.append(f"{number(unknown)} orang yang jenis kelaminnya tidak diketahui")
        sex = f"Pelamar terdiri dari {listed(parts)}"
    disabled = disability.applicants
    if not disabled:
        said = "Tidak ada pelamar yang menyatakan diri penyandang disabilitas"
    elif disabled < SMALL_CELL:
        said = "Kurang dari lima pelamar menyatakan diri penyandang disabilitas"
    else:
        said = f"{counted(disabled).capitalize()} pelamar menyatakan diri penyandang disabilitas"
    open_to = disability.positions
    offered = (
        f"{number(open_to)} jabatan ramah disabilitas tersedia"
        if open_to
        else "tidak ada jabatan yang ditandai ramah disabilitas"
    )
    return f"{sex}. {said}; {offered}."


def about_shortage(short: Sequence[PositionRow]) -> str:
    """Return which of the offered positions got fewer applications than they have openings."""
    if not short:
        return "Setiap jabatan menerima lamaran paling sedikit sebanyak posisinya."
    named = listed([_short_of(row) for row in short[:NAMED]])
    if len(short) == 1:
        return f"Satu jabatan menerima lamaran lebih sedikit daripada posisinya: {named}."
    start = f"{counted(len(short)).capitalize()} jabatan menerima lamaran lebih sedikit"
    lead = "Yang paling kurang: " if len(short) > NAMED else "Yaitu "
    return f"{start} daripada posisinya. {lead}{named}."


def _short_of(row: PositionRow) -> str:
    openings, applications = number(row.openings), number(row.applications)
    return f"{row.title} di {row.company_name} ({openings} posisi, {applications} lamaran)"


def about_top(positions: Sequence[PositionRow], top: Sequence[PositionRow]) -> str:
    """Return a note when others have as many applications as the last one shown, or nothing."""
    if not top:
        return ""
    last = top[-1].applications
    shown = {row.slug for row in top}
    equal = [
        row
        for row in positions
        if row.takes_part and row.applications == last and row.slug not in shown
    ]
    if not equal:
        return ""
    return f"{counted(len(equal)).capitalize()} jabatan lain juga menerima {number(last)} lamaran."
