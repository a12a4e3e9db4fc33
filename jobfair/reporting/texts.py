"""The sentences of a report that are more than one finding: intro, highlights, definitions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobfair.reporting import findings
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

Row = dict[str, Any]
LONG_ENOUGH = 4


def intro(record: Row) -> str:
    """Return the fair in one sentence."""
    figures = record["figures"]
    length = f"Selama {counted(len(record['days']))} hari"
    offer = (
        f"{number(figures['companies'])} perusahaan membuka {number(figures['positions'])} "
        f"jabatan dengan {number(figures['openings'])} posisi"
    )
    if not figures["companies"]:
        offer = "tidak ada perusahaan yang membuka jabatan"
    if not figures["applications"]:
        return f"{length}, {offer}. {findings.NOTHING_YET}."
    return (
        f"{length}, {offer}, dan {number(figures['applicants'])} pencari kerja mengirim "
        f"{number(figures['applications'])} lamaran."
    )


def _crowded_time(record: Row) -> tuple[str, str]:
    days, total = record["days"], record["figures"]["applications"]
    if len(days) >= LONG_ENOUGH:
        two = days[0]["applications"] + days[1]["applications"]
        first, second = (date.fromisoformat(row["date"]) for row in days[:2])
        named = day(second)
        start = str(first.day) if first.month == second.month else day(first)
        return (
            whole_percent(two, total),
            f"lamaran masuk dalam dua hari pertama, {start} dan {named}.",
        )
    rows, unit = (record["hours"], "jam") if len(days) == 1 else (days, "hari")
    most = max(row["applications"] for row in rows)
    return number(most), f"lamaran pada {unit} yang paling ramai."


def highlights(record: Row) -> tuple[tuple[str, str], ...]:
    """Return four large numbers with their sentences; none for a fair without applications."""
    figures = record["figures"]
    people, total = figures["applicants"], figures["applications"]
    if not total:
        return ()
    reviewed = record["funnel"]["persons"][1]["n"]
    found = [
        (
            ratio(total, people),
            (
                "lamaran per pelamar, rata-rata. Pelamar paling aktif mengirim "
                f"{number(figures['most_by_one'])} lamaran."
            ),
        ),
        _crowded_time(record),
    ]
    schooling = findings.leaders(record["education"], "applicants")
    ages = findings.leaders(record["age"], "applicants")
    if len(schooling) == 1:
        text = f"pelamar lulusan {schooling[0]['label']}."
        if len(ages) == 1:
            text += f" Kelompok usia terbesar {findings.lower_first(ages[0]['label'])}."
        found.append((whole_percent(schooling[0]["applicants"], people), text))
    else:
        women = sum(row["women"] for row in record["education"])
        found.append((whole_percent(women, people), "pelamar adalah perempuan."))
    found.append(
        (
            whole_percent(reviewed, people),
            "pelamar sudah ditinjau paling sedikit oleh satu perusahaan saat penutupan.",
        )
    )
    return tuple(found)


def definitions(record: Row, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """Return what each number means and how it was counted."""
    withdrawn = record["figures"]["withdrawn"]
    closes = moment(datetime.fromisoformat(record["window"]["closes_at"]), zone)
    taken_back = (
        f", termasuk {number(withdrawn)} yang kemudian dibatalkan pelamar" if withdrawn else ""
    )
    inferred = sum(step["inferred"] for step in record["funnel"]["applications"][2:])
    skipped = (
        f" Sebanyak {number(inferred)} tahap tidak dicatat sendiri dan disimpulkan dari tahap "
        "sesudahnya."
        if inferred
        else ""
    )
    return (
        (
            "Perusahaan",
            "Perusahaan yang sudah diverifikasi Disnaker dan membuka paling sedikit satu jabatan.",
        ),
        (
            "Jabatan, posisi",
            (
                "Judul lowongan yang diterbitkan dan tidak ditarik; satu jabatan bisa memuat "
                "beberapa posisi. Posisi adalah banyaknya orang yang dibutuhkan."
            ),
        ),
        (
            "Pelamar",
            (
                "Orang berbeda menurut NIK yang mengirim paling sedikit satu lamaran. Satu pelamar "
                "dapat melamar ke beberapa perusahaan."
            ),
        ),
        (
            "Lamaran",
            (
                "Pasangan pelamar dan jabatan yang tercatat di buku lamaran sebelum "
                f"{closes}{taken_back}."
            ),
        ),
        (
            "Tahap",
            (
                "Tercapai bila tahap itu atau tahap sesudahnya tercatat, juga bila pelamar "
                "kemudian dinilai belum sesuai. Ditinjau berarti perusahaan sudah membaca dan "
                f"memberi tahap.{skipped}"
            ),
        ),
        (
            "Usia, alamat",
            (
                f"Usia pada {day(date.fromisoformat(record['window']['last_day']))}; alamat "
                "menurut KTP. Yang tidak diketahui ditulis di baris tersendiri."
            ),
        ),
        (
            "Persen",
            (
                "Dihitung dari angka yang tercetak lalu dibulatkan, sehingga jumlahnya bisa tidak "
                "tepat 100%."
            ),
        ),
        ("Kode", f"{record['schemes']['kbli']}; {record['schemes']['kbji']}."),
    )


def headline(record: Row) -> str:
    """Return the sentence over the media sheet."""
    figures, name = record["figures"], record["fair"]["name"]
    if figures["applications"]:
        return (
            f"{number(figures['applicants'])} pencari kerja kirim "
            f"{number(figures['applications'])} lamaran di {name}"
        )
    if figures["positions"]:
        offer = f"{number(figures['positions'])} jabatan dari {number(figures['companies'])}"
        return f"{name} ditutup dengan {offer} perusahaan"
    return f"{name} ditutup"


def summary(record: Row) -> str:
    """Return the line under the headline."""
    figures = record["figures"]
    return (
        f"{counted(len(record['days'])).capitalize()} hari, {number(figures['companies'])} "
        f"perusahaan, {number(figures['positions'])} jabatan, {number(figures['openings'])} "
        "posisi. Gratis bagi pelamar."
    )


def facts(record: Row, top: Sequence[Row], short: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    """Return at most four facts, each with the words to stress first."""
    people = record["figures"]["applicants"]
    found = []
    schooling = findings.leaders(record["education"], "applicants")
    if len(schooling) == 1:
        row = schooling[0]
        found.append(
            (
                share(row["applicants"], people),
                f"pelamar lulusan {row['label']} ({number(row['applicants'])} orang).",
            )
        )
    invited = record["funnel"]["persons"][3]["n"]
    if invited:
        found.append((f"{number(invited)} orang", "diundang wawancara sampai penutupan."))
    if top:
        most = [row for row in top if row["applications"] == top[0]["applications"]]
        named = listed([f"{row['title']} di {row['company_name']}" for row in most[:2]])
        each = "masing-masing " if len(most) > 1 else ""
        text = f"{named}, {each}{number(top[0]['applications'])} lamaran."
        found.append(("Paling diminati:", text))
    if short:
        row = short[0]
        text = (
            f"{row['title']} di {row['company_name']}, {number(row['openings'])} posisi dan "
            f"{number(row['applications'])} lamaran."
        )
        found.append(("Masih terbuka:", text))
    women = sum(row["women"] for row in record["education"])
    if people:
        found.append((f"{number(women)} perempuan", f"di antara {number(people)} pelamar."))
    return tuple(found[:4])


def history(record: Row, zone: ZoneInfo) -> tuple[Row, ...]:
    """Return how the window came about, oldest first: what was done, when, why."""
    rows: list[Row] = []
    before: Row = {}
    for window in record["window"]["history"]:
        rows.append(
            {
                "what": _act(before, window, zone),
                "at": moment(datetime.fromisoformat(window["made_at"]), zone),
                "reason": window["reason"],
            }
        )
        before = window
    return tuple(rows)


def _act(before: Row, window: Row, zone: ZoneInfo) -> str:
    opens, closes = (datetime.fromisoformat(window[name]) for name in ("opens_at", "closes_at"))
    if not before:
        return f"Dijadwalkan {moment(opens, zone)} sampai {moment(closes, zone)}"
    if window["paused_from"] and not before["paused_from"]:
        return f"Dijeda sejak {moment(datetime.fromisoformat(window['paused_from']), zone)}"
    if before["paused_from"] and not window["paused_from"]:
        return "Dibuka kembali sesudah jeda"
    if window["opens_at"] != before["opens_at"]:
        return f"Pembukaan dipindah ke {moment(opens, zone)}"
    if closes > datetime.fromisoformat(before["closes_at"]):
        return f"Diperpanjang sampai {moment(closes, zone)}"
    return f"Ditutup lebih awal, {moment(closes, zone)}"
