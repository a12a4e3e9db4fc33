"""Sentences that say what the numbers show. Each is true for any numbers, ties and zeros too."""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from jobfair.reporting.words import MONTHS, counted, listed, number, share, weekday
from jobfair.tally.rules import UNKNOWN

Row = dict[str, Any]
NAMED = 3
"""So many equals are named; more are only counted."""
SHORTEST_TREND = 4
CROWDED = Fraction(5, 4)
"""Two days stand out when they hold a quarter more than their even share."""
LARGE = Fraction(1, 5)
"""From here on a share is worth saying."""
NOTHING_YET = "Belum ada lamaran sampai penutupan"
SMALL_CELL = 5


def leaders(rows: Sequence[Row], name: str) -> list[Row]:
    """Return the rows with the largest number, several when they are equal; none for zero."""
    known = [row for row in rows if row.get("code") != UNKNOWN]
    most = max((row[name] for row in known), default=0)
    return [row for row in known if row[name] == most] if most else []


def lower_first(text: str) -> str:
    """Return text to stand inside a sentence; names of all capitals stay as they are."""
    return text if text[:2].isupper() or not text else text[0].lower() + text[1:]


def few(value: int) -> str:
    """Return a number of people for public paper: small ones hidden (``domain.md`` 5, item 8)."""
    return f"<{SMALL_CELL}" if 0 < value < SMALL_CELL else number(value)


def about_days(days: Sequence[Row]) -> tuple[str, tuple[int, ...]]:
    """Return what stands out among the days, and which of them to highlight."""
    counts = [day["applications"] for day in days]
    total = sum(counts)
    if not total:
        return NOTHING_YET, ()
    last = len(days) - 1
    if len(days) >= SHORTEST_TREND:
        first_two, last_two = counts[0] + counts[1], counts[-1] + counts[-2]
        crowded = max(CROWDED * Fraction(2 * total, len(days)), LARGE * total)
        if first_two >= max(last_two, crowded):
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
    named = [date.fromisoformat(days[at]["date"]) for at in peaks]
    return f"Paling ramai {listed([_short_day(day) for day in named])}", peaks


def _short_day(day: date) -> str:
    return f"{weekday(day)} {day.day} {MONTHS[day.month - 1]}"


def about_hours(hours: Sequence[Row]) -> tuple[str, tuple[int, ...]]:
    """Return what stands out among the hours of a single day, and which to highlight."""
    most = max((row["applications"] for row in hours), default=0)
    if not most:
        return NOTHING_YET, ()
    peaks = tuple(at for at, row in enumerate(hours) if row["applications"] == most)
    if len(hours) == 1:
        return f"Semua lamaran masuk pukul {_hour(hours[0])}", peaks
    if len(peaks) == len(hours):
        return "Setiap jam sama ramainya", ()
    if len(peaks) > NAMED:
        return f"Lamaran terbanyak masuk pada {counted(len(peaks))} jam yang sama ramainya", peaks
    return f"Paling ramai pukul {listed([_hour(hours[at]) for at in peaks])}", peaks


def _hour(row: Row) -> str:
    return f"{row['hour']:02d}.00–{row['hour'] + 1:02d}.00"


def about_selection(persons: Sequence[Row]) -> str:
    """Return how many of those who were looked at got through."""
    applied, reviewed, shortlisted = (step["n"] for step in persons[:3])
    if not applied:
        return NOTHING_YET
    if not reviewed:
        return "Belum ada pelamar yang ditinjau perusahaan"
    if not shortlisted:
        return "Belum ada pelamar yang lolos berkas"
    return f"{share(shortlisted, reviewed)} pelamar yang ditinjau lolos berkas"


def _about(
    rows: Sequence[Row], nobody: str, one: Callable[[Row], str], names: Callable[[Row], str]
) -> str:
    most = leaders(rows, "applicants")
    if not most:
        return nobody if sum(row["applicants"] for row in rows) else NOTHING_YET
    if len(most) == 1:
        return one(most[0])
    if len(most) > NAMED:
        return f"{counted(len(most)).capitalize()} kelompok sama-sama terbanyak"
    return f"{listed([names(row) for row in most])} sama-sama terbanyak"


def about_education(rows: Sequence[Row], total: int) -> str:
    """Return which schooling most applicants have."""
    return _about(
        rows,
        "Pendidikan pelamar tidak diketahui",
        lambda row: f"{share(row['applicants'], total)} pelamar lulusan {row['label']}",
        lambda row: f"Lulusan {row['label']}",
    )


