"""A report on the screen: what is wrong, what changed, what else is worth knowing."""

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jobfair.fairday.rules import Change
from jobfair.loading.load import Report
from jobfair.loading.mistakes import SHOWN, shortened

ONE_BY_ONE = 20
"""More changes than this are counted instead of listed."""
SUBJECTS = {
    "office": "kantor",
    "fair": "job fair",
    "window": "jadwal",
    "company": "perusahaan",
    "position": "jabatan",
}
ACTS = {
    "add": "ditambahkan",
    "change": "diubah",
    "withdraw": "ditarik",
    "restore": "dipasang lagi",
    "publish": "diterbitkan",
}


def _say(change: Change) -> str:
    said = f"{SUBJECTS[change.subject]} {change.slug} {ACTS[change.act]}"
    if not change.field:
        return said
    before, after = shortened(str(change.before)), shortened(str(change.after))
    return f"{said}: {change.field}, dari “{before}” menjadi “{after}”"


def said_changes(report: Report) -> list[str]:
    """Return the changes as sentences; many of one sort become their number."""
    if not report.changes:
        return ["Tidak ada perubahan."]
    if len(report.changes) <= ONE_BY_ONE:
        return [_say(change) for change in report.changes]
    things = {(change.subject, change.act, change.slug) for change in report.changes}
    counts = Counter((subject, act) for subject, act, _ in things)
    return [
        f"{counts[subject, act]} {SUBJECTS[subject]} {ACTS[act]}"
        for subject in SUBJECTS
        for act in ACTS
        if counts[subject, act]
    ]


def show_report(report: Report, console: Console) -> None:
    """Print a report: a table of at most 500 mistakes with their total, or what changed."""
    if report.mistakes:
        table = Table("Berkas", "Baris", "Kolom", "Isi", "Apa yang keliru dan perlu dilakukan")
        for one in report.mistakes[:SHOWN]:
            row = str(one.row) if one.row else ""
            cells = (one.file, row, one.column, one.value, one.text)
            table.add_row(*map(Text, cells))
        console.print(table)
        more = len(report.mistakes) - SHOWN
        total = f"{len(report.mistakes)} kesalahan."
        console.print(Text(f"{total} {more} lainnya tidak ditampilkan." if more > 0 else total))
    else:
        for line in said_changes(report):
            console.print(Text(line))
    for note in report.notes:
        console.print(Text(f"Catatan: {note}"))
