"""SQL of drafts."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from jobfair.db import Session
from jobfair.drafts.models import FormDraft


async def sealed_draft(session: Session, account_id: int, form: str) -> bytes | None:
    """Return the encrypted fields of a form, or None."""
    query = select(FormDraft.sealed)
    query = query.where(FormDraft.account_id == account_id, FormDraft.form == form)
    found: bytes | None = await session.scalar(query)
    return found


async def store_draft(
    session: Session, *, account_id: int, form: str, sealed: bytes, now: datetime
) -> None:
    """Put a draft in the place of an earlier one of the same form."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    fresh = {"sealed": sealed, "updated_at": now}
    await session.execute(
        insert(FormDraft)
        .values(account_id=account_id, form=form, **fresh)
        .on_conflict_do_update(index_elements=["account_id", "form"], set_=fresh)
    )


async def delete_draft(session: Session, account_id: int, form: str) -> None:
    """Delete the draft of a form, if there is one."""
    gone = delete(FormDraft).where(FormDraft.account_id == account_id, FormDraft.form == form)
    await session.execute(gone)


async def delete_drafts_of(session: Session, account_id: int) -> None:
    """Delete the drafts of an account."""
    await session.execute(delete(FormDraft).where(FormDraft.account_id == account_id))


async def delete_drafts_before(session: Session, before: datetime) -> None:
    """Delete drafts last changed before an instant."""
    await session.execute(delete(FormDraft).where(FormDraft.updated_at < before))
