"""The desk as its reviewers see it: lists, what waits behind the bar, and its live counts."""

import re
from datetime import timedelta

import pytest

from jobfair.applicants.models import Applicant
from jobfair.applications.actions.stages import move_stage
from jobfair.applications.rules import Stage
from tests.builders import NOW, tell
from tests.web.pages import statements
from tests.web.rooms import REVIEWER, furnish, resend, watch

LATER = NOW + timedelta(minutes=1)


def test_the_desk_shows_who_applied_newest_first_and_opens_the_first(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)

    page = client.get(room.desk).text

    names = [who.name for who in room.made.applicants]
    places = [page.index(f">{name}</a>") for name in names]
    assert places == sorted(places, reverse=True)
    assert f'id="hn" tabindex="-1">{names[-1]}<' in page
    assert "2 dari 2 syarat" in page
    for nik in room.made.niks:
        assert nik not in page


def test_opening_an_application_does_not_move_it(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    for _ in range(2):
        page = client.get(f"{room.desk}?lamaran={room.receipts[0]}").text

    assert f'id="hn" tabindex="-1">{room.made.applicants[0].name}<' in page
    assert 'data-semua="3"' in page
    assert 'aria-current="page">Baru <span class="n">3<' in page


def test_a_pinned_list_stands_still_and_says_how_many_wait(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)

    page = client.get(f"{room.desk}?sampai=1").text

    assert 'id="antre-baru" href="' + room.desk + '" data-pintas="n">' in page
    assert "<span data-jumlah>2</span>" in page
    assert page.count('class="belum"') == 1
    assert "<title>(2) Meja tinjau" in page
    unpinned = client.get(room.desk).text
    assert 'data-pintas="n" hidden>' in unpinned
    assert unpinned.count('class="belum"') == 3


def test_the_desk_looks_at_no_more_of_a_position_than_it_shows(client, act, sign_in, services):
    # Guards that its cost does not grow with the ledger: every stage is walked from its end.
    room = act(furnish)
    sign_in(client, REVIEWER)
    with statements(services) as ran:
        assert client.get(f"{room.desk}?sampai=1").status_code == 200

    def plan(text):
        async def explain(session):
            connection = await session.connection()
            given = (None,) * text.count("?")
            rows = await connection.exec_driver_sql(f"explain query plan {text}", given)
            return [row.detail for row in rows]

        return act(explain)

    steps = [step for text in ran for step in plan(text)]
    reads = [step for step in steps if re.match(r"(SCAN|SEARCH) application\b", step)]
    ways = r"\(position_id=\? AND stage=\?|\(receipt=\?\)|\(rowid=\?\)|\(applicant_id=\?"
    assert len([step for step in reads if "(position_id=? AND stage=?" in step]) > len(Stage)
    assert [step for step in reads if not re.search(ways, step)] == []


@pytest.mark.parametrize(
    "rubbish", ["sampai=x", "sampai=-1", "sebelum=1e9", "tahap=apa", "sampai=99999999999999999999"]
)
def test_rubbish_in_the_address_is_passed_over(client, act, sign_in, rubbish):
    room = act(furnish)
    sign_in(client, REVIEWER)
    answer = client.get(f"{room.desk}?{rubbish}")
    assert answer.status_code == 200
    assert answer.text.count('class="belum"') == 3


def test_fifty_on_a_page_and_the_rest_on_the_next(client, act, sign_in):
    room = act(furnish, applicants=53)
    sign_in(client, REVIEWER)

    first = client.get(room.desk).text
    onward = first.split('rel="next" data-lanjut href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(onward).text

    assert "3 pelamar lebih lama" in first
    assert first.count('class="belum"') == 50
    assert second.count('class="belum"') == 3
    assert "Kembali ke yang terbaru" in second


def test_searching_finds_a_name_or_a_receipt_at_any_stage(client, act, sign_in):
    room = act(furnish)
    act(move, room, room.receipts[1], Stage.UNSUITABLE)
    sign_in(client, REVIEWER)
    who = room.made.applicants[1].name

    for words in (who.upper(), room.receipts[1].lower()):
        page = client.get(room.desk, params={"cari": words}).text
        assert f">{who}</a>" in page
        assert "1 pelamar ditemukan" in page
        assert "Belum sesuai</span>" in page
    assert "0 pelamar ditemukan" in client.get(room.desk, params={"cari": "%"}).text


async def move(session, room, receipt, to_stage):
    await move_stage(
        session,
        company_id=room.made.companies[0].id,
        receipt=receipt,
        to_stage=to_stage,
        account_id=room.made.applicants[0].account_id,
        now=LATER,
    )


@pytest.mark.parametrize("words", ["ma'ruf", "MA’RUF", "rene maruf", "maruf  réné", "ren"])
def test_searching_forgives_accents_apostrophes_and_order(client, act, sign_in, words):
    room = act(furnish)
    act(send_as, "Réné Ma’ruf")
    sign_in(client, REVIEWER)

    page = client.get(room.desk, params={"cari": words}).text

    assert "1 pelamar ditemukan" in page
    assert ">Réné Ma’ruf</a>" in page


def test_searching_shows_the_newest_of_many_newest_first(client, act, sign_in):
    room = act(furnish, applicants=53)
    sign_in(client, REVIEWER)

    page = client.get(room.desk, params={"cari": "contoh pelamar"}).text

    names = [who.name for who in room.made.applicants]
    places = [page.find(f">{name}</a>") for name in names]
    assert places[:3] == [-1, -1, -1]
    assert min(places[3:]) > 0
    assert places[3:] == sorted(places[3:], reverse=True)


@pytest.mark.parametrize(("words", "found"), [("as", 0), ("ash", 3), ("a s h", 3)])
def test_a_receipt_is_looked_for_from_three_letters_on(client, act, sign_in, words, found):
    room = act(furnish)
    sign_in(client, REVIEWER)

    assert room.receipts[0].startswith("ASH")
    page = client.get(room.desk, params={"cari": words}).text
    assert f"{found} pelamar ditemukan" in page


def test_searching_looks_at_the_name_that_was_sent_and_shown(client, act, sign_in):
    room = act(furnish)
    act(send_as, "Nama Terkirim")
    act(rename_profile, room, "Nama Sekarang")
    sign_in(client, REVIEWER)

    def found(words):
        return client.get(room.desk, params={"cari": words}).text.count("1 pelamar ditemukan")

    assert (found("terkirim"), found("sekarang")) == (1, 0)


async def send_as(session, name):
    await resend(session, 1, name=name)


async def rename_profile(session, room, name):
    tell(await session.get_one(Applicant, room.made.applicants[0].id), name=name)


def test_an_empty_list_leads_to_where_people_wait_most(client, act, sign_in):
    room = act(furnish, positions=2)
    sign_in(client, REVIEWER)
    other = room.made.positions[1]

    page = client.get(f"{room.desk}?tahap=interview").text

    assert f'<a class="btn utama" href="/meja/{other.id}">3 menunggu di {other.title}</a>' in page


def test_accepting_has_no_key_before_an_application_was_read(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    unread = client.get(room.desk).text
    act(move, room, room.receipts[0], Stage.REVIEWED)
    read = client.get(f"{room.desk}?tahap=reviewed").text

    assert (unread.count('value="accepted"'), unread.count('data-pintas="a"')) == (1, 0)
    assert (read.count('value="accepted"'), read.count('data-pintas="a"')) == (1, 1)
    assert read.index('value="accepted"') < read.index('value="unsuitable"')


async def rename(session, room, name):
    applicant = await session.get_one(Applicant, room.made.applicants[0].id)
    tell(applicant, name=name)
    await resend(session, 1, name=name)


def test_what_applicants_typed_stays_text(client, act, sign_in):
    room = act(furnish)
    act(rename, room, "<script>alert(1)</script> O'Brien {{7*7}}")
    sign_in(client, REVIEWER)

    page = client.get(f"{room.desk}?lamaran={room.receipts[0]}").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; O&#39;Brien {{7*7}}" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_costs_the_same_for_one_and_for_three(client, act, sign_in, services, count):
    room = act(furnish, applicants=count)
    sign_in(client, REVIEWER)
    client.get(room.desk)
    with statements(services) as ran:
        assert client.get(room.desk).status_code == 200

    assert len(ran) == STATEMENTS, "\n".join(ran)


STATEMENTS = 12
"""Who is asking, then what the desk shows."""


def test_the_live_part_is_the_page_part_and_the_same_for_everybody(client, act, sign_in):
    room = act(furnish)
    sign_in(client, REVIEWER)
    page = client.get(room.desk).text
    part = page[page.index('<nav class="tab" id="tahap"') :]
    part = part[: part.index("</nav>") + len("</nav>")]

    with watch(client, f"/ws{room.desk}") as socket:
        arrival = socket.receive_text(timeout=5)

    assert arrival.strip() == part.replace(' aria-current="page"', "")


def test_a_decision_reaches_open_desks(client, act, sign_in, services):
    room = act(furnish)
    sign_in(client, REVIEWER)

    with watch(client, f"/ws{room.desk}") as socket:
        assert 'Baru <span class="n">3<' in socket.receive_text(timeout=5)
        act(move, room, room.receipts[0], Stage.SHORTLISTED)
        services.hub.announce(frozenset({f"position:{room.made.positions[0].id}"}))
        frame = socket.receive_text(timeout=5)

    assert 'Baru <span class="n">2<' in frame
    assert 'Lolos berkas <span class="n">1<' in frame
    assert 'data-semua="3"' in frame
    assert room.made.applicants[0].name not in frame
