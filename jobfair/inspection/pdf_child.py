"""Runs alone, as a child: reads a PDF from its input and prints one word for what it is.

The file is opened as readers open it, a damaged one repaired, and judged by its objects, never by
words that stand in its text. Limits are set before the first byte is read.
"""

import io
import resource
import sys

CPU_SECONDS = 6
MEMORY = 768 * 1024**2
DEPTH = 60
"""Values inside each other; a file that nests deeper is made to cost time."""
ACTIONS = {
    "/JavaScript": "program",
    "/Launch": "program",
    "/RichMediaExecute": "program",
    "/SubmitForm": "form",
    "/ImportData": "form",
    "/GoToR": "elsewhere",
    "/GoToE": "files",
}
"""Actions that reach beyond the page, by their type."""


def limit() -> None:
    """Give up all that reading one file does not need."""
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def found_in(value: object, pikepdf: object, depth: int = 0) -> str:
    """Return the word for the first thing in a value that no CV needs, or nothing."""
    if depth > DEPTH:
        return "broken"
    if isinstance(value, pikepdf.Array):  # type: ignore[attr-defined]
        parts = list(value)
    elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):  # type: ignore[attr-defined]
        word = word_for(value, pikepdf)
        if word:
            return word
        parts = [value.get(key) for key in value.keys()]  # noqa: SIM118 - a stream is no mapping
    else:
        return ""
    for part in parts:
        if not getattr(part, "is_indirect", False):
            word = found_in(part, pikepdf, depth + 1)
            if word:
                return word
    return ""


def word_for(value: object, pikepdf: object) -> str:
    """Return the word for one dictionary by itself."""

    def name(key: str) -> str:
        found = value.get(key)  # type: ignore[attr-defined]
        return str(found) if isinstance(found, pikepdf.Name) else ""  # type: ignore[attr-defined]

    if "/JS" in value or "/JavaScript" in value:  # type: ignore[operator]
        return "program"
    if name("/S") in ACTIONS:
        return ACTIONS[name("/S")]
    if "/EF" in value or name("/Type") == "/EmbeddedFile" or "/EmbeddedFiles" in value:  # type: ignore[operator]
        return "files"
    if "/RichMedia" in (name("/Subtype"), name("/Type")):
        return "media"
    return "form" if "/XFA" in value else ""  # type: ignore[operator]


def judge(data: bytes) -> str:
    """Return the word for a file."""
    import pikepdf  # noqa: PLC0415 - after the limits

    try:
        pdf = pikepdf.open(io.BytesIO(data), suppress_warnings=True)
        if not len(pdf.pages):
            return "broken"
        words = (found_in(one, pikepdf) for one in pdf.objects)
        opening = pdf.Root.get("/OpenAction")
        if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") == pikepdf.Name.URI:
            return "elsewhere"
        return next((word for word in words if word), "fine")
    except pikepdf.PasswordError:
        return "locked"
    except Exception:  # noqa: BLE001 - whatever it is, no reader opens this
        return "broken"


if __name__ == "__main__":
    limit()
    sys.stdout.write(judge(sys.stdin.buffer.read()))
