"""Acts on the window through their pages: said first, done once, typed text kept."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.audit.models import AuditEntry
from jobfair.audit.rules import Act
from jobfair.fairs.models import Fair, FairWindow
from jobfair.fairs.queries import fair_by_slug
from jobfair.keys import is_signed_by
from jobfair.tally.queries.frozen import closing_of
from jobfair.tally.queries.verifying import Verified, add_checks
from jobfair.web.http.templating import LANGUAGE_COOKIE
from jobfair.wording.language import translate
from tests.builders import CLOSES, NOW, OPENS
from tests.forms import form_on
from tests.web.pages import text_of
from tests.web.rooms import ORGANISER, furnish, send

WINDOW_ACTS = ("extend", "pause", "resume", "close_early", "publish", "latch")


@pytest.fixture
def room(act, client, sign_in):
    room = act(furnish)
    sign_in(client, ORGANISER)
    return room


async def traces(session):
    windows = (await session.scalars(select(FairWindow).order_by(FairWindow.ordinal))).all()
    acts = await session.scalars(
        select(AuditEntry.act).where(AuditEntry.act.in_(WINDOW_ACTS)).order_by(AuditEntry.id)
    )
    return len(windows), list(acts)


async def newest_reason(session):
    return await session.scalar(select(FairWindow.reason).order_by(FairWindow.ordinal.desc()))


def do(client, room, act, **typed):
    return send(client, f"{room.control}/{act}", f"{room.control}/{act}", **typed)


def test_extending_shows_the_old_time_and_announces_the_new_one(client, act, room):
    page = text_of(client.get(f"{room.control}/perpanjang").text)
    assert "Sekarang ditutup Senin, 9 Maret 2026 pukul 16.00 WIB" in page

    answer = do(
        client, room, "perpanjang", closes_at="2026-03-11", closes_time="17:30", reason="Banjir"
    )

    assert answer.headers["location"] == f"{room.control}?kabar=perpanjang"
    assert "Rabu, 11 Maret 2026 pukul 17.30 WIB" in client.get(room.control).text
    assert "Banjir" in client.get(f"/{room.made.fair.slug}").text
    again = do(
        client, room, "perpanjang", closes_at="2026-03-11", closes_time="17:30", reason="Banjir"
    )
    assert again.status_code == 303
    assert act(traces) == (2, ["extend"])


def test_a_closing_at_24_00_is_the_midnight_that_ends_the_day(client, act, room):
    do(client, room, "perpanjang", closes_at="2026-03-11", closes_time="24.00", reason="Banjir")

    assert "Kamis, 12 Maret 2026 pukul 00.00 WIB" in client.get(room.control).text
    assert "2–11 Maret 2026" in text_of(client.get(f"/{room.made.fair.slug}").text)


def test_a_reason_is_as_long_as_the_page_counts_it(client, act, room):
    # A browser sends each line break as two characters, and its counter counts one.
    reason = "x\r\n" * 249 + "xx"

    done = do(
        client, room, "perpanjang", closes_at="2026-03-11", closes_time="17:30", reason=reason
    )

    assert done.status_code == 303
    assert act(newest_reason) == "x\n" * 249 + "xx"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            {"closes_at": "kapan-kapan"},
            "Tulis tanggal sebagai tanggal-bulan-tahun, misalnya 17-08-1995.",
        ),
        ({"closes_at": ""}, "Pilih tanggal penutupan yang baru."),
        ({"reason": "x\r\n" * 250 + "x"}, "Paling panjang 500 huruf."),
        ({"closes_at": "9999-12-31"}, "Pilih tanggal penutupan yang baru."),
        ({"closes_time": "25:00"}, "Tulis jam sebagai 16.00. Akhir hari ditulis 24.00."),
        ({"closes_time": "16:00+07:00"}, "Tulis jam sebagai 16.00. Akhir hari ditulis 24.00."),
        ({"reason": "   "}, "Tulis alasannya. Alasan ini diumumkan."),
        (
            {"closes_at": "2026-03-09", "closes_time": "16:00"},
            "Penutupan baru harus sesudah Senin, 9 Maret 2026 pukul 16.00 WIB.",
        ),
        ({"closes_at": "2026-08-01"}, "Job fair paling lama 120 hari."),
    ],
)
def test_a_wrong_extension_is_told_beside_its_field_and_keeps_what_was_typed(
    client, act, room, typed, said
):
    good = {"closes_at": "2026-03-11", "closes_time": "17:30", "reason": "Banjir <besar>"}

    answer = do(client, room, "perpanjang", **good | typed)

    assert answer.status_code == 422
    assert answer.text.count(said) == 2
    assert "<title>Salah:" in answer.text
    if "reason" not in typed:
        assert "Banjir &lt;besar&gt;</textarea>" in answer.text
    assert act(traces) == (1, [])


def test_pausing_and_going_on_each_happen_once(client, act, room):
    assert do(client, room, "jeda", reason="").status_code == 422
    form = form_on(client.get(f"{room.control}/jeda").text, action="/jeda")
    for _ in range(2):
        done = client.post(f"{room.control}/jeda", data=form | {"reason": "Gangguan"})
        assert done.headers["location"] == f"{room.control}?kabar=jeda"
    assert "Dijeda, hari ke-3 dari 8" in client.get(room.control).text
    assert "Tidak ada yang perlu dilakukan" in client.get(f"{room.control}/jeda").text
    form = form_on(client.get(f"{room.control}/lanjutkan").text, action="/lanjutkan")
    for _ in range(2):
        assert client.post(f"{room.control}/lanjutkan", data=form).status_code == 303
    assert act(traces) == (3, ["pause", "resume"])


def test_closing_needs_the_typed_word_and_a_reason(client, act, room):
    page = text_of(client.get(f"{room.control}/tutup").text)
    assert "Ini tidak dapat dibatalkan." in page
    assert "0 lamaran sedang menunggu dibukukan." in page
    assert "sekarang 3 lamaran dari 3 pelamar" in page

    answer = do(client, room, "tutup", confirm="ya", reason="")

    assert answer.status_code == 422
    assert "Ketik TUTUP untuk menutup." in answer.text
    assert "Tulis alasannya." in answer.text
    assert 'value="ya"' in answer.text
    assert act(traces) == (1, [])


def test_closing_ends_the_window_freezes_the_numbers_and_happens_once(client, act, room):
    form = form_on(client.get(f"{room.control}/tutup").text, action="/tutup")
    typed = {"reason": "Hujan lebat", "confirm": "tutup"}
    for _ in range(2):
        answer = client.post(f"{room.control}/tutup", data=form | typed)
        assert answer.headers["location"] == f"{room.control}/rekap"

    assert act(traces) == (2, ["close_early", "latch"])
    closing = act(closing_of, room.made.fair.id)
    assert (closing.edition, closing.record.figures.applications) == (1, 3)
    recap = client.get(f"{room.control}/rekap").text
    assert closing.sha256 in recap
    assert "cocok dengan buku lamaran" in recap
    assert "hanya berlaku di komputer peladen" not in recap
    assert "Ditutup, angka dikunci" in client.get(room.control).text
    later = do_if_there(client, room, "perpanjang")
    assert later == "Tidak ada yang perlu dilakukan"


def test_the_public_page_tells_the_last_check_and_what_verifies_it(client, act, room):
    form = form_on(client.get(f"{room.control}/tutup").text, action="/tutup")
    client.post(f"{room.control}/tutup", data=form | {"reason": "Hujan", "confirm": "tutup"})
    slug = room.made.fair.slug

    page = text_of(client.get(f"/{slug}/rekap").text)
    assert "Belum diperiksa ulang sesudah dikunci" in page
    assert "Angka sementara" in page
    assert "rekap itu asli" not in page
    told = client.get(f"/{slug}/rekap.json").json()
    text = told["signed_text"].encode()
    assert told["sha256"] in told["signed_text"]
    assert is_signed_by(told["public_key"], told["signature"], text)
    assert not is_signed_by(told["public_key"], told["signature"], text + b"x")

    async def check(session):
        add_checks(session, room.made.fair.id, Verified(editions=[1]), at=OPENS, n=2)

    act(check)
    for address in (f"/{slug}/rekap", f"{room.control}/rekap"):
        assert "Berbeda di 2 tempat, diperiksa" in text_of(client.get(address).text)


def test_the_recap_warns_of_an_address_that_works_on_the_server_alone(client, services, room):
    services.base_url = "http://127.0.0.1:8000"
    do(client, room, "tutup", confirm="TUTUP", reason="Hujan lebat")

    page = client.get(f"{room.control}/rekap").text

    assert "Alamat http://127.0.0.1:8000 tercetak di kertas" in page


def do_if_there(client, room, act):
    page = client.get(f"{room.control}/{act}").text
    assert f'action="{room.control}/{act}"' not in page
    return "Tidak ada yang perlu dilakukan" if "Tidak ada yang perlu dilakukan" in page else page


def test_a_closing_that_stopped_half_way_goes_on(client, act, room, clock, sign_in):
    clock.move_to(CLOSES + timedelta(seconds=1))
    sign_in(client, ORGANISER)

    answer = do(client, room, "tutup", confirm="TUTUP")

    assert answer.headers["location"] == f"{room.control}/rekap"
    assert act(traces) == (1, ["latch"])


def test_before_the_closing_the_recap_says_when(client, room):
    page = text_of(client.get(f"{room.control}/rekap").text)
    assert "ditutup otomatis Senin, 9 Maret 2026 pukul 16.00 WIB" in page


async def make_draft(session, fair_id):
    (await session.get_one(Fair, fair_id)).published_at = None


def test_publishing_a_draft_once(client, act, room):
    act(make_draft, room.made.fair.id)
    assert "Draf, belum terlihat umum" in client.get(room.control).text
    form = form_on(client.get(f"{room.control}/terbitkan").text, action="/terbitkan")

    for _ in range(2):
        assert client.post(f"{room.control}/terbitkan", data=form).status_code == 303

    assert act(traces) == (1, ["publish"])
    assert act(fair_by_slug, room.made.fair.slug).timetable.published_at == NOW


def test_the_audit_trail_tells_it_in_words(client, act, room):
    do(client, room, "jeda", reason="Gangguan jaringan")
    page = text_of(client.get(f"{room.control}/jejak").text)
    assert "menjeda penerimaan lamaran Alasan: Gangguan jaringan" in page
    for nik in room.made.niks:
        assert nik not in page


def test_every_act_is_told_in_the_words_of_both_languages(client, act, room):
    async def add(session):
        for at, one in enumerate(Act):
            session.add(
                AuditEntry(
                    at=NOW + timedelta(seconds=at),
                    account_id=None,
                    act=one.value,
                    fair_id=room.made.fair.id,
                    subject=f"company:{room.made.companies[0].id}",
                    facts={"rows": 3, "changes": 4},
                )
            )

    act(add)
    facts = {"what": room.made.companies[0].name, "rows": "3", "changes": "4"}
    for language, system in (("id", "Sistem"), ("en", "The system")):
        client.cookies.set(LANGUAGE_COOKIE, language)
        page = client.get(f"{room.control}/jejak").text
        told = re.findall(r"<li>([^<]*)<br><time [^>]*>4 Mar, (10\.30\.\d\d) WIB", page)
        assert told[::-1] == [
            (translate(one.sentence, language) % {"who": system, **facts}, f"10.30.{at:02}")
            for at, one in enumerate(Act)
        ]


def test_the_trail_shows_what_one_person_did(client, act, room):
    do(client, room, "jeda", reason="Gangguan jaringan")

    async def add(session):
        system = {"at": NOW, "fair_id": room.made.fair.id}
        session.add(AuditEntry(account_id=None, act=Act.OPENED.value, **system))
        applicant = room.made.applicants[0].account_id
        session.add(AuditEntry(account_id=applicant, act=Act.WITHDRAW.value, **system))
        return applicant

    applicant = act(add)
    page = client.get(f"{room.control}/jejak").text
    ((person, name),) = re.findall(r'<option value="(\d+)">([^<]+)</option>', page)

    def told(by):
        page = client.get(f"{room.control}/jejak?oleh={by}").text
        return re.findall(r"<li>([^<]*)<br>", page), f'<option value="{by}" selected>' in page

    withdrawn, opened = Act.WITHDRAW.sentence, Act.OPENED.sentence
    paused = Act.PAUSE.sentence % {"who": name}
    assert told(person) == ([paused], True)
    for other in ("", applicant, "0", "x", "9" * 30, "²"):
        assert told(other) == ([withdrawn, opened, paused], False), other
