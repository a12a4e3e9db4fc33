"""A position as lists show it, and which positions are like it."""

from collections.abc import Sequence
from dataclasses import dataclass

FEW_APPLICANTS = 10
FEW_PER_OPENING = 2
DAYS_PER_MONTH = 25
"""To compare a wage per day with one per month; only for the order of lists."""


@dataclass(frozen=True)
class Offer:
    """One open position as lists show it."""

    id: int
    slug: str
    title: str
    kbji: str
    company: str
    company_slug: str
    kbli: str
    """Of the company."""
    company_id: int
    district: str
    education: tuple[str, ...]
    experience_years: int
    wage_min: int | None
    wage_max: int | None
    wage_period: str
    wage_note: str
    openings: int
    disability_friendly: bool
    employment: str = ""
    sector: str = ""
    hours: str = ""
    duties: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Return what a search looks at behind title, company and place."""
        return (*self.duties, *self.requirements, self.hours, self.wage_note)

    @property
    def monthly_wage(self) -> int:
        """Return the highest wage named, per month, 0 when none is named."""
        wage = self.wage_max or self.wage_min or 0
        return wage * DAYS_PER_MONTH if self.wage_period == "hari" else wage


@dataclass(frozen=True)
class Booth:
    """A company at a fair, and how much it offers."""

    slug: str
    name: str
    kbli: str
    positions: int


def booths(offers: Sequence[Offer]) -> list[Booth]:
    """Return the companies behind the offers, by name."""
    by_company: dict[int, list[Offer]] = {}
    for offer in offers:
        by_company.setdefault(offer.company_id, []).append(offer)
    made = [
        Booth(own[0].company_slug, own[0].company, own[0].kbli, positions=len(own))
        for own in by_company.values()
    ]
    return sorted(made, key=lambda booth: booth.name.casefold())


def few_applicants(offer: Offer, applicants: int) -> bool:
    """Tell whether a position is worth a hint: hardly anybody has applied yet."""
    return applicants <= FEW_APPLICANTS and applicants < FEW_PER_OPENING * offer.openings


def by_likeness(offers: Sequence[Offer], to: Offer) -> list[Offer]:
    """Return the other positions: same kind of work first, then the same place and schooling."""

    def likeness(offer: Offer) -> tuple[int, int]:
        schooling = not set(offer.education).isdisjoint(to.education)
        points = 3 * (offer.kbji == to.kbji) + 2 * (offer.district == to.district) + schooling
        return (-points, offer.id)

    return sorted((offer for offer in offers if offer.id != to.id), key=likeness)
