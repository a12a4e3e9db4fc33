"""E-mail: by SMTP, or into a folder where nothing leaves the machine."""

import ssl
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE_FORMAT
from pathlib import Path

import aiosmtplib

from jobfair.mailing.channels import HandOverError, Outgoing
from jobfair.outbox.rules import Channel, Reason

WIRE = WIRE_FORMAT.clone(max_line_length=998, cte_type="7bit")
"""Longer header lines than usual, or a long List-Unsubscribe would be folded into nonsense. Some
libraries format a message once more as they please, so only bytes are given to them."""
COMMAND_TIMEOUT = 20.0
PERMANENT = 500
MEANINGS = (
    (ssl.SSLCertVerificationError, Reason.CERTIFICATE),
    (aiosmtplib.SMTPRecipientsRefused, Reason.ADDRESS),
    (aiosmtplib.SMTPDataError, Reason.CONTENT),
    (aiosmtplib.SMTPResponseException, Reason.SENDER),
    (aiosmtplib.SMTPConnectTimeoutError, Reason.UNREACHABLE),
    (aiosmtplib.SMTPServerDisconnected, Reason.CUT_OFF),
    (TimeoutError, Reason.CUT_OFF),
    (aiosmtplib.SMTPConnectError, Reason.UNREACHABLE),
    (aiosmtplib.SMTPException, Reason.NO_TLS),
    (OSError, Reason.UNREACHABLE),
)
"""What is raised, the most special first, and what a permanent failure of that kind means."""


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "starttls"
    """``starttls``, ``tls`` from the first byte, or ``none`` on this machine."""


def _address(name: str, spec: str) -> Address:
    local, _, domain = spec.rpartition("@")
    return Address(name, addr_spec=f"{local}@{domain.encode('idna').decode()}")


def compose(outgoing: Outgoing, *, sender: str) -> bytes:
    """Return the bytes of a mail, the same for the same letter.

    Raises:
        HandOverError: the address cannot be written into a mail.

    """
    letter, mail = outgoing.letter, EmailMessage(policy=WIRE_FORMAT)
    try:
        mail["From"] = _address(letter.sender, sender)
        mail["To"] = _address(outgoing.name, outgoing.to)
    except (ValueError, MessageError, IndexError):
        raise HandOverError(Reason.BAD_ADDRESS) from None
    mail["Subject"] = letter.title
    mail["Date"] = outgoing.at
    mail["Message-ID"] = f"<{outgoing.key}>"
    mail["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        mail["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{outgoing.key.partition('@')[0]}")
    return mail.as_bytes(policy=WIRE)


def failure(error: Exception) -> HandOverError:
    """Return what an error of the SMTP library or the socket means."""
    if isinstance(error.__cause__, ssl.SSLCertVerificationError):
        error = error.__cause__
    refused = error.recipients[0] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error
    code = getattr(refused, "code", "")
    if isinstance(code, int) and 0 < code < PERMANENT:
        return HandOverError(Reason.BUSY, code)
    return HandOverError(next(why for kind, why in MEANINGS if isinstance(error, kind)), code)


class SmtpTransport:
    """Hands mail to a server, one recipient and one connection for each."""

    channel = Channel.EMAIL

    def __init__(
        self, server: SmtpServer, *, per_minute: int, trusted: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._trusted = trusted
        self.per_minute = per_minute

    async def hand_over(self, outgoing: Outgoing) -> None:
        """Return once the server has taken the mail."""
        server = self._server
        raw = compose(outgoing, sender=server.sender)
        try:
            async with aiosmtplib.SMTP(
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.tls == "tls",
                start_tls=server.tls == "starttls",
                tls_context=self._trusted,
                timeout=COMMAND_TIMEOUT,
            ) as client:
                await client.sendmail(server.sender, [outgoing.to], raw)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise failure(error) from error


class MailFolder:
    """Writes each mail as a file ``<key>.eml``, for the demo and for looking at letters."""

    channel = Channel.EMAIL
    per_minute = 6_000

    def __init__(self, folder: Path, *, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def hand_over(self, outgoing: Outgoing) -> None:
        """Write the file; the same letter again is the same file."""
        raw = compose(outgoing, sender=self._sender)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{outgoing.key.partition('@')[0]}.eml"
        half = path.with_suffix(".part")
        half.write_bytes(raw)
        half.replace(path)
