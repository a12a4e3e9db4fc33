"""The applicant's CV page: what is kept, what is refused and how, and for whom it is."""

import asyncio
import re
from types import SimpleNamespace

import pytest
from multipart import PushMultipartParser
from sqlalchemy import select

from jobfair.cvs.rules import MOST_BYTES
from jobfair.documents.models import StoredDocument
from jobfair.errors import TemporarilyUnavailable
from jobfair.jobs.schedule import SCHEDULE
from jobfair.people.rules import Role
from jobfair.store import StoreUnavailable
from jobfair.web.http import uploads
from jobfair.web.http.guards import READS_ITSELF
from jobfair.web.pages.applicant import cv as pages
from tests.builders import make_account, on_both, stage
from tests.documents import files
from tests.forms import form_on
from tests.web.pages import text_of
from tests.web.rooms import ORGANISER

PAGE = "/profil/cv"
PDF = files.plain_pdf()


@pytest.fixture
def staged(act):
    return act(stage, applicants=2)


@pytest.fixture
def own(client, staged, sign_in):
    sign_in(client, staged.niks[0])
    return client


def form_of(client, page=PAGE):
    return {"_token": "", "ke": ""} | form_on(client.get(page).text, action=PAGE)


def upload(client, data=PDF, *, page=PAGE, name="cv.pdf", **typed):
    fields = {key: (None, value) for key, value in (form_of(client, page) | typed).items()}
    fields.pop("cv", None)
    return client.post(PAGE, files=fields | {"cv": (name, data, "application/pdf")})


async def rows(session):
    return (await session.scalars(select(StoredDocument).order_by(StoredDocument.id))).all()


def stored(services):
    folder = services.store.folder
    return sorted(folder.iterdir()) if folder.exists() else []


@on_both
def test_an_uploaded_cv_is_shown_saved_replaced_and_comes_back_byte_for_byte(
    client, staged, sign_in
):
    sign_in(client, staged.niks[0])
    assert "Belum ada CV di profil Anda." in client.get(PAGE).text

    answer = upload(client)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?tersimpan=1")
    page = client.get(answer.headers["location"]).text
    assert "CV tersimpan dan ikut pada lamaran berikutnya." in page
    assert "CV (PDF, 1 KB)" in page
    assert "PDF, 1 KB" in text_of(client.get("/profil").text)

    copy = client.get(f"{PAGE}/berkas")
    assert (copy.status_code, copy.content) == (200, PDF)
    photo = files.photo()
    assert upload(client, photo, name="x.exe").status_code == 303
    assert "CV (JPG, " in client.get(PAGE).text
    copy = client.get(f"{PAGE}/berkas")
    assert copy.headers["content-type"] == "image/jpeg"
    assert files.pixels(copy.content) == files.pixels(photo)


def test_a_copy_is_a_file_that_can_do_nothing(own, staged):
    upload(own)
    headers = own.get(f"{PAGE}/berkas").headers

    assert headers["content-disposition"].startswith(
        f'attachment; filename="CV {staged.applicants[0].name}.pdf"; '
    )
    assert headers["content-type"] == "application/pdf"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in own.get(PAGE).headers["content-security-policy"]


def test_people_go_back_to_where_the_cv_was_wanted(own, staged):
    page = f"/asahan-uji/lowongan/{staged.positions[0].slug}"
    card = own.get(page).text
    assert "Belum ada" in card
    fields = form_on(card, action="/lamar") | {"simpan": "cv"}

    answer = upload(own, page=own.post(f"{page}/lamar", data=fields).headers["location"])

    assert (
        f'<a href="{page}?dari=cv#lamar">Lanjutkan</a>' in own.get(answer.headers["location"]).text
    )
    assert "Ikut dikirim" in own.get(page).text
    for elsewhere in ("//contoh.id", "https://contoh.id", "/\\contoh.id"):
        answer = upload(own, ke=elsewhere)
        assert answer.headers["location"] == f"{PAGE}?tersimpan=1"


