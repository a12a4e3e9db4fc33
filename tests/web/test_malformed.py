"""Whatever is sent: never a 5xx, and the secure headers on every answer."""

import random
import re
from urllib.parse import urlencode

import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.routes import HTTPRoute, WebSocketRoute

from jobfair.people.models import Account
from jobfair.people.rules import Role
from jobfair.web.http.headers import HEADERS
from tests.builders import on_both
from tests.forms import form_on
from tests.web.rooms import ORGANISER, REVIEWER, furnish
from tests.web.test_applicant_accounts import register

CASES, HALF = 240, 0.5
ODD = [
    "%00", "a%00b", "%0a", "%0d%0aX:1", "%7f", "%ff", "%ed%a0%80", "%f0%9f%98%80", "..%2f..",
    "%2e%2e", "-1", "0", "99999999999999999999", "1e9", "٣", "%EF%BC%91", "a" * 3000, "'", "%25",
    "%3Cb%3E", "null", "%5c", ";", "%u0000", "+",
]  # fmt: skip
HEADERS_SENT = [
    {}, {"Host": "a:b"}, {"Host": "1:99999"}, {"Host": ""}, {"Host": "[::1"}, {"Host": "x y"},
    {"Origin": "http://["}, {"Origin": "null"}, {"Origin": "x"}, {"Origin": ""},
    {"Cookie": "__Host-sesi=\xff; bahasa=\x01"}, {"Cookie": '=;;=";'}, {"If-None-Match": "\xff"},
    {"Content-Length": "-1"}, {"Range": "bytes=9-1"}, {"HX-Request": "true"}, {"Accept": "\xff/*"},
    {"Content-Type": "\xff"}, {"Content-Type": "multipart/form-data"}, {"If-Modified-Since": "x"},
    {"Sec-Fetch-Site": "\xff"}, {"x-form-token": "\xff"},
]  # fmt: skip
BOUNDARY = "batas"
CHARSETS = ["nope", "unicode_escape", "utf-16", "hex", "idna", "undefined", "utf-8", "\xff", "a;b"]


def part(name, value, *, charset="", filename=""):
    file = f'; filename="{filename}"' if filename else ""
    kind = f"Content-Type: text/plain; charset={charset}\r\n" if charset else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n{kind}\r\n'
    return head.encode("latin-1") + value + b"\r\n"


def multipart(*parts):
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


AS_FIELDS = "application/x-www-form-urlencoded"
AS_PARTS = f"multipart/form-data; boundary={BOUNDARY}"


def bodies(rng, token):
    """Return content type and body of a form, odd in one way."""
    yes = part("_token", token.encode())
    odd = part("name", rng.choice([b"\\ud800", b"\xff\xfe", b"\x00", b"a"]),
               charset=rng.choice(CHARSETS))  # fmt: skip
    return rng.choice(
        [
            (AS_PARTS, multipart(yes, odd)),
            (AS_PARTS, multipart(odd, yes)),
            (AS_PARTS, yes + odd),
            (AS_PARTS, b""),
            (AS_PARTS, multipart(yes, part("name", b"x", filename="\xff.pdf"))),
            ("multipart/form-data; boundary=", multipart(yes)),
            ("multipart/form-data; boundary=\xff", multipart(yes)),
            ("application/x-www-form-urlencoded; charset=nope", b"_token=" + token.encode()),
            ("application/x-www-form-urlencoded", b"_token=%00&name=%ed%a0%80&=&&&"),
            ("application/x-www-form-urlencoded", b"\xff=\xff&_token=" + token.encode()),
            ("application/x-www-form-urlencoded", b"a=b&" * 2000),
            ("application/json", b"[" * 5000),
            ("text/plain", b"\xff"),
        ]
    )


def routes(app):
    """Return every address of the application with its methods, parameters as ``{}``."""
    found = []
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            path = re.sub(r"\{[^}]*\}", "{}", route.path_format)
            found += [(method, path) for method in route.methods - {"OPTIONS"}]
    return sorted(set(found))


def addresses(rng, path, known):
    """Return the address with each parameter odd or real, and an odd query."""
    while "{}" in path:
        path = path.replace("{}", rng.choice([rng.choice(ODD), *known]), 1)
    query = rng.choice(["", "", f"?{rng.choice('qkx')}={rng.choice(ODD)}", f"?{rng.choice(ODD)}"])
    return path + query


def ask(client, method, address, **more):
    more["headers"] = {k: v.encode("latin-1") for k, v in more.get("headers", {}).items()}
    return client.request(method, address, **more)


