"""Ledgers as chance would fill them, made by the same actions that fill a real one."""

import random
from datetime import date, timedelta

from jobfair.applications.actions.accepting import Receipt, Submission, accept
from jobfair.applications.actions.stages import move_stage, undo_last, withdraw
from jobfair.applications.rules import NEXT_STAGES, Stage
from jobfair.db import Session
from jobfair.people.rules import Role
from tests.builders import CLOSES, KEYS, OPENS, Staged, make_account, stage, tell

BIRTHDAYS = (
    date(2006, 3, 9), date(2006, 3, 10), date(2000, 2, 29), date(1996, 3, 9), date(1965, 1, 1),
    date(2008, 7, 7), date(1999, 8, 17), date(1940, 5, 5),
)  # fmt: skip
"""On and around the edges of bands on the closing day, 9 March 2026."""
DISTRICTS = ("12.09.19", "12.09.20", "12.75", "12.74", "12.09", "99.99.01")


async def random_ledger(session: Session, seed: int, *, sent: int = 40) -> Staged:
    """Store a fair and let chance apply, review, take back and withdraw."""
    chance = random.Random(seed)
    made = await stage(session, companies=3, positions=2, applicants=14)
    for person in made.applicants:
        tell(
            person,
            sex=chance.choice(["L", "P", "P", "?"]),
            birth_date=chance.choice(BIRTHDAYS),
            education=chance.choice(["sd", "sma", "smk", "d3", "s1", "s3", "xx"]),
            district=chance.choice(DISTRICTS),
            disability=chance.choice(["", "", "fisik"]),
        )
    for position in made.positions:
        position.sector = chance.choice(["formal", "informal"])
        position.kbji = chance.choice(["3", "8", ""])
        position.disability_friendly = chance.random() < 0.5
    made.companies[1].kbli = "G"
    reviewers = [make_account(Role.REVIEWER, company_id=company.id) for company in made.companies]
    session.add_all(reviewers)
    await session.flush()
    length = (CLOSES - OPENS).total_seconds()
    instants = sorted(OPENS + timedelta(seconds=chance.random() * length) for _ in range(sent))
    pairs = chance.sample(made.pairs(), k=min(sent, len(made.pairs())))
    submissions = [
        Submission(made.fair.id, who, what, (), at)
        for (who, what), at in zip(pairs, instants, strict=False)
    ]
    outcomes = []
    while submissions:
        size = chance.randint(1, 9)
        outcomes += await accept(session, submissions[:size], keys=KEYS)
        submissions = submissions[size:]
    await session.flush()
    receipts = [outcome for outcome in outcomes if isinstance(outcome, Receipt)]
    company_of = {position.id: at // 2 for at, position in enumerate(made.positions)}
    for receipt, (who, what) in zip(receipts, pairs, strict=False):
        at = company_of[what]
        stands = Stage.NEW
        later = receipt.received_at
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
            if not NEXT_STAGES[stands]:
                break
            wanted = chance.choice(sorted(NEXT_STAGES[stands]))
            later += timedelta(seconds=30)
            common = {"company_id": made.companies[at].id, "account_id": reviewers[at].id}
            await move_stage(session, receipt=receipt.number, to_stage=wanted, now=later, **common)
            await session.flush()
            if chance.random() < 0.2:
                await undo_last(session, now=later + timedelta(seconds=5), **common)
                await session.flush()
            else:
                stands = wanted
        if stands is not Stage.ACCEPTED and chance.random() < 0.15:
            person = next(one for one in made.applicants if one.id == who)
            await withdraw(
                session, applicant_id=who, receipt=receipt.number, account_id=person.account_id,
                now=min(later, CLOSES - timedelta(seconds=1)),
            )  # fmt: skip
            await session.flush()
    for position in chance.sample(made.positions, k=1):
        position.withdrawn_at = CLOSES - timedelta(minutes=1)
    await session.flush()
    return made
