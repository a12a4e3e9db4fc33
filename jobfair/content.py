"""Where the content folders are: the checkout, the installed wheel, or the office's own copy."""

from functools import cache
from pathlib import Path


@cache
def content_root() -> Path:
    """Return the folder that holds ``events/ reports/ templates/ static/``.

    An installed wheel carries them inside the package; a checkout has them at its top.
    """
    package = Path(__file__).parent
    packed = package / "_content"
    return packed if packed.is_dir() else package.parent


def fair_folder(name: str) -> Path:
    """Return a fair folder: an existing path as given, else ``events/<name>`` of the content."""
    given = Path(name)
    if given.is_dir():
        return given
    return content_root() / "events" / given.name
