"""Every computed sentence against the numbers it speaks of, over generated fairs."""

import csv
import io
import re
from collections import Counter
from fractions import Fraction

from hypothesis import Phase, given, settings

from jobfair.reporting.datasets import report_of
from jobfair.reporting.sheets import WITHHELD, recap_sheet, sheets
from jobfair.reporting.words import HIDDEN, NEARLY, PARTS, number, share, whole_percent
from jobfair.tally.rules.invariants import broken_invariants, same_label
from jobfair.tally.rules.small_cells import SMALL_CELL, cells_of, hidden_of
from tests.reporting.generated import closings

PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
"""A smaller fair that fails too would tell no more, and take minutes to find."""
VALUES = {word: value for value, word in PARTS}
FAIRS = settings(max_examples=40, deadline=None, phases=PHASES)


def is_true(said: str, part: int, whole: int) -> bool:  # noqa: PLR0911 - one for each way
    """Tell whether a share that begins a sentence is true of ``part`` of ``whole``."""
    exact, text = Fraction(part, whole), said.lower()
    if match := re.match(r"(\d+) dari (\d+) ", text):
        return (int(match[1]), int(match[2])) == (part, whole)
    if match := re.match(r"(\d+)% ", text):
        return abs(Fraction(int(match[1]), 100) - exact) <= Fraction(1, 200)
    if text.startswith("hampir semua "):
        return Fraction(9, 10) < exact < 1
    if text.startswith("semua "):
        return part == whole
    if text.startswith("kurang dari 1% "):
        return exact < Fraction(1, 100)
    for word, value in sorted(VALUES.items(), key=lambda pair: -len(pair[0])):
        if text.startswith(f"hampir {word} "):
            return value - NEARLY <= exact < value
        if text.startswith(f"lebih dari {word} "):
            return exact > value
        if text.startswith(f"{word} "):
            return exact == value
    return False


def most_of(rows, name):
    return max(getattr(row, name) for row in rows)


@FAIRS
@given(closing=closings())
def test_generated_fairs_keep_every_rule_and_equal_labels_are_equal(closing):
    assert broken_invariants(closing.record) == []
    told = {}
    for label, where, n in same_label(closing.record):
        assert told.setdefault(label, n) == n, (label, where)


@FAIRS
@given(closing=closings())
def test_titles_of_figures_are_true(closing):
    record, report = closing.record, report_of(closing)
    people = record.figures.applicants
    if not people:
        assert {report.selection.title, report.residence.title, report.education.title} == {
            "Belum ada lamaran sampai penutupan"
        }
        return
    applied, _, shortlisted = (step.n for step in record.funnel.persons[:3])
    if shortlisted:
        assert is_true(report.selection.title, shortlisted, applied), "the bars are of all"
    education = [row for row in record.education if row.code != "unknown"]
    title = report.education.title
    if " pelamar lulusan " in title:
        row = next(row for row in education if title.endswith(f"lulusan {row.label}"))
        assert row.applicants == most_of(record.education, "applicants") >= SMALL_CELL
        assert is_true(title, row.applicants, people)
    if report.age.title.startswith("Usia ") and report.age.title.endswith(" tahun terbanyak"):
        named = report.age.title.removeprefix("Usia ").removesuffix(" terbanyak")
        row = next(row for row in record.age if row.label == named)
        assert row.applicants == most_of(record.age, "applicants")


@FAIRS
@given(closing=closings())
def test_where_people_live_is_told_as_it_is(closing):
    record, report = closing.record, report_of(closing)
    step, title = record.funnel.persons[0], report.residence.title
    outside = [row for row in record.residence if row.group == "outside"]
    local = [row for row in record.residence if row.group == "local"]
    assert sum(row.applicants for row in outside) == step.outside
    if " beralamat di luar " in title:
        assert step.outside > step.local
        assert is_true(title, step.outside, step.n)
    elif " beralamat di " in title:
        assert step.local > step.outside
        assert is_true(title, step.local, step.n)
        for row in local:
            if f"Kecamatan {row.label}" in title:
                assert row.applicants == most_of(local, "applicants")
    hidden = {("step", "applied", "local"), ("step", "applied", "outside")} & hidden_of(record)
    # Which sentence it is follows from the numbers; tests/reporting/test_words.py has each of them.
    if not step.n:
        assert title == "Belum ada lamaran sampai penutupan"
    elif step.unknown == step.n:
        assert title == "Alamat pelamar tidak diketahui"
    elif hidden:
        assert title == "Alamat pelamar tidak dirinci karena pelamarnya sedikit"
    elif step.local == step.outside:
        assert title == "Pelamar dari Kabupaten Asahan dan dari luarnya sama banyak"
    else:
        where = "di luar Kabupaten" if step.outside > step.local else "di Kabupaten"
        assert f" pelamar beralamat {where} Asahan" in title


