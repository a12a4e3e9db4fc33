"""Every letter in both languages: its words, and what must never be in one."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from jobfair.applicants.queries import personal_of
from jobfair.errors import NotFound
from jobfair.outbox.queries import QueuedMessage
from jobfair.outbox.rules import Kind, Letter
from jobfair.people.rules import Recipient
from jobfair.wording.language import LANGUAGES
from tests.builders import KEYS, NOW
from tests.doors import apply, staged
from tests.mailing.sending import HOST, LETTERS

FOLDER = Path(__file__).parent.parent.parent / "templates" / "mail"
STAGES = ("new", "shortlisted", "interview", "accepted", "unsuitable")
LATER = {name: NOW.isoformat() for name in ("until_at", "closes_at", "paused_at", "closed_at")}
LATER |= {name: NOW.isoformat() for name in ("changed_at", "signed_in_at", "deleted_at")}
ABOUT_A_POSITION = {Letter.DRAFT, Letter.SAVED_OPENS}
ABOUT_AN_APPLICATION = {Letter.RECEIPT, Letter.REVIEWED, Letter.STAGE}
MORE = {
    Letter.REVIEWED: [{"stage": "reviewed"}],
    Letter.STAGE: [{"stage": stage} for stage in STAGES],
    Letter.SEARCH_ALERT: [{"query": "?q=satpam&pd=sma", "count": 2}],
    Letter.CODE: [{"code": "480 217"}],
    Letter.RESET: [{"code": "480 217"}],
    Letter.SIGNED_IN: [{"device": "Firefox/Windows"}],
    Letter.INVITATION: [{"token": "abc"}],
    Letter.ANNOUNCEMENT: [{"title": "Pintu <2>", "text": "Masuk lewat pintu 2.\nBawa KTP."}],
}
"""What the acts write beside instants, receipt and position."""
ACCOUNT = {one for one in Letter if one.kind is Kind.ACCOUNT}


@pytest.fixture
async def written(database, door):
    made = await staged(database)
    receipt = (await apply(door, made)).number
    everything = []
    async with database.snapshot() as session:
        for letter in Letter:
            for given in MORE.get(letter, [{}]):
                facts = LATER | given
                if letter in ABOUT_AN_APPLICATION:
                    facts |= {"receipt": receipt}
                if letter in ABOUT_A_POSITION:
                    facts |= {"position": made.positions[0].id}
                message = QueuedMessage(
                    id=1,
                    account_id=made.applicants[0].account_id,
                    letter=letter,
                    fair_id=None if letter in ACCOUNT else made.fair.id,
                    facts=facts,
                    created_at=NOW,
                    send_at=NOW,
                    read_at=None,
                )
                context = await LETTERS.context(session, message)
                for language in LANGUAGES:
                    who = Recipient("Nurul <b> & Co", language, email="n@contoh.id")
                    everything.append((message, who, LETTERS.write(message, who, context)))
    return made, receipt, everything


def test_every_letter_has_its_templates_and_its_test():
    files = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*.*")}
    forms = ("id.txt", "id.html", "en.txt", "en.html")
    words = {path for path in files if Path(path).name.startswith("words.")}

    assert files - words == {f"{name}/{form}" for name in (*Letter, "frame") for form in forms}


async def test_letters_say_what_they_must_and_nothing_they_must_not(written):
    made, receipt, everything = written
    person = personal_of(made.applicants[0], KEYS)
    for message, who, letter in everything:
        free = "gratis" if who.language == "id" else "free"
        with_fair = message.letter not in ACCOUNT
        help_contact = made.office.whatsapp if with_fair else f"https://{HOST}/bantuan"
        for text in (letter.text, letter.html):
            assert free in text, message
            if message.letter is Letter.SEARCH_ALERT:
                assert f"https://{HOST}/asahan-uji/lowongan?q=satpam" in text
                continue
            assert help_contact in text
            if message.letter in ABOUT_AN_APPLICATION:
                assert f"https://{HOST}/asahan-uji/lamaran/{receipt}" in text
            elif message.letter in ABOUT_A_POSITION:
                assert f"https://{HOST}/asahan-uji/lowongan/{made.positions[0].slug}" in text
            else:
                assert f"https://{HOST}/" in text
            if message.letter.asks or "code" in message.facts:
                assert "4 Maret 2026" in text or "4 March 2026" in text, "until when"
            if code := message.facts.get("code"):
                assert code in text
            assert not any(nik in text for nik in made.niks)
            assert str(person.birth_date) not in text
            assert "1999" not in text
            assert person.phone not in text
            assert not re.search(r"\b\d{16}\b", text)
        assert "Nurul <b> & Co" in letter.text
        assert "Nurul &lt;b&gt; &amp; Co" in letter.html
        assert "<b> & Co" not in letter.html
        assert letter.title
        assert "\n" not in letter.title
        assert letter.body in letter.text
        assert letter.sender == (made.office.short_name if with_fair else "Job Fair")
        assert not re.search(r"(?:src|url)\s*[=(]|<script|<link", letter.html)
        assert "{" not in letter.text


async def test_both_languages_say_different_things(written):
    by_message = {}
    for message, who, letter in written[2]:
        by_message.setdefault((message.letter, str(message.facts)), {})[who.language] = letter
    for both in by_message.values():
        assert both["id"].title != both["en"].title
        assert both["id"].text != both["en"].text
        assert both["id"].html != both["en"].html


async def test_what_is_gone_is_not_written_about(database):
    message = QueuedMessage(1, 1, Letter.RECEIPT, None, {"receipt": "X-26-1"}, NOW, NOW, None)
    async with database.snapshot() as session:
        with pytest.raises(NotFound):
            await LETTERS.context(session, message)
        context = await LETTERS.context(
            session, replace(message, facts={"until_at": NOW.isoformat()})
        )
    assert context["facts"] == {"until_at": NOW}
