"""HTTP itself: HEAD, methods, heads and what cannot be read, on a real server where it matters."""

import asyncio
import logging
from functools import partial

import pytest

from jobfair.cli.serve import listen, make_server
from jobfair.people.actions import sign_in as sign_in_account
from jobfair.people.queries import account_by_id
from jobfair.settings import Settings
from jobfair.web.http.authentication import SESSION_COOKIE
from jobfair.web.http.headers import VARY
from jobfair.web.http.protocol import HEAD_LIMIT
from tests.builders import NOW, on_both, stage
from tests.nodes.crowd import doing, until
from tests.web.rooms import ORGANISER, REVIEWER, furnish
from tests.web.test_malformed import routes


@pytest.mark.parametrize(
    "address", ["/", "/asahan-uji", "/asahan-uji/lowongan", "/livez", "/masuk", "/tidak/ada"]
)
def test_head_is_answered_like_get_without_a_body(client, act, address):
    act(stage)
    plain = {"accept-encoding": "identity"}  # a page is compressed from its second request on
    got = client.get(address, headers=plain)

    head = client.head(address, headers=plain)

    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["content-length"] == got.headers["content-length"]


async def told_by(app, method, path, **headers):
    """Give the application one request as a server does; return all it sends."""
    came, sent = [{"type": "http.request", "body": b"", "more_body": False}], []

    async def receive():
        return came.pop() if came else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": b"", "http_version": "1.1", "client": ("10.0.0.1", 1), "root_path": "",
        "scheme": "https", "server": ("testserver.local", 443), "state": {},
        "headers": [(name.encode(), value.encode()) for name, value in
                    ({"host": "testserver.local"} | headers).items()],
    }  # fmt: skip
    await app(scope, receive, send)
    return sent


@pytest.mark.parametrize("who", ["", REVIEWER, ORGANISER])
def test_head_is_a_get_whose_body_is_never_sent(client, app, act, sign_in, who):
    # A server drops the body too, and clients of tests: so look at what the application sends.
    room = act(furnish)
    sign_in(client, who or room.made.niks[0])
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    paths = [path for method, path in routes(app) if method == "GET" and "{" not in path]
    paths += [room.desk, room.control, f"/{room.made.fair.slug}", "/tidak/ada", "/a\x00b"]

    def tell(method, path):
        sent = client.blocking_portal.call(partial(told_by, app, method, path, cookie=cookie))
        body = b"".join(message["body"] for message in sent[1:])
        return sent[0]["status"], dict(sent[0]["headers"]).get(b"content-type"), body

    for path in paths:
        status, kind, body = tell("GET", path)
        assert tell("HEAD", path) == (status, kind, b""), path
        assert body or status == 303, path
    assert len(paths) > 20


