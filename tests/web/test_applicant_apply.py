import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.applications.models import Application
from jobfair.applications.queries.receipts import sent_by
from jobfair.applications.queries.sealed import read_sent
from jobfair.applications.rules import Stage
from jobfair.fairs.models import Fair
from jobfair.people.rules import Role
from jobfair.positions.models import Position
from jobfair.web.pages.shared.draft import DRAFT_COOKIE
from tests.builders import CLOSES, EDGE, KEYS, NOW, make_position, on_both, stage
from tests.forms import form_on
from tests.web.pages import change, ledger, pause, send, staff, statements, text_of
from tests.web.rooms import furnish

QUESTIONS = ["Bersedia bergiliran?", "Punya SIM?"]


@pytest.fixture
def staged(act):
    staged = act(stage, positions=2, applicants=2)
    act(change, Position, staged.positions[0].id, questions=QUESTIONS)
    return staged


@pytest.fixture
def page(staged):
    return f"/asahan-uji/lowongan/{staged.positions[0].slug}"


@pytest.fixture
def applicant(client, sign_in, staged):
    """Sign the first applicant in."""
    sign_in(client, staged.niks[0])
    return client


async def answers_of(session):
    (sent,) = await sent_by(session, 1)
    return list(read_sent(KEYS, sent).answers)


@on_both
def test_an_application_gets_a_receipt_to_the_second(applicant, act, staged, page):
    answer = send(applicant, page, answer_1="Ya.\r\nSelalu.", answer_2=" Ada & <b>sah</b> ")

    assert (answer.status_code, answer.headers["location"]) == (
        303, "/asahan-uji/lamaran/ASH-26-00001-59",
    )  # fmt: skip
    assert act(ledger) == [("ASH-26-00001-59", "new")]
    assert act(answers_of) == ["Ya.\nSelalu.", "Ada & <b>sah</b>"]
    receipt = applicant.get(answer.headers["location"])
    assert "Rabu, 4 Maret 2026 pukul 10.30.00 WIB" in receipt.text
    assert "Ada &amp; &lt;b&gt;sah&lt;/b&gt;" in receipt.text
    assert staged.applicants[0].name in receipt.text
    assert '<svg viewBox="0 0' in receipt.text


def test_a_repeat_leads_to_the_same_receipt(applicant, act, page):
    fields = form_on(applicant.get(page).text, action="/lamar") | {"consent": "ya"}

    answers = [applicant.post(f"{page}/lamar", data=fields) for _ in range(3)]

    assert {(a.status_code, a.headers["location"]) for a in answers} == {
        (303, "/asahan-uji/lamaran/ASH-26-00001-59")
    }
    assert act(ledger) == [("ASH-26-00001-59", "new")]
    assert "Anda sudah melamar" in applicant.get(page).text


def test_every_problem_comes_at_once_and_nothing_typed_is_lost(applicant, act, page):
    fields = form_on(applicant.get(page).text, action="/lamar")
    typed = {"answer_1": "ya " * 300, "answer_2": "Ada."}

    answer = applicant.post(f"{page}/lamar", data=fields | typed)

    assert answer.status_code == 422
    assert "Ada 2 isian yang perlu diperbaiki" in answer.text
    assert "Jawaban paling panjang 600 huruf, sekarang 899." in answer.text
    assert "Centang persetujuan ini bila Anda setuju." in answer.text
    assert "Ada.</textarea>" in answer.text
    assert ("ya " * 300).strip() in answer.text
    assert "<title>Salah: " in answer.text
    assert act(ledger) == []


def test_six_hundred_letters_are_not_too_many(applicant, act, page):
    assert send(applicant, page, answer_1="é" * 600).status_code == 303
    assert act(answers_of) == ["é" * 600, ""]


