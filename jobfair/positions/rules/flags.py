"""What in a position's text an organiser should look at: signs of a fee, or of unequal treatment.

A flag blocks nothing. Words know no context, so the organiser decides, and a text that warns of a
fee or says that something does not matter is no offence.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from jobfair.errors import Problem
from jobfair.fields.text import clean_lines

WORDS = Path(__file__).parent / "words.toml"
REASONS = {
    "pungutan": Problem(
        "Sepertinya pelamar harus membayar. Melamar kerja gratis, dan tidak boleh ada pungutan "
        "(Permenaker 39/2016 Pasal 54)."
    ),
    "tahan_ijazah": Problem(
        "Sepertinya ijazah atau dokumen asli ditahan (SE Menaker M/5/HK.04.00/V/2025)."
    ),
    "usia": Problem("Sepertinya usia dibatasi (SE Menaker M/6/HK.04/V/2025)."),
    "jenis_kelamin": Problem(
        "Sepertinya hanya untuk satu jenis kelamin (Permenaker 18/2024 Pasal 4)."
    ),
    "agama": Problem("Sepertinya agama menjadi syarat (Permenaker 18/2024 Pasal 4)."),
    "suku": Problem("Sepertinya suku menjadi syarat (Permenaker 18/2024 Pasal 4)."),
    "warna_kulit": Problem("Sepertinya warna kulit menjadi syarat (Permenaker 18/2024 Pasal 4)."),
    "penampilan": Problem("Sepertinya penampilan menjadi syarat (SE Menaker M/6/HK.04/V/2025)."),
    "tinggi_badan": Problem(
        "Sepertinya tinggi badan menjadi syarat (SE Menaker M/6/HK.04/V/2025)."
    ),
    "status_kawin": Problem(
        "Sepertinya status perkawinan menjadi syarat (SE Menaker M/6/HK.04/V/2025)."
    ),
    "kehamilan": Problem("Sepertinya kehamilan menjadi alasan (Permenaker 18/2024 Pasal 4)."),
    "disabilitas": Problem("Sepertinya penyandang disabilitas ditolak (UU 8/2016)."),
}
"""Why a text of each rule of the word file is worth a look."""
_CLAUSE = re.compile(r"[.;|\n!?]+(?= |$)|\n")
_WORDS_BEFORE = r"(?:{negations})(?: [^ ]+){{0,3}} ?$"


class Readable(Protocol):
    """The texts of a position that applicants read."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def wage_note(self) -> str: ...  # noqa: D102
    @property
    def hours(self) -> str: ...  # noqa: D102
    @property
    def duties(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def requirements(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def questions(self) -> Sequence[str]: ...  # noqa: D102


@dataclass(frozen=True)
class Flag:
    """One sign: which rule, the words found, and why they matter."""

    rule: str
    found: str
    reason: Problem


@dataclass(frozen=True)
class _Rule:
    id: str
    find: re.Pattern[str]
    unless: re.Pattern[str]


@dataclass(frozen=True)
class _Words:
    short: dict[str, str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    rules: tuple[_Rule, ...]


@cache
def _words() -> _Words:
    content = tomllib.loads(WORDS.read_text("utf-8"))
    return _Words(
        short=content["short"],
        before=re.compile(_WORDS_BEFORE.format(negations=content["negations"])),
        after=re.compile(content["negated_after"]),
        rules=tuple(
            _Rule(
                name,
                re.compile("|".join(f"(?:{one})" for one in content[name]["find"])),
                re.compile("|".join(f"(?:{one})" for one in content[name]["unless"])),
            )
            for name in REASONS
        ),
    )


def flags_in(text: str) -> Iterator[Flag]:
    """Yield the signs in one text, at most one of each rule."""
    words = _words()
    seen = set()
    for clause in _CLAUSE.split(clean_lines(text).casefold()):
        plain = re.sub(r"\w+", lambda word: words.short.get(word[0], word[0]), clause)
        plain = " ".join(plain.split())
        for rule in words.rules:
            if rule.id in seen or rule.unless.search(plain):
                continue
            if found := _offence(plain, rule, words):
                seen.add(rule.id)
                yield Flag(rule.id, found, REASONS[rule.id])


def _offence(text: str, rule: _Rule, words: _Words) -> str | None:
    for found in rule.find.finditer(text):
        negated = words.before.search(text[: found.start()])
        if not negated and not words.after.search(text[found.start() :]):
            return found[0].strip()
    return None


def flags_of(position: Readable) -> list[tuple[str, Flag]]:
    """Return the signs in a position, each with the name of its field."""
    texts = [
        ("title", position.title),
        ("wage_note", position.wage_note),
        ("hours", position.hours),
        *(("duties", text) for text in position.duties),
        *(("requirements", text) for text in position.requirements),
        *(("questions", text) for text in position.questions),
    ]
    return [(name, flag) for name, text in texts for flag in flags_in(text)]
