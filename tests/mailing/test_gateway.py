"""The signed call to a gateway, and what its answers mean."""

import asyncio
import contextlib
import hmac
import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from jobfair.mailing import gateway
from jobfair.mailing.channels import HandOverError, Outgoing
from jobfair.mailing.gateway import GatewayTransport
from jobfair.mailing.letters import Written
from jobfair.outbox.rules import Reason, Verdict
from tests.builders import NOW
from tests.free_port import free_port
from tests.mailing.sending import listening

LETTER = Written(title="Anda diterima", body="Selamat – gratis.", text="", html="", sender="")
TO = Outgoing("12.1@kerja.contoh.id", "+6281234567890", "A", LETTER, NOW)
KEY = "rahasia-gateway"


class FakeGateway:
    """Answers each call with the next of ``answers``; 0 says nothing, -1 closes."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.calls = []

    @contextlib.asynccontextmanager
    async def running(self):
        async with listening(self._session) as port:
            self.address = f"http://127.0.0.1:{port}/kirim"
            yield self

    async def _session(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.strip().split("\r\n")[1:])
        self.calls.append((headers, await reader.readexactly(int(headers["content-length"]))))
        answer = self.answers.pop(0)
        if answer > 0:
            writer.write(f"HTTP/1.1 {answer} x\r\ncontent-length: 0\r\n\r\n".encode())
        if answer == 0:
            await asyncio.sleep(3600)


async def hand_over(address):
    await GatewayTransport(address, KEY, per_minute=60, now=lambda: NOW).hand_over(TO)


async def test_a_call_is_signed_and_the_same_at_every_try():
    async with FakeGateway(503, 202, 409).running() as fake:
        with pytest.raises(HandOverError):
            await hand_over(fake.address)
        await hand_over(fake.address)
        await hand_over(fake.address)  # the gateway knows this key: taken before

    headers, body = fake.calls[0]
    at, _, found = headers["x-jobfair-signature"].partition(",v1=")
    expected = hmac.new(KEY.encode(), at.removeprefix("t=").encode() + b"." + body, sha256)
    assert datetime.fromtimestamp(int(at.removeprefix("t=")), UTC) == NOW
    assert found == expected.hexdigest()
    assert headers["idempotency-key"] == TO.key
    assert json.loads(body) == {
        "id": TO.key, "to": "+6281234567890", "text": "Anda diterima\n\nSelamat – gratis.",
    }  # fmt: skip
    assert {body for _, body in fake.calls} == {body}


@pytest.mark.parametrize(
    ("answer", "reason", "code", "verdict"),
    [
        (429, Reason.BUSY, "429", Verdict.LATER),
        (503, Reason.BUSY, "503", Verdict.LATER),
        (400, Reason.CONTENT, "400", Verdict.NEVER),
        (422, Reason.ADDRESS, "422", Verdict.NEVER),
        (401, Reason.SENDER, "401", Verdict.CONFIGURATION),
        (302, Reason.SENDER, "302", Verdict.CONFIGURATION),
        (0, Reason.CUT_OFF, "", Verdict.LATER),
        (-1, Reason.CUT_OFF, "", Verdict.LATER),
    ],
)
async def test_answers_are_sorted(monkeypatch, answer, reason, code, verdict):
    monkeypatch.setattr(gateway, "TIMEOUT", 0.5)
    async with FakeGateway(answer).running() as fake:
        with pytest.raises(HandOverError) as caught:
            await hand_over(fake.address)

    assert (caught.value.reason, caught.value.code) == (reason, code)
    assert caught.value.reason.verdict is verdict


async def test_a_gateway_that_is_not_there():
    with pytest.raises(HandOverError) as caught:
        await hand_over(f"http://127.0.0.1:{free_port()}/")

    assert caught.value.reason is Reason.UNREACHABLE
