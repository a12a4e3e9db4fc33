"""Templates compile, obey the content policy, and the vendored files are what they say."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from jobfair.web.pages.shared.environment import make_environment

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
VENDORED = {
    "htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "hx-ws-4.0.1.min.js": "a7c11e4eca05417d6299bb40aaacca01572e44605389fc4d5ef12be408a4d03b",
    "pjs.woff2": "fe589073089a788d035dbda33d5fdd38d5a45a271fd0b567883d7742247bb0d9",
}
ELSEWHERE = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//[^"')\s]+""")
INLINE = re.compile(r"""\sstyle=|\son[a-z]+=|hx-on|\|\s*safe\b|javascript:""")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_compiles_and_has_nothing_inline(path):
    name = str(path.relative_to(ROOT / "templates"))

    assert make_environment().get_template(name).name == name
    letters = ROOT / "templates" / "mail"  # mail programs read no style sheets
    allowed = {" style="} if path.is_relative_to(letters) else set()
    assert set(INLINE.findall(path.read_text("utf-8"))) <= allowed


@pytest.mark.parametrize(("name", "mark"), VENDORED.items())
def test_a_vendored_file_is_unchanged(name, mark):
    assert sha256((ROOT / "static" / name).read_bytes()).hexdigest() == mark


def test_nothing_is_loaded_from_another_host():
    served = [*TEMPLATES, *(ROOT / "static").glob("anyam*"), *(ROOT / "static").glob("kantor*")]
    for path in served:
        found = ELSEWHERE.findall(path.read_text("utf-8"))
        assert [one for one in found if "wa.me" not in one and "base_url" not in one] == [], path


def test_the_index_of_decisions_names_each_once():
    text = (ROOT / "docs" / "decisions.md").read_text("utf-8")
    linked = re.findall(r"^- \[([^\n]+)\]\(#([^)]+)\)$", text, re.MULTILINE)
    titles = re.findall(r"^## (\d{4}-\d\d-\d\d · (.+))$", text, re.MULTILINE)

    assert sorted(linked) == sorted(
        (name, re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")) for title, name in titles
    )
