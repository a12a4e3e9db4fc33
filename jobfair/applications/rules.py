"""Who may apply, what a receipt number looks like, and how stages may follow each other."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from jobfair.errors import Invalid, Problem, Refused
from jobfair.fields import Fields
from jobfair.fields.text import clean_lines


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

RECEIPT = re.compile(r"[A-Z0-9]+-([0-9]{2})-([0-9]{5,9})-([0-9]{2})")
RECEIPT_DIGITS = 9
"""Fewest digits of a receipt number: year, sequence, check."""
RECEIPT_LONGEST_TYPED = 60
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
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
class Eligibility:
    """What the rules need to know of somebody who applies."""

    birth_date: date
    is_local: bool
    """By the address that counts for the fair."""
    applications_so_far: int
    says_local: bool = False
    """By the address in the profile today."""


@dataclass(frozen=True)
class FairPolicy:
    """What a fair asks of those who apply."""

    minimum_age: int
    residence_policy: str
    applications_per_applicant: int


def age_on(day: date, birth_date: date) -> int:
    """Return the age in whole years on a day."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)


def check_may_apply(*, asking: Eligibility, conditions: FairPolicy, day: date) -> None:
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
        if asking.says_local:
            raise Refused(
                "residence",
                "Job fair ini hanya untuk warga dengan KTP setempat. Yang berlaku adalah alamat di "
                "profil Anda saat job fair diumumkan; perubahan sesudah itu belum dihitung. Bila "
                "alamat lama keliru, hubungi panitia dan bawa KTP.",
            )
        raise Refused(
            "residence",
            "Job fair ini hanya untuk warga dengan KTP setempat. Bila alamat KTP Anda di sini "
            "tetapi profil Anda berkata lain, hubungi panitia dan bawa KTP.",
        )
    limit = conditions.applications_per_applicant
    if limit and asking.applications_so_far >= limit:
        raise Refused("limit", "Anda sudah mengirim %(n)s lamaran, batas di job fair ini.", n=limit)


def check_answers(answers: Sequence[str], *, questions: int) -> None:
    """Let the answers in, or raise ``Invalid``: too many, too long, or not storable as text.

    A page never sends such; checked here because one of them would fail its whole batch.
    """
    if any(answers[questions:]):
        raise Invalid({"answers": Problem("Jabatan ini hanya menanyakan %(n)s hal.", n=questions)})
    if any(len(answer) > ANSWER_LONGEST for answer in answers):
        raise Invalid({"answers": Problem("Jawaban paling panjang %(n)s huruf.", n=ANSWER_LONGEST)})
    if any(map(_NOT_STORABLE.search, answers)):
        raise Invalid({"answers": Problem("Jawaban memuat tanda yang tidak dapat disimpan.")})


def receipt_number(*, prefix: str, year: int, seq: int) -> str:
    """Return a number a person can read out: prefix, year, ledger sequence, two check digits.

    The check digits are those of ISO 7064 MOD 97-10 over year and sequence: any one wrong
    digit and any two swapped neighbours show.
    """
    digits = f"{year % 100:02d}{seq:05d}"
    return f"{prefix}-{digits[:2]}-{digits[2:]}-{98 - int(digits) * 100 % 97:02d}"


def receipt_fits(number: str) -> bool:
    """Tell whether a receipt number has the right form and the right check digits."""
    found = RECEIPT.fullmatch(number)
    return found is not None and 98 - int(found[1] + found[2]) * 100 % 97 == int(found[3])


def normalise_receipt(text: str, *, prefix: str = "") -> str:
    """Return a receipt number as it is stored, from what somebody typed.

    With the ``prefix`` of a fair the dashes may be missing or be others, and the prefix itself too.
    """
    plain = unicodedata.normalize("NFKC", text[:RECEIPT_LONGEST_TYPED]).upper()
    kept = "".join(char for char in plain if char.isascii() and char.isalnum())
    digits = kept.removeprefix(prefix)
    if prefix and digits.isdigit() and len(digits) >= RECEIPT_DIGITS:
        return f"{prefix}-{digits[:2]}-{digits[2:-2]}-{digits[-2:]}"
    return "".join(plain.split())


def read_application(fields: Fields, *, questions: int) -> tuple[str, ...]:
    """Return the answers of a form that is sent. Raises ``Invalid`` with every problem at once."""
    answers = _answers_that_fit(fields, questions)
    check_consent(fields)
    return answers


def read_answers(fields: Fields, *, questions: int) -> tuple[str, ...]:
    """Return the answers of a guest, who has not consented to anything yet."""
    answers = _answers_that_fit(fields, questions)
    fields.settle()
    return answers


def _answers_that_fit(fields: Fields, questions: int) -> tuple[str, ...]:
    answers = read_draft(fields, questions=questions)
    for at, answer in enumerate(answers, 1):
        if len(answer) > ANSWER_LONGEST:
            fields.wrong(
                f"answer_{at}",
                Problem(
                    "Jawaban paling panjang %(n)s huruf, sekarang %(now)s.",
                    n=ANSWER_LONGEST,
                    now=len(answer),
                ),
            )
    return answers


def check_consent(fields: Fields) -> None:
    """Let an application be sent, or raise ``Invalid`` with all that is wrong, also no consent."""
    if fields.raw("consent") != "ya":
        fields.wrong(
            "consent",
            Problem(
                "Centang persetujuan ini bila Anda setuju. Tanpa itu lamaran tidak dapat "
                "diteruskan."
            ),
        )
    fields.settle()


def read_draft(fields: Fields, *, questions: int) -> tuple[str, ...]:
    """Return the answers typed so far, however long they are."""
    return tuple(clean_lines(fields.raw(f"answer_{at}")) for at in range(1, questions + 1))


def read_note(fields: Fields) -> str:
    """Return a company's note on an application. Raises ``Invalid`` when it is too long."""
    note = clean_lines(fields.raw("note"))
    if len(note) > NOTE_LONGEST:
        fields.wrong("note", Problem("Catatan paling panjang %(n)s huruf.", n=NOTE_LONGEST))
    fields.settle()
    return note


@dataclass(frozen=True)
class Requirement:
    """One condition a position states that can be read off an application."""

    kind: str
    """``education``, ``experience`` or ``answers``."""
    met: bool


def requirements_met(
    *,
    education: Sequence[str],
    experience_years: int,
    questions: int,
    profile: Mapping[str, Any],
    answers: Sequence[str],
) -> list[Requirement]:
    """Return the conditions of a position and which of them an application meets.

    Counts what the company itself has stated and nothing else: no score, no order.
    """
    found = []
    if education:
        found.append(Requirement("education", profile["education"] in education))
    enough = int(profile["experience_years"]) >= experience_years
    found.append(Requirement("experience", enough))
    if questions:
        given = [answer for answer in answers[:questions] if answer.strip()]
        found.append(Requirement("answers", len(given) == questions))
    return found


def search_words(text: str) -> tuple[str, ...]:
    """Return the words of a name as a search compares them.

    Accents, apostrophes, hyphens, dots and capitals do not count: ``Ma’ruf`` is ``ma'ruf`` is
    ``maruf``.
    """
    apart = unicodedata.normalize("NFKD", text).casefold()
    return tuple("".join(char for char in apart if char.isalnum() or char.isspace()).split())


def is_named(name: str, wanted: tuple[str, ...]) -> bool:
    """Tell whether every wanted word begins a word of the name, or stands in it; in any order."""
    words = search_words(name)
    return bool(wanted) and all(any(one in word for word in words) for one in wanted)
