"""What somebody sees who comes when it is too crowded: nothing typed is lost, nothing leaks."""

import re
from datetime import timedelta

import pytest

from jobfair.web.http.dependencies import Services
from jobfair.web.http.headers import HEADERS
from jobfair.web.pages.shared.busy import BusyPages
from jobfair.web.pages.shared.environment import make_environment
from tests.builders import CLOSES, PASSWORD, stage
from tests.forms import form_on
from tests.web.pages import ledger, send, statements, text_of

ANSWER = 'Ya, siap "pagi"\r\n& <script>alert(1)</script>'
NIK_P = "1209990101900001"
OTHER_FORMS = ["/masuk", "/daftar", "/profil", "/keluar", "/kendali/1/jeda"]


def crowd(services: Services) -> None:
    """Let everybody who comes now be refused."""
    services.line._at_once = 0
    services.line.forms.max_wait = services.line.pages.max_wait = -1


def disperse(services: Services) -> None:
    services.line._at_once = 1
    services.line.forms.max_wait = services.line.pages.max_wait = 1


@pytest.fixture
def staged(act):
    return act(stage, applicants=1)


@pytest.fixture
def page(staged):
    return f"/asahan-uji/lowongan/{staged.positions[0].slug}"


@pytest.fixture
def applicant(client, sign_in, staged):
    sign_in(client, staged.niks[0])
    return client


@pytest.fixture
def fields(applicant, page):
    """Return what the form of a position holds, filled in."""
    return form_on(applicant.get(page).text, action="/lamar") | {"consent": "ya"}


def refused(answer):
    assert answer.status_code == 503
    assert 3 <= int(answer.headers["retry-after"]) <= 8
    assert answer.headers["cache-control"] == "no-store"
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert len(answer.content) <= 4096
    return answer


def test_a_refused_application_keeps_what_was_typed_and_can_be_sent_again(
    applicant, act, services, page, fields
):
    crowd(services)
    sent = fields | {"answer_1": ANSWER}
    with statements(services) as ran:
        answer = refused(applicant.post(f"{page}/lamar", data=sent))

    assert ran == []
    assert "Lamaran ini belum diterima." in text_of(answer.text)
    assert "<script>alert" not in answer.text
    again = form_on(answer.text, action="/lamar")
    assert again == sent
    assert act(ledger) == []
    disperse(services)
    assert applicant.post(f"{page}/lamar", data=again).status_code == 303
    assert len(act(ledger)) == 1


def test_the_page_sends_itself_again_after_the_time_it_names(applicant, services, page, fields):
    crowd(services)
    answer = refused(applicant.post(f"{page}/lamar", data=fields))

    seconds = answer.headers["retry-after"]
    assert f'data-ulang="{seconds}"' in answer.text
    assert f"Tunggu {seconds} detik, lalu tekan Kirim lagi." in text_of(answer.text)
    assert "http-equiv" not in answer.text


def test_only_the_fields_of_an_application_come_back(applicant, services, page, fields):
    crowd(services)
    more = {"password": "rahasia-sekali", "nik": NIK_P, 'x"><script>': "1", "answer_100": "2"}

    answer = refused(applicant.post(f"{page}/lamar", data=fields | more))

    assert form_on(answer.text, action="/lamar").keys() == fields.keys()
    assert "rahasia-sekali" not in answer.text
    assert NIK_P not in answer.text


@pytest.mark.parametrize("path", OTHER_FORMS)
def test_passwords_and_niks_are_never_written_back(client, services, path):
    crowd(services)

    answer = refused(client.post(path, data={"name": NIK_P, "nik": NIK_P, "password": PASSWORD}))

    assert PASSWORD not in answer.text
    assert NIK_P not in answer.text
    assert "Isian ini belum diproses dan belum disimpan." in text_of(answer.text)
    assert "<form" not in answer.text


def test_another_sites_form_does_not_become_one_of_ours(applicant, services, page, fields):
    crowd(services)
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://jahat.example"}):
        answer = refused(applicant.post(f"{page}/lamar", data=fields, headers=foreign))
        assert "<form" not in answer.text
    own = {"Sec-Fetch-Site": "same-origin", "Origin": str(applicant.base_url).rstrip("/")}
    assert "<form" in applicant.post(f"{page}/lamar", data=fields, headers=own).text


