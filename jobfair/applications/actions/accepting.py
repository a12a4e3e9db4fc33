"""Accepting applications: the one action behind the intake."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from jobfair.applicants.rules.personal import ANSWERS, PERSONAL, read_personal
from jobfair.applications.queries import ledger
from jobfair.applications.queries.ledger import Entry, Person
from jobfair.applications.rules import (
    Eligibility,
    FairPolicy,
    Stage,
    age_on,
    check_answers,
    check_may_apply,
    receipt_number,
)
from jobfair.consents.actions import record_consents
from jobfair.consents.rules import Consent
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.errors import InternalFault, JobFairError, Misconfigured, NotFound, Refused
from jobfair.fairs.queries import Ledger, grow_ledger, lock_ledger
from jobfair.fairs.rules import check_accepts
from jobfair.keys import Keys
from jobfair.outbox.actions import queue_messages
from jobfair.outbox.rules import Letter
from jobfair.regions import is_local


@dataclass(frozen=True)
class Submission:
    """Somebody's wish to apply, stamped with the instant the whole request was here."""

    fair_id: int
    applicant_id: int
    position_id: int
    answers: tuple[str, ...]
    received_at: datetime


@dataclass(frozen=True)
class Receipt:
    """The proof that an application is in the ledger."""

    number: str
    seq: int
    received_at: datetime
    repeated: bool
    """It was in the ledger before this submission."""


Outcome = Receipt | JobFairError


def _counted_profile(applicant: Person, *, age: int) -> dict[str, Any]:
    """Return what is counted of what a company receives; what identifies is copied sealed."""
    return {
        "age": age,
        "sex": applicant.sex,
        "education": applicant.education,
        "experience_years": applicant.experience_years,
        "district": applicant.district,
        "cv": applicant.cv,
    }


