"""Kept pages: always true, never somebody's own, cheap to ask for again."""

import asyncio
from datetime import timedelta

import pytest
from litestar.testing import TestClient
from sqlalchemy import update

from jobfair.app import create_app
from jobfair.companies.actions import suspend_company, verify_company
from jobfair.companies.models import Company
from jobfair.db import Database, OperationalError
from jobfair.fairs import actions as fairs
from jobfair.fairs.models import Fair, Office
from jobfair.people.rules import Role
from jobfair.positions.models import Position
from jobfair.settings import Settings
from jobfair.web.http import page_cache as kept_pages
from jobfair.web.http.authentication import GUEST_COOKIE
from jobfair.web.http.dependencies import Services
from tests.builders import CLOSES, NOW, OPENS, make_position, on_both, stage
from tests.conftest import ADDRESS_OF_SITE
from tests.web.pages import change, latch, send, staff, text_of

FAIR = "/asahan-uji"
PARTS = ("", "/angka", "/lowongan", "/perusahaan")
LATER = {"reason": "Banjir.", "now": NOW, "account_id": None}
OFFICE = {"office_id": 1, "company_id": 1, "reason": "Izin dicabut.", "now": NOW, "account_id": 1}


@pytest.fixture
def staged(act):
    return act(stage, companies=2, positions=2)


@pytest.fixture
def paths(staged):
    first, company = staged.positions[0], staged.companies[0]
    own = (f"/lowongan/{first.slug}", f"/perusahaan/{company.slug}")
    return {part: FAIR + part for part in (*PARTS, *own)}


@pytest.fixture
def shelf(app):
    return app.state.page_cache.pages


def mark_of(answer):
    return answer.headers["etag"]


def again(client, path, answer):
    return client.get(path, headers={"If-None-Match": mark_of(answer)})


async def set_all(session, kind, **values):
    """Change rows the way a statement does it, past the objects."""
    await session.execute(update(kind).values(**values))


async def add(session, fair_id):
    session.add(make_position(fair_id=fair_id, company_id=1, title="Tukang Las"))


LOWONGAN, PERUSAHAAN, EVERY = ("", "/lowongan"), ("/perusahaan",), (*PARTS,)
CHANGES = {
    "a pause": (EVERY[:1], fairs.pause_fair, {"fair_id": 1, **LATER}),
    "an end of the pause": (EVERY[:1], fairs.resume_fair,
     {"fair_id": 1, "now": NOW, "account_id": None}),
    "an extension": (EVERY[:2], fairs.extend_fair,
     {"fair_id": 1, "closes_at": CLOSES + timedelta(hours=2), **LATER}),
    "a position more": (("", "/angka", *LOWONGAN, *PERUSAHAAN), add, {"fair_id": 1}),
    "a position's title": (LOWONGAN, change, {"kind": Position, "at": 1, "title": "Perawat"}),
    "titles by a statement": (LOWONGAN, set_all, {"kind": Position, "title": "Bidan"}),
    "a withdrawn position": (("/angka", *LOWONGAN, *PERUSAHAAN), change,
     {"kind": Position, "at": 4, "withdrawn_at": NOW}),
    "a company's name": ((*LOWONGAN, *PERUSAHAAN), change,
     {"kind": Company, "at": 1, "name": "PT Lain"}),
    "names by a statement": (PERUSAHAAN, set_all, {"kind": Company, "name": "PT Sama"}),
    "a suspension": (("", "/angka", *LOWONGAN, *PERUSAHAAN), suspend_company, OFFICE),
    "a verification": (("", "/angka", *LOWONGAN, *PERUSAHAAN), verify_company, OFFICE),
    "a text of the fair": (("",), change,
     {"kind": Fair, "at": 1, "texts": {"selection": "Tes tulis dahulu."}}),
    "a name of the fair": (EVERY[:1], change, {"kind": Fair, "at": 1, "name": "Bursa Kerja"}),
    "an office's address": (("", "/perusahaan"), change,
     {"kind": Office, "at": 1, "address": "Jalan Baru 9"}),
    "an early end": (EVERY[:2], fairs.close_early, {"fair_id": 1, **LATER}),
    "the latch": (EVERY[:2], latch, {"fair_id": 1}),
    "the figures": (EVERY[:1], latch, {"fair_id": 1, "edition": True}),
}  # fmt: skip
BEFORE = {
    "an end of the pause": ("a pause",),
    "a verification": ("a suspension",),
    "the latch": ("an early end",),
    "the figures": ("an early end", "the latch"),
}
"""What must have happened before a change can."""


