"""Somebody watches while others apply: the number moves, the page does not."""

import re
import time

from playwright.sync_api import expect

from tests.journeys.conftest import DESK
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


class Line:
    """The line between a page and its socket, that can be cut without either side noticing."""

    def __init__(self):
        self.cut = False
        self.sockets = []

    def __call__(self, socket):
        self.sockets.append(socket)
        server = socket.connect_to_server()
        server.on_message(lambda frame: None if self.cut else socket.send(frame))


def seconds_left(page):
    """Return what a countdown such as "3 hari 01.27.53" stands at, in seconds."""
    days, hours, minutes, seconds = map(
        int, re.findall(r"\d+", page.locator("[data-sampai]").inner_text())
    )
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def freeze(page):
    """Let the page's clock move only when it is told to."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 5)


def give_sign(page, line, sign=""):
    """Let the server say that it lives, and wait until the page has heard it."""
    page.evaluate(
        "window.heard = 0; document.addEventListener("
        "'htmx:ws:before:message:incoming', () => { window.heard = 1 }, {once: true})"
    )
    line.sockets[-1].send(sign)
    page.wait_for_function("window.heard", polling=50)


def test_a_line_that_died_silently_is_told_polled_and_opened_again(site, visitor):
    page, line = visitor.open(), Line()
    page.clock.install()
    page.route_web_socket(re.compile("/ws/publik/"), line)
    page.goto(site.fair)
    sign = page.locator("#sambung")
    expect(sign).to_have_text("tersambung")
    freeze(page)
    give_sign(page, line)

    line.cut = True
    page.route("**/angka", lambda route: route.fulfill(status=503))
    page.clock.run_for(38_000)
    expect(sign).to_have_text("tersambung")
    page.clock.run_for(8_000)
    expect(sign).to_have_text(re.compile(r"menyambung lagi, terakhir tersambung \d\d\.\d\d\.\d\d"))

    page.unroute("**/angka")
    page.clock.run_for(30_000)
    expect(sign).to_have_text("diperbarui tiap 30 detik")

    opened, line.cut = len(line.sockets), False
    while len(line.sockets) == opened:
        page.clock.run_for(1_000)
    expect(sign).to_have_text("tersambung")


def test_a_sign_of_life_keeps_the_line_and_shows_nothing(shared_site, visitor):
    page, line = visitor.open(), Line()
    page.clock.install()
    page.route_web_socket(re.compile("/ws/publik/"), line)
    page.goto(shared_site.fair)
    expect(page.locator("#sambung")).to_have_text("tersambung")
    freeze(page)
    before = page.locator("#angka").inner_text()

    for sign in ("", "<!-- -->", "\n", "<!---->"):
        give_sign(page, line, sign)
        page.clock.run_for(30_000)

    expect(page.locator("#sambung")).to_have_text("tersambung")
    assert page.locator("#angka").inner_text() == before
    assert len(line.sockets) == 1


def test_the_wall_keeps_time_while_nothing_happens(shared_site, visitor):
    page = visitor.open(size=DESK)
    page.clock.install()
    page.goto(f"{shared_site.fair}/dinding")
    expect(page.locator("#sambung")).to_have_attribute("data-keadaan", "ya")
    freeze(page)
    page.clock.run_for(1_000)
    before = seconds_left(page)

    page.clock.run_for(30_000)

    assert before - seconds_left(page) == 30
    expect(page.locator("#sambung")).not_to_be_visible()


def test_a_wall_whose_line_died_says_so_and_asks_meanwhile(shared_site, visitor):
    page, line = visitor.open(size=DESK), Line()
    page.clock.install()
    page.route_web_socket(re.compile("/ws/dinding/"), line)
    page.goto(f"{shared_site.fair}/dinding")
    expect(page.locator("#sambung")).to_have_attribute("data-keadaan", "ya")
    freeze(page)
    line.cut = True
    page.route("**/dinding", lambda route: route.fulfill(status=503))

    page.clock.run_for(46_000)

    expect(page.locator("#sambung")).to_contain_text("terakhir tersambung")
    page.unroute("**/dinding")
    page.evaluate("document.getElementById('n-lamaran').textContent = 'lama'")
    page.clock.run_for(30_000)
    expect(page.locator("#n-lamaran")).not_to_have_text("lama")
    expect(page.locator("#sambung")).not_to_be_visible()