REFUSED = [
    (b"", "Berkas ini kosong."),
    (b"PK\x03\x04 word", "Berkas ini tampaknya Word atau ZIP."),
    (b"<html>", "Berkas ini bukan PDF, JPG, atau PNG."),
    (b"%PDF-1.7\nseparuh", "PDF ini rusak atau terpotong"),
    (files.pdf_of(files.script), "PDF ini memuat program"),
    (files.locked_pdf(), "PDF ini memakai kata sandi."),
    (PDF + b" " * MOST_BYTES, "Berkas ini terlalu besar: 2049 KB"),
    (PDF + b" " * 5 * MOST_BYTES, "Berkas ini terlalu besar: 10241 KB"),
]


def test_what_is_not_taken_is_told_beside_the_field_and_the_old_cv_stays(own, act, services):
    upload(own)
    before = stored(services)

    for data, sentence in REFUSED:
        answer = upload(own, data, page=f"{PAGE}?ke=/bantuan")
        assert answer.status_code == 422, sentence
        assert answer.text.count(sentence) == 2, "in the summary and beside the field"
        assert 'name="ke" value="/bantuan"' in answer.text
        assert "CV (PDF, 1 KB)" in answer.text

    assert stored(services) == before
    assert len(act(rows)) == 1


def test_the_page_speaks_english_too(own):
    own.cookies.set("bahasa", "en")
    assert "This file is empty." in upload(own, b"").text
    assert "Who sees your CV" in own.get(PAGE).text


def test_a_form_without_a_file_is_an_empty_one(own):
    answer = own.post(PAGE, files={"_token": (None, form_of(own)["_token"])})

    assert answer.status_code == 422
    assert "Berkas ini kosong." in answer.text


def test_what_is_far_too_large_is_not_read_to_its_end(own, services):
    answer = upload(own, b"%PDF-" + bytes(12 * 1024 * 1024))

    assert answer.status_code == 413
    assert "Berkas ini terlalu besar: 1228" in answer.text
    assert stored(services) == []


def test_of_a_file_over_the_limit_only_its_size_is_kept(monkeypatch):
    monkeypatch.setattr(uploads, "check_token", lambda *_: None)
    reader, piece, held = uploads._Reader(None, file="cv", most=1000), bytes(64 * 1024), 0
    head = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n'
    form = [head % b"_token", b"\r\n", head % b"cv", *[piece] * 100, b"\r\n--x--\r\n"]

    with PushMultipartParser("x") as parser:
        for chunk in form:
            for part in parser.parse(chunk):
                reader.take(part)
                held = max(held, len(reader._kept))

    assert reader.done() == uploads.Upload({"_token": ""}, None, 100 * len(piece))
    assert held < 3 * len(piece)


def test_an_upload_that_broke_off_is_told_and_leaves_nothing(own, act, services):
    token = form_of(own)["_token"]
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % part
        for part in ((b"_token", b"", token.encode()), (b"cv", b'; filename="a"', PDF))
    )
    whole = body + b"--x--\r\n"
    kind = {"content-type": "multipart/form-data; boundary=x"}

    for missing in (1, 40, 200, 700):
        answer = own.post(PAGE, content=whole[: len(whole) - 2 - missing], headers=kind)
        assert answer.status_code == 400
        assert "Unggahan terputus sebelum selesai." in answer.text
        assert (act(rows), stored(services)) == ([], [])

    assert own.post(PAGE, content=whole, headers=kind).status_code == 303


def test_a_file_is_not_read_before_the_token_of_our_own_form(own, services, act):
    token = form_of(own)["_token"]
    file = {"cv": ("a", PDF)}
    for sent in (
        file,
        file | {"_token": (None, token)},
        {"_token": (None, "salah")} | file,
        {"_token": (None, "")} | file,
    ):
        answer = own.post(PAGE, files=sent)
        assert answer.status_code == 403
        assert "Halaman Anda terbuka terlalu lama." in answer.text
    assert (act(rows), stored(services)) == ([], [])
    assert own.post(PAGE, files={"_token": (None, token)} | file).status_code == 303


def test_another_sites_page_cannot_upload(own, services):
    token = form_of(own)["_token"]
    sent = {"_token": (None, token), "cv": ("a", PDF)}

    answer = own.post(PAGE, files=sent, headers={"origin": "https://jahat.contoh"})

    assert (answer.status_code, stored(services)) == (403, [])