def make(act, name):
    _, action, facts = CHANGES[name]
    facts = dict(facts)
    act(action, *(facts.pop(key) for key in ("kind", "at") if key in facts), **facts)


@on_both
@pytest.mark.parametrize("name", CHANGES)
def test_what_people_change_is_on_every_page_at_once(client, act, staged, name):
    for earlier in BEFORE.get(name, ()):
        make(act, earlier)
    before = {part: client.get(FAIR + part) for part in CHANGES[name][0]}
    assert {again(client, FAIR + part, old).status_code for part, old in before.items()} == {304}

    make(act, name)

    for part, old in before.items():
        new = again(client, FAIR + part, old)
        assert new.status_code == 200, part
        assert new.text != old.text, part
        assert mark_of(new) != mark_of(old), part


@on_both
def test_an_application_is_counted_at_once_where_it_is_shown(client, staged, paths, sign_in):
    seen = {part: client.get(path) for part, path in paths.items()}
    other = f"{FAIR}/lowongan/{staged.positions[1].slug}"
    beside = client.get(other)
    sign_in(client, staged.niks[0])
    assert send(client, paths[f"/lowongan/{staged.positions[0].slug}"]).status_code == 303
    client.cookies.clear()

    now = {part: again(client, path, seen[part]).status_code for part, path in paths.items()}

    untouched = {"/perusahaan"}
    assert now == {part: 304 if part in untouched else 200 for part in paths}
    assert again(client, other, beside).status_code == 304  # another position's page is as it was
    assert "1 orang untuk 5 posisi" in text_of(
        client.get(paths[f"/lowongan/{staged.positions[0].slug}"]).text
    )
    assert '<dd id="n-lamaran">1</dd>' in client.get(FAIR).text


def test_a_kept_page_is_the_page_made_anew(client, paths, shelf, monkeypatch):
    first = {path: client.get(path) for path in paths.values()}
    made, collect = [], kept_pages._answer

    async def counted(*args):
        made.append(args)
        return await collect(*args)

    monkeypatch.setattr(kept_pages, "_answer", counted)

    kept = {path: client.get(path) for path in paths.values()}
    assert made == []
    shelf.clear()
    fresh = {path: client.get(path) for path in paths.values()}

    assert len(made) == len(paths)
    for path, answer in first.items():
        for other in (kept[path], fresh[path]):
            assert other.content == answer.content
            assert apart_from_encoding(other) == apart_from_encoding(answer)


def apart_from_encoding(answer):
    how = ("content-encoding", "content-length")
    return sorted(pair for pair in answer.headers.multi_items() if pair[0] not in how)


def test_304_says_what_the_page_would_have_said_to_a_proxy(client, paths):
    for path in paths.values():
        page = client.get(path)
        answer = client.get(path, headers={"If-None-Match": f'"other", {mark_of(page)}'})

        assert (answer.status_code, answer.content) == (304, b"")
        for name in ("etag", "vary", "cache-control", "content-security-policy"):
            assert answer.headers[name] == page.headers[name]
        assert page.headers["cache-control"] == ("public, max-age=0, s-maxage=1, must-revalidate")
        assert page.headers["vary"] == (
            "Cookie, HX-Request, HX-Request-Type, Save-Data, Accept-Encoding"
        )


def test_visitors_who_ask_differently_get_different_pages(client, staged):
    asked = {
        "id": {}, "en": {"Cookie": "bahasa=en"}, "other": {"Cookie": "_ga=1; bahasa=en; x=2"},
        "thrifty": {"Save-Data": "on"}, "part": {"HX-Request": "true"},
    }  # fmt: skip
    pages = {name: client.get(f"{FAIR}/lowongan", headers=more) for name, more in asked.items()}

    for name, more in asked.items():
        assert client.get(f"{FAIR}/lowongan", headers=more).text == pages[name].text
        assert again(client, f"{FAIR}/lowongan", pages[name]).status_code == (
            304 if name == "id" else 200
        )
    assert 'lang="en"' in pages["en"].text
    assert pages["other"].text == pages["en"].text
    assert pages["part"].headers["hx-push-url"] == f"{FAIR}/lowongan"
    assert "<html" not in pages["part"].text
    assert "hx-ws:connect" in client.get(FAIR).text
    assert "hx-ws:connect" not in client.get(FAIR, headers={"Save-Data": "on"}).text
    assert "Lowongan Perawat (0)" in client.get(f"{FAIR}/lowongan?q=Perawat").text


