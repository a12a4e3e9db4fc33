"""How words are compared, and what seekers call things: ``events/synonyms.toml``."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jobfair.content import content_root

PREFIXES = ("menge", "meny", "meng", "peng", "peny", "mem", "men", "pem", "pen", "ber", "ter",
            "per", "me", "pe", "di", "ke", "se")  # fmt: skip
SUFFIXES = ("kannya", "annya", "kan", "nya", "an", "i")
LOST_LETTER = {
    "meny": "s",
    "peny": "s",
    "mem": "p",
    "pem": "p",
    "men": "t",
    "pen": "t",
    "meng": "k",
}
"""The first letter that a root loses behind a prefix: *menyapu* comes from *sapu*."""
SHORTEST_ROOT = 3

Phrase = tuple[str, ...]


@lru_cache(4096)
def plain(text: str) -> str:
    """Return text as it is compared: lower case, without accents and punctuation."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        char if char.isalnum() else " " for char in parts if not unicodedata.combining(char)
    )


@lru_cache(16384)
def fold(word: str) -> str:
    """Return a plain word with one spelling for what sounds alike: *aktifitas*, *programmer*."""
    word = re.sub(r"([a-z])\1+", r"\1", word)
    word = f"{word[:-2]}s" if word.endswith("ce") else word
    word = word.replace("ph", "f").replace("v", "f").replace("f", "p").replace("ny", "ni")
    return word.replace("oe", "u").replace("dj", "j").replace("tj", "c")


def spellings(text: str) -> dict[str, str]:
    """Return the folded words of a text, each with how it is written."""
    return {fold(word): word for word in plain(text).split()}


def tokens(text: str) -> Phrase:
    """Return the folded words of a text, in order."""
    return tuple(fold(word) for word in plain(text).split())


@lru_cache(16384)
def roots(word: str) -> frozenset[str]:
    """Return the possible roots of a folded word, itself included: *membersihkan*, *bersih*."""
    heads = {word}
    for prefix in PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= SHORTEST_ROOT:
            rest = word[len(prefix) :]
            heads |= {rest, LOST_LETTER.get(prefix, "") + rest}
    found = set(heads)
    for head in heads:
        for suffix in SUFFIXES:
            if head.endswith(suffix) and len(head) - len(suffix) > SHORTEST_ROOT:
                found.add(head[: -len(suffix)])
    return frozenset(found)


@dataclass(frozen=True)
class Synonyms:
    """The content file, its phrases folded."""

    stop: frozenset[str]
    elsewhere: frozenset[str]
    """Places abroad: never left out to find something after all."""
    same: dict[Phrase, tuple[Phrase, ...]]
    usual: frozenset[Phrase]
    """The first of each group: the name that positions use most."""
    near: dict[Phrase, tuple[Phrase, ...]]
    meaning: dict[Phrase, tuple[str, str]]
    """Phrase to filter and code, as ``("education", "sma")``."""
    words: frozenset[str]
    written: dict[str, str]
    """Folded word to how it is written."""
    longest: int


def _groups(files: Iterable[Mapping[str, Any]], name: str) -> dict[Phrase, list[Phrase]]:
    """Return the groups of all files by their first phrase: a later file may add to a group."""
    groups: dict[Phrase, list[Phrase]] = {}
    for given in files:
        for group in given.get(name, ()):
            phrases = [tokens(phrase) for phrase in group]
            groups.setdefault(phrases[0], []).extend(phrases)
    return groups


def read_synonyms(*texts: str) -> Synonyms:
    """Return what synonym files say together."""
    files = [tomllib.loads(text) for text in texts]
    groups = _groups(files, "same")
    same: dict[Phrase, dict[Phrase, None]] = {}
    for phrases in groups.values():
        for phrase in phrases:
            same.setdefault(phrase, {}).update(dict.fromkeys(phrases))
    near: dict[Phrase, dict[Phrase, None]] = {}
    for first, (_, *others) in _groups(files, "near").items():
        for phrase in same.get(first, (first,)):
            near.setdefault(phrase, {}).update(dict.fromkeys(others))
    meaning = {
        tokens(phrase): (kind, code)
        for given in files
        for kind in ("employment", "education", "experience", "disability")
        for code, phrases in given.get(kind, {}).items()
        for phrase in phrases
    }
    known = [*same, *meaning]
    return Synonyms(
        stop=frozenset(fold(word) for given in files for word in given.get("stop", ())),
        elsewhere=frozenset(fold(word) for given in files for word in given.get("elsewhere", ())),
        same={phrase: tuple(group) for phrase, group in same.items()},
        usual=frozenset(groups),
        near={phrase: tuple(group) for phrase, group in near.items()},
        meaning=meaning,
        words=frozenset(word for phrase in known for word in phrase),
        written=spellings(" ".join(str(part) for given in files for part in given.values())),
        longest=max((len(phrase) for phrase in known), default=1),
    )


@cache
def synonyms(own: Path | None = None) -> Synonyms:
    """Return the synonym file of the content, with what the office's own folder adds to it."""
    folders = [content_root(), *([own] if own else [])]
    files = [folder / "events" / "synonyms.toml" for folder in folders]
    return read_synonyms(*(file.read_text("utf-8") for file in files if file.is_file()))
