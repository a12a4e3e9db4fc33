"""Every page in both sizes and both schemes: axe finds nothing, nothing sticks out, few bytes."""

import gzip
import re
import urllib.request
from pathlib import Path

import pytest

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.people import APPLICANT, ORGANISER, REVIEWER, sign_in

AXE = (Path(__file__).parent / "axe-4.14.0.min.js").read_text("utf-8")
RUN = """async () => (await axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa',
'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}})).violations.map(
found => found.id + ': ' + found.nodes.map(node => node.target).join(' '))"""
FAIR, CONTROL = "/asahan-2022", "/kendali/asahan-2022"
POSITION = f"{FAIR}/lowongan/operator-proses-pabrik-silau-sawit-makmur"
PAGES = {
    None: [
        FAIR, "/simpanan", f"{FAIR}/lowongan", f"{FAIR}/lowongan?q=scurity",
        f"{FAIR}/lowongan?q=tidak-ada-yang-begini", POSITION,
        f"{FAIR}/perusahaan", f"{FAIR}/perusahaan/silau-sawit-makmur", f"{FAIR}/dinding",
        f"{FAIR}/rekap", f"{FAIR}/bukti/ASH-22-00001-00", "/masuk", "/daftar", "/privasi",
        "/aksesibilitas", "/bantuan", "/gaya", "/tidak-ada/sama-sekali",
    ],
    APPLICANT: ["/lamaran", "/profil", "/profil/cv", "/profil/cv/hapus", POSITION],
    REVIEWER: ["/meja"],
    ORGANISER: [
        CONTROL, f"{CONTROL}/perpanjang", f"{CONTROL}/jeda", f"{CONTROL}/tutup",
        f"{CONTROL}/perusahaan", f"{CONTROL}/pelamar", f"{CONTROL}/jejak", f"{CONTROL}/rekap",
    ],
}  # fmt: skip


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("who", list(PAGES), ids=["public", "applicant", "reviewer", "organiser"])
def test_pages_are_accessible_and_fit(shared_site, visitor, who, size, dark):
    page = visitor.open(size=size, dark=dark)
    paths = list(PAGES[who])
    if who:
        sign_in(page, shared_site, who)
    if who == REVIEWER:
        page.goto(f"{shared_site.address}/meja")
        page.get_by_role("link", name="Kasir").click()
        paths.append(page.url.removeprefix(shared_site.address))
        page.locator(".antre li a").first.click()
        paths.append(page.url.removeprefix(shared_site.address))
    if who == APPLICANT:
        page.goto(f"{shared_site.address}/lamaran")
        paths.append(page.locator("main a[href*='/lamaran/']").first.get_attribute("href"))
    found = []
    for path in paths:
        page.goto(f"{shared_site.address}{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(AXE)
        found += [f"{path} {problem}" for problem in page.evaluate(RUN)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > size["width"]:
            found.append(f"{path} is {wide} wide")
    assert found == []


@pytest.mark.parametrize(("width", "percent"), [(320, 100), (360, 150), (1280, 200)])
def test_nothing_sticks_out_when_text_is_large(shared_site, visitor, width, percent):
    page = visitor.open(size={"width": width, "height": 740})
    found = []
    for path in PAGES[None]:
        if path.endswith("dinding"):
            continue
        page.goto(f"{shared_site.address}{path}")
        page.evaluate(
            "size => { const sheet = new CSSStyleSheet();"
            " sheet.replaceSync(`html{font-size:${size}%}`);"
            " document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet] }",
            percent,
        )
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append((path, wide))
    assert found == []


def _fetch(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        return answer.read()


def test_the_front_page_is_light(shared_site):
    page = _fetch(shared_site.fair)
    files = {
        name: _fetch(f"{shared_site.address}{address}")
        for address, name in re.findall(r"""["'](/static/([^"'?]+)\?[^"']*)["']""", page.decode())
    }
    packed = {name: len(gzip.compress(content, 9)) for name, content in files.items()}
    font = len(_fetch(f"{shared_site.address}/static/pjs.woff2"))
    first = len(gzip.compress(page, 9)) + packed["anyam.css"]

    assert first <= 13 * 1024
    assert first + font + sum(n for name, n in packed.items() if name != "anyam.css") <= 45 * 1024
    assert packed["anyam.css"] <= 10 * 1024
    assert packed["anyam.js"] <= 4 * 1024


@pytest.mark.parametrize("width", [320, 360])
def test_the_header_of_a_signed_in_applicant_is_one_row_in_both_languages(
    shared_site, visitor, width
):
    page = visitor.open(size={"width": width, "height": 740})
    sign_in(page, shared_site, APPLICANT)
    for language in ("id", "en"):
        page.goto(f"{shared_site.address}/bahasa/{language}?ke=/profil")
        brand, link = page.locator(".kepala .merek"), page.locator(".kepala .nav summary")
        assert page.locator("html").get_attribute("lang") == language
        assert link.bounding_box()["y"] < brand.bounding_box()["y"] + brand.bounding_box()["height"]