def test_a_form_of_another_kind_is_refused(own):
    token = form_of(own)["_token"]
    assert own.post(PAGE, data={"_token": token, "cv": "x"}).status_code == 403


def test_only_the_upload_looks_at_its_own_token(app):
    """A second handler with this mark must prove, as above, that it does."""
    marked = {
        path
        for route in app.routes
        for path in [route.path]
        for handler in getattr(route, "route_handlers", [])
        if handler.opt.get(READS_ITSELF)
    }
    assert marked == {PAGE}


# --- not for everybody


def test_guests_and_staff_have_no_cv(client, staged, save, sign_in, services):
    save(make_account(Role.ORGANISER, name_to_sign_in=ORGANISER, office_id=staged.office.id))
    addresses = [PAGE, f"{PAGE}/berkas", f"{PAGE}/hapus"]
    for address in addresses:
        answer = client.get(address)
        assert answer.headers["location"] == f"/masuk?ke={address}"
    assert client.post(PAGE, files={"cv": ("a", PDF)}).headers["location"] == "/masuk"
    sign_in(client, ORGANISER)
    for address in addresses:
        assert client.get(address).status_code == 404
    assert client.post(PAGE, files={"cv": ("a", PDF)}).status_code == 404
    assert stored(services) == []


def test_everybody_sees_the_own_cv_alone(client, staged, sign_in):
    sign_in(client, staged.niks[0])
    upload(client)
    assert client.get(f"{PAGE}/berkas").content == PDF
    client.cookies.clear()
    sign_in(client, staged.niks[1])

    answer = client.get(f"{PAGE}/berkas")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Belum ada CV di profil Anda." in client.get(PAGE).text


# --- removing


def test_a_cv_is_removed_after_a_question_and_twice_is_once(own, act, services):
    upload(own)
    question = own.get(f"{PAGE}/hapus").text
    assert "tidak dapat membukanya lagi" in question
    assert "CV (PDF" in own.get(PAGE).text, "asking changes nothing"
    fields = form_on(question, action=f"{PAGE}/hapus")

    for _ in range(2):
        answer = own.post(f"{PAGE}/hapus", data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, PAGE)

    assert own.get(f"{PAGE}/berkas").status_code == 404
    assert "Belum ada CV di profil Anda." in own.get(f"{PAGE}/hapus").text
    assert [row.removed_at is not None for row in act(rows)] == [True]


def test_removing_needs_the_form_of_the_page(own):
    upload(own)
    assert own.post(f"{PAGE}/hapus").status_code == 403
    assert own.get(f"{PAGE}/berkas").status_code == 200


# --- trouble


def test_a_store_that_is_away_is_told_and_nothing_changes(own, act, services, monkeypatch, caplog):
    upload(own)

    async def away(*_):
        raise StoreUnavailable("s3: 503")

    with monkeypatch.context() as broken:
        for verb in ("put", "get", "check"):
            broken.setattr(services.store, verb, away)
        for answer in (upload(own, files.photo()), own.get(f"{PAGE}/berkas")):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
            assert "Penyimpanan dokumen sedang tidak terjangkau." in answer.text
        ready = own.get("/readyz")
    assert (ready.status_code, list(ready.json()["warnings"])) == (200, ["documents"])
    assert "document store: s3: 503" in caplog.text
    assert own.get(f"{PAGE}/berkas").content == PDF
    assert [row.stored_at is not None for row in act(rows)] == [True, False]
    assert {job.name for job in SCHEDULE} >= {
        "mark documents that nobody needs", "delete documents that were removed",
    }  # fmt: skip


def test_a_lost_or_spoilt_file_is_told_and_never_given_out(own, services, caplog):
    upload(own)
    (path,) = stored(services)
    sealed = path.read_bytes()

    for harm in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:20], PDF, b"", None):
        if harm is None:
            path.unlink()
        else:
            path.write_bytes(harm)
        caplog.clear()
        answer = own.get(f"{PAGE}/berkas")
        assert answer.status_code == 404
        assert "hilang atau rusak di penyimpanan" in answer.text
        assert "content-disposition" not in answer.headers
        assert path.name in caplog.text
    path.write_bytes(sealed)
    assert own.get(f"{PAGE}/berkas").content == PDF


