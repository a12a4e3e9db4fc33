"""Kinds of contacts and codes, and how long a code is good. Plain values in, plain values out."""

import re
import secrets
from datetime import timedelta
from enum import StrEnum

from jobfair.errors import Problem
from jobfair.fields import Fields
from jobfair.people.rules import LONGEST_WINDOW, Budget


class ContactKind(StrEnum):
    """What kind of address a contact is."""

    EMAIL = "email"
    PHONE = "phone"


class Purpose(StrEnum):
    """What a code is good for."""

    CONFIRM = "confirm"
    """Sent to a contact that its owner has just added."""
    RECOVER = "recover"
    """Sent to a confirmed contact of a person who forgot the password."""
    COUNTER = "counter"
    """Given to a person whose KTP was seen; good for the same as a sent one."""
    INVITE = "invite"
    """A link for a new colleague, who chooses a password with it."""
    SPARE = "spare"
    """In the place of the authenticator when it is lost."""


GOOD_FOR = {
    Purpose.CONFIRM: timedelta(minutes=10),
    Purpose.RECOVER: timedelta(minutes=10),
    Purpose.COUNTER: timedelta(minutes=15),
    Purpose.INVITE: timedelta(days=3),
    Purpose.SPARE: timedelta(days=36_500),
}
SHORT_LIVED = (Purpose.CONFIRM, Purpose.RECOVER, Purpose.COUNTER)
TRIES_MOST = 5
HOUR = timedelta(hours=1)
RECOVER_PER_NAME = Budget("code:sent-for-name", 3, HOUR)
RECOVER_PER_ADDRESS = Budget("code:sent-from-address", 300, HOUR)
CODES_PER_ACCOUNT = Budget("code:sent-by-account", 5, HOUR)
CODES_PER_CONTACT = Budget("code:sent-to-contact", 5, LONGEST_WINDOW)
"""Codes are sent to addresses that strangers type: a telephone is not to ring all day."""
CODE_PER_NAME_HERE = Budget("code:name-and-address", 10, timedelta(minutes=15))
CODE_PER_NAME = Budget("code:name", 30, LONGEST_WINDOW)
"""Wrong codes for a name from everywhere; each code by itself allows five."""
CODE_PER_ADDRESS = Budget("code:address", 300, HOUR)
DIGITS = 6
SPARES = 10
WRONG_CODE = Problem(
    "Kode ini tidak cocok atau sudah tidak berlaku. Sesudah lima kali salah, minta kode baru."
)


def new_code() -> str:
    """Return six random digits."""
    return "".join(secrets.choice("0123456789") for _ in range(DIGITS))


def read_code(typed: str) -> str:
    """Return a code without the spaces and hyphens people put into it."""
    return re.sub(r"[\s-]", "", typed[:100]).casefold()


def read_contact(fields: Fields) -> tuple[ContactKind, str]:
    """Return what was typed as a contact: whatever holds an "@" is an address.

    Raises:
        Invalid: it is neither an e-mail address nor a telephone number.

    """
    if "@" not in fields.raw("contact"):
        phone = fields.phone("contact")
        fields.settle()
        return ContactKind.PHONE, phone
    email = fields.email(
        "contact", missing=Problem("Tulis alamat surel yang lengkap, misalnya nama@contoh.id.")
    )
    fields.settle()
    return ContactKind.EMAIL, email


SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
           "Mac OS X": "Mac", "CrOS": "ChromeOS", "Linux": "Linux"}  # fmt: skip
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet",
            "UCBrowser": "UC Browser", "Firefox": "Firefox", "CriOS": "Chrome",
            "FxiOS": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip


def device_of(user_agent: str) -> str:
    """Return browser and system in words, "Firefox/Windows"; empty when one is not known."""
    browser, system = (
        next((word for sign, word in known.items() if sign in user_agent[:500]), "")
        for known in (BROWSERS, SYSTEMS)
    )
    return f"{browser}/{system}" if browser and system else ""
