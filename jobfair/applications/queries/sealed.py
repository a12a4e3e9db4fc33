"""Opening what was sent: queries carry it sealed, and what shows it opens it."""

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import Row

from jobfair.applicants.models import Applicant
from jobfair.applicants.rules.personal import ANSWERS, PERSONAL
from jobfair.applications.models import Application
from jobfair.keys import Keys
from jobfair.wording.language import gettext_noop

FORGOTTEN_NAME = gettext_noop("Data dihapus pelamar")
FORGOTTEN = {
    "name": FORGOTTEN_NAME,
    "birth_date": "",
    "phone": "",
    "major": "",
    "school": "",
    "graduation_year": None,
    "experience": "",
    "village": "",
    "cv": "",
}
"""What is shown in the place of values whose key was destroyed."""


@dataclass(frozen=True)
class SealedCopy:
    """What was sent, as it is stored."""

    public_id: str
    key_wrapped: bytes | None
    personal_sealed: bytes
    answers_sealed: bytes | None


@dataclass(frozen=True)
class SentRow:
    """What every selected application carries; still sealed, it holds what is counted alone."""

    profile: Any
    answers: Any
    sealed: SealedCopy


Sent = TypeVar("Sent", bound=SentRow)
SEALED = (
    Applicant.public_id,
    Applicant.key_wrapped,
    Application.personal_sealed,
    Application.answers_sealed,
)
"""Columns a query of sent applications selects, besides ``Application.profile``."""


def with_copy(kind: type[Sent], row: Row[*tuple[Any, ...]]) -> Sent:
    """Return a selected row as ``kind``, what was sent still sealed."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    sealed = SealedCopy(**{column.key: values.pop(column.key) for column in SEALED})
    return kind(**values, answers=(), sealed=sealed)


def read_sent(keys: Keys, sent: Sent) -> Sent:
    """Return it with the whole profile and the answers; of a deleted person, with neither."""
    copy = sent.sealed
    if copy.key_wrapped is None:
        return replace(sent, profile=sent.profile | FORGOTTEN, answers=())
    person = keys.person(copy.key_wrapped, copy.public_id)
    personal = person.unseal(copy.personal_sealed, what=PERSONAL)
    answers = person.unseal(copy.answers_sealed, what=ANSWERS) if copy.answers_sealed else ()
    return replace(sent, profile=sent.profile | personal, answers=answers)
