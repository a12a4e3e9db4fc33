"""Sockets around the router: who is refused, what is kept, and what becomes of a slow one."""

import asyncio
import contextlib
import gc
import socket
import weakref
from types import SimpleNamespace

import pytest

from jobfair.cli import serve
from jobfair.errors import NotFound, Overloaded
from jobfair.live.feed import Hub
from jobfair.people.rules import Role
from jobfair.settings import Settings
from jobfair.web.http import sockets
from jobfair.web.http.dependencies import SignedIn
from jobfair.web.http.limits import Limits
from jobfair.web.http.sockets import WATCH, LiveSockets, Watch, log_unforeseen
from tests.builders import NOW
from tests.nodes.crowd import doing, until

TOPIC = "fair:1"
CLOSED = {"type": "websocket.close", "code": 1013, "reason": ""}
OPEN = {"type": "websocket.accept", "subprotocol": None, "headers": []}


class Browser:
    """One browser and the server's side of its connection, as ASGI sees them."""

    def __init__(self, **more):
        self.scope = {"type": "websocket", "state": {}, "user": None, "client": ["10.0.0.1", 1]}
        self.scope |= more
        self.said = asyncio.Queue()
        self.said.put_nowait({"type": "websocket.connect"})
        self.heard = []
        self.reads = asyncio.Event()
        self.reads.set()

    async def receive(self):
        return await self.said.get()

    async def send(self, message):
        await self.reads.wait()
        self.heard.append(message)

    def leave(self):
        self.said.put_nowait({"type": "websocket.disconnect", "code": 1005})

    @property
    def frames(self):
        return [one["text"] for one in self.heard if one["type"] == "websocket.send"]


class Fair:
    """A number that changes, behind a router that lets everybody watch it."""

    def __init__(self, keys):
        self.number, self.hub = 0, Hub()
        services = SimpleNamespace(hub=self.hub, limits=Limits(None, keys))
        self.limits = services.limits
        self.live = LiveSockets(self.route, services)

    async def render(self):
        return str(self.number)

    async def route(self, scope, receive, send):
        scope[WATCH] = Watch(TOPIC, "numbers", self.render)

    def change(self):
        self.number += 1
        self.hub.announce(frozenset({TOPIC}))

    def come(self, browser):
        return doing(self.live(browser.scope, browser.receive, browser.send))


@pytest.fixture
def fair(keys, monkeypatch):
    monkeypatch.setattr("jobfair.live.feed.SHORTEST_TICK", 0.01)
    return Fair(keys)


async def test_who_watches_gets_the_present_and_every_newest_state(fair):
    browser = Browser()
    async with fair.come(browser) as serving:
        await until(lambda: browser.frames == ["0"])
        fair.change()
        await until(lambda: browser.frames == ["0", "1"])
        browser.leave()
        await serving

    assert browser.heard[0] == OPEN
    assert (fair.hub.readers, fair.limits._sockets) == (0, {})


async def test_a_socket_is_one_task_and_keeps_nothing_of_the_router(fair):
    # Guards the memory of 10,000 sockets: the router's layers are gone before the first frame.
    class Layer:
        """What a framework makes for a connection."""

    made = []

    async def route(scope, receive, send):
        layer = scope["state"]["layer"] = Layer()

        async def render():
            return await fair.render()

        scope[WATCH] = Watch(TOPIC, "numbers", render)
        made.extend((weakref.ref(layer), weakref.ref(render)))

    first, browser = Browser(), Browser()
    async with fair.come(first):
        await until(lambda: first.frames == ["0"])
        before = len(asyncio.all_tasks())
        fair.live = LiveSockets(route, SimpleNamespace(hub=fair.hub, limits=fair.limits))
        async with fair.come(browser):
            await until(lambda: browser.frames == ["0"])
            await asyncio.sleep(0)
            gc.collect()

            assert [one() for one in made] == [None, None]
            assert len(asyncio.all_tasks()) - before == 1


