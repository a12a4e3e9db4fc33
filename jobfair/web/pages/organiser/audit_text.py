"""Audit entries as sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobfair.audit.queries import entries_of_fair
from jobfair.db import Session
from jobfair.people.queries import staff_names

ACTS = {
    "publish": "%(who)s menerbitkan job fair",
    "opened": "Job fair dibuka menurut jadwal",
    "open_early": "%(who)s membuka job fair lebih awal",
    "extend": "%(who)s memperpanjang job fair",
    "close_early": "%(who)s menutup job fair lebih awal",
    "pause": "%(who)s menjeda penerimaan lamaran",
    "resume": "%(who)s melanjutkan penerimaan lamaran",
    "window_ended": "Masa pendaftaran berakhir menurut jadwal",
    "latch": "Angka dikunci",
    "verify_company": "%(who)s memverifikasi %(what)s",
    "suspend_company": "%(who)s menangguhkan verifikasi %(what)s",
    "add_reviewer": "%(who)s menambah peninjau untuk %(what)s",
    "add_organiser": "%(who)s menambah panitia",
    "reset_password": "%(who)s membuat kata sandi baru untuk seorang peninjau",
    "disable_account": "%(who)s menonaktifkan seorang peninjau",
    "download": "%(who)s mengunduh daftar pelamar, %(rows)s baris",
    "read_cv": "%(who)s membuka CV seorang pelamar",
    "withdraw": "Seorang pelamar membatalkan lamarannya",
}
"""What each act is called. An act that is missing here is shown by its own name."""


@dataclass(frozen=True)
class AuditLine:
    """One audit entry in words.

    ``facts`` fill the sentence; ``who`` and ``what`` are empty when nobody or nothing is named.
    """

    id: int
    at: datetime
    sentence: str
    facts: Mapping[str, str]
    reason: str
    closes_at: datetime | None


async def told(
    session: Session,
    fair: Any,
    *,
    companies: Sequence[Any],
    limit: int = 50,
    before: int | None = None,
) -> Sequence[AuditLine]:
    """Return the newest audit entries of a fair in words; ``companies`` are those of its office."""
    entries = await entries_of_fair(session, fair.id, limit=limit, before=before)
    names = await staff_names(session, {e.account_id for e in entries if e.account_id})
    called = {f"company:{company.id}": company.name for company in companies}
    return [
        AuditLine(
            id=entry.id,
            at=entry.at,
            sentence=ACTS.get(entry.act, entry.act),
            facts={
                "who": names.get(entry.account_id or 0, ""),
                "what": called.get(entry.subject, ""),
                "rows": str(entry.facts.get("rows", "")),
            },
            reason=entry.reason,
            closes_at=_instant(entry.facts) if entry.act == "extend" else None,
        )
        for entry in entries
    ]


def _instant(facts: Mapping[str, Any]) -> datetime | None:
    text = facts.get("closes_at")
    return datetime.fromisoformat(str(text)) if text else None
