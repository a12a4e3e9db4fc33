"""Registering and correcting a profile."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from jobfair.applicants import queries
from jobfair.applicants.models import Applicant
from jobfair.applicants.rules.nik import NikFacts
from jobfair.applicants.rules.profile import Beginning, FirstProfile, Profile
from jobfair.applicants.rules.residence import move_from
from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.db.sealed import Keys
from jobfair.drafts.actions import forget_draft
from jobfair.errors import Invalid, NotFound, Problem, Refused
from jobfair.people import actions as accounts
from jobfair.people import queries as people
from jobfair.people.models import Account
from jobfair.people.rules import Role
from jobfair.wording.language import gettext_noop

REKEYED_AT_ONCE = 1000
REGISTRATION_DRAFT = "daftar"
UNFINISHED_FOR = timedelta(days=30)
NOT_TOLD_YET = {
    "name": "",
    "education": "",
    "major": "",
    "school": "",
    "graduation_year": None,
    "experience_years": 0,
    "experience": "",
    "district": "",
    "village": "",
    "disability": "",
}
"""A profile between the two steps of registering."""
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
    """Make an account with a whole profile, as a file holds it; the NIK is sealed first.

    Raises:
        Invalid: the NIK already has a profile; the sentence does not say whose.

    """
    applicant = await _add_applicant(
        session,
        keys=keys,
        facts=facts,
        profile=asdict(profile),
        password_hash=password_hash,
        now=now,
        sample=sample,
        completed_at=now,
    )
    record_audit(
        session,
        Act.REGISTER,
        now=now,
        account_id=applicant.account_id,
        consents=["disability"] if profile.disability else [],
    )
    return applicant


async def begin_registration(
    session: Session, *, keys: Keys, beginning: Beginning, password_hash: str, now: datetime
) -> None:
    """Make an account that can sign in and go on with the second step; nothing else yet.

    Raises:
        Invalid: the NIK already has an account; the sentence does not say whose.

    """
    told = beginning.facts
    applicant = await _add_applicant(
        session,
        keys=keys,
        facts=told,
        profile=NOT_TOLD_YET
        | {"phone": beginning.phone, "sex": told.sex, "birth_date": told.birth_dates[0]},
        password_hash=password_hash,
        now=now,
        sample=False,
        completed_at=None,
    )
    record_audit(session, Act.BEGIN_REGISTRATION, now=now, account_id=applicant.account_id)


async def complete_registration(
    session: Session, *, account_id: int, profile: FirstProfile, now: datetime
) -> None:
    """Store the second step: from now on this person can send applications.

    Raises:
        Refused: ``registered``, it was done before, perhaps in another tab; nothing is changed.

    """
    applicant = await queries.applicant_row(session, account_id, lock=True)
    if applicant.completed_at is not None:
        raise Refused("registered", "Data diri Anda sudah tersimpan. Ubah lewat Profil saya.")
    account = await people.account_by_id(session, account_id)
    account.name = profile.name
    for name, value in asdict(profile).items():
        setattr(applicant, name, value)
    applicant.completed_at = applicant.updated_at = now
    await forget_draft(session, account_id=account_id, form=REGISTRATION_DRAFT)
    record_audit(session, Act.REGISTER, now=now, account_id=account_id, consents=[])


async def forget_unfinished(session: Session, *, now: datetime) -> int:
    """Delete accounts whose registration was left after its first step, and return how many.

    Their NIKs can be registered again.
    """
    return await queries.delete_unfinished(session, before=now - UNFINISHED_FOR)


async def _add_applicant(
    session: Session,
    *,
    keys: Keys,
    facts: NikFacts,
    profile: Mapping[str, Any],
    password_hash: str | None,
    now: datetime,
    sample: bool,
    completed_at: datetime | None,
) -> Applicant:
    index = keys.blind_index(facts.nik.digits)
    if await people.account_for_key(session, index) is not None:
        raise Invalid({"nik": Problem(TAKEN)})
    account = Account(
        role=Role.APPLICANT,
        sign_in_key=index,
        password_hash=password_hash,
        name=profile["name"],
        created_at=now,
    )
    session.add(account)
    await session.flush()
    public_id = secrets.token_urlsafe(16)
    applicant = Applicant(
        account_id=account.id,
        public_id=public_id,
        nik_sealed=keys.seal(facts.nik.digits, context=queries.nik_context(public_id)),
        nik_index=index,
        nik_region=facts.regency,
        sample=sample,
        created_at=now,
        completed_at=completed_at,
        updated_at=now,
        **profile,
    )
    session.add(applicant)
    await session.flush()
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
    applicant.completed_at = applicant.completed_at or now
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
