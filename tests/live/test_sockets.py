"""What goes over the wire: the page part itself, true for the ledger sequence it carries."""

import contextlib
import re
import time
from functools import partial

import pytest
from litestar.exceptions import WebSocketDisconnect

from jobfair.live import feed as feeds
from jobfair.people.rules import Role
from jobfair.web.http.limits import SOCKETS_PER_SESSION
from tests.builders import make_account, on_both, stage
from tests.doors import apply
from tests.recount import rows_of
from tests.web.rooms import watch

LIVE, FRESH = "/ws/publik/asahan-uji", "/asahan-uji/angka"
SUBMITS = 200


def read(frame: str) -> tuple[int, int, int]:
    """Return the sequence, the applicants and the applications a frame shows."""
    shown = [
        re.search(pattern, frame)
        for pattern in (r'data-seq="(\d+)"', r'"n-pelamar">([\d.]+)<', r'"n-lamaran">([\d.]+)<')
    ]
    assert all(shown), frame
    seq, people, sent = (int(found[1].replace(".", "")) for found in shown)
    return seq, people, sent


@on_both
def test_the_frame_on_arrival_is_the_part_fetched_fresh(client, act):
    act(stage)

    with client.websocket_connect(LIVE) as socket:
        assert socket.receive_text(timeout=5) == client.get(FRESH).text


@on_both
def test_every_number_on_the_wire_is_true_for_the_sequence_it_carries(
    client, act, services, monkeypatch
):
    # Guards P7: figures and sequence are read in one snapshot, after the commit, by one query
    # module; nothing is counted for the socket.
    monkeypatch.setattr(feeds, "SHORTEST_TICK", 0.005)
    made = act(stage, positions=10, applicants=20)
    pairs = [(who, what) for what in range(10) for who in range(20)]
    frames = []
    with client.websocket_connect(LIVE) as socket:
        sending = [
            client.blocking_portal.start_task_soon(partial(apply, services.door, made, who, what))
            for who, what in pairs
        ]
        while not frames or read(frames[-1])[0] < SUBMITS:
            frames.append(socket.receive_text(timeout=10))
        assert frames[-1] == client.get(FRESH).text
    receipts = [task.result() for task in sending]

    rows = act(rows_of, made.fair.id)
    people_at = [0]
    seen: set[int] = set()
    for row in rows:
        seen.add(row.applicant_id)
        people_at.append(len(seen))
    shown = [read(frame) for frame in frames]
    assert shown == [(seq, people_at[seq], seq) for seq, _, _ in shown]
    assert [seq for seq, _, _ in shown] == sorted(seq for seq, _, _ in shown)
    assert sorted(receipt.seq for receipt in receipts) == list(range(1, SUBMITS + 1))


def refused(client, address, **headers) -> bool:
    """Tell whether a handshake was refused."""
    try:
        with client.websocket_connect(address, headers=headers) as socket:
            socket.receive_text(timeout=5)
    except WebSocketDisconnect as refusal:
        return refusal.code >= 4000
    return False


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://testserver.local.evil.example", "null", "https://", "//",
     "https://testserver.local:444"],
)  # fmt: skip
def test_a_foreign_page_gets_no_socket(client, act, origin):
    # Guards every_request: browsers send our cookie along with a foreign page's socket.
    act(stage)

    assert refused(client, LIVE, origin=origin)
    assert not refused(client, LIVE, origin="https://testserver.local")
    assert not refused(client, LIVE)


def test_a_session_holds_so_many_sockets_and_no_more(client, act, sign_in, services):
    made = act(stage)
    sign_in(client, made.niks[0])
    with contextlib.ExitStack() as opened:
        for _ in range(SOCKETS_PER_SESSION):
            opened.enter_context(watch(client, LIVE)).receive_text(timeout=5)
        with watch(client, LIVE) as one_too_many, pytest.raises(WebSocketDisconnect) as refusal:
            one_too_many.receive_text(timeout=5)
        assert refusal.value.code == 1008

    assert everybody_has_gone(services)
    with watch(client, LIVE) as socket:
        assert "n-lamaran" in socket.receive_text(timeout=5), "places are given back"


def everybody_has_gone(services) -> bool:
    until = time.monotonic() + 5
    while (services.hub._feeds or services.limits._sockets) and time.monotonic() < until:
        time.sleep(0.01)  # the server hears of it a moment later
    return not services.hub._feeds and not services.limits._sockets


def test_who_has_signed_out_gets_no_desk_socket(client, act, save, sign_in):
    made = act(stage)
    save(
        make_account(
            Role.REVIEWER, name_to_sign_in="peninjau@contoh.id", company_id=made.companies[0].id
        )
    )
    sign_in(client, "peninjau@contoh.id")
    desk = f"/ws/meja/{made.positions[0].id}"
    kept = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
    assert not refused(client, desk, cookie=kept)

    page = client.get(f"/meja/{made.positions[0].id}").text
    token = re.search(r'name="_token" value="([0-9a-f]+)"', page)
    assert token is not None
    assert client.post("/keluar", data={"_token": token[1]}).status_code == 303

    assert refused(client, desk, cookie=kept), "the old cookie still opens the desk"


def test_an_unknown_fair_gets_no_socket(client, act):
    act(stage)

    assert refused(client, "/ws/publik/tidak-ada")
    assert refused(client, "/ws/tidak-ada")
