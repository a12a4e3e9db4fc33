"""Everything the desk shows, read in one snapshot with a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from jobfair.applications.queries import desk, desk_search, receipts
from jobfair.applications.queries.sealed import read_sent
from jobfair.applications.rules import (
    NEXT_STAGES,
    UNDO_WITHIN,
    Requirement,
    Stage,
    requirements_met,
)
from jobfair.db import Session
from jobfair.errors import NotAllowed, NotFound
from jobfair.fairs.queries import fair_by_id
from jobfair.fairs.rules.state import FairState
from jobfair.keys import Keys
from jobfair.positions.queries import PostedPosition, own_position, positions_of_company
from jobfair.privacy.rules import check_may_look
from jobfair.tally.queries.counters import StageCounts, tally_positions
from jobfair.web.http.dependencies import SignedIn
from jobfair.web.pages.company.view import View
from jobfair.web.pages.shared.documents import sent_cv
from jobfair.wording.language import gettext_noop

SUSPENDED = gettext_noop(
    "Disnaker sedang menangguhkan verifikasi perusahaan Anda, jadi data pelamar tidak dapat "
    "dibuka. Hubungi panitia; lamaran yang sudah masuk tetap tersimpan."
)
KEYS = {
    Stage.SHORTLISTED: "L",
    Stage.INTERVIEW: "W",
    Stage.ACCEPTED: "A",
    Stage.REVIEWED: "R",
    Stage.UNSUITABLE: "T",
}
"""Buttons of the desk, each with its key: what is good for the applicant first."""
ONE_BY_ONE = frozenset({Stage.ACCEPTED})
"""What is never decided about many at once, and has no key before an application was read."""


@dataclass(frozen=True)
class Listed:
    """One applicant in the list."""

    row: desk.Row
    met: int
    of: int

    @property
    def initials(self) -> str:
        """First letters of the first and the last word of the name."""
        words = [word for word in self.row.profile["name"].split() if word[0].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def company_of(account: SignedIn) -> int:
    """Return the company of a reviewer; without one there is nothing to see."""
    if account.company_id is None:
        raise NotFound
    return account.company_id


async def desk_position(session: Session, account: SignedIn, position_id: int) -> PostedPosition:
    """Return the position whose applicants this reviewer may see.

    Raises:
        NotFound: another company's, or none.
        NotAllowed: the office has suspended the company's verification.

    """
    position = await own_position(session, company_id=company_of(account), position_id=position_id)
    if position.company.verified_at is None:
        raise NotAllowed(SUSPENDED)
    return position


def requirements(
    position: PostedPosition, profile: Mapping[str, Any], answers: Sequence[str]
) -> list[Requirement]:
    """Return what the position asks for and whether the application meets it."""
    return requirements_met(
        education=position.education,
        experience_years=position.experience_years,
        questions=len(position.questions),
        profile=profile,
        answers=answers,
    )


async def desk_context(
    session: Session, keys: Keys, account: SignedIn, view: View, *, now: datetime
) -> dict[str, Any]:
    """Return what ``company/desk.html`` takes.

    Raises:
        NotFound, NotAllowed: see :func:`desk_position`; also for an application that is not one
            to this position.

    """
    company_id = company_of(account)
    position = await desk_position(session, account, view.position_id)
    fair = await fair_by_id(session, position.fair_id)
    check_may_look(closes_at=fair.timetable.closes_at, now=now)
    positions = await positions_of_company(session, company_id=company_id, fair_id=position.fair_id)
    counts = await tally_positions(session, [other.id for other in positions])
    newest = await desk.newest_seq(session, position_id=position.id)
    up_to = newest if view.up_to is None else min(view.up_to, newest)
    view = replace(view, up_to=up_to)
    last = await desk.last_steps_by(
        session, account_id=account.account_id, company_id=company_id, since=now - UNDO_WITHIN
    )
    fresh = await desk.arrived_after(session, position_id=position.id, seq=up_to)
    page = await _page(session, keys, company_id, view)
    return {
        "fair": fair,
        "company": position.company,
        "position": position,
        "positions": positions,
        "totals": counts,
        "counts": counts[position.id],
        "stage": view.stage,
        "view": view,
        "fresh": fresh,
        "page": page,
        "listed": [_listed(position, row) for row in page.rows],
        "next_stages": [
            stage for stage in KEYS if stage in NEXT_STAGES[view.stage] and stage not in ONE_BY_ONE
        ],
        "keys": KEYS,
        "unread_elsewhere": _most_waiting(positions, counts, position.id),
        "older_left": await _left(session, view, page, position.id),
        "last": [read_sent(keys, one) for one in last],
        **await _opened(session, keys, view, page, fair=fair, position=position, now=now),
    }


def _most_waiting(
    positions: Sequence[PostedPosition], counts: Mapping[int, StageCounts], here: int
) -> tuple[PostedPosition, int] | None:
    """Return the other position with the most unread applications, and how many they are."""
    others = [(one, counts[one.id].at(Stage.NEW)) for one in positions if one.id != here]
    best = max(others, key=lambda pair: pair[1], default=None)
    return best if best and best[1] else None


async def _left(session: Session, view: View, page: desk.Page, position_id: int) -> int:
    """Return how many older applications follow this page of the list."""
    if not page.more or view.words:
        return 0
    return await desk.count_older(
        session, position_id=position_id, stage=view.stage, seq=page.rows[-1].seq
    )


async def _page(session: Session, keys: Keys, company_id: int, view: View) -> desk.Page:
    if view.words:
        page = await desk_search.rows_named(
            session, keys, company_id=company_id, position_id=view.position_id, words=view.words
        )
    else:
        page = await desk.rows_at(
            session,
            company_id=company_id,
            position_id=view.position_id,
            stage=view.stage,
            before=view.before,
            up_to=view.up_to,
        )
    return replace(page, rows=[read_sent(keys, row) for row in page.rows])


def _listed(position: PostedPosition, row: desk.Row) -> Listed:
    found = requirements(position, row.profile, row.answers)
    return Listed(row=row, met=sum(one.met for one in found), of=len(found))


async def _opened(
    session: Session,
    keys: Keys,
    view: View,
    page: desk.Page,
    *,
    fair: FairState,
    position: PostedPosition,
    now: datetime,
) -> dict[str, Any]:
    receipt = view.receipt or (page.rows[0].receipt if page.rows else "")
    if not receipt or view.picking:
        return {"opened": None}
    company_id = position.company_id
    opened = read_sent(keys, await desk.opened(session, company_id=company_id, receipt=receipt))
    if opened.position_id != view.position_id:
        raise NotFound("Lamaran ini tidak ada.")
    listed = [row.receipt for row in page.rows]
    at = listed.index(receipt) if receipt in listed else -1
    return {
        "opened": opened,
        "requirements": requirements(position, opened.profile, opened.answers),
        "age": opened.profile["age"],
        "others": await desk.others_at_company(
            session,
            company_id=company_id,
            applicant_id=opened.applicant_id,
            except_id=opened.id,
        ),
        "cv": await sent_cv(session, opened, fair, now=now),
        "trail": await receipts.trail_of(session, opened.id),
        "decisions": [stage for stage in KEYS if stage in NEXT_STAGES[opened.stage]],
        "newer": listed[at - 1] if at > 0 else "",
        "older": listed[at + 1] if at + 1 < len(listed) else "",
    }


async def counts_of(session: Session, position_id: int) -> StageCounts:
    """Return the stage counts of one position."""
    return (await tally_positions(session, [position_id]))[position_id]
