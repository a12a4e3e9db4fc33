"""Registering: in two steps by the person, or in one from a file."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from jobfair.applicants import queries
from jobfair.applicants.actions.profile import put_profile
from jobfair.applicants.models import Applicant
from jobfair.applicants.rules.nik import NikFacts
from jobfair.applicants.rules.personal import PERSONAL, Personal, personal_values
from jobfair.applicants.rules.profile import Beginning, FirstProfile, Profile
from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.consents.actions import record_consents
from jobfair.consents.rules import Consent
from jobfair.db import Session
from jobfair.drafts.actions import forget_draft
from jobfair.errors import Invalid, Problem, Refused
from jobfair.keys import Keys
from jobfair.outbox.actions import queue_message
from jobfair.outbox.rules import Letter
from jobfair.people import queries as people
from jobfair.people.models import Account
from jobfair.people.rules import Role
from jobfair.wording.language import gettext_noop

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
    if profile.disability:
        entry = [(applicant.account_id, "", now)]
        await record_consents(session, Consent.DISABILITY, entry)
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
    session: Session, *, keys: Keys, account_id: int, profile: FirstProfile, now: datetime
) -> None:
    """Store the second step: from now on this person can send applications.

    Raises:
        Refused: ``registered``, it was done before, perhaps in another tab; nothing is changed.

    """
    applicant = await queries.applicant_row(session, account_id, lock=True)
    if applicant.completed_at is not None:
        raise Refused("registered", "Data diri Anda sudah tersimpan. Ubah lewat Profil saya.")
    put_profile(applicant, keys, asdict(profile))
    applicant.completed_at = applicant.updated_at = now
    await forget_draft(session, account_id=account_id, form=REGISTRATION_DRAFT)
    record_audit(session, Act.REGISTER, now=now, account_id=account_id, consents=[])
    await queue_message(session, Letter.WELCOME, account_id=account_id, facts={}, now=now)


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
        name="",
        created_at=now,
    )
    session.add(account)
    await session.flush()
    public_id = secrets.token_urlsafe(16)
    person = keys.new_person(public_id)
    personal = Personal(**{name: profile[name] for name in Personal.__annotations__})
    applicant = Applicant(
        account_id=account.id,
        public_id=public_id,
        key_wrapped=keys.wrap(person),
        personal_sealed=person.seal(personal_values(personal), what=PERSONAL),
        nik_sealed=keys.seal(facts.nik.digits, context=queries.nik_context(public_id)),
        nik_index=index,
        nik_region=facts.regency,
        sample=sample,
        created_at=now,
        completed_at=completed_at,
        updated_at=now,
    )
    put_profile(applicant, keys, profile)
    session.add(applicant)
    await session.flush()
    return applicant
