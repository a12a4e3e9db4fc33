"""Kotak pesan: own messages alone, read by being opened, their number live in the header."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.outbox.actions import queue_message
from jobfair.outbox.models import Message
from jobfair.outbox.rules import Letter
from jobfair.people.models import Account
from tests.builders import NOW, on_both
from tests.web.pages import statements, text_of
from tests.web.rooms import ORGANISER, REVIEWER, furnish, watch


@pytest.fixture
def room(act, client, sign_in):
    room = act(furnish)
    sign_in(client, room.made.niks[0])
    return room


async def messages(session, account_id):
    query = select(Message.id).where(Message.account_id == account_id).order_by(Message.id)
    return list(await session.scalars(query))


async def read(session, account_id):
    query = select(Message.read_at).where(Message.account_id == account_id).order_by(Message.id)
    return list(await session.scalars(query))


def number(page):
    return re.search(r'<span id="belum"[^>]*>(\d*)', page)[1]


@on_both
def test_a_message_is_unread_until_it_is_opened(client, act, room, clock):
    me, other = (one.account_id for one in room.made.applicants[:2])
    (own,) = act(messages, me)
    (others,) = act(messages, other)
    receipt = room.receipts[0]

    before = client.get("/pesan").text
    letter = client.get(f"/pesan/{own}")
    after = client.get("/pesan").text

    title = f"Lamaran terkirim: {room.made.positions[0].title}"
    assert f"Belum dibaca: {title}" in text_of(before)
    assert '<li class="belum">' in before
    assert number(before) == "1"
    assert "Perlu jawaban" not in before
    assert title in text_of(letter.text)
    assert f'href="https://testserver.local/asahan-uji/lamaran/{receipt}"' in letter.text
    assert "6281200000000" in letter.text
    assert number(letter.text) == number(after) == ""
    assert "Belum dibaca" not in after
    assert '<li class="belum">' not in after
    assert act(read, me) == [clock.now()]
    assert client.get(f"/pesan/{others}").status_code == 404
    assert act(read, other) == [None]


def test_what_is_held_back_or_not_there_is_not_found(client, act, room):
    me = room.made.applicants[0].account_id

    async def hold(session):
        await queue_message(
            session,
            Letter.STAGE,
            account_id=me,
            facts={"receipt": room.receipts[0], "stage": "interview"},
            now=NOW,
            hold=timedelta(minutes=10),
        )

    act(hold)
    held = act(messages, me)[-1]

    assert text_of(client.get("/pesan").text).count("Lamaran terkirim") == 1
    wrong = [f"/pesan/{held}", "/pesan/0", f"/pesan/{2**40}", "/pesan?sebelum=0", "/pesan/x"]
    assert [client.get(path).status_code for path in wrong] == [404] * 5


def test_the_list_costs_the_same_for_many_and_goes_on_page_by_page(client, act, room, services):
    me = room.made.applicants[0].account_id

    async def write(session, count):
        for _ in range(count):
            await queue_message(
                session, Letter.RECEIPT, account_id=me, facts={"receipt": room.receipts[0]}, now=NOW
            )

    with statements(services) as few:
        client.get("/pesan")
    act(lambda session: write(session, 24))
    with statements(services) as many:
        page = client.get("/pesan").text

    assert len(few) == len(many)
    assert page.count('<li class="belum">') == 20
    older = re.search(r'href="(/pesan\?sebelum=\d+)"', page)[1]
    rest = client.get(older).text
    assert rest.count('<li class="belum">') == 5
    assert "sebelum=" not in rest.partition("<main")[2]


def test_an_empty_box_says_so_and_staff_have_one_too(client, act, sign_in):
    act(furnish)
    for name, home in ((REVIEWER, "/meja"), (ORGANISER, "/kendali")):
        sign_in(client, name)

        assert "Belum ada pesan" in client.get("/pesan").text
        assert 'href="/pesan"' in client.get(home, follow_redirects=True).text
        client.cookies.clear()
    assert client.get("/pesan", follow_redirects=False).headers["location"] == "/masuk?ke=/pesan"


def test_a_password_that_others_know_is_changed_first(client, act, room):
    async def give(session):
        account = await session.get(Account, room.made.applicants[0].account_id)
        account.must_change_password = True

    act(give)

    assert client.get("/pesan", follow_redirects=False).headers["location"] == "/sandi?ke=/pesan"


def test_the_number_in_the_header_follows(client, act, room, services):
    me = room.made.applicants[0].account_id
    (own,) = act(messages, me)
    with watch(client, "/ws/pesan") as socket:
        first = socket.receive_text()
        client.get(f"/pesan/{own}")
        second = socket.receive_text()

    assert (number(first), number(second)) == ("1", "")


def test_a_message_about_something_gone_is_told_apart_and_read(client, act, room, clock):
    me = room.made.applicants[0].account_id

    async def lose(session):
        await queue_message(
            session, Letter.RECEIPT, account_id=me, facts={"receipt": "X-26-1"}, now=NOW
        )

    act(lose)
    gone = act(messages, me)[-1]

    assert client.get("/pesan").text.count('<li class="belum">') == 1
    assert client.get(f"/pesan/{gone}").status_code == 404