def test_a_form_sent_before_the_closing_is_in_and_at_the_closing_is_not(
    *, applicant, act, clock, staged, page, sign_in
):
    other = f"/asahan-uji/lowongan/{staged.positions[1].slug}"
    clock.move_to(CLOSES - timedelta(minutes=30))
    sign_in(applicant, staged.niks[0])
    forms = {p: form_on(applicant.get(p).text, action="/lamar") for p in (page, other)}

    clock.move_to(CLOSES - EDGE)
    kept = applicant.post(f"{page}/lamar", data=forms[page] | {"consent": "ya"})
    clock.move_to(CLOSES)
    late = applicant.post(f"{other}/lamar", data=forms[other] | {"consent": "ya"})

    assert kept.status_code == 303
    assert late.status_code == 409
    assert "Masa pendaftaran sudah ditutup pada Senin, 9 Maret 2026 pukul 16.00 WIB" in late.text
    assert act(ledger) == [("ASH-26-00001-59", "new")]


def test_a_pause_between_page_and_sending_is_told(applicant, act, staged, page):
    fields = form_on(applicant.get(page).text, action="/lamar") | {"consent": "ya"}
    act(pause, staged.fair.id)

    answer = applicant.post(f"{page}/lamar", data=fields)

    assert answer.status_code == 409
    assert "Panitia sedang menjeda penerimaan lamaran sejak Rabu, 4 Maret 2026" in answer.text
    assert act(ledger) == []


def test_a_limit_reached_meanwhile_is_told(applicant, act, staged, page):
    fields = form_on(applicant.get(page).text, action="/lamar") | {"consent": "ya"}
    send(applicant, f"/asahan-uji/lowongan/{staged.positions[1].slug}")
    act(change, Fair, staged.fair.id, applications_per_applicant=1)

    answer = applicant.post(f"{page}/lamar", data=fields)

    assert answer.status_code == 409
    assert "Anda sudah mengirim 1 lamaran" in answer.text
    assert len(act(ledger)) == 1


def test_a_full_door_keeps_the_answers_and_sends_again(applicant, act, services, page):
    services.door.accepting = False

    answer = send(applicant, page, answer_1="Ya, siap.")

    assert answer.status_code == 503
    seconds = int(answer.headers["retry-after"])
    assert f'data-ulang="{seconds}"' in answer.text
    assert act(ledger) == []
    services.door.accepting = True
    again = form_on(answer.text, action="/lamar")
    assert (again["answer_1"], again["consent"]) == ("Ya, siap.", "ya")
    assert applicant.post(f"{page}/lamar", data=again).status_code == 303


def test_a_form_of_another_site_does_not_even_keep_a_draft(client, page):
    answer = client.post(
        f"{page}/lamar", data={"answer_1": "x"}, headers={"Origin": "https://jahat.example"}
    )

    assert answer.status_code == 403
    assert DRAFT_COOKIE not in client.cookies


def test_a_form_without_its_token_sends_nothing(applicant, act, page):
    assert applicant.post(f"{page}/lamar", data={"consent": "ya"}).status_code == 403
    assert act(ledger) == []


def test_staff_cannot_apply(*, client, act, save, sign_in, staged, page):
    save(staff(Role.REVIEWER, "hr@contoh.id", company_id=staged.companies[0].id))
    sign_in(client, "hr@contoh.id")
    token = form_on(client.get(page).text, action="/keluar")

    answer = client.post(f"{page}/lamar", data=token | {"consent": "ya"})

    assert answer.status_code == 403
    assert act(ledger) == []


def test_a_withdrawn_position_takes_nobody(applicant, act, staged, page):
    fields = form_on(applicant.get(page).text, action="/lamar") | {"consent": "ya"}
    act(change, Position, staged.positions[0].id, withdrawn_at=NOW)

    answer = applicant.post(f"{page}/lamar", data=fields)

    assert answer.status_code in (404, 409)
    assert act(ledger) == []


def test_a_reloaded_form_leads_back_to_its_position(client, page):
    answer = client.get(f"{page}/lamar")

    assert (answer.status_code, answer.headers["location"]) == (303, page)


def test_somebody_elses_receipt_does_not_exist(*, applicant, act, client, sign_in, staged, page):
    receipt = send(applicant, page).headers["location"]
    client.cookies.clear()
    assert client.get(receipt).headers["location"] == f"/masuk?ke={receipt}"

    sign_in(client, staged.niks[1])
    foreign = client.get(receipt)
    missing = client.get("/asahan-uji/lamaran/ASH-26-00099-99")

    assert foreign.status_code == missing.status_code == 404
    assert text_of(foreign.text) == text_of(missing.text).replace("00099-99", "00001-59")
    assert client.get(f"{receipt}/batal").status_code == 404
    token = form_on(client.get("/lamaran").text, action="/keluar")
    assert client.post(f"{receipt}/batal", data=token).status_code == 404
    assert act(ledger) == [("ASH-26-00001-59", "new")]


