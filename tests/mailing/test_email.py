"""Mail on the wire: its bytes, and what every misbehaviour of a server means."""

import asyncio
import ssl
import subprocess
from email import message_from_bytes, policy

import pytest
from aiosmtpd.smtp import SMTP

from jobfair.mailing import email
from jobfair.mailing.channels import HandOverError, Outgoing
from jobfair.mailing.email import MailFolder, SmtpServer, SmtpTransport, compose
from jobfair.mailing.letters import Written
from jobfair.outbox.rules import Reason, Verdict
from tests.builders import NOW
from tests.free_port import free_port
from tests.mailing.sending import FakeSmtp

STOP = "https://kerja.contoh.id/berhenti/" + "a1b2c3d4" * 12
LETTER = Written(
    title="Lamaran terkirim: Ñurul & “Perawat” " + "x" * 90,
    body="",
    text="Baris satu.\n.titik di depan\nselesai – gratis\n",
    html="<p>" + "panjang " * 300 + "</p>",
    sender="Disnaker Kab. Asahan",
    unsubscribe=STOP,
)
TO = Outgoing(
    "12.1772595000@kerja.contoh.id", "nurul@contoh.id", "Ñurul Äbdullah, S.T.", LETTER, NOW
)


def server(port, **more):
    return SmtpServer(
        **{"host": "127.0.0.1", "port": port, "sender": "a@b.id", "tls": "none"} | more
    )


async def hand_over(port, **more):
    await SmtpTransport(server(port, **more), per_minute=60).hand_over(TO)


def test_a_mail_is_the_same_at_every_try_and_survives_the_wire():
    raw = compose(TO, sender="noreply@kerja.contoh.id")
    mail = message_from_bytes(raw, policy=policy.default)

    assert raw == compose(TO, sender="noreply@kerja.contoh.id")
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert f"List-Unsubscribe: <{STOP}>\r\n".encode() in raw
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert mail["Message-ID"] == "<12.1772595000@kerja.contoh.id>"
    assert mail["Date"].datetime == NOW
    assert mail["To"].addresses[0].display_name == "Ñurul Äbdullah, S.T."
    assert mail["From"].addresses[0].addr_spec == "noreply@kerja.contoh.id"
    assert mail["Subject"] == LETTER.title
    assert mail.get_body(("plain",)).get_content() == LETTER.text.replace("\n", "\r\n")
    assert mail.get_body(("html",)).get_content().strip() == LETTER.html


@pytest.mark.parametrize(
    "address", ["a b@contoh.id", "a@", "@contoh.id", "a\r\nBcc: b@c.id", "é@contoh.id", ""]
)
def test_an_address_that_cannot_be_written_is_never_tried_again(address):
    outgoing = Outgoing("k@h", address, "A", LETTER, NOW)

    with pytest.raises(HandOverError) as caught:
        compose(outgoing, sender="a@b.id")

    assert (caught.value.reason, caught.value.reason.verdict) == (
        Reason.BAD_ADDRESS, Verdict.NEVER,
    )  # fmt: skip


def test_a_domain_with_other_letters_is_written_as_the_wire_wants_it():
    outgoing = Outgoing("k@h", "a@münchen.example", "A", LETTER, NOW)

    assert b"<a@xn--mnchen-3ya.example>" in compose(outgoing, sender="a@b.id")


@pytest.mark.parametrize(
    ("mood", "reason", "code", "verdict"),
    [
        ("451", Reason.BUSY, "451", Verdict.LATER),
        ("550", Reason.ADDRESS, "550", Verdict.NEVER),
        ("452", Reason.BUSY, "452", Verdict.LATER),
        ("554", Reason.CONTENT, "554", Verdict.NEVER),
        ("530", Reason.SENDER, "530", Verdict.CONFIGURATION),
        ("middle", Reason.CUT_OFF, "", Verdict.LATER),
        ("dot", Reason.CUT_OFF, "", Verdict.LATER),
        ("hang", Reason.CUT_OFF, "", Verdict.LATER),
    ],
)
async def test_what_a_server_does_is_sorted(monkeypatch, mood, reason, code, verdict):
    monkeypatch.setattr(email, "COMMAND_TIMEOUT", 0.5)
    async with FakeSmtp(lambda: mood).running() as fake:
        with pytest.raises(HandOverError) as caught:
            await hand_over(fake.port)

    assert (caught.value.reason, caught.value.code) == (reason, code)
    assert caught.value.reason.verdict is verdict


async def test_a_server_that_says_yes_has_taken_it_whatever_it_does_then():
    async with FakeSmtp(lambda: "quit").running() as fake:
        await hand_over(fake.port)

    assert fake.ids == ["12.1772595000@kerja.contoh.id"]
    assert fake.taken[0] == compose(TO, sender="a@b.id"), "no byte was changed on the way"


async def test_a_server_that_is_not_there_or_offers_no_encryption():
    with pytest.raises(HandOverError) as nobody:
        await hand_over(free_port())
    async with FakeSmtp().running() as fake:
        with pytest.raises(HandOverError) as plain:
            await hand_over(fake.port, tls="starttls")
        with pytest.raises(HandOverError) as no_sign_in:
            await hand_over(fake.port, user="u", password="p")

    assert nobody.value.reason is Reason.UNREACHABLE
    assert plain.value.reason is Reason.NO_TLS
    assert no_sign_in.value.reason.verdict is Verdict.CONFIGURATION
    assert fake.taken == []


class Box:
    """A handler of aiosmtpd that keeps what came in."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content, session.ssl))
        return "250 taken"


@pytest.fixture
def certificate(tmp_path):
    key, file = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", file, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return file, context


async def test_a_real_server_takes_it_encrypted_and_a_wrong_certificate_is_refused(certificate):
    file, context = certificate
    box = Box()
    loop = asyncio.get_running_loop()
    running = await loop.create_server(
        lambda: SMTP(box, tls_context=context, require_starttls=True, loop=loop), "127.0.0.1", 0
    )
    port = running.sockets[0].getsockname()[1]
    trusted = ssl.create_default_context(cafile=file)
    named = server(port, host="localhost", tls="starttls")
    async with running:
        await SmtpTransport(named, per_minute=60, trusted=trusted).hand_over(TO)
        with pytest.raises(HandOverError) as clear:
            await hand_over(port)
        with pytest.raises(HandOverError) as unknown:
            await SmtpTransport(named, per_minute=60).hand_over(TO)

    ((sender, to, content, encrypted),) = box.mails
    assert (sender, to, content) == ("a@b.id", [TO.to], compose(TO, sender="a@b.id"))
    assert encrypted
    assert (clear.value.reason, clear.value.code) == (Reason.SENDER, "530")
    assert unknown.value.reason is Reason.CERTIFICATE


async def test_the_folder_keeps_one_file_for_each_letter(tmp_path):
    folder = MailFolder(tmp_path / "surel", sender="noreply@localhost")

    for _ in range(2):
        await folder.hand_over(TO)

    (file,) = (tmp_path / "surel").iterdir()
    assert file.name == "12.1772595000.eml"
    assert file.read_bytes() == compose(TO, sender="noreply@localhost")
