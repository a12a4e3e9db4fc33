"""The control room's messages: what failed is sent again, who has no channel is told by hand."""

import pytest
from sqlalchemy import select

from jobfair.audit.models import AuditEntry
from jobfair.outbox.models import Delivery, Message
from jobfair.outbox.rules import Channel, Reason, State
from jobfair.people.rules import Role
from tests.builders import NOW, make_account, make_office, on_both
from tests.forms import form_on
from tests.web.pages import text_of
from tests.web.rooms import ORGANISER, OTHER_ORGANISER, furnish, send


async def deliver(session, room):
    """Store one delivery that failed and one to be told by hand, of different people."""
    rows = (await session.scalars(select(Message).order_by(Message.id).limit(2))).all()
    facts = {"rank": 1, "since": NOW, "due_at": NOW}
    made = [
        Delivery(
            message_id=rows[0].id, channel=Channel.EMAIL, state=State.DEAD, tries=1,
            reason=Reason.ADDRESS, code="550", **facts,
        ),
        Delivery(message_id=rows[1].id, channel=Channel.BY_HAND, state=State.WAITING, **facts),
    ]  # fmt: skip
    session.add_all(made)
    await session.flush()
    return [one.id for one in made]


async def states(session):
    return list(await session.scalars(select(Delivery.state).order_by(Delivery.id)))


async def audited(session):
    query = select(AuditEntry).where(AuditEntry.act.in_(("send_again", "tell_by_hand")))
    return [(one.act, one.subject) for one in await session.scalars(query.order_by(AuditEntry.id))]


@pytest.fixture
def room(act, client, sign_in):
    room = act(furnish)
    room.ids = act(deliver, room)
    sign_in(client, ORGANISER)
    return room


def test_what_is_not_connected_and_what_failed_are_said_in_words(client, room):
    page = client.get(f"{room.control}/pesan").text

    assert "Surel belum tersambung 0 0 1" in text_of(page)
    assert "WhatsApp atau SMS belum tersambung 0 0 0" in text_of(page)
    assert "Dikabari petugas selalu ada 1 0 0" in text_of(page)
    assert "Server tujuan menolak alamat penerima (550)." in text_of(page)
    assert 'href="https://wa.me/6281234567890?text=Lamaran%20terkirim%3A' in page
    assert not any(nik in page for nik in room.made.niks)


@on_both
def test_a_failed_message_is_sent_again_and_a_person_ticked_off_once(client, act, room):
    failed, by_hand = room.ids
    page = f"{room.control}/pesan"
    acts = [f"{page}/{failed}/kirim-lagi", f"{page}/{by_hand}/sudah"]
    forms = [send(client, page, address) for address in acts]
    assert [answer.status_code for answer in forms] == [303, 303]
    done = client.get(page).text

    assert act(states) == [State.WAITING, State.SENT]
    assert act(audited) == [
        ("send_again", f"delivery:{failed}"), ("tell_by_hand", f"delivery:{by_hand}"),
    ]  # fmt: skip
    assert "Semua orang sudah dikabari." in done
    assert "Tidak ada pesan yang gagal." in done


def test_the_second_of_two_is_told_so_and_changes_nothing(client, act, room):
    failed, by_hand = room.ids
    page = f"{room.control}/pesan"
    for address in (f"{page}/{failed}/kirim-lagi", f"{page}/{by_hand}/sudah"):
        form = form_on(client.get(page).text, action=address)
        assert client.post(address, data=form).status_code == 303
        assert client.post(address, data=form).status_code == 409
    assert len(act(audited)) == 2


def test_another_office_sees_and_changes_nothing(client, act, room, sign_in):
    async def another(session):
        office = make_office(slug="lain", regency="12.71")
        session.add(office)
        await session.flush()
        session.add(
            make_account(Role.ORGANISER, name_to_sign_in=OTHER_ORGANISER, office_id=office.id)
        )

    act(another)
    client.cookies.clear()
    sign_in(client, OTHER_ORGANISER)

    assert client.get(f"{room.control}/pesan").status_code == 404
    assert act(states) == [State.DEAD, State.WAITING]