async def test_only_the_newest_waits_while_one_is_on_its_way(fair):
    browser, other = Browser(), Browser()
    async with fair.come(browser), fair.come(other):
        await until(lambda: browser.frames == other.frames == ["0"])
        browser.reads.clear()
        for seen in ("1", "2", "3"):
            fair.change()
            await until(lambda seen=seen: other.frames[-1] == seen)
        browser.reads.set()
        await until(lambda: browser.frames[-1] == "3")

    assert browser.frames == ["0", "1", "3"]


async def test_two_frames_at_once_make_nobody_slow(fair):
    # A reader that joins while the newest frame is handed out is given two in one breath.
    let_go = []
    browser = Browser()
    watcher = sockets.SocketWriter(browser.send, lambda: let_go.append(True))
    watcher.put("1")
    watcher.put("2")
    await until(lambda: browser.frames == ["2"])

    assert let_go == []


async def test_a_reader_that_takes_nothing_is_let_go_and_the_others_do_not_notice(
    fair, monkeypatch
):
    monkeypatch.setattr(sockets, "SEND_WITHIN", 0.05)
    monkeypatch.setattr(sockets, "CLOSE_WITHIN", 0.05)
    dead, other = Browser(), Browser()
    async with fair.come(dead) as serving, fair.come(other):
        await until(lambda: dead.frames == other.frames == ["0"])
        dead.reads.clear()
        while not serving.done():
            fair.change()
            await until(lambda: other.frames[-1] == str(fair.number))
        await serving

        assert serving.cancelling() == 0, "it ended by itself"
        assert fair.hub.readers == 1
        assert fair.limits._sockets == {"address:10.0.0.1": 1}
        assert dead.frames == ["0"]


async def test_a_reader_that_reads_again_in_time_hears_1013(fair, monkeypatch):
    monkeypatch.setattr(sockets, "SEND_WITHIN", 0.02)
    slow, other = Browser(), Browser()
    async with fair.come(slow) as serving, fair.come(other):
        await until(lambda: slow.frames == other.frames == ["0"])
        slow.reads.clear()
        while fair.hub.readers == 2:
            fair.change()
            await until(lambda: other.frames[-1] == str(fair.number))
        slow.reads.set()
        await serving

    assert slow.heard[-1] == {"type": "websocket.close", "code": 1013, "reason": ""}


async def test_a_part_that_cannot_be_rendered_closes_with_1013(fair, monkeypatch, caplog):
    # Browsers come back after 1013, and stay away for good after the framework's own 4500.
    async def fail():
        raise ZeroDivisionError

    fair.render = fail
    browser = Browser()
    await fair.live(browser.scope, browser.receive, browser.send)

    assert [browser.heard[0], browser.heard[-1]["code"]] == [OPEN, 1013]
    assert "could not be rendered" in caplog.text
    assert (fair.hub.readers, fair.limits._sockets) == (0, {})


async def test_a_server_that_stops_is_not_mistaken_for_a_slow_reader(fair):
    browser = Browser()
    async with fair.come(browser) as serving:
        await until(lambda: browser.frames == ["0"])
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving

    assert serving.cancelled()
    assert (fair.hub.readers, fair.limits._sockets) == (0, {})


async def test_who_may_not_watch_gets_what_the_router_answers(fair):
    closed = {"type": "websocket.close", "code": 4500, "reason": ""}

    async def route(scope, receive, send):
        await send(closed)

    live = LiveSockets(route, SimpleNamespace(hub=fair.hub, limits=fair.limits))
    browser = Browser()
    await live(browser.scope, browser.receive, browser.send)

    assert browser.heard == [closed]
    assert (fair.hub.readers, fair.limits._sockets) == (0, {})


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (NotFound(), []),
        (Overloaded(5), []),
        (ZeroDivisionError(), ["unforeseen ZeroDivisionError"]),
    ],
)
async def test_a_fault_of_a_handler_of_sockets_is_logged(error, logged, caplog):
    await log_unforeseen(error, {"type": "websocket"})
    await log_unforeseen(error, {"type": "http"})

    assert caplog.messages == logged