@FAIRS
@given(closing=closings())
def test_days_and_highlights_are_true(closing):
    record, report = closing.record, report_of(closing)
    total = record.figures.applications
    counts = [day.applications for day in record.days]
    title = report.daily.title
    if len(counts) > 1 and total:
        if title.endswith("dua hari pertama"):
            assert is_true(title, counts[0] + counts[1], total)
        if title.endswith("dua hari terakhir"):
            assert is_true(title, counts[-1] + counts[-2], total)
    for big, text in report.highlights:
        if "dua hari pertama" in text:
            assert big == whole_percent(counts[0] + counts[1], total) != "0%"
            assert counts[0] + counts[1] >= counts[-1] + counts[-2]
        elif "dua hari terakhir" in text:
            assert big == whole_percent(counts[-1] + counts[-2], total) != "0%"
        elif "hari yang paling ramai" in text or "hari terramai" in text:
            assert big == number(max(counts))
    hours = len(record.days) == 1
    assert f"Selama {'satu hari' if hours else ''}" in report.intro


@FAIRS
@given(closing=closings())
def test_facts_for_the_press_are_true(closing):
    record, report = closing.record, report_of(closing)
    rows = record.named
    by_strong = dict(report.facts)
    assert "Masih terbuka:" not in by_strong
    if said := by_strong.get("Paling diminati:"):
        best = max(row.applications for row in rows.values() if row.takes_part)
        named = [row for row in rows.values() if f"{row.title} di {row.company_name}" in said]
        assert named
        assert all(row.takes_part and row.applications == best for row in named)
    if said := by_strong.get("Kurang pelamar:"):
        named = [row for row in rows.values() if said.startswith(f"{row.title} di ")]
        assert all(row.takes_part and row.applications < row.openings for row in named)
    interview = record.funnel.persons[3]
    for strong, said in report.facts:
        if said.startswith("diundang wawancara"):
            assert strong == f"{number(interview.recorded)} orang"
        if said.startswith("langsung diterima"):
            assert (strong, interview.recorded) == (f"{number(interview.n)} orang", 0)
    assert all(rows[slug].takes_part for slug in record.top_positions)
    if record.figures.withdrawn:
        standing = number(record.figures.standing)
        assert f"{standing} berlaku" in report.intro
        assert f"{standing} berlaku" in report.summary


@FAIRS
@given(closing=closings())
def test_men_women_and_schooling_are_told_only_as_the_tables_do(closing):
    report = report_of(closing)
    sexes = Counter()
    for row in closing.record.education:
        sexes.update(men=row.men, women=row.women, sex_unknown=row.sex_unknown)
    told = re.findall(r"(\d+) (laki-laki|perempuan)", report.people)
    assert {(n, word) for n, word in told} <= {
        (number(sexes["men"]), "laki-laki"), (number(sexes["women"]), "perempuan"),
    }  # fmt: skip
    small = {name for name, n in sexes.items() if 0 < n < SMALL_CELL}
    assert not (small and told)
    for strong, text in report.facts:
        if text.startswith("di antara"):
            assert strong == f"{number(sexes['women'])} perempuan"
            assert "women" not in small


def sums_on_paper(record):
    """Yield every sum a reader can see: its total, then its parts; written without the rules."""
    sexes = ("men", "women", "sex_unknown")
    for part in ("education", "age", "residence"):
        codes = [row.code for row in getattr(record, part)]
        for code in codes:
            yield [(part, code, "applicants"), *((part, code, sex) for sex in sexes)]
        for sex in sexes:
            yield [("sex", sex), *((part, code, sex) for code in codes)]
        for name in ("applicants", "applications"):
            yield [("all", name), *((part, code, name) for code in codes)]
    yield [("all", "applicants"), *(("sex", sex) for sex in sexes)]
    groups = sorted({row.group for row in record.residence})
    for step in ("applied", "reviewed", "shortlisted", "interview", "accepted"):
        yield [("all", step), *(("step", step, group) for group in groups)]
    for group in groups:
        codes = [row.code for row in record.residence if row.group == group]
        yield [("step", "applied", group), *(("residence", one, "applicants") for one in codes)]


