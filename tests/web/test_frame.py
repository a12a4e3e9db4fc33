"""Every page stands in the header and footer of a fair, an applicant's under a row of tabs."""

import re

from jobfair.fairs.rules.details import RESERVED
from tests.builders import make_office, on_both, stage
from tests.forms import post_form
from tests.web.pages import latch, send
from tests.web.rooms import ORGANISER, furnish

OWN = ("/lamaran", "/profil", "/profil/cv", "/profil/cv/hapus", "/sandi")
EVERYBODY = (
    "/masuk", "/masuk?keluar=1", "/daftar", "/bantuan", "/privasi", "/aksesibilitas",
    "/tidak/ada/sama/sekali", "/asahan-uji/lowongan/tidak-ada",
)  # fmt: skip


def named(page):
    """Return the fair and the office that the header of a page names, and where it leads."""
    found = re.search(
        r'<a class="merek" href="([^"]*)">.*?<span>([^<]*)<small>([^<]*)</small>', page
    )
    assert found, page
    return found.groups()


FIRST = ("/asahan-uji", "Job Fair Asahan", "Disnaker Asahan")
SECOND = ("/uji-dua", "Job Fair Dua", "Disnaker Batu Bara")
NONE = ("/", "Job Fair", "Dinas Tenaga Kerja")


async def two_fairs(session, **more):
    first = await stage(session)
    office = make_office(slug="batu-bara", short_name="Disnaker Batu Bara", name="Disnaker BB")
    second = await stage(session, office=office, slug="uji-dua", short_name="Job Fair Dua", **more)
    return first, second


@on_both
def test_every_page_names_the_one_fair_that_runs(client, act, sign_in):
    staged = act(stage)

    pages = {path: client.get(path).text for path in EVERYBODY}
    wrong = post_form(client, "/masuk", name="salah", password="salah salah").text
    sign_in(client, staged.niks[0])
    pages |= {path: client.get(path).text for path in OWN} | {"wrong": wrong}

    assert {path: named(page) for path, page in pages.items()} == dict.fromkeys(pages, FIRST)
    assert [path for path, page in pages.items() if "tel:0623000000" not in page] == []


def test_among_several_fairs_the_one_that_one_came_from_is_named(client, act):
    act(two_fairs)

    assert named(client.get("/bantuan").text) == NONE
    for path in ("/masuk", "/daftar", "/bantuan", "/privasi", "/aksesibilitas"):
        assert named(client.get(f"{path}?ke=/uji-dua/lowongan").text) == SECOND
    assert named(client.get("/uji-dua/lowongan/tidak-ada").text) == SECOND
    help_link = re.search(r'href="(/bantuan[^"]*)"', client.get("/uji-dua").text)
    assert named(client.get(help_link[1]).text) == SECOND
    page = post_form(client, "/masuk?ke=/uji-dua", name="salah", password="salah salah")
    assert (page.status_code, named(page.text)) == (422, SECOND)


def test_the_fair_of_the_newest_application_is_named(client, act, sign_in):
    _, second = act(two_fairs)
    sign_in(client, second.niks[0])
    assert named(client.get("/profil").text) == NONE

    send(client, f"/uji-dua/lowongan/{second.positions[0].slug}")

    assert {path: named(client.get(path).text) for path in OWN} == dict.fromkeys(OWN, SECOND)


def test_a_fair_that_has_ended_gives_way_to_the_one_that_runs(client, act):
    first, _ = act(two_fairs)
    act(latch, first.fair.id)

    assert named(client.get("/bantuan").text) == SECOND


def test_a_draft_is_never_named(client, act):
    act(two_fairs, published_at=None)

    assert named(client.get("/bantuan?ke=/uji-dua").text) == FIRST
    assert named(client.get("/uji-dua").text) == FIRST


def test_the_tabs_are_an_applicants_and_mark_where_one_is(client, act, sign_in):
    room = act(furnish)
    assert 'class="subnav"' not in client.get("/asahan-uji").text
    sign_in(client, room.made.niks[0])

    marked = {}
    receipt = f"/asahan-uji/lamaran/{room.receipts[0]}"
    for path in ("/asahan-uji/lowongan", "/lamaran", "/profil", receipt, "/profil/cv", "/bantuan"):
        page = client.get(path).text
        tabs = page[page.index('<nav class="subnav"') :].partition("</nav>")[0]
        assert re.findall('href="([^"]*)"', tabs) == ["/asahan-uji/lowongan", "/lamaran", "/profil"]
        marked[path] = re.findall('href="([^"]*)" aria-current="([a-z]*)"', tabs)
    assert marked == {
        "/asahan-uji/lowongan": [("/asahan-uji/lowongan", "page")],
        "/lamaran": [("/lamaran", "page")],
        "/profil": [("/profil", "page")],
        receipt: [("/lamaran", "true")],
        "/profil/cv": [("/profil", "true")],
        "/bantuan": [],
    }


def test_staff_have_no_tabs(client, act, sign_in):
    act(furnish)
    sign_in(client, ORGANISER)

    assert 'class="subnav"' not in client.get("/bantuan").text
    assert 'class="subnav"' not in client.get("/kendali").text


def test_no_fair_can_take_the_address_of_a_page(app):
    first = {route.path.strip("/").partition("/")[0] for route in app.routes}

    assert {word for word in first if word and not word.startswith("{")} - RESERVED == set()