def test_what_is_not_a_plain_form_is_not_shown_again(applicant, services, page, fields):
    crowd(services)
    parts = {name: (None, value) for name, value in fields.items()}

    for answer in (
        applicant.post(f"{page}/lamar", files=parts),
        applicant.post(f"{page}/lamar", data={"answer_1": "x" * 70_000}),
        applicant.post(f"{page}/lamar", json=fields),
    ):
        assert "<form" not in refused(answer).text


def test_a_form_with_too_many_fields_is_not_taken_apart(applicant, services, page):
    crowd(services)
    body = "&".join("answer_1=x" for _ in range(1000))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = refused(applicant.post(f"{page}/lamar", content=body, headers=kind))

    assert form_on(answer.text, action="/lamar") == {}


@pytest.mark.parametrize("path", ["/", "/asahan-uji/lowongan?q=kasir&x=%22%3E", "/tidak/ada"])
def test_a_refused_page_loads_itself_again(client, staged, services, path):
    crowd(services)
    answer = refused(client.get(path))

    seconds = answer.headers["retry-after"]
    assert f'<meta http-equiv="refresh" content="{seconds}">' in answer.text
    (link,) = re.findall(r'class="btn" href="([^"]+)"', answer.text)
    assert link.replace("&amp;", "&") == path
    assert client.head(path).status_code == 503


def test_a_part_gets_a_notice_that_fits(client, services):
    crowd(services)
    answer = refused(client.get("/asahan-uji/lowongan", headers={"HX-Request": "true"}))

    assert re.fullmatch(r'<p class="sisip" role="alert">[^<]+</p>', answer.text.strip())
    whole = {"HX-Request": "true", "HX-Request-Type": "full"}
    assert "<html" in refused(client.get("/asahan-uji/lowongan", headers=whole)).text


def test_english_for_who_chose_it(applicant, services, page, fields):
    applicant.cookies.set("bahasa", "en")
    crowd(services)

    answer = refused(applicant.post(f"{page}/lamar", data=fields))

    assert '<html lang="en">' in answer.text
    assert "This application has not been received yet." in text_of(answer.text)
    assert "Try again in" in client_part(applicant)


def client_part(client):
    return client.get("/", headers={"HX-Request": "true"}).text


def test_before_the_closing_it_says_when_and_after_it_that_it_may_be_too_late(
    applicant, services, clock, page, fields
):
    crowd(services)
    clock.move_to(CLOSES - timedelta(seconds=1))
    before = refused(applicant.post(f"{page}/lamar", data=fields))
    clock.move_to(CLOSES)
    after = refused(applicant.post(f"{page}/lamar", data=fields))

    assert re.search(r"Pendaftaran ditutup .+ pukul .+ WIB\.", text_of(before.text))
    assert "jadi lamaran ini mungkin terlambat" in text_of(after.text)


def test_of_a_fair_that_was_not_shown_it_says_nothing_certain(applicant, services, page, fields):
    crowd(services)
    answer = refused(applicant.post(f"/lain/lowongan/{page[-3:]}/lamar", data=fields))

    assert "Jam penutupan tertulis di halaman depan job fair ini." in text_of(answer.text)


def test_watchers_and_files_are_answered(client, services):
    crowd(services)

    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.get("/static/anyam.css").status_code == 200


def test_the_blanks_are_all_filled(clock):
    pages = BusyPages(make_environment(), clock)
    typed = {"query_string": b"", "sent_form": b"answer_1=%01%02%03%04"}
    kind = (b"content-type", b"application/x-www-form-urlencoded")
    for method in ("GET", "POST"):
        for path in ("/a/lowongan/b/lamar", "/masuk"):
            shown = pages.page(typed | {"method": method, "path": path, "headers": [kind]}, 5)
            assert not re.search(r"[\x01-\x08]", re.sub('value="\x01\x02\x03\x04"', "", shown))


def test_refusals_are_counted(client, services):
    services.metrics_token = "kata"
    crowd(services)
    client.get("/")
    client.get("/")
    client.post("/masuk", data={})

    sheet = client.get("/metrics", headers={"Authorization": "Bearer kata"}).text

    assert re.search(r"^jobfair_pages_refused_total 2.0$", sheet, re.MULTILINE)
    assert re.search(r"^jobfair_forms_refused_total 1.0$", sheet, re.MULTILINE)


def test_an_application_that_goes_through_the_line_is_like_any_other(applicant, act, page):
    answer = send(applicant, page)

    assert answer.status_code == 303
    assert len(act(ledger)) == 1
