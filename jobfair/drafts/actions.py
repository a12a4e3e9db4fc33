"""Keeping and forgetting drafts."""

import json
from collections.abc import Mapping
from datetime import datetime

from jobfair.db import Session
from jobfair.db.sealed import Keys
from jobfair.drafts import queries
from jobfair.drafts.rules import KEPT_FOR, draft_fields


def _context(account_id: int, form: str) -> str:
    return f"draft:{account_id}:{form}"


async def keep_draft(
    session: Session,
    keys: Keys,
    *,
    account_id: int,
    form: str,
    given: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep what was typed into a form, encrypted; nothing typed ends an earlier draft."""
    fields = draft_fields(given)
    if not fields:
        await queries.delete_draft(session, account_id, form)
        return
    sealed = keys.seal(json.dumps(fields), context=_context(account_id, form))
    await queries.store_draft(session, account_id=account_id, form=form, sealed=sealed, now=now)


async def read_draft(session: Session, keys: Keys, *, account_id: int, form: str) -> dict[str, str]:
    """Return what this person typed into a form earlier; empty when there is nothing."""
    sealed = await queries.sealed_draft(session, account_id, form)
    if sealed is None:
        return {}
    fields: dict[str, str] = json.loads(keys.unseal(sealed, context=_context(account_id, form)))
    return fields


async def forget_draft(session: Session, *, account_id: int, form: str) -> None:
    """Delete the draft of a form that has been sent."""
    await queries.delete_draft(session, account_id, form)


async def forget_drafts(session: Session, *, account_id: int) -> None:
    """Delete every draft of an account."""
    await queries.delete_drafts_of(session, account_id)


async def forget_old_drafts(session: Session, *, now: datetime) -> None:
    """Delete drafts that were left alone for too long."""
    await queries.delete_drafts_before(session, now - KEPT_FOR)
