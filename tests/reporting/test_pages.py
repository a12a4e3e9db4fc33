"""The public pages of the papers: before the closing, after it, and when numbers disagree."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from jobfair.applications.models import StageTally
from jobfair.fairday.actions import close_fair
from jobfair.reporting import press
from tests.builders import CLOSES, on_both
from tests.reporting.printing import FakePrinter
from tests.tally.ledgers import random_ledger

FILES = ("rekap.pdf", "lampiran.pdf", "lembar-media.pdf", "rekap.csv")


@pytest.fixture
def filled(act, clock):
    """Store a filled fair; ``close`` it with ``filled("close")``."""
    made = act(random_ledger, 31)

    def close(tamper=None):
        if tamper:
            act(tamper)
        clock.move_to(CLOSES + timedelta(seconds=2))
        act(close_fair, fair_id=made.fair.id, now=clock.now(), account_id=None)

    return close


def test_before_the_closing_there_are_no_papers(client, filled):
    page = client.get("/asahan-uji/rekap")

    assert page.status_code == 200
    assert "Rekap terbit beberapa saat sesudah job fair ditutup" in page.text
    for file in FILES:
        answer = client.get(f"/asahan-uji/{file}")
        assert answer.status_code == 404
        assert "Rekap baru ada sesudah job fair ditutup." in answer.text
    assert client.get("/tidak-ada/rekap.pdf").status_code == 404


@on_both
def test_after_the_closing_page_and_files_say_the_same(client, filled):
    filled()
    page = client.get("/asahan-uji/rekap").text
    assert "Cocok, selisih 0" in page
    assert [file for file in FILES if f'href="/asahan-uji/{file}"' not in page] == []

    for file in FILES:
        answer = client.get(f"/asahan-uji/{file}")
        assert answer.status_code == 200
        kind = "text/csv" if file.endswith(".csv") else "application/pdf"
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert file.split(".")[0] in answer.headers["content-disposition"]
        assert "asahan-uji" in answer.headers["content-disposition"]
        again = client.get(f"/asahan-uji/{file}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    assert client.get("/asahan-uji/rekap").text.count(" kB</small>") == len(FILES)


def test_numbers_that_disagree_are_not_handed_out(client, filled):
    async def tamper(session):
        await session.execute(update(StageTally).values(n=StageTally.n + 1))

    filled(tamper)

    page = client.get("/asahan-uji/rekap")
    assert page.status_code == 200
    assert "Berkasnya belum dapat diunduh." in page.text
    assert "Lamaran per jabatan dan tahap" in page.text
    for file in FILES:
        answer = client.get(f"/asahan-uji/{file}")
        assert answer.status_code == 409
        assert "Lamaran per jabatan dan tahap" in answer.text


def test_a_full_queue_and_a_failed_print_are_sentences(client, filled, services, monkeypatch):
    filled()
    services.press._printer = FakePrinter()
    services.press._printer.fails = True

    failed = client.get("/asahan-uji/rekap.pdf")
    monkeypatch.setattr(press, "MOST_PAPERS", 0)
    full = client.get("/asahan-uji/rekap.pdf")

    assert failed.status_code == 409
    assert "Belum berhasil." in failed.text
    assert (full.status_code, full.headers["retry-after"]) == (503, str(press.RETRY))
    assert "Berkas ini sedang disiapkan. Coba lagi dalam 5 detik." in full.text
