import io
from datetime import timedelta

from rich.console import Console

from jobfair.fairday.rules import Change
from jobfair.loading import Mistake, Report
from jobfair.loading.show import show_report


def shown(**more):
    report = {"slug": "kisaran-2026", "mistakes": (), "changes": (), "notes": ()}
    console = Console(file=io.StringIO(), width=140, color_system=None)
    show_report(Report(**report | more, shift=timedelta(0)), console)
    return console.file.getvalue()


def test_nothing_changed():
    assert shown() == "Tidak ada perubahan.\n"


def test_few_changes_one_by_one():
    text = shown(
        changes=(
            Change("position", "operator", "change", "openings", 24, 30),
            Change("position", "kasir", "withdraw"),
        ),
        notes=("“sawit-raya” tidak punya jabatan di job fair ini.",),
    )

    assert text.splitlines() == [
        "jabatan operator diubah: openings, dari “24” menjadi “30”",
        "jabatan kasir ditarik",
        "Catatan: “sawit-raya” tidak punya jabatan di job fair ini.",
    ]


def test_many_changes_as_numbers():
    text = shown(
        changes=(
            Change("fair", "kisaran-2026", "add"),
            *(Change("position", f"jabatan-{number}", "add") for number in range(30)),
            Change("company", "sawit-raya", "change", "name", "A", "B"),
            Change("company", "sawit-raya", "change", "about", "A", "B"),
        )
    )

    assert text.splitlines() == [
        "1 job fair ditambahkan",
        "1 perusahaan diubah",
        "30 jabatan ditambahkan",
    ]


def test_at_most_500_mistakes_and_their_total():
    mistakes = tuple(
        Mistake("a.csv", row, "name", f"[red]x{row}", "Isian ini kosong. Isi dahulu.")
        for row in range(1, 601)
    )

    text = shown(mistakes=mistakes)

    assert "[red]x500" in text
    assert "[red]x501" not in text
    assert text.splitlines()[-1] == "600 kesalahan. 100 lainnya tidak ditampilkan."
    assert shown(mistakes=mistakes[:1]).splitlines()[-1] == "1 kesalahan."
