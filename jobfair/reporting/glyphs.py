"""Which letters can be printed: those of the fonts in ``reports/fonts``, on every machine.

The fonts of the machine are never used, so the bytes of a paper do not depend on it. A letter that
no font of ours has is written in its plain form where Unicode knows one (a full-width A is an A),
and else as U+FFFD, so that everybody sees that something is missing there.
"""

import unicodedata
from functools import cache
from pathlib import Path

from jobfair.content import content_root

REPLACEMENT = "\ufffd"
INVISIBLE = ("Cc", "Cf", "Mn", "Me")
"""Categories of what has no shape of its own: a selector of colours or a joiner of emoji."""


def reports_root() -> Path:
    """Return the folder with the designs."""
    return content_root() / "reports"


def font_files() -> list[Path]:
    """Return the only fonts that are ever printed."""
    return sorted((reports_root() / "fonts").glob("*.ttf"))


@cache
def printable_letters() -> frozenset[str]:
    """Return every letter that a font of ours has in all its weights, and the line break."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - a tenth of a second, for few processes

    weights: dict[str, list[set[int]]] = {}
    for path in font_files():
        with TTFont(path, lazy=True) as font:
            family = path.stem.rpartition("-")[0]
            weights.setdefault(family, []).append(set(font.getBestCmap()))
    codes = set[int]().union(*(set.intersection(*sets) for sets in weights.values()))
    return frozenset(map(chr, codes)) | {"\n"}


def missing_glyphs(text: str) -> str:
    """Return the letters of a text that will not be printed as they are, each once, in order."""
    if text.isascii():
        return ""
    return "".join(dict.fromkeys(one for one in text if one not in printable_letters()))


def printable(text: str) -> str:
    """Return a text with every letter that no font of ours has replaced."""
    missing = missing_glyphs(text)
    return text.translate({ord(one): _instead(one) for one in missing}) if missing else text


def _instead(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter)
    if plain != letter and not missing_glyphs(plain):
        return plain
    return "" if unicodedata.category(letter) in INVISIBLE else REPLACEMENT
