"""Finding accounts and signed-in browsers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, or_, select, update

from jobfair.db import PreparedLookup, Session
from jobfair.db.base import plain
from jobfair.errors import NotFound
from jobfair.keys import Keys
from jobfair.people.models import Account, Attempts, SignIn
from jobfair.people.rules import ABSOLUTE, IDLE, LONGEST_WINDOW, Duty, Recipient, Role

_SIGN_IN, _ACCOUNT = SignIn.__table__, Account.__table__
_BROWSER = (
    select(
        _SIGN_IN.c.made_at,
        _SIGN_IN.c.seen_at,
        _ACCOUNT.c.id,
        _ACCOUNT.c.role,
        _ACCOUNT.c.name,
        _ACCOUNT.c.office_id,
        _ACCOUNT.c.company_id,
        _ACCOUNT.c.disabled_at,
        _ACCOUNT.c.must_change_password,
        _ACCOUNT.c.duty,
        _ACCOUNT.c.totp_at,
        _SIGN_IN.c.proved_at,
        _SIGN_IN.c.awaits_code,
    )
    .join(_ACCOUNT, _ACCOUNT.c.id == _SIGN_IN.c.account_id)
    .where(_SIGN_IN.c.token_hash == bindparam("token_hash"))
)
"""Asked with every request: made once, and of columns rather than objects."""


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, as plain values: safe to keep after the session has closed."""

    made_at: datetime
    seen_at: datetime
    account_id: int
    role: Role
    name: str
    office_id: int | None
    company_id: int | None
    disabled_at: datetime | None = None
    must_change_password: bool = False
    duty: Duty | None = None
    totp_at: datetime | None = None
    """Since when signing in takes a code of an authenticator as well."""
    proved_at: datetime | None = None
    """When this browser last gave a password or a code."""
    awaits_code: bool = False
    """The password was right; until the code is given this browser is not signed in."""


@dataclass(frozen=True)
class StaffMember:
    """Somebody of a company or an office who signs in with an e-mail address."""

    id: int
    name: str
    email: str
    disabled_at: datetime | None
    created_at: datetime
    duty: Duty | None = None
    totp_at: datetime | None = None


def staff_member(account: Account) -> StaffMember:
    """Return a stored account of staff as plain values."""
    return plain(StaffMember, account, email=account.email or "")


@dataclass(frozen=True)
class Credentials:
    """What signing in compares."""

    id: int
    role: Role
    password_hash: str | None
    disabled_at: datetime | None
    must_change_password: bool
    totp_at: datetime | None


async def credentials_for_key(session: Session, sign_in_key: bytes) -> Credentials | None:
    """Return the credentials of the account that signs in with this key, or None."""
    found = await account_for_key(session, sign_in_key)
    return None if found is None else plain(Credentials, found)


async def account_for_key(session: Session, sign_in_key: bytes) -> Account | None:
    """Return the account that signs in with this key, or None."""
    account: Account | None = await session.scalar(
        select(Account).where(Account.sign_in_key == sign_in_key)
    )
    return account


