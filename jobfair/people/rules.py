"""Who may be who. Plain values in, a refusal or nothing out."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from jobfair.errors import Problem, Refused
from jobfair.fields import Fields


class Role(StrEnum):
    """What an account may do; one account has one role."""

    APPLICANT = "applicant"
    REVIEWER = "reviewer"
    ORGANISER = "organiser"


class Duty(StrEnum):
    """What an organiser does for their office."""

    COMMITTEE = "committee"
    """Runs the fair."""
    COUNTER = "counter"
    """Helps people at the counter, and nothing else."""
    OBSERVER = "observer"
    """Reads, and changes nothing."""


IPV4 = 4
PASSWORD_SHORTEST = 8
PASSWORD_LONGEST = 200
"""Longer ones are refused before hashing: hashing costs time per attempt."""

READ_OUT = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the letters people mistake for each other when they read a password out."""

IDLE = {
    Role.APPLICANT: timedelta(hours=2),
    Role.REVIEWER: timedelta(minutes=30),
    Role.ORGANISER: timedelta(minutes=30),
}
ABSOLUTE = {
    Role.APPLICANT: timedelta(hours=24),
    Role.REVIEWER: timedelta(hours=10),
    Role.ORGANISER: timedelta(hours=10),
}
PROOF_GOOD_FOR = timedelta(minutes=10)
"""How long after a password or a code sheets with many people's data may be taken along."""
SEEN_EVERY = timedelta(minutes=1)
"""How often the last-seen instant is stored; more often would be a write per page."""


@dataclass(frozen=True)
class Budget:
    """How often something may be tried: ``most`` times in any ``window``."""

    kind: str
    most: int
    window: timedelta

    def since(self, now: datetime) -> datetime:
        """Return the start of the stretch of time tries are counted in at ``now``."""
        return now - (now - datetime.min.replace(tzinfo=UTC)) % self.window

    def left(self, now: datetime, *, before: int) -> int:
        """Return how many tries this stretch of time has room for.

        Of the tries ``before``, in the stretch of time that went before, those that a window
        reaching back from now would still cover are counted as well, as if they had been spread
        evenly.
        """
        covered = 1 - (now - self.since(now)) / self.window
        return self.most - ceil(before * covered)

    def seconds_until_free(self, now: datetime, *, tried: int, before: int) -> int:
        """Return after how many seconds one more try has room, rounded up.

        ``tried`` counts this stretch of time, ``before`` the one that went before.
        """
        since = self.since(now)
        if tried >= self.most:  # only the next stretch has room
            since, tried, before = since + self.window, 0, tried
        passed = 1 - (self.most - 1 - tried) / before if before else 0.0
        free_at = since + self.window * passed
        return max(1, ceil((free_at - now).total_seconds()))


LONGEST_WINDOW = timedelta(days=1)
HOUR = timedelta(hours=1)
SIGN_IN_PER_NAME_HERE = Budget("sign-in:name-and-address", 5, timedelta(minutes=5))
SIGN_IN_PER_NAME = Budget("sign-in:name", 100, HOUR)
"""Wrong tries for a name from everywhere; a browser that signed in before is not held up by it."""
SIGN_IN_PER_DEVICE = Budget("sign-in:device", 10, timedelta(minutes=5))
SIGN_IN_PER_ADDRESS = Budget("sign-in:address", 1000, HOUR)
CHANGE_PER_ACCOUNT = Budget("change-password:account", 5, timedelta(minutes=5))
HELP_PER_ORGANISER = Budget("help:lookup", 60, HOUR)
REGISTER_PER_ADDRESS = Budget("register:address", 2000, HOUR)
TAKEN_PER_ADDRESS = Budget("register:taken", 100, HOUR)
REGISTER_PER_BIRTH_HERE = Budget("register:birth-and-address", 5, LONGEST_WINDOW)
REGISTER_PER_BIRTH = Budget("register:birth", 12, LONGEST_WINDOW)
"""NIKs that begin with the same 12 digits, district and birth date: the last four may not be
guessed one after another."""
REGISTER_ALONE = Budget("register:first-at-address", 1, LONGEST_WINDOW)
"""What each address still has when strangers have used ``REGISTER_PER_BIRTH`` up: guessing costs
an address for every try, and the owner of the NIK is not kept waiting."""
WRONG_PASSWORD, TAKEN_NIK, OTHER = "wrong-password", "taken-nik", "other"
REFUSALS = {
    kind: Budget(f"refused:{kind}", 2**31 - 1, HOUR)
    for kind in (WRONG_PASSWORD, "sign-in", "register", TAKEN_NIK, OTHER)
}
"""What refused tries are counted as for the control room; ``sign-in`` and ``register`` are tries
that one of their budgets refused."""
REFUSALS_SHOWN = timedelta(hours=24)