def test_two_files_swapped_in_the_store_do_not_open(client, staged, services, sign_in):
    for nik in staged.niks:
        client.cookies.clear()
        sign_in(client, nik)
        upload(client)
    one, two = (path.read_bytes() for path in stored(services))
    for path, content in zip(stored(services), (two, one), strict=True):
        path.write_bytes(content)

    assert client.get(f"{PAGE}/berkas").status_code == 404


def test_nobody_uploads_more_than_twenty_times_an_hour(own, monkeypatch):
    monkeypatch.setattr(pages, "PER_ACCOUNT", type(pages.PER_ACCOUNT)(
        "upload:account", 2, pages.PER_ACCOUNT.window
    ))  # fmt: skip
    answers = [upload(own).status_code for _ in range(3)]
    assert answers == [303, 303, 429]


def test_beyond_the_slots_people_are_asked_to_wait(own, monkeypatch):
    monkeypatch.setattr(uploads, "AT_ONCE", 0)

    answer = upload(own)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "Sedang banyak yang mengunggah." in answer.text


def test_one_account_holds_no_more_than_its_share_of_the_slots(own, monkeypatch):
    monkeypatch.setattr(uploads, "PER_ACCOUNT", 0)

    answer = upload(own)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "Unggahan Anda yang sebelumnya belum selesai." in answer.text


def test_two_uploads_of_one_account_hold_nobody_else_up_and_give_their_slots_back():
    async def hold():
        slots = uploads.Uploads()
        for _ in range(2):
            async with slots.slot(1), slots.slot(1):
                with pytest.raises(TemporarilyUnavailable, match="sebelumnya belum selesai"):
                    await slots.slot(1).__aenter__()
                async with slots.slot(2):
                    pass

    asyncio.run(hold())


def test_an_upload_that_dribbles_is_ended(own, monkeypatch):
    # Guards the slots: a sender below the slowest pace holds none of them for minutes.
    monkeypatch.setattr(uploads, "WINDOW", 0.05)
    head = (
        '--batas\r\nContent-Disposition: form-data; name="_token"\r\n\r\n'
        f"{form_of(own, PAGE)['_token']}\r\n"
        '--batas\r\nContent-Disposition: form-data; name="cv"; filename="cv.pdf"\r\n\r\n'
    )

    async def dribble():
        yield head.encode()
        for _ in range(100):
            await asyncio.sleep(0.01)
            yield b"%"

    request = SimpleNamespace(
        headers={"content-type": "multipart/form-data; boundary=batas"},
        scope={"form_cookie": own.cookies["__Host-sesi"]},
        app=own.app,
        stream=dribble,
    )
    with pytest.raises(TimeoutError):
        asyncio.run(uploads.read_upload(request, file="cv", most=10**6))


def test_a_form_without_our_token_is_not_counted(own, monkeypatch):
    monkeypatch.setattr(pages, "PER_ACCOUNT", type(pages.PER_ACCOUNT)(
        "upload:account", 1, pages.PER_ACCOUNT.window
    ))  # fmt: skip

    assert upload(own, _token="x").status_code == 403
    assert upload(own).status_code == 303


@on_both
def test_no_byte_of_a_cv_lies_in_the_clear(own, services, act, web_kind):
    data = PDF.replace(b"%%EOF", b"%" + files.CANARY + b"\n%%EOF")
    assert files.CANARY in data
    upload(own, data)
    assert own.get(f"{PAGE}/berkas").content == data

    (row,), (path,) = act(rows), stored(services)
    kept = [path.read_bytes()]
    if web_kind == "sqlite":
        database = services.store.folder.parent
        kept += [file.read_bytes() for file in database.iterdir() if file.is_file()]
        assert len(kept) > 1
    for content in kept:
        assert files.CANARY not in content
        assert b"%PDF-" not in content
    assert row.name == path.name
    key = services.keys.unseal(row.key_sealed, context=f"document.key:{row.name}")
    assert bytes.fromhex(key) not in b"".join(kept)
    assert key.encode() not in b"".join(kept)
    assert re.fullmatch(r"[0-9a-f]{32}", row.name)