@pytest.mark.parametrize("cookie", ["bahasa=xx", 'bahasa="en"', "bahasa=en; bahasa=id", "bahasa="])
def test_page_and_key_read_the_language_in_the_same_way(client, staged, cookie):
    # Guards the pages of others: one that was made in another language than its key says.
    mixed = client.get(FAIR, headers={"Cookie": cookie})
    expected = "en" if "bahasa=en" in cookie else "id"

    assert f'<html lang="{expected}"' in mixed.text
    for language in ("id", "en"):
        page = client.get(FAIR, headers={"Cookie": f"bahasa={language}"})
        assert f'<html lang="{language}"' in page.text
        assert (page.text == mixed.text) == (language == expected)


def test_what_is_somebodys_own_is_never_kept(client, staged, paths, shelf, sign_in):
    sign_in(client, staged.niks[0])
    assert send(client, paths[f"/lowongan/{staged.positions[0].slug}"]).status_code == 303
    for path in paths.values():
        answer = client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    assert "Sudah dilamar" in client.get(paths["/lowongan"]).text
    open_one = client.get(f"{FAIR}/lowongan/{staged.positions[1].slug}")
    assert staged.applicants[0].name in open_one.text
    assert len(shelf) == 0

    client.cookies.clear()
    for path in (*paths.values(), open_one.url.path):
        page = client.get(path).text
        assert "Sudah dilamar" not in page
        assert "x-form-token" not in page
    kept = b"".join(body for _, body in shelf.values())
    assert kept
    assert staged.applicants[0].name.encode() not in kept

    guest = client.get(paths["/lowongan"], headers={"Cookie": f"{GUEST_COOKIE}=abc"})
    assert "etag" not in guest.headers


def test_an_answer_that_sets_a_cookie_is_kept_for_nobody(client, paths, shelf, monkeypatch):
    collect = kept_pages._answer

    async def with_cookie(*given):
        status, headers, body = await collect(*given)
        return status, [*headers, (b"set-cookie", b"a=b")], body

    monkeypatch.setattr(kept_pages, "_answer", with_cookie)

    answer = client.get(paths["/lowongan"])

    assert (answer.status_code, answer.headers["set-cookie"]) == (200, "a=b")
    assert "etag" not in answer.headers
    assert len(shelf) == 0


def test_a_draft_is_kept_for_nobody(client, act, save, sign_in, shelf):
    staged = act(stage, published_at=None)
    save(staff(Role.ORGANISER, "kami@contoh.id", office_id=staged.office.id))
    assert client.get(FAIR).status_code == 404
    sign_in(client, "kami@contoh.id")
    assert client.get(FAIR).status_code == 200
    client.cookies.clear()

    assert client.get(FAIR).status_code == 404
    assert len(shelf) == 0


def test_the_front_page_and_its_mark_last_for_the_second_they_name(client, act, clock, staged):
    front, results = client.get(FAIR), client.get(f"{FAIR}/lowongan")

    clock.move_to(NOW + timedelta(microseconds=999_999))
    assert again(client, FAIR, front).status_code == 304
    assert client.get(FAIR).text == front.text

    clock.move_to(NOW + timedelta(seconds=7))
    later = again(client, FAIR, front)
    assert later.status_code == 200
    assert "Per 10.30.07 WIB" in text_of(later.text)
    assert "5 hari 05.29.53 lagi" in text_of(later.text)
    assert again(client, f"{FAIR}/lowongan", results).status_code == 304

    act(latch, staged.fair.id)
    final = client.get(FAIR)
    clock.move_to(NOW + timedelta(days=300))
    assert again(client, FAIR, final).status_code == 304


@pytest.mark.parametrize("instant", [OPENS, CLOSES])
def test_opening_and_closing_change_every_page_at_the_instant(client, clock, paths, instant):
    clock.move_to(instant - timedelta(microseconds=1))
    before = {path: client.get(path) for path in paths.values()}

    clock.move_to(instant)

    for path, old in before.items():
        assert again(client, path, old).status_code == 200
    assert before[FAIR].text != client.get(FAIR).text


