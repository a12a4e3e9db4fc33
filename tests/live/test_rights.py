"""A socket ends with the right to it, and with no other's."""

from datetime import timedelta

import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient
from sqlalchemy import select

from jobfair.companies.actions import suspend_company
from jobfair.live.rights import Revocations, rights_of
from jobfair.people.actions import disable_account, reset_password, sign_out
from jobfair.people.models import Account
from jobfair.people.rules import IDLE, Role
from jobfair.web.http import sockets
from tests.builders import NOW, on_both
from tests.conftest import ADDRESS_OF_SITE
from tests.live.test_sockets import refused
from tests.web.rooms import REVIEWER, furnish, watch


async def leave(session, token, room):
    await sign_out(session, token=token)


async def reset(session, token, room):
    account = await session.scalar(select(Account).where(Account.email == REVIEWER))
    await reset_password(session, account=account, password_hash="x", now=NOW, by=account.id)


async def disable(session, token, room):
    account = await session.scalar(select(Account).where(Account.email == REVIEWER))
    await disable_account(session, account=account, now=NOW, by=account.id)


async def suspend(session, token, room):
    await suspend_company(
        session, office_id=room.made.office.id, company_id=room.made.companies[0].id,
        reason="Diperiksa.", now=NOW, account_id=(await session.scalar(select(Account.id))),
    )  # fmt: skip


@on_both
@pytest.mark.parametrize("end", [leave, reset, disable, suspend])
def test_a_desk_socket_ends_with_the_right_to_it(client, act, services, sign_in, end):
    # Guards P13: without the marks of the actions, or who hears them, the socket stays open.
    room = act(furnish)
    sign_in(client, REVIEWER)
    token = client.cookies["__Host-sesi"]
    cookie = f"__Host-sesi={token}"
    desk, public = f"/ws{room.desk}", "/ws/publik/asahan-uji"

    async def change():
        async with services.database.transaction() as session:
            await end(session, token, room)

    with watch(client, desk) as own, client.websocket_connect(public) as guest:
        assert own.receive_text(timeout=5)
        assert guest.receive_text(timeout=5)
        client.blocking_portal.call(change)
        with pytest.raises(WebSocketDisconnect) as closed:
            own.receive_text(timeout=5)
        assert closed.value.code == 1013, "the browser comes back, and whether it may is asked anew"
        assert services.hub.readers == 1, "who has no account keeps on watching"

    assert refused(client, desk, cookie=cookie)


def test_only_who_holds_a_right_is_told_of_its_end():
    rights, told = Revocations(), []
    mine = rights_of(browser=b"\x01", account_id=1, company_id=7)
    other = rights_of(browser=b"\x02", account_id=2, company_id=None)

    with (
        rights.held(mine, lambda: told.append("mine")),
        rights.held(other, lambda: told.append("other")),
    ):
        rights.end({"fair:1", "position:7", "browser:03", "account:3", "company:8"})
        assert (told, rights.ended) == ([], 3)
        for one in mine:
            rights.end({one})
        assert told == ["mine"] * 3
        rights.end_all()
        assert sorted(set(told)) == ["mine", "other"]
    before = list(told)
    rights.end(mine + other)
    rights.end_all()

    assert told == before
    assert rights._held == set()


@on_both
def test_a_desk_socket_ends_when_its_sign_in_runs_out(act, app, clock, sign_in, monkeypatch):
    # Guards the look at the sign-in between heartbeats: nothing marks that a sign-in has run out.
    monkeypatch.setattr(sockets, "HEARTBEAT_EVERY", 0.02)
    room = act(furnish)
    desk, public = f"/ws{room.desk}", "/ws/publik/asahan-uji"
    with TestClient(app, base_url=ADDRESS_OF_SITE) as client:
        client.follow_redirects = False
        sign_in(client, REVIEWER)
        with watch(client, desk) as own, client.websocket_connect(public) as guest:
            assert own.receive_text(timeout=5) != sockets.HEARTBEAT
            for _ in range(2 * sockets.SIGN_IN_EVERY):
                assert own.receive_text(timeout=5) == sockets.HEARTBEAT
            clock.move_to(clock.now() + IDLE[Role.REVIEWER] + timedelta(seconds=1))
            with pytest.raises(WebSocketDisconnect) as closed:
                frames_of(own, 10 * sockets.SIGN_IN_EVERY)
            assert closed.value.code == 1013
            frames_of(guest, 2 * sockets.SIGN_IN_EVERY)

        cookie = f"__Host-sesi={client.cookies['__Host-sesi']}"
        assert refused(client, desk, cookie=cookie)


def frames_of(socket, count):
    return [socket.receive_text(timeout=5) for _ in range(count)]
