"""Which letters there are, by which channels they go, and when a delivery is tried again."""

import random
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

DAYS = timedelta(days=3)


class Kind(StrEnum):
    """What a person may refuse as one: the preferences have a line for each."""

    ACCOUNT = "account"
    APPLICATIONS = "applications"
    FAIR = "fair"
    SUGGESTIONS = "suggestions"


class Letter(StrEnum):
    """One kind of message. Its words and its title are in ``templates/mail/<name>/``."""

    kind: Kind
    refusable: bool
    """The person may say no to it by mail and telephone; the inbox has it all the same."""
    by_hand: bool
    """Staff tell it themselves where no channel reaches the person."""
    useful_for: timedelta
    """A delivery that has failed for so long is given up."""

    def __new__(
        cls,
        name: str,
        kind: Kind,
        refusable: bool,
        by_hand: bool = False,
        useful_for: timedelta = DAYS,
    ) -> Self:
        """Return the member stored as ``name``."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.kind = kind
        member.refusable = refusable
        member.by_hand = by_hand
        member.useful_for = useful_for
        return member

    RECEIPT = "receipt", Kind.APPLICATIONS, True
    REVIEWED = "reviewed", Kind.APPLICATIONS, True
    STAGE = "stage", Kind.APPLICATIONS, False, True
    SEARCH_ALERT = "search_alert", Kind.SUGGESTIONS, True
    DRAFT = "draft", Kind.APPLICATIONS, True, False, timedelta(hours=2)
    SAVED_OPENS = "saved_opens", Kind.SUGGESTIONS, True
    EXTENDED = "extended", Kind.FAIR, True
    PAUSED = "paused", Kind.FAIR, True, False, timedelta(hours=6)
    RESUMED = "resumed", Kind.FAIR, True, False, timedelta(hours=6)
    CLOSED = "closed", Kind.FAIR, True
    ANNOUNCEMENT = "announcement", Kind.FAIR, True
    WELCOME = "welcome", Kind.ACCOUNT, False
    CODE = "code", Kind.ACCOUNT, False, False, timedelta(minutes=10)
    RESET = "reset", Kind.ACCOUNT, False, False, timedelta(minutes=15)
    PASSWORD_CHANGED = "password_changed", Kind.ACCOUNT, False
    SIGNED_IN = "signed_in", Kind.ACCOUNT, False
    INVITATION = "invitation", Kind.ACCOUNT, False
    EXPORT_READY = "export_ready", Kind.ACCOUNT, False
    DELETED = "deleted", Kind.ACCOUNT, False

    @property
    def asks(self) -> bool:
        """Tell whether the person has to do something, until ``until_at`` of its facts."""
        return self in (Letter.DRAFT, Letter.INVITATION)

    @property
    def rank(self) -> int:
        """Return its place in a channel's queue: a person waits for a code, not for a receipt."""
        return 0 if self.kind is Kind.ACCOUNT else 1


class Channel(StrEnum):
    """A way out of the product. The inbox is none: a message is in it by being stored."""

    EMAIL = "email"
    GATEWAY = "gateway"
    BY_HAND = "by_hand"


class State(StrEnum):
    """Where a delivery stands. A waiting one that is leased is being handed over right now."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


class Audience(StrEnum):
    """To whom a broadcast goes; ``about`` is the id of the fair, company or position."""

    EVERYBODY = "everybody"
    APPLICANTS_OF_FAIR = "fair"
    APPLICANTS_OF_COMPANY = "company"
    APPLICANTS_OF_POSITION = "position"
    COMPANIES_OF_FAIR = "companies"


class Verdict(StrEnum):
    """What a failure says about the next try."""

    LATER = "later"
    NEVER = "never"
    CONFIGURATION = "configuration"
    """No message can go this way before a setting is changed."""


class Reason(StrEnum):
    """Why a delivery failed: its stored name, what follows, its sentence in Bahasa Indonesia.

    The sentence is the key of its English translation; ``code`` in it is the server's number, never
    its words, which may repeat an address.
    """

    verdict: Verdict
    sentence: str

    def __new__(cls, name: str, verdict: Verdict, sentence: str) -> Self:
        """Return the member stored as ``name``."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.verdict = verdict
        member.sentence = sentence
        return member

    UNREACHABLE = "unreachable", Verdict.LATER, "Server tujuan tidak dapat dihubungi."
    CUT_OFF = "cut_off", Verdict.LATER, "Sambungan putus sebelum server tujuan menjawab."
    BUSY = "busy", Verdict.LATER, "Server tujuan menolak untuk sementara (%(code)s)."
    ADDRESS = "address", Verdict.NEVER, "Server tujuan menolak alamat penerima (%(code)s)."
    CONTENT = "content", Verdict.NEVER, "Server tujuan menolak isi pesan ini (%(code)s)."
    BAD_ADDRESS = "bad_address", Verdict.NEVER, "Alamat penerima tidak dapat dipakai."
    NO_CONTACT = "no_contact", Verdict.NEVER, "Penerima tidak lagi punya kontak untuk saluran ini."
    GONE = "gone", Verdict.NEVER, "Hal yang diberitakan sudah tidak ada."
    TOO_OLD = "too_old", Verdict.NEVER, "Berkali-kali gagal, dan kabar ini sudah terlalu lama."
    FAULT = "fault", Verdict.LATER, "Ada yang rusak di pihak kami. Catatan server menyebutnya."
    SENDER = (
        "sender",
        Verdict.CONFIGURATION,
        "Server menolak pengirim atau kata sandinya (%(code)s). Periksa setelan.",
    )
    CERTIFICATE = (
        "certificate",
        Verdict.CONFIGURATION,
        "Sertifikat server tidak cocok dengan namanya. Periksa setelan.",
    )
    NO_TLS = (
        "no_tls",
        Verdict.CONFIGURATION,
        "Server tidak menawarkan sambungan terenkripsi. Periksa setelan.",
    )


LEASE = timedelta(minutes=2)
"""How long a sender holds a delivery while it hands it over; when a sender dies, the next one takes
the delivery after that. Longer than any hand-over may take."""
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=30), timedelta(hours=2)


def retry_at(now: datetime, *, tries: int) -> datetime:
    """Return when to try again after ``tries`` failures: twice as late each time, with jitter."""
    wait: timedelta = min(FIRST_RETRY * 2.0 ** min(tries - 1, 20), LONGEST_RETRY)
    return now + wait * random.uniform(0.5, 1)  # noqa: S311 - spreads the retries, no secret