class TooMany(Refused):
    """A budget is used up; ``seconds`` later there is room again."""

    def __init__(self, code: str, message: str, *, minutes: int, seconds: int) -> None:
        super().__init__(code, message, minutes=minutes)
        self.seconds = seconds


def too_many(seconds: int) -> TooMany:
    """Return the sentence for people who have used a budget up."""
    return TooMany(
        "too_many",
        "Terlalu banyak percobaan. Tunggu %(minutes)s menit lalu coba lagi.",
        minutes=ceil(seconds / 60),
        seconds=seconds,
    )


def address_prefix(address: str) -> str:
    """Return what budgets count an address by: IPv6 by its /64, which one household owns."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found) >> 64 << 64, 64)))
    return str(found)


def network_of(address: str) -> str:
    """Return the network an address is in, for the log: enough to act on, nobody's own."""
    try:
        found = ip_network(address, strict=False)
    except ValueError:
        return "-"
    return str(found.supernet(new_prefix=24 if found.version == IPV4 else 48))


def one_time_password() -> str:
    """Return a random password that can be read out: four groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(READ_OUT) for _ in range(4)) for _ in range(4))


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords people try first, lower case: see the licence file beside the list."""
    text = files("jobfair.people").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(text.splitlines())


@dataclass(frozen=True)
class Recipient:
    """Where and how a person wants to be written to. Contacts are confirmed ones only."""

    name: str
    language: str
    email: str | None = None
    phone: str | None = None
    """As +62..."""
    refused: frozenset[str] = frozenset()
    """Kinds of letters (``outbox.rules.Kind``) this person wants in the inbox alone."""


@dataclass(frozen=True)
class StaffDetails:
    """Who is to have an account that an organiser gives out."""

    name: str
    email: str


def read_staff_member(fields: Fields) -> StaffDetails:
    """Return name and address. Raises ``Invalid`` with every problem at once."""
    member = StaffDetails(
        name=fields.text("name", longest=80, missing=Problem("Tulis nama orangnya.")),
        email=fields.email(
            "email",
            missing=Problem("Tulis alamat surel yang lengkap, misalnya nama@perusahaan.id."),
        ),
    )
    fields.settle()
    return member


def password_problem(password: str) -> Problem | None:
    """Return what is wrong with a new password (``domain.md`` 8.3: at least 8), or None."""
    if len(password) < PASSWORD_SHORTEST:
        return Problem("Kata sandi paling sedikit %(n)s karakter.", n=PASSWORD_SHORTEST)
    if len(password) > PASSWORD_LONGEST:
        return Problem("Kata sandi paling banyak %(n)s karakter.", n=PASSWORD_LONGEST)
    if password.casefold().strip() in common_passwords() or len(set(password)) < 3:  # noqa: PLR2004 - "aaaaaaab"
        return Problem("Kata sandi ini terlalu mudah ditebak. Pilih yang lain.")
    return None


def device_handle(token_hash: bytes) -> str:
    """Return what stands for a browser in the forms of its owner; it opens nothing."""
    return sha256(token_hash).hexdigest()[:20]
