"""Audit entries as sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobfair.audit.queries import accounts_of_fair, entries_of_fair
from jobfair.audit.rules import Act
from jobfair.companies.queries import CompanyFacts
from jobfair.db import Session
from jobfair.people.queries import staff_names

SENTENCES = {act.value: act.sentence for act in Act}
"""An act that this version does not know, written by a newer one, is shown by its own name."""


@dataclass(frozen=True)
class AuditLine:
    """One audit entry in words.

    ``facts`` fill the sentence; ``who`` and ``what`` are empty when no person or thing is named.
    """

    id: int
    at: datetime
    sentence: str
    facts: Mapping[str, str]
    reason: str
    closes_at: datetime | None


async def audit_lines(
    session: Session,
    fair_id: int,
    *,
    companies: Sequence[CompanyFacts],
    limit: int,
    before: int | None = None,
    account_id: int | None = None,
) -> list[AuditLine]:
    """Return the newest audit entries of a fair in words; ``companies`` are those of its office."""
    entries = await entries_of_fair(
        session, fair_id, limit=limit, before=before, account_id=account_id
    )
    names = await staff_names(session, {e.account_id for e in entries if e.account_id})
    called = {f"company:{company.id}": company.name for company in companies}
    return [
        AuditLine(
            id=entry.id,
            at=entry.at,
            sentence=SENTENCES.get(entry.act, entry.act),
            facts={
                "who": names.get(entry.account_id or 0, ""),
                "what": called.get(entry.subject, "") or _position(entry.facts),
                "rows": str(entry.facts.get("rows", "")),
                "changes": str(entry.facts.get("changes", "")),
            },
            reason=entry.reason,
            closes_at=_instant(entry.facts) if entry.act == Act.EXTEND else None,
        )
        for entry in entries
    ]


async def staff_in_trail(session: Session, fair_id: int) -> dict[int, str]:
    """Return the names of the staff whose acts the trail of a fair holds, by account."""
    return await staff_names(session, await accounts_of_fair(session, fair_id))


def _position(facts: Mapping[str, Any]) -> str:
    """Return "Operator Produksi, PT Contoh"; empty where no position was written down."""
    return ", ".join(str(facts[name]) for name in ("position", "company") if name in facts)


def _instant(facts: Mapping[str, Any]) -> datetime | None:
    text = facts.get("closes_at")
    return datetime.fromisoformat(str(text)) if text else None