@on_both
@pytest.mark.parametrize("who", ["", ORGANISER, REVIEWER])
def test_nothing_answers_5xx_and_everything_has_the_secure_headers(client, app, act, sign_in, who):
    room = act(furnish)
    if who:
        sign_in(client, who)
    page = client.get("/masuk?ke=/") if not who else client.get("/bantuan")
    token = form_on(page.text)["_token"]
    rng = random.Random(f"malformed {who}")
    known = [room.made.fair.slug, str(room.made.positions[0].id), room.made.positions[0].slug]
    every = [one for one in routes(app) if "stream" not in one[1]]
    cookies = dict(client.cookies)
    wrong = []
    for number in range(CASES):
        method, path = every[number % len(every)]
        address = addresses(rng, path, known)
        sent = {"headers": dict(rng.choice(HEADERS_SENT) if rng.random() < HALF else {})}
        if method not in ("GET", "HEAD", "OPTIONS"):
            kind, sent["content"] = bodies(rng, token)
            sent["headers"].setdefault("Content-Type", kind)
        answer = ask(client, method, address, **sent)
        client.cookies = cookies
        allowed = answer.status_code < 500
        if not allowed or any(name.lower() not in answer.headers for name in HEADERS):
            wrong.append((method, address[:100], sent, answer.status_code))

    assert wrong == []
    assert len(every) > 60


@pytest.mark.parametrize("charset", [one for one in CHARSETS if one.isascii()])
def test_the_charset_of_a_form_is_ignored(client, act, charset):
    act(furnish)
    token = form_on(client.get("/masuk").text)["_token"]
    body = urlencode({"_token": token, "name": "\\ud800\\u0000", "password": "salah-sekali"})

    answer = client.post(
        "/masuk", content=body, headers={"Content-Type": f"{AS_FIELDS}; charset={charset}"}
    )

    assert answer.status_code == 422
    assert 'value="\\ud800\\u0000"' in answer.text


@pytest.mark.parametrize("charset", [one for one in CHARSETS if one.isascii()])
def test_a_form_in_parts_has_no_fields_where_no_file_is_asked_for(client, act, charset):
    act(furnish)
    token = form_on(client.get("/masuk").text)["_token"]
    body = multipart(
        part("_token", token.encode(), charset=charset), part("name", b"\\ud800", charset=charset)
    )

    answer = client.post("/masuk", content=body, headers={"Content-Type": AS_PARTS})

    assert answer.status_code == 403
    assert "ud800" not in answer.text


@on_both
@pytest.mark.parametrize("typed", ["Siti\x00Rahma", "Siti\ud800Rahma"])
def test_what_no_database_holds_never_gets_in(client, act, typed):
    act(furnish)
    page = client.get("/daftar")
    fields = form_on(page.text, action="/daftar")
    before = client.cookies.get("__Host-sesi")
    body = urlencode(fields | {"phone": typed}, errors="surrogatepass")

    answer = client.post("/daftar", content=body, headers={"Content-Type": AS_FIELDS})

    assert answer.status_code == 422
    assert "Siti\ufffd" in answer.text
    assert "\x00" not in answer.text
    assert client.cookies.get("__Host-sesi") == before


@pytest.mark.parametrize("host", ["a:b", "1:99999", "[::1", "x y", "x/y", "x\\y"])
def test_a_broken_host_is_refused_with_our_headers(client, host):
    answer = client.get("/", headers={"Host": host})

    assert answer.status_code == 400
    assert "Permintaan ini tidak dapat dibaca." in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_a_socket_with_a_broken_host_is_closed_before_it_opens(client, act):
    slug = act(furnish).made.fair.slug
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(f"/ws/publik/{slug}", headers={"Host": "a:b"}),
    ):
        pass

    assert (refused.value.code, refused.value.detail) == (4500, "Bad Request")


@pytest.mark.parametrize("code", ["00", "01", "09", "0a", "0d", "1f", "7f"])
def test_a_control_character_in_a_path_is_refused(client, code):
    answer = client.get(f"/a%{code}b")

    assert answer.status_code == 400
    assert "Permintaan ini tidak dapat dibaca." in answer.text


@pytest.mark.parametrize("path", ["/a%00b", "/static/%00", "/a%00b/rekap.pdf", "/?q=%00"])
@on_both
def test_a_nul_in_an_address_is_refused(client, path):
    answer = client.get(path)

    assert answer.status_code == 400
    assert "Permintaan ini tidak dapat dibaca." in answer.text


@pytest.mark.parametrize("origin", ["http://[", "http://a b", "x", "http://"])
def test_a_broken_origin_opens_nothing(client, app, act, origin):
    room = act(furnish)
    token = form_on(client.get("/masuk").text)["_token"]
    sockets = [route.path for route in app.routes if isinstance(route, WebSocketRoute)]

    form = client.post("/masuk", data={"_token": token}, headers={"Origin": origin})

    assert form.status_code == 403
    assert len(sockets) >= 3
    for path in sockets:
        address = re.sub(r"\{[^}]*\}", room.made.fair.slug, path)
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            client.websocket_connect(address, headers={"Origin": origin}),
        ):
            pass
        assert refused.value.detail in ("foreign origin", "Not Found")


def test_the_refusal_speaks_the_language_of_the_browser(client):
    client.cookies.set("bahasa", "en")

    assert "could not read" in client.get("/a%00b").text


async def count_accounts(session, role):
    from sqlalchemy import func, select  # noqa: PLC0415

    return await session.scalar(select(func.count()).where(Account.role == role))


def test_registering_by_parts_works(client, act):
    act(furnish)
    before = act(count_accounts, Role.APPLICANT)

    assert register(client).status_code == 303
    assert act(count_accounts, Role.APPLICANT) == before + 1
