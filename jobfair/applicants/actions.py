"""Registering and correcting a profile."""

import secrets
from dataclasses import asdict
from datetime import datetime

from jobfair.applicants import queries
from jobfair.applicants.models import Applicant
from jobfair.applicants.rules.nik import NikFacts
from jobfair.applicants.rules.profile import Profile
from jobfair.applicants.rules.residence import move_from
from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.db.sealed import Keys
from jobfair.errors import Invalid, NotFound, Problem, Refused
from jobfair.people import actions as accounts
from jobfair.people import queries as people
from jobfair.people.models import Account
from jobfair.people.rules import Role
from jobfair.wording.language import gettext_noop

REKEYED_AT_ONCE = 1000
TAKEN = gettext_noop(
    "Pendaftaran dengan NIK ini tidak dapat dilanjutkan. Bila Anda pernah mendaftar, masuklah "
    "dengan NIK dan kata sandi Anda; bila tidak, hubungi panitia."
)


async def register_applicant(
    session: Session,
    *,
    keys: Keys,
    facts: NikFacts,
    profile: Profile,
    password_hash: str | None,
    now: datetime,
    sample: bool = False,
) -> Applicant:
    """Make an account and a profile for a person; the NIK is sealed before it is stored.

    Raises:
        Invalid: the NIK already has a profile; the sentence does not say whose.

    """
    index = keys.blind_index(facts.nik.digits)
    if await people.account_for_key(session, index) is not None:
        raise Invalid({"nik": Problem(TAKEN)})
    account = Account(
        role=Role.APPLICANT,
        sign_in_key=index,
        password_hash=password_hash,
        name=profile.name,
        created_at=now,
    )
    session.add(account)
    await session.flush()
    public_id = secrets.token_urlsafe(16)
    sealed = keys.seal(facts.nik.digits, context=queries.nik_context(public_id))
    applicant = Applicant(
        account_id=account.id,
        public_id=public_id,
        nik_sealed=sealed,
        nik_index=index,
        nik_region=facts.regency,
        sample=sample,
        created_at=now,
        updated_at=now,
        **asdict(profile),
    )
    session.add(applicant)
    await session.flush()
    record_audit(
        session,
        Act.REGISTER,
        now=now,
        account_id=account.id,
        consents=["processing", *(["disability"] if profile.disability else [])],
    )
    return applicant


async def change_profile(
    session: Session, *, account_id: int, profile: Profile, now: datetime
) -> Applicant:
    """Replace the profile; applications already sent keep the copy they were sent with."""
    applicant = await queries.applicant_row(session, account_id)
    if profile.district != applicant.district:
        applicant.moves = [*applicant.moves, move_from(applicant.district, now)]
    for name, value in asdict(profile).items():
        setattr(applicant, name, value)
    applicant.updated_at = now
    record_audit(session, Act.CHANGE_PROFILE, now=now, account_id=account_id)
    return applicant


async def change_keys_of_applicants(session: Session, *, old: Keys, new: Keys) -> int:
    """Seal every NIK with a new root key, and return how many there were.

    Raises:
        Misconfigured: ``old`` does not open one of them; roll everything back.

    """
    done = last = 0
    while rows := await queries.sealed_niks(session, after=last, most=REKEYED_AT_ONCE):
        sealed, indexes = [], {}
        for row in rows:
            context = queries.nik_context(row.public_id)
            nik = old.unseal(row.nik_sealed, context=context)
            index = new.blind_index(nik)
            indexes[row.account_id] = index
            fresh = new.seal(nik, context=context)
            sealed.append({"applicant": row.id, "sealed": fresh, "index": index})
        await queries.set_sealed_niks(session, sealed)
        await people.set_sign_in_keys(session, indexes)
        done, last = done + len(rows), rows[-1].id
    return done


async def note_lookup(
    session: Session, *, account_id: int, found_by: str, now: datetime, by: int, fair_id: int
) -> None:
    """Write down that an organiser has looked at a person, and how they found them."""
    record_audit(
        session,
        Act.LOOK_UP_APPLICANT,
        now=now,
        account_id=by,
        fair_id=fair_id,
        subject=f"account:{account_id}",
        found_by=found_by,
    )


async def reset_applicant_password(
    session: Session,
    *,
    account_id: int,
    password_hash: str,
    reason: str,
    now: datetime,
    by: int,
    fair_id: int,
) -> Account:
    """Give an applicant whose KTP was seen a password for one sign-in; every browser ends.

    Raises:
        NotFound: not an applicant. Refused: ``released``, the account was closed.

    """
    account = await _open_applicant(session, account_id)
    await accounts.reset_password(
        session,
        account=account,
        password_hash=password_hash,
        now=now,
        by=by,
        fair_id=fair_id,
        act=Act.RESET_APPLICANT,
        reason=reason,
    )
    return account


async def release_nik(
    session: Session,
    *,
    keys: Keys,
    account_id: int,
    reason: str,
    now: datetime,
    by: int,
    fair_id: int,
) -> None:
    """Close the account that registered another person's NIK, so that its owner can register.

    Its applications stay in the ledger, and nobody can sign in to it again. A random word takes
    the place of the NIK, so that changing the root key later finds something to seal here too.

    Raises:
        NotFound: not an applicant. Refused: ``released``, it was closed before.

    """
    account = await _open_applicant(session, account_id)
    applicant = await queries.applicant_row(session, account_id)
    word = f"lepas-{secrets.token_urlsafe(16)}"
    account.sign_in_key = applicant.nik_index = keys.blind_index(word)
    applicant.nik_sealed = keys.seal(word, context=queries.nik_context(applicant.public_id))
    account.password_hash, account.disabled_at = None, now
    await people.delete_sign_ins_of(session, account_id)
    mark_changed(session, topics.account(account_id))
    record_audit(
        session,
        Act.RELEASE_NIK,
        now=now,
        account_id=by,
        fair_id=fair_id,
        subject=f"account:{account_id}",
        reason=reason,
    )


async def _open_applicant(session: Session, account_id: int) -> Account:
    account = await people.account_by_id(session, account_id, lock=True)
    if account.role is not Role.APPLICANT:
        raise NotFound
    if account.disabled_at is not None:
        raise Refused("released", "Akun ini sudah ditutup dan NIK-nya sudah dilepas.")
    return account
