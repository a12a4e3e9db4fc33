"""Who may be who. Plain values in, a refusal or nothing out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import ceil

from jobfair.errors import Problem, Refused
from jobfair.fields import Fields


class Role(StrEnum):
    """What an account may do; one account has one role."""

    APPLICANT = "applicant"
    REVIEWER = "reviewer"
    ORGANISER = "organiser"


PASSWORD_SHORTEST = 8
PASSWORD_LONGEST = 200
"""Longer ones are refused before hashing: hashing costs time per attempt."""

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


def too_many(budget: Budget) -> Refused:
    """Return the sentence for somebody who has used a budget up."""
    return Refused(
        "too_many",
        "Terlalu banyak percobaan. Tunggu %(minutes)s menit lalu coba lagi.",
        minutes=max(1, budget.window // timedelta(minutes=1)),
    )


LONGEST_WINDOW = timedelta(hours=1)
_COMMON = frozenset(
    {
        "12345678", "123456789", "1234567890", "password", "password1", "qwerty123", "indonesia",
        "sayang123", "bismillah", "11111111", "00000000", "87654321", "jobfair123", "disnaker123",
    }
)  # fmt: skip


@dataclass(frozen=True)
class StaffMember:
    """Who is to have an account that an organiser gives out."""

    name: str
    email: str


def read_staff_member(fields: Fields) -> StaffMember:
    """Return name and address. Raises ``Invalid`` with every problem at once."""
    member = StaffMember(
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
    if password.casefold() in _COMMON or len(set(password)) < 3:  # noqa: PLR2004 - "aaaaaaab"
        return Problem("Kata sandi ini terlalu mudah ditebak. Pilih yang lain.")
    return None
