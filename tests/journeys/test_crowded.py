"""Somebody sends an application when it is too crowded: nothing typed is lost, and it gets in."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from jobfair.clock import AnchoredClock
from jobfair.web.http.headers import HEADERS
from jobfair.web.pages.shared.busy import BusyPages
from jobfair.web.pages.shared.environment import make_environment
from tests.journeys.people import APPLICANT, sign_in

ANSWER = 'Bersedia, "pagi" & <b>malam</b>.\nMulai Senin.'
POSITION = "apoteker-klinik-teladan-medika"


class Crowd:
    """Refuses an application as the server does, then as a proxy without one, then takes it."""

    def __init__(self, *, server_gone: bool) -> None:
        self.left = 2
        self.server_gone = server_gone
        self.pages = BusyPages(make_environment(), AnchoredClock())
        self.pages.note_closing("asahan-2022", datetime(2030, 1, 1, tzinfo=UTC), UTC)

    def meet(self, route: Route) -> None:
        asked = route.request
        if asked.method != "POST" or not self.left:
            route.continue_()
            return
        self.left -= 1
        if self.server_gone and not self.left:
            route.fulfill(status=502, body="Bad Gateway")
            return
        headers = [(k.encode(), v.encode()) for k, v in asked.all_headers().items()]
        headers = [(k, v) for k, v in headers if k != b"origin"]  # its peer, host, is left out here
        scope = {
            "method": "POST", "path": urlsplit(asked.url).path, "query_string": b"",
            "headers": headers, "sent_form": asked.post_data_buffer or b"",
        }  # fmt: skip
        again = {"Retry-After": "1", "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(status=503, headers=HEADERS | again, body=self.pages.page(scope, 1))


def fill_in(page: Page, site) -> None:
    sign_in(page, site, APPLICANT)
    page.goto(f"{site.fair}/lowongan/{POSITION}")
    for box in page.locator("form textarea").all():
        box.fill(ANSWER)
    page.get_by_label("Saya setuju data ini diteruskan").check()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_who_is_refused_loses_nothing_and_gets_in_later(site, visitor, scripts):
    page, crowd = visitor.open(scripts=scripts), Crowd(server_gone=scripts)
    fill_in(page, site)
    page.route("**/lamar", crowd.meet)

    page.get_by_role("button", name="Kirim lamaran").click()

    expect(page.get_by_text("Lamaran ini belum diterima.")).to_be_visible()
    if not scripts:
        expect(page.get_by_text("Tunggu 1 detik, lalu tekan Kirim lagi.")).to_be_visible()
        page.get_by_role("button", name="Kirim lagi").click()
        expect(page.get_by_text("Lamaran ini belum diterima.")).to_be_visible()
        page.get_by_role("button", name="Kirim lagi").click()
    expect(page.get_by_role("heading", name="Lamaran terkirim")).to_be_visible(timeout=15_000)
    assert crowd.left == 0
    assert re.search(r"/lamaran/ASH-\d\d-\d{5}-\d\d$", page.url)
    page.goto(f"{site.address}/lamaran")
    expect(page.get_by_text("Apoteker").first).to_be_visible()
