"""What the way to the door must know of somebody who applies, in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from jobfair.applicants.models import Applicant
from jobfair.applicants.rules.personal import ANSWERS
from jobfair.applications.models import Application
from jobfair.applications.rules import Stage
from jobfair.companies.models import Company
from jobfair.db import PreparedLookup, Session
from jobfair.errors import NotFound
from jobfair.fairs.models import Fair
from jobfair.keys import Keys
from jobfair.positions.models import Position

_FAIR, _POSITION, _COMPANY = Fair.__table__, Position.__table__, Company.__table__
_APPLICANT, _APPLICATION = Applicant.__table__, Application.__table__
_SENDING = (
    select(
        _FAIR.c.id,
        _POSITION.c.id,
        _POSITION.c.questions,
        _APPLICANT.c.id,
        _APPLICANT.c.completed_at,
        _APPLICATION.c.receipt,
        _APPLICATION.c.stage,
        _APPLICANT.c.public_id,
        _APPLICANT.c.key_wrapped,
        _APPLICATION.c.answers_sealed,
    )
    .select_from(_POSITION)
    .join(_FAIR, _FAIR.c.id == _POSITION.c.fair_id)
    .join(_COMPANY, _COMPANY.c.id == _POSITION.c.company_id)
    .join(_APPLICANT, _APPLICANT.c.account_id == bindparam("account_id"))
    .outerjoin(
        _APPLICATION,
        (_APPLICATION.c.applicant_id == _APPLICANT.c.id)
        & (_APPLICATION.c.position_id == _POSITION.c.id),
    )
    .where(
        _FAIR.c.slug == bindparam("fair_slug"),
        _FAIR.c.published_at.is_not(None),
        _POSITION.c.slug == bindparam("position_slug"),
        _COMPANY.c.verified_at.is_not(None),
    )
)
"""Asked with every application: made once, and of columns rather than objects."""


@dataclass(frozen=True)
class ApplyContext:
    """An applicant before a position, and what this applicant sent there earlier, if anything."""

    fair_id: int
    position_id: int
    questions: Any
    applicant_id: int
    completed_at: datetime | None
    """None: the second step of registering is still to be done."""
    receipt: str | None
    stage: Stage | None
    public_id: str
    key_wrapped: bytes | None
    answers_sealed: bytes | None

    def answers(self, keys: Keys) -> tuple[str, ...]:
        """Return what was answered when it was sent earlier."""
        if self.answers_sealed is None or self.key_wrapped is None:
            return ()
        person = keys.person(self.key_wrapped, self.public_id)
        return tuple(person.unseal(self.answers_sealed, what=ANSWERS))


async def load_apply_context(
    session: Session | PreparedLookup, *, fair_slug: str, position_slug: str, account_id: int
) -> ApplyContext:
    """Return what the door needs; whether the application is accepted it judges alone.

    Raises:
        NotFound: the public may not see such a position, or the account has no profile.

    """
    facts = {"fair_slug": fair_slug, "position_slug": position_slug, "account_id": account_id}
    row = (await session.execute(_SENDING, facts)).one_or_none()
    if row is None:
        raise NotFound("Jabatan ini tidak ada.")
    return ApplyContext(*row)
