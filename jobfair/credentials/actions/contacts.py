"""Adding, confirming and removing contacts. Applying needs none."""

from datetime import datetime

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.credentials import queries
from jobfair.credentials.actions.codes import make_code, use_code
from jobfair.credentials.actions.telling import Notice, tell
from jobfair.credentials.models import Contact
from jobfair.credentials.queries import TriedCode, contact_context
from jobfair.credentials.rules import SHORT_LIVED, ContactKind, Purpose
from jobfair.db import Session
from jobfair.errors import Invalid, Problem
from jobfair.keys import Keys


def confirmation_name(keys: Keys, contact_id: int) -> bytes:
    """Return the name under which the code that confirms a contact is kept."""
    return keys.blind_index(f"contact:{contact_id}")


async def add_contact(
    session: Session, keys: Keys, *, account_id: int, kind: ContactKind, value: str, now: datetime
) -> int:
    """Store a contact that is not confirmed yet and send its code; return the contact's id.

    One waits at a time. A confirmed one stays until another of its kind takes its place.

    Raises:
        Invalid: it is confirmed already.

    """
    index = keys.blind_index(value)
    contact = await queries.contact_with_value(session, account_id, index)
    if contact is not None and contact.confirmed_at is not None:
        raise Invalid({"contact": Problem("Kontak ini sudah dikonfirmasi.")})
    if contact is None:
        await queries.delete_contacts(session, account_id, unconfirmed=True)
        contact = Contact(
            account_id=account_id,
            kind=kind,
            value_sealed=keys.seal(value, context=contact_context(account_id)),
            value_index=index,
            added_at=now,
        )
        session.add(contact)
        await session.flush()
    code_id, _ = await make_code(
        session,
        keys,
        Purpose.CONFIRM,
        name=confirmation_name(keys, contact.id),
        account_id=account_id,
        contact_id=contact.id,
        now=now,
    )
    await tell(session, Notice.CODE, account_id=account_id, code_id=code_id)
    return contact.id


async def confirm_contact(
    session: Session, *, account_id: int, code: TriedCode, now: datetime
) -> None:
    """Confirm the contact a code was sent to; it takes the place of an earlier one of its kind.

    Raises:
        Invalid: the code was used meanwhile. NotFound: the contact was removed.

    """
    await use_code(session, code)
    contact = await queries.own_contact(session, account_id, code.contact_id or 0)
    await tell(session, Notice.CONTACT_CHANGED, account_id=account_id)
    await queries.delete_contacts(session, account_id, kind=contact.kind, other_than=contact.id)
    contact.confirmed_at = now
    record_audit(session, Act.CONFIRM_CONTACT, now=now, account_id=account_id, kind=contact.kind)


async def remove_contact(
    session: Session, *, account_id: int, contact_id: int, now: datetime
) -> None:
    """Delete a contact and every code that is on its way. Another's is ``NotFound``."""
    contact = await queries.own_contact(session, account_id, contact_id)
    if contact.confirmed_at is not None:
        await tell(session, Notice.CONTACT_CHANGED, account_id=account_id)
        record_audit(session, Act.REMOVE_CONTACT, now=now, account_id=account_id, kind=contact.kind)
    await queries.delete_codes(session, account_id, SHORT_LIVED)
    await session.delete(contact)