class _Batch:
    """The submissions of one fair in one transaction: judged in order, then written at once."""

    def __init__(self, session: Session, fair: Ledger, keys: Keys) -> None:
        self.session = session
        self.keys = keys
        self.fair = fair
        self.conditions = FairPolicy(
            minimum_age=fair.minimum_age,
            residence_policy=fair.residence_policy,
            applications_per_applicant=fair.applications_per_applicant,
        )
        self.year = fair.timetable.opens_at.astimezone(fair.zone).year
        self.rows: list[dict[str, Any]] = []
        self.letters: list[tuple[int, dict[str, Any]]] = []
        """Who is to get a receipt, and its number."""
        self.newcomers: set[int] = set()

    async def load(self, submissions: Sequence[Submission]) -> None:
        """Read everything the rules need, in three statements."""
        session, fair = self.session, self.fair
        pairs = [(one.applicant_id, one.position_id) for one in submissions]
        self.entries: dict[tuple[int, int], Entry] = await ledger.entries_for(session, pairs)
        self.positions = await ledger.positions_for(session, [at for _, at in pairs])
        self.people = await ledger.people_for(session, fair.fair_id, [who for who, _ in pairs])
        self.so_far = {who: person.applications or 0 for who, person in self.people.items()}

    async def take(self, one: Submission) -> Receipt:
        """Judge one submission and note its row; raises what speaks against it."""
        entry = self.entries.get((one.applicant_id, one.position_id))
        if entry is not None and entry.stage is not Stage.WITHDRAWN:
            return Receipt(entry.receipt, entry.seq, entry.received_at, repeated=True)
        fair = self.fair
        check_accepts(one.received_at, fair.timetable)
        applicant = self.people.get(one.applicant_id)
        position = self.positions.get(one.position_id)
        if applicant is None or position is None or position.fair_id != fair.fair_id:
            raise NotFound("Jabatan ini tidak ada.")
        if not position.open:
            raise Refused("withdrawn", "Jabatan ini sudah ditarik oleh perusahaan.")
        if entry is not None:
            return await self.revive(one, entry)
        if applicant.completed_at is None:
            raise Refused("unfinished", "Lengkapi data diri Anda, lalu kirim lamaran ini lagi.")
        check_answers(one.answers, questions=position.questions)
        if applicant.key_wrapped is None:
            raise Refused("forgotten", "Akun ini sudah dihapus.")
        key = self.keys.person(applicant.key_wrapped, applicant.public_id)
        born = read_personal(key.unseal(applicant.personal_sealed, what=PERSONAL)).birth_date
        day = one.received_at.astimezone(fair.zone).date()
        check_may_apply(
            asking=Eligibility(
                birth_date=born,
                is_local=applicant.lives_in(fair.regency, at=fair.timetable.published_at),
                says_local=is_local(applicant.district, fair.regency),
                applications_so_far=self.so_far[applicant.id],
            ),
            conditions=self.conditions,
            day=day,
        )
        answers = key.seal(list(one.answers), what=ANSWERS) if one.answers else None
        return self.note_row(one, applicant, age=age_on(day, born), answers=answers)

    def note_row(
        self, one: Submission, applicant: Person, *, age: int, answers: bytes | None
    ) -> Receipt:
        """Give the submission the next ledger sequence and its receipt number."""
        fair = self.fair
        seq = fair.seq + len(self.rows) + 1
        number = receipt_number(prefix=fair.receipt_prefix, year=self.year, seq=seq)
        self.rows.append(
            {
                "fair_id": fair.fair_id,
                "seq": seq,
                "receipt": number,
                "applicant_id": one.applicant_id,
                "position_id": one.position_id,
                "received_at": one.received_at,
                "profile": _counted_profile(applicant, age=age),
                "personal_sealed": applicant.personal_sealed,
                "answers_sealed": answers,
                "stage": Stage.NEW,
                "stage_at": one.received_at,
                "note": "",
            }
        )
        self.letters.append((applicant.account_id, {"receipt": number}))
        if self.so_far[applicant.id] == 0:
            self.newcomers.add(applicant.id)
        self.so_far[applicant.id] += 1
        self.entries[one.applicant_id, one.position_id] = Entry(
            id=0, seq=seq, receipt=number, received_at=one.received_at, stage=Stage.NEW
        )
        return Receipt(number, seq, one.received_at, repeated=False)

    async def revive(self, one: Submission, entry: Entry) -> Receipt:
        """Bring a withdrawn application back under its first receipt (``domain.md`` R06)."""
        await ledger.move(
            self.session,
            application_id=entry.id,
            position_id=one.position_id,
            from_stage=Stage.WITHDRAWN,
            to_stage=Stage.NEW,
            at=one.received_at,
            account_id=None,
        )
        consent = (self.people[one.applicant_id].account_id, entry.receipt, one.received_at)
        await record_consents(self.session, Consent.APPLICATION, [consent])
        self.entries[one.applicant_id, one.position_id] = Entry(
            **{**asdict(entry), "stage": Stage.NEW}
        )
        mark_changed(self.session, topics.fair(one.fair_id))
        mark_changed(self.session, topics.position(one.position_id))
        return Receipt(entry.receipt, entry.seq, entry.received_at, repeated=True)

    async def write(self) -> None:
        """Write ledger rows and kept tallies."""
        if not self.rows:
            return
        fair, rows = self.fair, self.rows
        await ledger.add_applications(self.session, rows)
        await ledger.add_to_tallies(self.session, fair.fair_id, rows, frozenset(self.newcomers))
        newest = max(row["received_at"] for row in rows)
        await grow_ledger(
            self.session,
            fair.fair_id,
            seq=fair.seq + len(rows),
            applicants=fair.applicants + len(self.newcomers),
            last_received_at=max(newest, fair.last_received_at or newest),
        )
        await record_consents(
            self.session,
            Consent.APPLICATION,
            [
                (account_id, row["receipt"], row["received_at"])
                for (account_id, _), row in zip(self.letters, rows, strict=True)
            ],
        )
        await queue_messages(
            self.session, Letter.RECEIPT, self.letters, now=newest, fair_id=fair.fair_id
        )
        mark_changed(self.session, topics.fair(fair.fair_id))
        for position_id in {row["position_id"] for row in rows}:
            mark_changed(self.session, topics.position(position_id))


async def accept(
    session: Session, submissions: Sequence[Submission], *, keys: Keys
) -> list[Outcome]:
    """Put submissions into the ledger; one outcome each, in the order given.

    Takes the lock of each fair (in id order) before looking at anything, so that no closing can
    come between judging and writing. What a rule says no to is an outcome and hurts nobody
    else; an error of the database is raised, and then nothing of the batch is kept.
    """
    outcomes: dict[int, Outcome] = {}
    for fair_id in sorted({one.fair_id for one in submissions}):
        mine = [(at, one) for at, one in enumerate(submissions) if one.fair_id == fair_id]
        try:
            batch = _Batch(session, await lock_ledger(session, fair_id), keys)
        except NotFound as error:
            outcomes |= dict.fromkeys((at for at, _ in mine), error)
            continue
        await batch.load([one for _, one in mine])
        for at, one in mine:
            try:
                outcomes[at] = await batch.take(one)
            except Misconfigured:
                outcomes[at] = InternalFault()
            except JobFairError as error:
                outcomes[at] = error
        await batch.write()
    return [outcomes[at] for at in range(len(submissions))]
