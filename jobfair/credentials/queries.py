"""SQL of contacts, one-time codes and authenticators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from jobfair.credentials.models import Contact, OneTimeCode
from jobfair.credentials.rules import SHORT_LIVED, TRIES_MOST, ContactKind, Purpose
from jobfair.db import Session
from jobfair.db.upserts import upsert
from jobfair.errors import NotFound
from jobfair.keys import Keys
from jobfair.people.models import Account
from jobfair.people.queries import StaffMember, staff_member
from jobfair.people.rules import Role


@dataclass(frozen=True)
class ContactFacts:
    """A contact as its owner sees it, and as a sender reaches it."""

    id: int
    kind: ContactKind
    value: str
    confirmed_at: datetime | None


@dataclass(frozen=True)
class TriedCode:
    """A code that may still be used, with one more try counted against it."""

    id: int
    purpose: Purpose
    account_id: int | None
    contact_id: int | None
    code_hash: bytes


@dataclass(frozen=True)
class CodeToSend:
    """A code and where it goes: for the sender, who keeps neither."""

    contact: ContactFacts
    code: str
    expires_at: datetime


def contact_context(account_id: int) -> str:
    """Return what a sealed contact is bound to."""
    return f"contact:{account_id}"


def code_context(purpose: Purpose, name: bytes) -> str:
    """Return what a sealed code is bound to."""
    return f"code:{purpose}:{name.hex()}"


def _facts(row: Contact, keys: Keys) -> ContactFacts:
    value = keys.unseal(row.value_sealed, context=contact_context(row.account_id))
    return ContactFacts(row.id, row.kind, value, row.confirmed_at)


async def contacts_of(session: Session, keys: Keys, account_id: int) -> list[ContactFacts]:
    """Return the contacts of an account for its owner, oldest first."""
    rows = await session.scalars(
        select(Contact).where(Contact.account_id == account_id).order_by(Contact.id)
    )
    return [_facts(row, keys) for row in rows]


async def own_contact(session: Session, account_id: int, contact_id: int) -> Contact:
    """Return a contact of this account; another's is ``NotFound``."""
    query = select(Contact).where(Contact.id == contact_id, Contact.account_id == account_id)
    found: Contact | None = await session.scalar(query)
    if found is None:
        raise NotFound("Kontak ini tidak ada.")
    return found


async def contact_with_value(session: Session, account_id: int, index: bytes) -> Contact | None:
    """Return the contact of an account that has this value, or None."""
    query = select(Contact).where(Contact.account_id == account_id, Contact.value_index == index)
    found: Contact | None = await session.scalar(query)
    return found


async def delete_contacts(
    session: Session,
    account_id: int,
    *,
    kind: ContactKind | None = None,
    unconfirmed: bool = False,
    other_than: int = 0,
) -> None:
    """Delete contacts of an account: all, or those of a kind but for one."""
    query = delete(Contact).where(Contact.account_id == account_id, Contact.id != other_than)
    if kind is not None:
        query = query.where(Contact.kind == kind)
    if unconfirmed:
        query = query.where(Contact.confirmed_at.is_(None))
    await session.execute(query)


async def recoverable(
    session: Session, *, name: bytes, kind: ContactKind
) -> tuple[int, int] | tuple[None, None]:
    """Return account and confirmed contact of who signs in with ``name``.

    ``name`` may also be a confirmed e-mail address; where two accounts share it, neither is found.
    """
    own = select(Contact.account_id).where(
        Contact.value_index == name,
        Contact.kind == ContactKind.EMAIL,
        Contact.confirmed_at.is_not(None),
    )
    rows = await session.execute(
        select(Account.id, Contact.id)
        .join(Contact, Contact.account_id == Account.id)
        .where(
            or_(Account.sign_in_key == name, Account.id.in_(own)),
            Account.disabled_at.is_(None),
            Contact.kind == kind,
            Contact.confirmed_at.is_not(None),
        )
        .limit(2)
    )
    found = rows.all()
    return (found[0][0], found[0][1]) if len(found) == 1 else (None, None)


async def store_code(session: Session, row: dict[str, Any]) -> int:
    """Put a code in the place of an earlier one of the same purpose and name; return its id."""
    statement = upsert(session.get_bind().dialect.name, OneTimeCode).values(**row)
    fresh = {name: statement.excluded[name] for name in row if name not in {"purpose", "name"}}
    stored: int | None = await session.scalar(
        statement.on_conflict_do_update(index_elements=["purpose", "name"], set_=fresh).returning(
            OneTimeCode.id
        )
    )
    assert stored is not None
    return stored