async def account_by_id(session: Session, account_id: int, *, lock: bool = False) -> Account:
    """Return an account; ``lock`` keeps others from changing it until the transaction ends."""
    query = select(Account).where(Account.id == account_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: Account | None = await session.scalar(query)
    if found is None:
        raise NotFound("Akun ini tidak ada.")
    return found


async def organisers(session: Session) -> list[StaffMember]:
    """Return the organisers of all offices, by address."""
    query = select(Account).where(Account.role == Role.ORGANISER).order_by(Account.email)
    return [staff_member(one) for one in await session.scalars(query)]


async def is_unchanged(session: Session, account: Account | Credentials) -> bool:
    """Tell whether the account can still sign in with the password hash it was loaded with.

    Holds its row until the transaction ends: whoever changes it comes before or after.
    """
    found = await session.execute(
        select(_ACCOUNT.c.id)
        .where(
            _ACCOUNT.c.id == account.id,
            _ACCOUNT.c.password_hash == account.password_hash,
            _ACCOUNT.c.disabled_at.is_(None),
        )
        .with_for_update(read=True)
    )
    return found.one_or_none() is not None


async def sign_in_for(session: Session | PreparedLookup, token_hash: bytes) -> SignedIn | None:
    """Return the signed-in browser, or None; expiry is judged by the caller."""
    row = (await session.execute(_BROWSER, {"token_hash": token_hash})).one_or_none()
    return None if row is None else SignedIn(*row)


async def reviewers_of(session: Session, company_id: int) -> list[StaffMember]:
    """Return the reviewers of a company, by name."""
    query = select(Account).where(Account.company_id == company_id, Account.role == Role.REVIEWER)
    return [staff_member(one) for one in await session.scalars(query.order_by(Account.name))]


async def reviewers_per_company(session: Session, company_ids: Iterable[int]) -> dict[int, int]:
    """Return how many reviewers can sign in for these companies; who has none is left out."""
    rows = await session.execute(
        select(Account.company_id, func.count().label("n"))
        .where(
            Account.role == Role.REVIEWER,
            Account.disabled_at.is_(None),
            Account.company_id.in_(set(company_ids)),
        )
        .group_by(Account.company_id)
    )
    return {row.company_id: row.n for row in rows}


async def reviewer_of(
    session: Session, *, company_id: int, account_id: int, lock: bool = False
) -> Account:
    """Return a reviewer of this company; anybody else is ``NotFound`` like nobody."""
    query = select(Account).where(
        Account.id == account_id, Account.company_id == company_id, Account.role == Role.REVIEWER
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: Account | None = await session.scalar(query)
    if found is None:
        raise NotFound("Peninjau ini tidak ada.")
    return found


async def staff_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of staff among these accounts; applicants are left out on purpose."""
    rows = await session.execute(
        select(Account.id, Account.name).where(
            Account.id.in_(set(ids)), Account.role != Role.APPLICANT
        )
    )
    return {row.id: row.name for row in rows}


async def recipients(session: Session, ids: Iterable[int]) -> dict[int, Recipient]:
    """Return where to write to these accounts; those that are gone or disabled are left out.

    The one place that knows. For now only staff have a contact, the address they sign in with;
    confirmed contacts, the language and refusals of a person are read here once they are stored.
    """
    rows = await session.execute(
        select(Account.id, Account.name, Account.email).where(
            Account.id.in_(set(ids)), Account.disabled_at.is_(None)
        )
    )
    return {row.id: Recipient(name=row.name, language="id", email=row.email) for row in rows}


async def touch_sign_ins(
    session: Session, token_hashes: Sequence[bytes], *, seen_at: datetime
) -> None:
    """Store when these browsers were last seen."""
    await session.execute(
        update(SignIn)
        .where(SignIn.token_hash.in_(token_hashes))
        .values(seen_at=seen_at)
        .execution_options(synchronize_session=False)
    )


async def delete_sign_in(session: Session, token_hash: bytes) -> None:
    """Forget one browser."""
    await session.execute(delete(SignIn).where(SignIn.token_hash == token_hash))


async def delete_sign_ins_of(session: Session, account_id: int, *, but: bytes = b"") -> None:
    """Forget every browser of an account, or every one but for the one with this hash."""
    await session.execute(
        delete(SignIn).where(SignIn.account_id == account_id, SignIn.token_hash != but)
    )


async def set_proved(session: Session, token_hash: bytes, *, now: datetime) -> None:
    """Store that this browser has just given a password or a code."""
    await session.execute(
        update(SignIn)
        .where(SignIn.token_hash == token_hash)
        .values(proved_at=now)
        .execution_options(synchronize_session=False)
    )


async def sign_ins_of(session: Session, account_id: int) -> Sequence[SignIn]:
    """Return the browsers of an account, the one last seen first."""
    query = select(SignIn).where(SignIn.account_id == account_id)
    return (await session.scalars(query.order_by(SignIn.seen_at.desc()))).all()


async def keys_fit(session: Session, keys: Keys) -> bool:
    """Tell whether ``keys`` are those of this database, by an account that was made with them."""
    found = await session.execute(
        select(Account.email, Account.sign_in_key)
        .where(Account.email.is_not(None))
        .order_by(Account.id)
        .limit(1)
    )
    one = found.one_or_none()
    return one is None or keys.blind_index(one.email) == one.sign_in_key


async def addresses(session: Session) -> dict[int, str]:
    """Return the e-mail address of every account that signs in with one."""
    rows = await session.execute(
        select(Account.id, Account.email).where(Account.email.is_not(None)).order_by(Account.id)
    )
    return {row.id: row.email for row in rows}


async def set_sign_in_keys(session: Session, sign_in_keys: Mapping[int, bytes]) -> None:
    """Change what these accounts sign in with."""
    table = Account.metadata.tables[Account.__tablename__]
    statement = (
        update(table).where(table.c.id == bindparam("account")).values(sign_in_key=bindparam("key"))
    )
    rows = [{"account": at, "key": key} for at, key in sign_in_keys.items()]
    if rows:
        await session.execute(statement, rows)


async def delete_accounts(session: Session, ids: Sequence[int]) -> None:
    """Delete accounts that nothing refers to but their sign-ins."""
    await session.execute(delete(SignIn).where(SignIn.account_id.in_(ids)))
    await session.execute(delete(Account).where(Account.id.in_(ids)))


async def delete_all_sign_ins(session: Session) -> None:
    """Forget every browser, and every counted try."""
    await session.execute(delete(SignIn))
    await session.execute(delete(Attempts))


async def delete_expired(session: Session, *, now: datetime) -> None:
    """Forget browsers that nobody can use any more, and tries that count no longer."""
    await session.execute(delete(Attempts).where(Attempts.since < now - 2 * LONGEST_WINDOW))
    longest_idle, longest = max(IDLE.values()), max(ABSOLUTE.values())
    await session.execute(
        delete(SignIn).where(
            or_(SignIn.seen_at < now - longest_idle, SignIn.made_at < now - longest)
        )
    )
