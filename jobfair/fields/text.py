"""What a typed text is once it is stored: composed, without characters that nobody can see."""

import re
import unicodedata

LOOKED_AT = 4000
"""Characters of a text that are looked at: composing marks costs the square of their number."""
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Letters and marks that show nothing: fillers, blanks, variation selectors."""
_BREAKS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
NUMBER_LONGEST = 100
"""Characters of a number or a date that are looked at."""


def _shown(char: str) -> bool:
    return char in "\t\n" or not (char in _BLANK or unicodedata.category(char) in _HIDDEN)


def clean_lines(text: str) -> str:
    """Return text of several lines as it is stored: one kind of line end, nothing around it.

    A browser sends a line break as two characters; stored it is one, as the page counts it.
    Zero width marks, direction marks, fillers, NUL and half surrogates are left out, so a text of
    nothing else is empty.
    """
    kept = "".join(filter(_shown, _BREAKS.sub("\n", text[:LOOKED_AT])))
    return unicodedata.normalize("NFC", kept).strip()


def clean_line(text: str) -> str:
    """Return text of one line as it is stored: like ``clean_lines``, and blanks folded."""
    return " ".join(clean_lines(text).split())


def plain_digits(text: str) -> str:
    """Return a number or a date as it is read: full-width digits are digits, marks are left out."""
    return clean_line(unicodedata.normalize("NFKC", text[:NUMBER_LONGEST]))
