"""HTTP itself: HEAD, methods, heads and what cannot be read, on a real server where it matters."""

import asyncio
import logging

import pytest

from jobfair.cli.serve import listen, make_server
from jobfair.settings import Settings
from jobfair.web.http.protocol import HEAD_LIMIT
from tests.builders import on_both, stage
from tests.nodes.crowd import doing, until


@pytest.mark.parametrize(
    "address", ["/", "/asahan-uji", "/asahan-uji/lowongan", "/livez", "/masuk", "/tidak/ada"]
)
def test_head_is_answered_like_get_without_a_body(client, act, address):
    act(stage)
    got = client.get(address)

    head = client.head(address)

    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["content-length"] == got.headers["content-length"]


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


async def answer_to(port, *parts):
    """Send bytes and return everything that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
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
    one = b"GET /livez HTTP/1.1\r\nhost: a\r\nx-long: %b\r\n\r\n" % (b"x" * 8000)
    last = b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(20):
        writer.write(one)
        assert (await reader.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200 OK")
    writer.write(last)
    assert (await reader.read()).endswith(b"ok\n")
    writer.close()


async def test_a_request_without_a_host_cannot_be_read(port):
    without = await answer_to(port, b"GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n")
    old = await answer_to(port, b"GET /livez HTTP/1.0\r\n\r\n")

    assert without.startswith(b"HTTP/1.1 400 Bad Request")
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
