"""Making accounts, signing in and out. Password hashing happens in the web, off the loop."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.db import PreparedLookup, Session, topics
from jobfair.db.changes import mark_changed
from jobfair.errors import Invalid, Problem, Refused
from jobfair.fields import Fields
from jobfair.keys import Keys
from jobfair.outbox.actions import queue_message
from jobfair.outbox.rules import Letter
from jobfair.people import queries
from jobfair.people.models import Account, SignIn
from jobfair.people.queries import attempts
from jobfair.people.rules import (
    ABSOLUTE,
    IDLE,
    SEEN_EVERY,
    Budget,
    Duty,
    Role,
    device_handle,
    read_staff_member,
    too_many,
)

TOKEN_BYTES = 32


def hash_token(token: str) -> bytes:
    """Return what is stored of a cookie."""
    return sha256(token.encode()).digest()


async def sign_in(
    session: Session,
    *,
    account: Account | queries.Credentials,
    old_token: str,
    now: datetime,
    device: str = "",
    code_given: bool = False,
) -> str:
    """Sign a browser in and return its new cookie value.

    The cookie always changes, and the one the browser came with is forgotten, so that an id
    planted before signing in is worth nothing afterwards. ``account`` is as it was when the
    password was compared, which takes a while. Where the account has an authenticator, the browser
    waits for its code unless ``code_given``.

    Raises:
        Refused: ``changed``, the account has been disabled or given another password since.

    """
    if not await queries.is_unchanged(session, account):
        raise Refused("changed", "Akun ini baru saja berubah. Masuk sekali lagi.")
    if old_token:
        await sign_out(session, token=old_token)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        SignIn(
            token_hash=hash_token(token),
            account_id=account.id,
            made_at=now,
            seen_at=now,
            device=device,
            proved_at=now,
            awaits_code=account.totp_at is not None and not code_given,
        )
    )
    if account.role is not Role.APPLICANT:
        record_audit(session, Act.SIGN_IN, now=now, account_id=account.id)
    return token


async def sign_out(session: Session, *, token: str) -> None:
    """Forget the browser. Signing out twice does nothing the second time."""
    known = hash_token(token)
    await queries.delete_sign_in(session, known)
    mark_changed(session, topics.browser(known))


async def sign_out_others(session: Session, *, account_id: int, token: str, now: datetime) -> None:
    """End every browser of an account but for the one that asks."""
    own = hash_token(token)
    for one in await queries.sign_ins_of(session, account_id):
        if one.token_hash != own:
            mark_changed(session, topics.browser(one.token_hash))
    await queries.delete_sign_ins_of(session, account_id, but=own)
    record_audit(session, Act.SIGN_OUT_OTHERS, now=now, account_id=account_id)


async def sign_out_one(session: Session, *, account_id: int, handle: str) -> None:
    """End one browser of an account by its handle. One that is gone is none the worse."""
    for one in await queries.sign_ins_of(session, account_id):
        if device_handle(one.token_hash) == handle:
            await queries.delete_sign_in(session, one.token_hash)
            mark_changed(session, topics.browser(one.token_hash))


async def resolve_session(
    session: Session | PreparedLookup, *, token: str, now: datetime
) -> tuple[queries.SignedIn, bool] | None:
    """Return who is behind a cookie and whether its last-seen instant should be stored.

    None when the cookie is unknown, idle too long, too old, or the account was disabled.
    """
    found = await queries.sign_in_for(session, hash_token(token))
    if found is None or found.disabled_at is not None:
        return None
    if now - found.seen_at > IDLE[found.role] or now - found.made_at > ABSOLUTE[found.role]:
        return None
    return found, now - found.seen_at > SEEN_EVERY


async def touch_sessions(session: Session, *, tokens: Iterable[str], now: datetime) -> None:
    """Store that these browsers were seen."""
    hashes = sorted(hash_token(token) for token in tokens)
    await queries.touch_sign_ins(session, hashes, seen_at=now)


async def add_staff(
    session: Session,
    *,
    keys: Keys,
    role: Role,
    name: str,
    email: str,
    password_hash: str | None,
    now: datetime,
    by: int | None,
    office_id: int | None = None,
    company_id: int | None = None,
    fair_id: int | None = None,
    must_change_password: bool = False,
    duty: Duty = Duty.COMMITTEE,
) -> Account:
    """Make an account for a reviewer of a company or an organiser of an office.

    Raises:
        Invalid: name or e-mail address is missing or already used.

    """
    member = read_staff_member(Fields({"name": name, "email": email}))
    key = keys.blind_index(member.email)
    if await queries.account_for_key(session, key) is not None:
        raise Invalid({"email": Problem("Alamat surel ini sudah dipakai akun lain.")})
    account = Account(
        role=role,
        sign_in_key=key,
        password_hash=password_hash,
        name=member.name,
        email=member.email,
        office_id=office_id,
        company_id=company_id,
        created_at=now,
        must_change_password=must_change_password,
        duty=duty if role is Role.ORGANISER else None,
    )
    session.add(account)
    record_audit(
        session,
        Act.ADD_ORGANISER if role is Role.ORGANISER else Act.ADD_REVIEWER,
        now=now,
        account_id=by,
        fair_id=fair_id,
        subject=f"company:{company_id}",
    )
    return account


async def reset_password(
    session: Session,
    *,
    account: Account,
    password_hash: str,
    now: datetime,
    by: int | None,
    fair_id: int | None = None,
    act: Act = Act.RESET_PASSWORD,
    reason: str = "",
) -> None:
    """Give somebody a password for one sign-in and sign every browser of theirs out."""
    account.password_hash = password_hash
    account.must_change_password = True
    await queries.delete_sign_ins_of(session, account.id)
    mark_changed(session, topics.account(account.id))
    record_audit(
        session,
        act,
        now=now,
        account_id=by,
        fair_id=fair_id,
        subject=f"account:{account.id}",
        reason=reason,
    )


async def change_password(
    session: Session,
    *,
    account: Account,
    password_hash: str,
    token: str,
    now: datetime,
    device: str = "",
) -> str:
    """Store a password its owner has chosen and return the new cookie of this browser.

    Every other browser is signed out. ``account`` is as it was when the old password was compared.

    Raises:
        Refused: ``changed``, it has been disabled or given another password since.

    """
    stored = await queries.account_by_id(session, account.id, lock=True)
    if stored.password_hash != account.password_hash or stored.disabled_at is not None:
        raise Refused("changed", "Akun ini baru saja berubah. Masuk sekali lagi.")
    stored.password_hash = password_hash
    stored.must_change_password = False
    await session.flush()
    await queries.delete_sign_ins_of(session, stored.id)
    mark_changed(session, topics.account(stored.id))
    record_audit(session, Act.CHANGE_PASSWORD, now=now, account_id=stored.id)
    changed = {"changed_at": now.isoformat()}
    await queue_message(
        session, Letter.PASSWORD_CHANGED, account_id=stored.id, facts=changed, now=now
    )
    return await sign_in(
        session, account=stored, old_token=token, now=now, device=device, code_given=True
    )


async def disable_account(
    session: Session,
    *,
    account: Account,
    now: datetime,
    by: int | None,
    fair_id: int | None = None,
) -> None:
    """Keep somebody from signing in, at once and in every browser. Twice is once."""
    if account.disabled_at is not None:
        return
    account.disabled_at = now
    await queries.delete_sign_ins_of(session, account.id)
    mark_changed(session, topics.account(account.id))
    record_audit(
        session,
        Act.DISABLE_ACCOUNT,
        now=now,
        account_id=by,
        fair_id=fair_id,
        subject=f"account:{account.id}",
    )


async def spend(session: Session, *, budget: Budget, name: bytes, now: datetime) -> None:
    """Count a try against a budget shared by all nodes.

    Raises:
        TooMany: the try is not counted.

    """
    since = budget.since(now)
    before = await attempts.attempts_since(session, name, since - budget.window)
    room = budget.left(now, before=before)
    if not await attempts.count_attempt(session, name, since, most=room):
        tried = await attempts.attempts_since(session, name, since)
        raise too_many(budget.seconds_until_free(now, tried=tried, before=before))


async def give_back(session: Session, *, budget: Budget, name: bytes, now: datetime) -> None:
    """Take back a try that was counted at ``now``: it was right, and only wrong ones count."""
    await attempts.uncount_attempt(session, name, budget.since(now))


async def forget_expired(session: Session, *, now: datetime) -> None:
    """Delete sign-ins that nobody can use any more, and tries of long ago. Safe at any time."""
    await queries.delete_expired(session, now=now)


async def change_keys_of_staff(session: Session, *, new: Keys, now: datetime) -> int:
    """Let staff be found under a new root key, sign everybody out, and return how many they are.

    Whoever had the old key may have made cookies and form tokens with it: none of them stays.
    """
    found = await queries.addresses(session)
    indexes = {at: new.blind_index(address) for at, address in found.items()}
    await queries.set_sign_in_keys(session, indexes)
    await queries.delete_all_sign_ins(session)
    record_audit(session, Act.REKEY, now=now, account_id=None)
    return len(indexes)
