"""Correcting a profile, and encrypting NIKs with a new root key."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from jobfair.applicants import queries
from jobfair.applicants.models import Applicant
from jobfair.applicants.rules.personal import DISABILITY, PERSONAL, Personal, personal_values
from jobfair.applicants.rules.profile import Profile
from jobfair.applicants.rules.residence import move_from
from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.consents.actions import record_consents
from jobfair.consents.rules import Consent
from jobfair.db import Session
from jobfair.keys import Keys
from jobfair.people import queries as people

REKEYED_AT_ONCE = 1000


async def change_profile(
    session: Session, *, keys: Keys, account_id: int, profile: Profile, now: datetime
) -> Applicant:
    """Replace the profile; applications already sent keep the copy they were sent with."""
    applicant = await queries.applicant_row(session, account_id, lock=True)
    if profile.district != applicant.district:
        applicant.moves = [*applicant.moves, move_from(applicant.district, now)]
    told_before = queries.disability_of(applicant, keys)
    put_profile(applicant, keys, asdict(profile))
    if profile.disability != told_before:
        entry, given = [(account_id, "", now)], bool(profile.disability)
        await record_consents(session, Consent.DISABILITY, entry, given=given)
    applicant.updated_at = now
    applicant.completed_at = applicant.completed_at or now
    record_audit(session, Act.CHANGE_PROFILE, now=now, account_id=account_id)
    return applicant


def put_profile(applicant: Applicant, keys: Keys, told: Mapping[str, Any]) -> None:
    """Set what was told of a profile, sealing what identifies the person; the rest stays."""
    person = queries.key_of(applicant, keys)
    sealed = {name: told[name] for name in Personal.__annotations__ if name in told}
    personal = replace(queries.personal_of(applicant, keys), **sealed)
    applicant.personal_sealed = person.seal(personal_values(personal), what=PERSONAL)
    for name in told.keys() - sealed.keys() - {"disability"}:
        setattr(applicant, name, told[name])
    if "disability" in told:
        kind = told["disability"]
        applicant.disability_sealed = person.seal(kind, what=DISABILITY) if kind else None


async def change_keys_of_applicants(session: Session, *, old: Keys, new: Keys) -> int:
    """Seal every NIK and every person's key with a new root key, and return how many there were.

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
            wrapped = row.key_wrapped
            if wrapped is not None:
                wrapped = new.wrap(old.person(wrapped, row.public_id))
            again = {"applicant": row.id, "sealed": fresh, "index": index, "wrapped": wrapped}
            sealed.append(again)
        await queries.set_sealed_niks(session, sealed)
        await people.set_sign_in_keys(session, indexes)
        done, last = done + len(rows), rows[-1].id
    return done