async def test_the_kernel_ends_a_connection_whose_browser_reads_nothing(monkeypatch):
    # Guards TCP_USER_TIMEOUT: who was let go while the buffers were full would stay for ever.
    monkeypatch.setattr(serve, "SEND_TIMEOUT", 1)
    gone = asyncio.get_running_loop().create_future()

    class Server(asyncio.Protocol):
        def connection_made(self, transport):
            transport.write(b"x" * 30_000_000)
            transport.close()

        def connection_lost(self, error):
            gone.set_result(error)

    listening = serve.listen(Settings(host="127.0.0.1", port=0))
    serving = await asyncio.get_running_loop().create_server(Server, sock=listening)
    with socket.create_connection(listening.getsockname()):
        async with asyncio.timeout(20):
            assert isinstance(await gone, TimeoutError)
    serving.close()


async def test_a_right_that_ends_during_the_handshake_is_noticed(fair):
    # Guards the count of rights: who was recognised before that end is registered only after it.
    signed_in = SignedIn(NOW, NOW, 1, Role.REVIEWER, "", office_id=None, company_id=7)
    late = Browser(user=signed_in, session_token="x")
    in_time = Browser(user=signed_in, session_token="y")

    async def route(scope, receive, send):
        scope[WATCH] = Watch(TOPIC, "numbers", fair.render)
        if scope is late.scope:
            fair.hub.announce(frozenset({"company:7"}))

    fair.live = LiveSockets(route, SimpleNamespace(hub=fair.hub, limits=fair.limits))
    async with fair.come(in_time):
        await until(lambda: in_time.frames == ["0"])
        async with fair.come(late):
            await until(lambda: late.heard[-1:] == [CLOSED])
        await until(lambda: in_time.heard[-1]["type"] == "websocket.close")

    assert late.heard == [OPEN, CLOSED]
    assert (fair.hub.readers, fair.limits._sockets) == (0, {})


async def test_after_a_gap_everybody_who_is_signed_in_is_asked_anew(fair):
    user = SignedIn(NOW, NOW, 1, Role.APPLICANT, "", office_id=None, company_id=None)
    guest, known = Browser(), Browser(user=user, session_token="x")
    async with fair.come(guest), fair.come(known):
        await until(lambda: guest.frames == known.frames == ["0"])
        fair.hub.resync()
        await until(lambda: known.heard[-1]["type"] == "websocket.close")

    assert known.heard[-1]["code"] == 1013
    assert {one["type"] for one in guest.heard} == {"websocket.accept", "websocket.send"}


async def test_an_idle_socket_gets_heartbeats_and_keeps_its_newest_state(fair, monkeypatch):
    # Guards the contract with the page's script: no frame for long means a dead connection.
    monkeypatch.setattr(sockets, "HEARTBEAT_EVERY", 0.01)
    browser = Browser()
    async with fair.come(browser) as serving:
        await until(lambda: browser.frames[:4] == ["0", *["<!--hb-->"] * 3])
        fair.change()
        await until(lambda: "1" in browser.frames)
        browser.leave()
        await serving
        told = len(browser.heard)
        await asyncio.sleep(0.05)

    assert set(browser.frames) == {"0", "1", "<!--hb-->"}
    assert len(browser.heard) == told, "a heartbeat goes to a socket that has left"


async def test_a_heartbeat_finds_a_socket_that_takes_nothing(fair, monkeypatch):
    # Guards the end of a socket that is stuck while nothing changes.
    monkeypatch.setattr(sockets, "HEARTBEAT_EVERY", 0.01)
    monkeypatch.setattr(sockets, "SEND_WITHIN", 0.05)
    monkeypatch.setattr(sockets, "CLOSE_WITHIN", 0.05)
    browser = Browser()
    async with fair.come(browser) as serving:
        await until(lambda: browser.frames[:1] == ["0"])
        browser.reads.clear()
        async with asyncio.timeout(5):
            await serving

    assert (fair.hub.readers, fair.limits._sockets) == (0, {})