@pytest.mark.parametrize(
    ("address", "cache", "vary"),
    [
        ("/livez", "no-cache", VARY),
        ("/bantuan", "no-cache", VARY),
        ("/tidak/ada", "no-cache", VARY),
        ("/masuk", "no-store", VARY),  # it sets the cookie of a guest
        ("/a%00b", "no-cache", VARY),
        ("/static/anyam.css", "public, max-age=31536000, immutable", "Accept-Encoding"),
    ],
)
def test_what_an_answer_says_to_caches_and_browsers(client, act, address, cache, vary):
    act(stage)

    said = client.get(address).headers

    assert (said.get("cache-control"), said.get("vary")) == (cache, vary)
    assert said["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert said["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")


def test_a_method_that_is_not_allowed_is_told_which_ones_are(client):
    answer = client.delete("/livez")

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@on_both
@pytest.mark.parametrize(
    "address",
    ["/a%00b", "/asahan-uji/lowongan/a%00b", "/a%00b/rekap.pdf", "/asahan-uji/lowongan?q=a%00b"],
)
def test_a_null_character_in_an_address_cannot_be_read(client, act, address):
    # Guards against PostgreSQL's refusal, which was told as a crowded moment.
    act(stage)

    assert client.get(address).status_code in (400, 404)


@pytest.fixture
def database_of_web(services):
    """Run ``function(session, ...)`` in a committed transaction of the served database."""

    async def run(function, *given):
        async with services.database.transaction() as session:
            return await function(session, *given)

    return run


async def signed_in(session, account_id):
    account = await account_by_id(session, account_id)
    return await sign_in_account(session, account=account, old_token="", now=NOW)


@pytest.fixture
async def port(app):
    """Serve the application as ``jobfair serve`` does."""
    settings = Settings(host="127.0.0.1", port=0)
    listening = listen(settings)
    server = make_server(app, settings)
    async with doing(server.serve(sockets=[listening])) as serving:
        await until(lambda: server.started)
        yield listening.getsockname()[1]
        server.should_exit = True
        await serving


async def answer_to(port, *parts, pause=0):
    """Send bytes and return everything that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
    except ConnectionError:
        pass
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_head_without_end_is_cut_off(port):
    endless = [b"GET /livez HTTP/1.1\r\nhost: a\r\nx-long: ", *[b"x" * HEAD_LIMIT] * 40]

    assert (await answer_to(port, *endless))[:12] in (b"HTTP/1.1 431", b"")

    whole = b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-long: %b\r\n\r\n"
    assert (await answer_to(port, whole % (b"x" * 8000))).startswith(b"HTTP/1.1 200 OK")


async def test_many_requests_on_one_connection_are_counted_each_for_itself(port):
    # A head counts from its second read on, so each comes in two.
    first, second = b"GET /livez HTTP/1.1\r\nhost: a\r\nx-long: ", b"x" * 8000 + b"\r\n\r\n"
    last = b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2 * HEAD_LIMIT // len(second)):
        writer.write(first)
        await asyncio.sleep(0.02)
        writer.write(second)
        assert (await reader.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200 OK")
    writer.write(last)
    assert (await reader.read()).endswith(b"ok\n")
    writer.close()


async def test_a_body_does_not_count_as_a_head(port, app, database_of_web):
    made = await database_of_web(stage)
    token = await database_of_web(signed_in, made.applicants[0].account_id)
    form = app.state.services.keys.form_token(token)
    start = (
        f'--b\r\nContent-Disposition: form-data; name="_token"\r\n\r\n{form}\r\n'
        '--b\r\nContent-Disposition: form-data; name="berkas"; filename="a.pdf"\r\n\r\n'
    ).encode()
    pieces = [start, *[b"x" * HEAD_LIMIT] * 4, b"\r\n--b--\r\n"]
    head = (
        "POST /profil/cv HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
        f"cookie: {SESSION_COOKIE}={token}\r\ncontent-type: multipart/form-data; boundary=b\r\n"
        f"content-length: {sum(map(len, pieces))}\r\n\r\n"
    )

    answer = await answer_to(port, head.encode(), *pieces, pause=0.05)

    assert answer.startswith(b"HTTP/1.1 422 ")


async def test_a_request_without_exactly_one_host_cannot_be_read(port):
    two = b"GET /livez HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n"
    without = await answer_to(port, b"GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n")
    old = await answer_to(port, b"GET /livez HTTP/1.0\r\n\r\n")

    assert without.startswith(b"HTTP/1.1 400 Bad Request")
    assert (await answer_to(port, two)).startswith(b"HTTP/1.1 400 Bad Request")
    assert old.startswith(b"HTTP/1.1 200 OK")


async def test_a_refused_socket_leaves_no_error_in_the_log(port, caplog):
    logging.getLogger("uvicorn.error").addHandler(caplog.handler)  # it does not propagate
    handshake = (
        b"GET /ws/meja/1 HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
    )

    refused = await answer_to(port, handshake)

    await asyncio.sleep(0.3)
    logging.getLogger("uvicorn.error").removeHandler(caplog.handler)
    assert refused.split()[1] == b"403"
    assert errors_in(caplog) == []


def test_an_upload_that_breaks_off_leaves_no_error_in_the_log(client, app, act, sign_in, caplog):
    made = act(stage)
    sign_in(client, made.niks[0])
    cookie = client.cookies["__Host-sesi"]
    headers = {
        "host": "testserver.local",
        "cookie": f"__Host-sesi={cookie}",
        "content-type": "multipart/form-data; boundary=b",
        "content-length": "900000",
    }
    token = app.state.services.keys.form_token(cookie)
    start = (
        f'--b\r\nContent-Disposition: form-data; name="_token"\r\n\r\n{token}\r\n'
        '--b\r\nContent-Disposition: form-data; name="berkas"; filename="a.pdf"\r\n\r\n'
    )
    said = [
        {"type": "http.request", "body": start.encode() + b"x" * 100_000, "more_body": True},
        {"type": "http.disconnect"},
    ]
    told = []

    async def receive():
        return said.pop(0)

    async def send(message):
        told.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/profil/cv", "raw_path": b"/profil/cv",
        "query_string": b"", "http_version": "1.1", "client": ("10.0.0.1", 1), "root_path": "",
        "scheme": "https", "server": ("testserver.local", 443), "state": {},
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    client.blocking_portal.call(app, scope, receive, send)

    assert said == []
    assert told[0]["status"] == 400
    assert errors_in(caplog) == []


def errors_in(caplog):
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