@FAIRS
@given(closing=closings(most=40))
def test_no_hidden_number_can_be_had_by_one_subtraction(closing):
    # Guards the small cells: every sum an edition tells has none or at least two unknown parts.
    record = closing.record
    cells, _, secret = cells_of(record)
    hidden = hidden_of(record)

    assert secret <= hidden
    assert {
        key for key, n in cells.items() if 0 < n < SMALL_CELL and key[-1] != "applications"
    } == {key for key in secret if key[-1] != "applications"}
    assert {
        (part, row.code, "applications")
        for part in ("education", "age", "residence")
        for row in getattr(record, part)
        if 0 < row.applicants < SMALL_CELL
    } <= secret, "how often the few have applied tells as much of them"
    for one in sums_on_paper(record):
        unknown = [key for key in one if key in hidden]
        told = [key for key in one if key in cells and key not in hidden]
        assert len(unknown) != 1 or not told, (one, unknown)


@FAIRS
@given(closing=closings(most=40))
def test_what_is_hidden_stands_in_no_file(closing):
    report = report_of(closing)
    hidden = hidden_of(closing.record)
    table = read(recap_sheet(report))
    measures = {"men": "laki-laki", "women": "perempuan", "applicants": "pelamar"}
    parts = {"education": "pendidikan", "age": "usia", "residence": "alamat KTP"}
    cells = {(row[0], row[1], row[2]): row[3] for row in table}
    for part, name in parts.items():
        for row in getattr(closing.record, part):
            for key, measure in measures.items():
                told = cells[name, row.label, measure]
                assert (told == WITHHELD) == ((part, row.code, key) in hidden)
    assert bool(report.hidden_note) == bool(hidden)
    assert not hidden or report.hidden_note.startswith(HIDDEN)


def read(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def column(table, name):
    at = table[0].index(name)
    return sum(int(row[at]) for row in table[1:])


@FAIRS
@given(closing=closings())
def test_sums_of_all_sheets_are_the_printed_ones(closing):
    record, report = closing.record, report_of(closing)
    files = {name: read(content) for name, content in sheets(report).items()}
    steps = {step.step: step.applications for step in report.steps}
    positions = files["jabatan.csv"]
    for name, step in (
        ("ditinjau", "reviewed"), ("lolos_berkas", "shortlisted"), ("wawancara", "interview"),
        ("diterima", "accepted"), ("lamaran", "applied"),
    ):  # fmt: skip
        assert column(positions, name) == steps[step], name
    figures = record.figures
    assert column(positions, "posisi") == column(files["perusahaan.csv"], "posisi")
    assert column(positions, "posisi") == figures.openings
    assert column(positions, "dibatalkan") == figures.withdrawn
    assert column(files["perusahaan.csv"], "ditinjau") == steps["reviewed"]
    main = dict(files["angka-utama.csv"])
    assert int(main["Lamaran berlaku saat penutupan"]) == figures.standing
    everything = read(recap_sheet(report))
    for measure, step in (("diterima", "accepted"), ("lolos berkas", "shortlisted")):
        found = [int(row[3]) for row in everything if row[0] == "jabatan" and row[2] == measure]
        assert sum(found) == steps[step]
    for rows in (report.kbli, report.kbji, report.sectors):
        assert sum(row.offered_applications for row in rows) == record.offered_applications
    states = {"ditarik": "pulled", "ditangguhkan": "suspended", "ya": "offered"}
    at = positions[0].index("ikut")
    assert Counter(states[row[at]] for row in positions[1:]) == Counter(
        row.state for row in record.positions
    )


def test_a_share_is_checked_by_the_test_that_checks_the_rest():
    assert is_true(share(2, 3) + " pelamar", 2, 3)
    assert not is_true("Lebih dari separuh pelamar", 1, 2)
