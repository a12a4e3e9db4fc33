"""Signing in and out: who a cookie belongs to, for how long, and that it dies when it must."""

import pytest
from sqlalchemy import func, select

from jobfair.audit.models import AuditEntry
from jobfair.db import Clash
from jobfair.errors import Invalid, Refused
from jobfair.people import queries
from jobfair.people.actions import (
    add_staff,
    disable_account,
    forget_expired,
    hash_token,
    reset_password,
    resolve_session,
    sign_in,
    sign_out,
    touch_sessions,
)
from jobfair.people.models import Account, SignIn
from jobfair.people.rules import ABSOLUTE, IDLE, SEEN_EVERY, Role
from tests.builders import EDGE, KEYS, NOW, make_account


async def signed_in(session, role=Role.APPLICANT, **more):
    account = make_account(role, **more)
    session.add(account)
    await session.flush()
    return account, await sign_in(session, account=account, old_token="", now=NOW)


async def test_a_cookie_belongs_to_its_account(session):
    account, token = await signed_in(session)
    await signed_in(session)

    found = await resolve_session(session, token=token, now=NOW)

    assert found is not None
    assert (found[0].account_id, found[0].role, found[0].name) == (
        account.id, Role.APPLICANT, account.name,
    )  # fmt: skip
    assert found[1] is False


@pytest.mark.parametrize("token", ["", "x", "\x00", "a" * 10_000, "'; drop table sign_in; --"])
async def test_an_unknown_cookie_is_nobody(session, token):
    await signed_in(session)

    assert await resolve_session(session, token=token, now=NOW) is None


async def test_the_cookie_itself_is_not_stored(session):
    _, token = await signed_in(session)

    row = (await session.scalars(select(SignIn))).one()

    assert row.token_hash == hash_token(token)
    assert token.encode() not in row.token_hash


async def test_signing_in_changes_the_cookie_and_ends_the_one_brought_along(session):
    # Guards against a cookie planted before the signing in.
    account, first = await signed_in(session)
    _, stays = await signed_in(session)

    second = await sign_in(session, account=account, old_token=first, now=NOW)

    assert second != first
    assert await resolve_session(session, token=first, now=NOW) is None
    assert await resolve_session(session, token=second, now=NOW) is not None
    assert await resolve_session(session, token=stays, now=NOW) is not None


@pytest.mark.parametrize("role", Role)
async def test_a_cookie_dies_of_idleness_and_of_age(session, role):
    _, token = await signed_in(session, role)

    async def alive(now):
        return await resolve_session(session, token=token, now=now) is not None

    assert await alive(NOW + IDLE[role])
    assert not await alive(NOW + IDLE[role] + EDGE)
    at = NOW
    while at + IDLE[role] < NOW + ABSOLUTE[role]:
        at += IDLE[role]
        await touch_sessions(session, tokens=[token], now=at)
    await touch_sessions(session, tokens=[token], now=NOW + ABSOLUTE[role])
    assert await alive(NOW + ABSOLUTE[role])
    assert not await alive(NOW + ABSOLUTE[role] + EDGE)


async def test_being_seen_is_stored_once_a_minute(session):
    _, token = await signed_in(session)

    for later, awake in [(SEEN_EVERY, False), (SEEN_EVERY + EDGE, True)]:
        found = await resolve_session(session, token=token, now=NOW + later)
        assert found is not None
        assert found[1] is awake


async def test_signing_out_ends_this_browser_only(session):
    account, token = await signed_in(session)
    elsewhere = await sign_in(session, account=account, old_token="", now=NOW)

    await sign_out(session, token=token)
    await sign_out(session, token=token)

    assert await resolve_session(session, token=token, now=NOW) is None
    assert await resolve_session(session, token=elsewhere, now=NOW) is not None


async def test_a_disabled_account_is_out_everywhere_at_once(session):
    account, token = await signed_in(session, Role.REVIEWER)
    by, _ = await signed_in(session, Role.ORGANISER)

    await disable_account(session, account=account, now=NOW, by=by.id)
    await disable_account(session, account=account, now=NOW + EDGE, by=by.id)

    assert await resolve_session(session, token=token, now=NOW) is None
    assert account.disabled_at == NOW


async def test_a_new_password_signs_everybody_out(session):
    account, token = await signed_in(session, Role.REVIEWER)
    by, stays = await signed_in(session, Role.ORGANISER)

    await reset_password(session, account=account, password_hash="baru", now=NOW, by=by.id)

    assert await resolve_session(session, token=token, now=NOW) is None
    assert await resolve_session(session, token=stays, now=NOW) is not None


@pytest.mark.parametrize("change", [{"password_hash": "baru"}, {"disabled_at": NOW}])
async def test_who_was_signing_in_while_the_account_changed_is_not_let_in(database, change):
    # Guards is_unchanged: comparing the password takes long enough to be overtaken.
    async with database.transaction() as session:
        session.add(make_account(Role.REVIEWER))
    async with database.snapshot() as session:
        as_compared = (await session.scalars(select(Account))).one()
    async with database.transaction() as session:
        account = (await session.scalars(select(Account))).one()
        for name, value in change.items():
            setattr(account, name, value)

    async with database.transaction() as session:
        with pytest.raises(Refused, match="baru saja berubah"):
            await sign_in(session, account=as_compared, old_token="", now=NOW)
        assert await session.scalar(select(func.count()).select_from(SignIn)) == 0


async def test_forgetting_leaves_every_living_cookie(session):
    tokens = [(await signed_in(session, role))[1] for role in Role]
    at = NOW + IDLE[Role.REVIEWER]

    await forget_expired(session, now=at)

    assert [await resolve_session(session, token=token, now=at) is None for token in tokens] == [
        False
    ] * 3
    await forget_expired(session, now=NOW + max(IDLE.values()) + EDGE)
    assert await session.scalar(select(func.count()).select_from(SignIn)) == 0


STAFF = {
    "keys": KEYS, "role": Role.ORGANISER, "name": " Lina ", "email": " Lina@Contoh.ID ",
    "password_hash": "x", "now": NOW, "by": None,
}  # fmt: skip


async def test_staff_get_an_account_and_it_is_written_down(session):
    account = await add_staff(session, **STAFF)
    await session.flush()

    assert (account.name, account.email) == ("Lina", "lina@contoh.id")
    assert await queries.account_for_key(session, KEYS.blind_index("lina@contoh.id")) is account
    assert (await session.scalars(select(AuditEntry.act))).all() == ["add_organiser"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "LINA@contoh.id"}, "email"),
        ({"email": "bukan alamat"}, "email"),
        ({"email": "lain@contoh.id", "name": "  "}, "name"),
        ({"email": "lain@contoh.id", "name": "\u202e\x00"}, "name"),
        ({"email": "lain@contoh.id", "name": "x" * 50_000}, "name"),
        ({"email": "a@" + "." * 30_000 + "@"}, "email"),
    ],
)
async def test_staff_with_a_problem(session, changed, field):
    await add_staff(session, **STAFF)
    await session.flush()

    with pytest.raises(Invalid) as refusal:
        await add_staff(session, **STAFF | changed)
    assert list(refusal.value.fields) == [field]


async def test_two_accounts_never_share_a_name_to_sign_in_with(session):
    # Guards P6 in a race: the rule looks first, the constraint has the last word.
    session.add(make_account(name_to_sign_in="1209990101950001"))
    await session.flush()
    session.add(make_account(name_to_sign_in="1209990101950001"))

    with pytest.raises(Clash):
        await session.flush()
    await session.rollback()
