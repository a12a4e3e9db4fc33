"""Who may apply, what a receipt number looks like, and how stages may follow each other."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from jobfair.errors import Refused


class Stage(StrEnum):
    """Where an application stands."""

    NEW = "new"
    REVIEWED = "reviewed"
    SHORTLISTED = "shortlisted"
    INTERVIEW = "interview"
    ACCEPTED = "accepted"
    UNSUITABLE = "unsuitable"
    WITHDRAWN = "withdrawn"


STAGE_NAMES = {
    Stage.NEW: "Baru",
    Stage.REVIEWED: "Ditinjau",
    Stage.SHORTLISTED: "Lolos berkas",
    Stage.INTERVIEW: "Wawancara",
    Stage.ACCEPTED: "Diterima",
    Stage.UNSUITABLE: "Belum sesuai",
    Stage.WITHDRAWN: "Dibatalkan pelamar",
}

_FORWARD = frozenset(
    {Stage.REVIEWED, Stage.SHORTLISTED, Stage.INTERVIEW, Stage.ACCEPTED, Stage.UNSUITABLE}
)
NEXT_STAGES: dict[Stage, frozenset[Stage]] = {
    Stage.NEW: _FORWARD,
    Stage.REVIEWED: frozenset(
        {Stage.SHORTLISTED, Stage.INTERVIEW, Stage.ACCEPTED, Stage.UNSUITABLE}
    ),
    Stage.SHORTLISTED: frozenset({Stage.INTERVIEW, Stage.ACCEPTED, Stage.UNSUITABLE}),
    Stage.INTERVIEW: frozenset({Stage.ACCEPTED, Stage.UNSUITABLE}),
    Stage.ACCEPTED: frozenset({Stage.UNSUITABLE}),
    Stage.UNSUITABLE: frozenset({Stage.REVIEWED, Stage.SHORTLISTED, Stage.INTERVIEW}),
    Stage.WITHDRAWN: frozenset(),
}
"""What a company may do from each stage; the desk shows buttons for exactly these."""

REACHED = (Stage.REVIEWED, Stage.SHORTLISTED, Stage.INTERVIEW, Stage.ACCEPTED)
"""The positive stages in order; companies may skip, so a later one counts for the earlier."""

UNDO_WITHIN = timedelta(minutes=10)
ANSWER_LONGEST = 600
NOTE_LONGEST = 2000


def check_stage_change(*, current: Stage, wanted: Stage) -> None:
    """Let a company move an application, or raise ``Refused`` with code ``stage``."""
    if wanted not in NEXT_STAGES[current]:
        raise Refused(
            "stage",
            "Lamaran yang berada di tahap %(current)s tidak dapat dipindah ke %(wanted)s.",
            current=STAGE_NAMES[current],
            wanted=STAGE_NAMES[wanted],
        )


def check_may_withdraw(*, current: Stage, now: datetime, closes_at: datetime) -> None:
    """Let an applicant take the application back until the closing, or raise ``Refused``."""
    if now >= closes_at:
        raise Refused("closed", "Lamaran hanya dapat dibatalkan sebelum job fair ditutup.")
    if current is Stage.ACCEPTED:
        raise Refused("stage", "Lamaran ini sudah diterima. Hubungi perusahaannya.")


@dataclass(frozen=True)
class Asking:
    """What the rules need to know of somebody who applies."""

    birth_date: date
    is_local: bool
    applications_so_far: int


@dataclass(frozen=True)
class Conditions:
    """What a fair asks of those who apply."""

    minimum_age: int
    residence_policy: str
    applications_per_applicant: int


def age_on(day: date, birth_date: date) -> int:
    """Return the age in whole years on a day."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)


def check_may_apply(*, asking: Asking, conditions: Conditions, day: date) -> None:
    """Let the person apply, or say why not (``domain.md`` R03, R05, R07).

    Raises:
        Refused: ``age``, ``residence`` or ``limit``.

    """
    if age_on(day, asking.birth_date) < conditions.minimum_age:
        raise Refused(
            "age",
            "Job fair ini untuk pelamar berusia paling sedikit %(n)s tahun.",
            n=conditions.minimum_age,
        )
    if conditions.residence_policy == "local_only" and not asking.is_local:
        raise Refused(
            "residence",
            "Job fair ini hanya untuk warga dengan KTP setempat. Bila alamat KTP Anda di sini "
            "tetapi profil Anda berkata lain, perbaiki profil atau hubungi panitia.",
        )
    limit = conditions.applications_per_applicant
    if limit and asking.applications_so_far >= limit:
        raise Refused(
            "limit", "Anda sudah mengirim %(n)s lamaran, batas di job fair ini.", n=limit
        )


def receipt_number(*, prefix: str, year: int, seq: int) -> str:
    """Return a number a person can read out: prefix, year, ledger sequence, two check digits.

    The check digits are those of ISO 7064 MOD 97-10 over year and sequence: any one wrong
    digit and any two swapped neighbours show.
    """
    digits = f"{year % 100:02d}{seq:05d}"
    return f"{prefix}-{digits[:2]}-{digits[2:]}-{98 - int(digits) * 100 % 97:02d}"


def tidy_receipt(text: str) -> str:
    """Return a receipt number as it is stored, from what somebody typed."""
    return text.strip().upper().replace(" ", "")
