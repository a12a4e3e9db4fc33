"""How words are compared, and what seekers call things: ``events/synonyms.toml``."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

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


def read_synonyms(text: str) -> Synonyms:
    """Return what a synonym file says."""
    given = tomllib.loads(text)
    same: dict[Phrase, dict[Phrase, None]] = {}
    for group in given.get("same", ()):
        phrases = [tokens(phrase) for phrase in group]
        for phrase in phrases:
            same.setdefault(phrase, {}).update(dict.fromkeys(phrases))
    near: dict[Phrase, dict[Phrase, None]] = {}
    for first, *others in given.get("near", ()):
        for phrase in same.get(tokens(first), (tokens(first),)):
            near.setdefault(phrase, {}).update(dict.fromkeys(map(tokens, others)))
    meaning = {
        tokens(phrase): (kind, code)
        for kind in ("employment", "education", "experience", "disability")
        for code, phrases in given.get(kind, {}).items()
        for phrase in phrases
    }
    known = [*same, *meaning]
    return Synonyms(
        stop=frozenset(fold(word) for word in given.get("stop", ())),
        same={phrase: tuple(group) for phrase, group in same.items()},
        usual=frozenset(tokens(group[0]) for group in given.get("same", ())),
        near={phrase: tuple(group) for phrase, group in near.items()},
        meaning=meaning,
        words=frozenset(word for phrase in known for word in phrase),
        written=spellings(" ".join(str(part) for part in given.values())),
        longest=max((len(phrase) for phrase in known), default=1),
    )


@cache
def synonyms() -> Synonyms:
    """Return the content's synonym file, read once."""
    return read_synonyms((content_root() / "events" / "synonyms.toml").read_text("utf-8"))
