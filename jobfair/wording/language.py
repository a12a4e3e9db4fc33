"""The two languages, and the catalogue between them.

Texts are written in Bahasa Indonesia where they are used; the English catalogue translates
them. Its source file is compiled in memory when the first text is translated.
"""

from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
LOCALES = {"id": "id_ID", "en": "en_GB"}
CATALOGUE = Path(__file__).parent.parent / "locale" / "en.po"
MANY = 2


@cache
def _english() -> GNUTranslations:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def gettext_noop(text: str) -> str:
    """Return the text as it is; marks a sentence for extraction where it is only named."""
    return text


def translate(text: str, language: str, count: object = None) -> str:
    """Return the text in the language, or as it is when the catalogue does not know it.

    Bahasa Indonesia counts without plurals; where English has two forms, ``count`` chooses. It
    may be a number or its text.
    """
    if language != "en":
        return text
    form = _english().ngettext(text, text, 1 if str(count) == "1" else MANY)
    return form if form != text else _english().gettext(text)


def translate_count(one: str, many: str, n: int, language: str) -> str:
    """Return the sentence for ``n``, where Bahasa Indonesia has one for one and one for many."""
    if language != "en":
        return one if n == 1 else many
    return _english().ngettext(one, many, n)
