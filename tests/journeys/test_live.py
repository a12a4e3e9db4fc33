"""Somebody watches while others apply: the number moves, the page does not."""

import time

from playwright.sync_api import expect

from tests.journeys.people import APPLICANT, shown_applications, sign_in

SHIFTS = """() => { window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(
entry => { if (!entry.hadRecentInput) window.shifts += entry.value }))
.observe({type: 'layout-shift', buffered: false}) }"""
POSITIONS = (
    "apoteker-klinik-teladan-medika",
    "operator-proses-pabrik-silau-sawit-makmur",
    "operator-ketel-uap-silau-sawit-makmur",
)


def test_numbers_move_without_moving_the_page(site, visitor):
    watcher, applicant = visitor.open(), visitor.open()
    watcher.goto(site.fair)
    expect(watcher.locator("#sambung")).to_contain_text("tersambung")
    before = shown_applications(watcher)
    watcher.get_by_label("Pekerjaan atau perusahaan").fill("sedang meng")
    watcher.evaluate(SHIFTS)
    sign_in(applicant, site, APPLICANT)

    for done, slug in enumerate(POSITIONS, start=1):
        applicant.goto(f"{site.fair}/lowongan/{slug}")
        for box in applicant.locator("form textarea").all():
            box.fill("Siap.")
        applicant.get_by_label("Saya setuju data ini diteruskan").check()
        applicant.get_by_role("button", name="Kirim lamaran").click()
        expect(applicant.get_by_role("heading", name="Lamaran terkirim")).to_be_visible()
        shown = f"{before + done:,}".replace(",", ".")
        expect(watcher.locator("#n-lamaran")).to_have_text(shown)

    assert watcher.evaluate("window.shifts") == 0
    expect(watcher.get_by_label("Pekerjaan atau perusahaan")).to_have_value("sedang meng")
    expect(watcher.get_by_label("Pekerjaan atau perusahaan")).to_be_focused()
    fresh = visitor.open()
    fresh.goto(site.fair)
    assert shown_applications(fresh) == before + len(POSITIONS)


def test_the_socket_opens_however_late_its_script_comes(site, visitor):
    # htmx looks at the page as soon as it is here itself; on a slow line that is before hx-ws.
    watcher, late = visitor.open(), []

    def hold(route):
        late.append(route.request.url)
        time.sleep(0.4)
        route.continue_()

    watcher.route("**/hx-ws-*.js*", hold)
    watcher.goto(site.fair)

    expect(watcher.locator("#sambung")).to_have_text("tersambung")
    assert len(late) == 1
