"""Keeping and forgetting drafts."""

from collections.abc import Mapping
from datetime import datetime

from jobfair.db import Session
from jobfair.drafts import queries
from jobfair.drafts.rules import KEPT_FOR, draft_fields
from jobfair.keys import PersonalKey


def _what(form: str) -> str:
    return f"draft:{form}"


async def keep_draft(
    session: Session,
    person: PersonalKey,
    *,
    account_id: int,
    form: str,
    given: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep what was typed into a form, under the person's key; nothing ends an earlier one."""
    fields = draft_fields(given)
    if not fields:
        await queries.delete_draft(session, account_id, form)
        return
    sealed = person.seal(fields, what=_what(form))
    await queries.store_draft(session, account_id=account_id, form=form, sealed=sealed, now=now)


async def read_draft(
    session: Session, person: PersonalKey, *, account_id: int, form: str
) -> dict[str, str]:
    """Return what this person typed into a form earlier; empty when there is nothing."""
    sealed = await queries.sealed_draft(session, account_id, form)
    if sealed is None:
        return {}
    fields: dict[str, str] = person.unseal(sealed, what=_what(form))
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
