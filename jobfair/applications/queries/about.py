"""What a letter says about an application, and who the applicants of something are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, literal, select

from jobfair.applicants.models import Applicant
from jobfair.applicants.queries import people_of_accounts
from jobfair.applications.models import Application, FairApplicant
from jobfair.companies.models import Company
from jobfair.db import Session
from jobfair.drafts.models import FormDraft
from jobfair.drafts.rules import APPLY_FORM
from jobfair.keys import Keys
from jobfair.people.models import Account
from jobfair.people.rules import Role
from jobfair.positions.models import Position


@dataclass(frozen=True)
class AboutApplication:
    """The parts of an application that may be written into a letter."""

    receipt: str
    received_at: datetime
    title: str
    company: str
    fair_id: int


@dataclass(frozen=True)
class AboutPosition:
    """The parts of a position that may be written into a letter."""

    id: int
    slug: str
    title: str
    company: str
    fair_id: int


async def about_receipts(
    session: Session, receipts: Iterable[str | None]
) -> dict[str | None, AboutApplication]:
    """Return what is said of applications, by receipt; one that is gone is left out."""
    query = (
        select(
            Application.receipt,
            Application.received_at,
            Position.title,
            Company.name,
            Application.fair_id,
        )
        .join(Position, Position.id == Application.position_id)
        .join(Company, Company.id == Position.company_id)
        .where(Application.receipt.in_(set(receipts) - {None}))
    )
    return {row.receipt: AboutApplication(*row) for row in await session.execute(query)}


async def about_positions(
    session: Session, ids: Iterable[int | None]
) -> dict[int | None, AboutPosition]:
    """Return what is said of positions, by id; one that is gone is left out."""
    query = (
        select(Position.id, Position.slug, Position.title, Company.name, Position.fair_id)
        .join(Company, Company.id == Position.company_id)
        .where(Position.id.in_(set(ids) - {None}))
    )
    return {row.id: AboutPosition(*row) for row in await session.execute(query)}


async def _next_ids(session: Session, query: Select[Any], *, after: int, most: int) -> list[int]:
    column = query.selected_columns[0]
    found = await session.scalars(
        query.where(column > after).distinct().order_by(column).limit(most)
    )
    return list(found)


async def applicants_of_fair(
    session: Session, fair_id: int, *, after: int, most: int
) -> Sequence[int]:
    """Return the next accounts with an application at a fair, in rising order."""
    query = select(Applicant.account_id).join(
        FairApplicant, FairApplicant.applicant_id == Applicant.id
    )
    query = query.where(FairApplicant.fair_id == fair_id)
    return await _next_ids(session, query, after=after, most=most)


async def applicants_of_position(
    session: Session, position_id: int, *, after: int, most: int
) -> Sequence[int]:
    """Return the next accounts with an application to a position, in rising order."""
    query = select(Applicant.account_id).join(Application)
    query = query.where(Application.position_id == position_id)
    return await _next_ids(session, query, after=after, most=most)


async def applicants_of_company(
    session: Session, company_id: int, *, after: int, most: int
) -> Sequence[int]:
    """Return the next accounts with an application to a company, in rising order."""
    query = select(Applicant.account_id).join(Application).join(Position)
    query = query.where(Position.company_id == company_id)
    return await _next_ids(session, query, after=after, most=most)


async def reviewers_of_fair(
    session: Session, fair_id: int, *, after: int, most: int
) -> Sequence[int]:
    """Return the next accounts of companies with a position at a fair, in rising order."""
    query = select(Account.id).join(Position, Position.company_id == Account.company_id)
    query = query.where(Position.fair_id == fair_id, Account.role == Role.REVIEWER)
    return await _next_ids(session, query, after=after, most=most)


async def everybody_at_fair(
    session: Session, fair_id: int, *, after: int, most: int
) -> Sequence[int]:
    """Return the next accounts of applicants and companies at a fair, in rising order."""
    applicants = await applicants_of_fair(session, fair_id, after=after, most=most)
    reviewers = await reviewers_of_fair(session, fair_id, after=after, most=most)
    return sorted({*applicants, *reviewers})[:most]


async def unsent_drafts(session: Session, fair_id: int) -> list[tuple[int, int]]:
    """Return account and position of the drafts of a fair that no application came of."""
    form = literal(APPLY_FORM, String) + cast(Position.id, String)
    sent = (
        select(Application.id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Application.position_id == Position.id, Applicant.account_id == FormDraft.account_id)
    )
    query = (
        select(FormDraft.account_id, Position.id)
        .join(Position, FormDraft.form == form)
        .where(Position.fair_id == fair_id, Position.withdrawn_at.is_(None), ~sent.exists())
        .order_by(FormDraft.account_id, Position.id)
    )
    return [(row.account_id, row.id) for row in await session.execute(query)]


async def phones_of(
    session: Session, keys: Keys, account_ids: Iterable[int]
) -> dict[int, tuple[str, str]]:
    """Return name and telephone of applicants, by account: for staff who tell them themselves."""
    known = await people_of_accounts(session, keys, account_ids)
    return {account_id: (one.name, one.phone) for account_id, one in known.items()}