async def count_try(
    session: Session, purposes: Sequence[Purpose], name: bytes, *, now: datetime
) -> list[TriedCode]:
    """Count one try against the codes of a name, and return those that had one left."""
    rows = await session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.purpose.in_(purposes),
            OneTimeCode.name == name,
            OneTimeCode.tries < TRIES_MOST,
            OneTimeCode.expires_at > now,
        )
        .values(tries=OneTimeCode.tries + 1)
        .returning(
            OneTimeCode.id,
            OneTimeCode.purpose,
            OneTimeCode.account_id,
            OneTimeCode.contact_id,
            OneTimeCode.code_hash,
        )
        .execution_options(synchronize_session=False)
    )
    return [TriedCode(*row) for row in rows]


async def use_up(session: Session, code: TriedCode) -> bool:
    """Delete a code that was right; False when it was used or replaced meanwhile."""
    gone = delete(OneTimeCode).where(
        OneTimeCode.id == code.id, OneTimeCode.code_hash == code.code_hash
    )
    return await session.scalar(gone.returning(OneTimeCode.id)) is not None


async def code_by_name(
    session: Session, purpose: Purpose, name: bytes, *, now: datetime
) -> TriedCode | None:
    """Return a code that is found by its own hash, while it is good."""
    row = await session.scalar(
        select(OneTimeCode).where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.name == name,
            OneTimeCode.expires_at > now,
        )
    )
    if row is None:
        return None
    return TriedCode(row.id, row.purpose, row.account_id, row.contact_id, row.code_hash)


async def code_to_send(
    session: Session, keys: Keys, code_id: int, *, now: datetime
) -> CodeToSend | None:
    """Return a code with its address, or None when it is used, replaced or too old."""
    code = await session.get(OneTimeCode, code_id)
    if code is None or code.sealed is None or code.contact_id is None or code.expires_at <= now:
        return None
    contact = await session.get(Contact, code.contact_id)
    if contact is None:
        return None
    text = keys.unseal(code.sealed, context=code_context(code.purpose, code.name))
    return CodeToSend(_facts(contact, keys), text, code.expires_at)


async def delete_codes(session: Session, account_id: int, purposes: Sequence[Purpose]) -> None:
    """Delete the codes of an account."""
    await session.execute(
        delete(OneTimeCode).where(
            OneTimeCode.account_id == account_id, OneTimeCode.purpose.in_(purposes)
        )
    )


async def delete_expired_codes(session: Session, *, now: datetime) -> None:
    """Delete codes that are too old."""
    await session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at <= now))


async def delete_credentials(session: Session, account_ids: Sequence[int]) -> None:
    """Delete contacts and codes of accounts that are going to be deleted."""
    await session.execute(delete(Contact).where(Contact.account_id.in_(account_ids)))
    await session.execute(delete(OneTimeCode).where(OneTimeCode.account_id.in_(account_ids)))


async def advance_step(session: Session, account_id: int, step: int) -> bool:
    """Store the time step of a code, or tell that it or a later one was taken before."""
    taken = await session.scalar(
        update(Account)
        .where(
            Account.id == account_id,
            or_(Account.totp_step.is_(None), Account.totp_step < step),
        )
        .values(totp_step=step)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


async def colleagues_of(session: Session, office_id: int) -> list[StaffMember]:
    """Return the organisers of an office, by name."""
    query = select(Account).where(Account.office_id == office_id, Account.role == Role.ORGANISER)
    return [staff_member(one) for one in await session.scalars(query.order_by(Account.name))]


async def colleague(session: Session, *, office_id: int, account_id: int) -> Account:
    """Return an organiser of this office, the row locked; anybody else is ``NotFound``."""
    found: Account | None = await session.scalar(
        select(Account)
        .where(
            Account.id == account_id,
            Account.office_id == office_id,
            Account.role == Role.ORGANISER,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("Petugas ini tidak ada.")
    return found


async def every_contact(session: Session) -> Sequence[Contact]:
    """Return every contact, to be sealed with another key."""
    return (await session.scalars(select(Contact))).all()


async def every_authenticator(session: Session) -> Sequence[Account]:
    """Return every account with an authenticator's secret."""
    return (await session.scalars(select(Account).where(Account.totp_sealed.is_not(None)))).all()


async def delete_short_lived_codes(session: Session) -> None:
    """Delete codes that are found under a key: another root key finds none of them."""
    await session.execute(delete(OneTimeCode).where(OneTimeCode.purpose.in_(SHORT_LIVED)))