def test_a_receipt_does_not_open_under_another_fair(applicant, act, staged, page):
    receipt = send(applicant, page).headers["location"]
    act(stage, office=staged.office, slug="lain")

    assert applicant.get(receipt.replace("asahan-uji", "lain")).status_code == 404


def test_withdrawing_is_asked_done_once_and_can_be_taken_back(applicant, act, page):
    receipt = send(applicant, page, answer_1="Dulu.").headers["location"]
    asked = applicant.get(f"{receipt}/batal").text
    assert "tetap dihitung sebagai lamaran terkirim" in asked
    fields = form_on(asked, action="/batal")

    done = [applicant.post(f"{receipt}/batal", data=fields) for _ in range(2)]

    assert [(a.status_code, a.headers["location"]) for a in done] == [(303, receipt)] * 2
    assert act(ledger) == [("ASH-26-00001-59", "withdrawn")]
    assert "Lamaran dibatalkan" in applicant.get(receipt).text
    card = applicant.get(page).text
    assert "Kirim lagi lamaran ini" in card
    assert "Dulu." in card
    assert send(applicant, page).headers["location"] == receipt
    assert act(ledger) == [("ASH-26-00001-59", "new")]
    assert "Dikirim lagi" in applicant.get("/lamaran").text


def test_after_the_closing_nothing_is_withdrawn(*, applicant, act, clock, staged, page, sign_in):
    receipt = send(applicant, page).headers["location"]
    clock.move_to(CLOSES)
    applicant.cookies.clear()
    sign_in(applicant, staged.niks[0])
    assert "tidak dapat dibatalkan lagi" in applicant.get(f"{receipt}/batal").text
    token = form_on(applicant.get(receipt).text, action="/keluar")

    answer = applicant.post(f"{receipt}/batal", data=token)

    assert answer.status_code == 409
    assert act(ledger) == [("ASH-26-00001-59", "new")]


def test_the_own_list_costs_the_same_for_one_and_for_three(
    *, applicant, act, save, services, staged, page
):
    send(applicant, page)
    with statements(services) as one:
        applicant.get("/lamaran")
    more = save(
        *[
            make_position(fair_id=staged.fair.id, company_id=staged.companies[0].id)
            for _ in range(2)
        ]
    )
    for position in more:
        send(applicant, f"/asahan-uji/lowongan/{position.slug}")

    with statements(services) as three:
        text = text_of(applicant.get("/lamaran").text)

    assert "3 lamaran. Kabar terbaru di atas." in text
    assert len(three) == len(one)


async def _stages(session, numbers, stages):
    for at, (number, to) in enumerate(zip(numbers, stages, strict=True)):
        row = (
            await session.scalars(select(Application).where(Application.receipt == number))
        ).one()
        row.stage, row.stage_at = to, NOW + timedelta(minutes=at)


def test_the_newest_news_comes_first_and_the_receipt_says_it(client, act, sign_in):
    room = act(furnish, applicants=1, positions=3)
    sign_in(client, room.made.niks[0])
    page = client.get("/lamaran").text
    numbers = sorted(set(re.findall(r"ASH-26-\d{5}-\d\d", page)))
    act(_stages, numbers, [Stage.REVIEWED, Stage.INTERVIEW, Stage.WITHDRAWN])

    page = client.get("/lamaran").text
    main = page[page.index("<main") : page.index("</main>")]
    card, rows = main.split('<ul role="list" class="daftar', 1)

    assert '<h2 id="kabar">Diundang wawancara</h2>' in card
    assert set(re.findall(r"ASH-26-\d{5}-\d\d", card)) == {numbers[1]}
    assert list(dict.fromkeys(re.findall(r"ASH-26-\d{5}-\d\d", rows))) == [numbers[2], numbers[0]]
    assert main.count("<details") == 3
    receipt = client.get(f"/asahan-uji/lamaran/{numbers[1].replace('-', '').lower()}").text
    assert "<h1>Diundang wawancara</h1>" in receipt