@pytest.fixture
def node(services, web_url, tmp_path):
    """Give another node on the same database."""
    shared = {name: getattr(services, name) for name in ("clock", "door", "hub", "keys", "store")}
    settings = Settings(data=tmp_path, database_url=web_url, base_url=ADDRESS_OF_SITE)
    own = Services(
        database=Database(web_url), base_url=ADDRESS_OF_SITE, proxy="", metrics_token="", **shared
    )
    with TestClient(create_app(own, settings, scheduled=False), base_url=ADDRESS_OF_SITE) as node:
        yield node


@pytest.mark.parametrize("web_kind", ["postgresql"])
def test_another_nodes_change_is_on_this_nodes_pages_at_once(client, act, staged, paths, node):
    for title in ("Perawat", "Bidan", "Perawat"):
        for browser in (client, node):
            for path in paths.values():
                browser.get(path)
        act(change, Position, staged.positions[0].id, title=title)
        pages = {path: client.get(path) for path in paths.values()}

        assert title in pages[paths["/lowongan"]].text
        for path, page in pages.items():
            assert again(node, path, page).status_code == 304


def test_the_page_asked_for_least_lately_makes_room(client, staged, shelf, monkeypatch):
    monkeypatch.setattr(kept_pages, "MOST_PAGES", 3)
    marks = {w: mark_of(client.get(f"{FAIR}/lowongan?q={w}")) for w in ("a", "b", "c")}
    for word in ("a", "d", "d"):
        marks[word] = mark_of(client.get(f"{FAIR}/lowongan?q={word}"))

    assert list(shelf) == [marks[word] for word in ("c", "a", "d")]


def test_a_cached_page_is_compressed_and_one_with_a_token_never(client, staged, sign_in):
    # Guards against BREACH: a page that repeats a search beside a form token stays as it is.
    takes = {"accept-encoding": "gzip, br"}
    address = f"{FAIR}/lowongan?q=Perawat"
    first, cached = client.get(address, headers=takes), client.get(address, headers=takes)
    plain = client.get(address, headers={"accept-encoding": "identity"})

    assert cached.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert first.content == cached.content == plain.content
    assert int(cached.headers["content-length"]) < len(plain.content) / 2
    assert {"Cookie", "Accept-Encoding"} <= set(cached.headers["vary"].split(", "))
    assert first.headers["etag"] == cached.headers["etag"] == plain.headers["etag"]

    sign_in(client, staged.niks[0])
    one = f"{FAIR}/lowongan/{staged.positions[0].slug}"
    for own in (address, one, FAIR, "/profil", "/lamaran-saya", "/masuk"):
        for _ in range(2):
            assert "content-encoding" not in client.get(own, headers=takes).headers
    assert "_token" in client.get(one).text


def test_a_database_out_of_reach_is_said_as_everywhere(client, staged, monkeypatch):
    client.get(FAIR)

    async def fail(*_, **__):
        raise OperationalError("", {}, Exception("gone"))

    monkeypatch.setattr(kept_pages, "fair_version", fail)
    answer = client.get(FAIR)

    assert answer.status_code == 503
    assert "etag" not in answer.headers


def test_kept_pages_are_counted_like_others(client, staged, services):
    page = client.get(FAIR)
    client.get(FAIR)
    again(client, FAIR, page)

    counted = services.requests.counter.collect()[0].samples
    assert [(*sample.labels.values(), sample.value) for sample in counted] == [
        ("public", "2xx", 2),
        ("public", "3xx", 1),
    ]


def test_a_page_made_while_something_changed_is_not_kept_for_what_was_before(
    client, act, staged, shelf, monkeypatch
):
    """The text goes there and back: the page in between must not be shown afterwards."""
    collect = kept_pages._answer

    async def and_meanwhile(*args):
        await asyncio.to_thread(act, change, Fair, staged.fair.id, name="Antara")
        answer = await collect(*args)
        await asyncio.to_thread(act, change, Fair, staged.fair.id, name=staged.fair.name)
        return answer

    monkeypatch.setattr(kept_pages, "_answer", and_meanwhile)
    client.get(FAIR)
    monkeypatch.setattr(kept_pages, "_answer", collect)

    assert f"<title>{staged.fair.name} –" in client.get(FAIR).text
