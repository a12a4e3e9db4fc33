"""Every sentence people see has an English text, and the catalogue holds nothing else."""

import re
from datetime import timedelta

from babel.messages.pofile import read_po

from jobfair.errors import Problem
from jobfair.web.pages.shared.environment import make_environment
from jobfair.wording.dates import ago, time_left
from jobfair.wording.language import CATALOGUE
from jobfair.wording.sentences import sentence
from tests.builders import NOW, WIB
from tests.house.words import shown, translated, unread

FACT = re.compile(r"%\((\w+)\)s")
BLANK = re.compile(r"\{\w+\}")
SAME = {"Data (CSV)", "Info", "Mental"}
"""Words that are the same in both languages."""
READ_ELSEWHERE = {
    ("jobfair/web/http/errors.py", "BY_STATUS[status]"),
    ("jobfair/web/http/errors.py", "BY_STATUS[400]"),
    ("jobfair/web/http/errors.py", "BY_STATUS[500]"),
    ("jobfair/wording/dates.py", "unit"),
    ("jobfair/wording/environment.py", "text"),
    ("jobfair/wording/numbers.py", "f'per {period}'"),
    ("jobfair/wording/sentences.py", "error.message"),
    ("jobfair/wording/sentences.py", "value"),
}
"""Sentences the code passes on; each comes from a call or a table that is read as well."""
ENGLISH = translated()


def facts(text: str) -> set[str]:
    return {*FACT.findall(text), *BLANK.findall(text)}


def test_no_sentence_hides_from_the_catalogue():
    assert unread() == READ_ELSEWHERE


def test_every_sentence_has_an_english_text_and_every_text_a_sentence():
    assert shown() - ENGLISH.keys() == set(), "python -m tests.house.words"
    assert ENGLISH.keys() - shown() == set(), "python -m tests.house.words"


def test_the_english_texts_are_english():
    assert {ids for ids, forms in ENGLISH.items() if not all(forms)} == set()
    counted = [forms for forms in ENGLISH.values() if len(forms) > 1]
    assert [forms for forms in counted if len(set(forms)) != 2] == [], (
        "one form for one, one for many"
    )
    assert [ids for ids, forms in ENGLISH.items() if len(ids) > len(forms)] == []
    assert {ids[0] for ids, forms in ENGLISH.items() if ids[-1] in forms} == SAME


def test_both_sides_name_the_same_facts():
    assert {
        ids: forms
        for ids, forms in ENGLISH.items()
        if facts(forms[-1]) != facts(ids[-1]) or not facts(forms[0]) <= facts(ids[-1])
    } == {}
    assert [
        text
        for sides in ENGLISH.items()
        for text in (*sides[0], *sides[1])
        if "%" in FACT.sub("", text).replace("%%", "")
    ] == []


def test_the_catalogue_is_sorted_and_names_nothing_twice():
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    text = CATALOGUE.read_text("utf-8")

    assert list(ENGLISH) == sorted(ENGLISH)
    assert text.count('\nmsgid "') == len(ENGLISH) + 1
    assert (catalogue.num_plurals, catalogue.fuzzy, catalogue.obsolete) == (2, False, {})


def test_english_counts_one_and_many():
    def said(template: str, lang: str = "en", **facts: object) -> str:
        return make_environment().from_string(template).render(lang=lang, **facts)

    row = '{{ _("%(n)s jabatan", n=n|n) }}'
    assert [said(row, n=n) for n in (0, 1, 1000)] == [
        "0 positions",
        "1 position",
        "1,000 positions",
    ]
    assert said(row, lang="id", n=1) == "1 jabatan"
    form = (
        '{{ ngettext("Ada satu isian yang perlu diperbaiki", '
        '"Ada %(num)s isian yang perlu diperbaiki", n) }}'
    )
    assert said(form, n=1) == "There is one field to correct"
    assert said(form, n=3) == "There are 3 fields to correct"
    assert said(form, lang="id", n=3) == "Ada 3 isian yang perlu diperbaiki"
    assert said('{{ _("Jabatan", n=1) }}') == "Position"


def test_what_is_filled_in_is_escaped():
    who = '{{ _("%(who)s menambah panitia", who=who) }}'
    for lang in ("id", "en"):
        page = make_environment().from_string(who).render(lang=lang, who="<b>100% A</b>")
        assert page.startswith("&lt;b&gt;100% A&lt;/b&gt; ")


def test_instants_and_stretches_of_time_read_in_english():
    late = Problem("Penutupan baru harus sesudah %(instant)s.", instant=NOW)

    assert sentence(late, "en", WIB) == (
        "The new closing time must be later than Wednesday, 4 March 2026 at 10.30 WIB."
    )
    assert time_left(NOW + timedelta(days=1, hours=2), NOW, "en") == "1 day 02.00.00"
    assert time_left(NOW + timedelta(days=3), NOW, "en") == "3 days 00.00.00"
    assert [ago(NOW, NOW + past, "en") for past in (timedelta(0), timedelta(hours=30))] == [
        "0 sec ago", "1 day ago",
    ]  # fmt: skip