def about_age(rows: Sequence[Row]) -> str:
    """Return which age band is the largest."""
    return _about(
        rows,
        "Usia pelamar tidak diketahui",
        lambda row: f"Usia {lower_first(row['label'])} terbanyak",
        lambda row: f"Usia {lower_first(row['label'])}",
    )


def about_residence(rows: Sequence[Row], total: int) -> str:
    """Return where most applicants live; rows carry a ``place`` to stand after "di"."""
    return _about(
        rows,
        "Alamat pelamar tidak diketahui",
        lambda row: (
            f"{share(row['applicants'], total)} pelamar beralamat di {row['place']}"
            if LARGE * total <= row["applicants"]
            else f"Pelamar terbanyak beralamat di {row['place']}"
        ),
        lambda row: row["place"],
    )


def about_industries(rows: Sequence[Row]) -> str:
    """Return where the applications went and where the openings are."""
    wanted, offered = leaders(rows, "applications"), leaders(rows, "openings")

    def names(found: Sequence[Row]) -> str:
        if len(found) > NAMED:
            return f"{counted(len(found))} lapangan usaha yang sama besarnya"
        return listed([lower_first(row["label"]) for row in found])

    if not offered:
        return "Tidak ada posisi yang ditawarkan."
    if not wanted:
        return f"Posisi terbanyak ada di {names(offered)}."
    if wanted == offered and len(wanted) == 1:
        label = wanted[0]["label"]
        return f"{label} menawarkan posisi terbanyak sekaligus menerima lamaran terbanyak."
    return (
        f"Lamaran terbanyak masuk ke {names(wanted)}, "
        f"sedangkan posisi terbanyak ada di {names(offered)}."
    )


def about_people(education: Sequence[Row], disability: Row) -> str:
    """Return how many men, women and disabled people applied."""
    men, women, unknown = (
        sum(row[name] for row in education) for name in ("men", "women", "sex_unknown")
    )
    if not men + women + unknown:
        return f"{NOTHING_YET}, jadi belum ada pelamar."
    parts = [f"{number(men)} laki-laki", f"{number(women)} perempuan"]
    if unknown:
        parts.append(f"{number(unknown)} orang yang jenis kelaminnya tidak diketahui")
    disabled = disability["applicants"]
    if not disabled:
        said = "Tidak ada pelamar yang menyebut diri penyandang disabilitas"
    elif disabled < SMALL_CELL:
        said = "Kurang dari lima pelamar menyebut diri penyandang disabilitas"
    else:
        said = f"{counted(disabled).capitalize()} pelamar menyebut diri penyandang disabilitas"
    open_to = disability["positions"]
    offered = (
        f"{number(open_to)} jabatan ramah disabilitas tersedia"
        if open_to
        else "tidak ada jabatan yang ditandai ramah disabilitas"
    )
    return f"Pelamar terdiri dari {listed(parts)}. {said}; {offered}."


def about_shortage(short: Sequence[Row]) -> str:
    """Return which positions got fewer applications than they have openings."""
    if not short:
        return "Setiap jabatan menerima lamaran paling sedikit sebanyak posisinya."
    named = listed([_short_of(row) for row in short[:NAMED]])
    if len(short) == 1:
        return f"Satu jabatan menerima lamaran lebih sedikit daripada posisinya: {named}."
    start = f"{counted(len(short)).capitalize()} jabatan menerima lamaran lebih sedikit"
    lead = "Yang paling kurang: " if len(short) > NAMED else "Yaitu "
    return f"{start} daripada posisinya. {lead}{named}."


def _short_of(row: Row) -> str:
    openings, applications = number(row["openings"]), number(row["applications"])
    return f"{row['title']} di {row['company_name']} ({openings} posisi, {applications} lamaran)"


def about_top(positions: Sequence[Row], top: Sequence[Row]) -> str:
    """Return a note when others have as many applications as the last one shown, or nothing."""
    if not top:
        return ""
    last = top[-1]["applications"]
    shown = {row["slug"] for row in top}
    equal = sum(row["applications"] == last and row["slug"] not in shown for row in positions)
    if not equal:
        return ""
    return f"{counted(equal).capitalize()} jabatan lain juga menerima {number(last)} lamaran."
