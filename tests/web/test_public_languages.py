"""On an English page, what the office or a company wrote is marked as Indonesian."""

from html.parser import HTMLParser

import pytest

from jobfair.fairs.models import Fair
from jobfair.web.http.templating import LANGUAGE_COOKIE
from jobfair.wording.numbers import phone
from tests.builders import stage
from tests.web.pages import AFTER, BEFORE, change, latch, pause

WRITTEN = {
    "paused": "Kami sedang memperbaiki listrik.",
    "closed": "Terima kasih sudah ikut.",
    "prepare": "Siapkan ijazah Anda.",
    "selection": "Wawancara di kantor perusahaan.",
}
VOID = {"meta", "link", "input", "img", "br", "hr", "source", "path", "circle", "rect", "use"}


class Languages(HTMLParser):
    """Which language each text of a page is said to be in."""

    def __init__(self, page):
        super().__init__()
        self.open, self.found = [("", "")], {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("lang") or self.open[-1][1]))

    def handle_endtag(self, tag):
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.open[-1][0] not in {"script", "style", "title"}:
            self.found.setdefault(data.strip(), set()).add(self.open[-1][1])


@pytest.fixture
def staged(act, client):
    staged = act(stage, positions=1)
    act(change, Fair, staged.fair.id, texts={"greeting": "", "faq": [], **WRITTEN})
    client.cookies.set(LANGUAGE_COOKIE, "en")
    yield staged
    client.cookies.delete(LANGUAGE_COOKIE)


def languages(client, page, *texts):
    found = Languages(client.get(page).text).found
    return {text: found.get(text) for text in texts}


def test_what_a_company_wrote_is_indonesian(client, staged):
    position, company = staged.positions[0], staged.companies[0]
    assert languages(
        client,
        f"/asahan-uji/lowongan/{position.slug}",
        position.title, *position.duties, *position.requirements, WRITTEN["selection"],
    ) == {
        position.title: {"id"},
        **{line: {"id"} for line in (*position.duties, *position.requirements)},
        WRITTEN["selection"]: {"id"},
    }  # fmt: skip
    about = languages(client, f"/asahan-uji/perusahaan/{company.slug}", company.about, "Address")
    assert about == {company.about: {"id"}, "Address": {"en"}}


def test_what_the_office_wrote_is_indonesian(client, act, clock, staged):
    def landing(*texts):
        return languages(client, "/asahan-uji", *texts)

    assert landing(WRITTEN["selection"]) == {WRITTEN["selection"]: {"id"}}
    act(pause, staged.fair.id)
    said = ("Listrik padam.", WRITTEN["paused"])
    assert landing(*said) == {text: {"id"} for text in said}
    clock.move_to(BEFORE)
    assert landing(WRITTEN["prepare"]) == {WRITTEN["prepare"]: {"id"}}


def test_what_the_office_wrote_after_closing_is_indonesian(client, act, clock, staged):
    clock.move_to(AFTER)
    act(latch, staged.fair.id)
    assert languages(client, "/asahan-uji", WRITTEN["closed"], "All positions") == {
        WRITTEN["closed"]: {"id"},
        "All positions": {"en"},
    }


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+6281234567890", "0812 3456 7890"),
        ("+62812345678", "0812 3456 78"),
        ("+628123456789012", "0812 3456 789012"),
    ],
)
def test_a_number_is_shown_as_people_write_it(stored, shown):
    assert phone(stored) == shown
