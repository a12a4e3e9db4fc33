"""A position as schema.org JobPosting, for search engines (``domain.md`` 9.1)."""

from typing import Any

from jobfair.fairs.rules.state import FairState
from jobfair.positions.queries import PostedPosition
from jobfair.regions import district_name, province_name, regency_name, regency_of

EMPLOYMENT = {
    "pkwtt": "FULL_TIME",
    "pkwt": "CONTRACTOR",
    "magang": "INTERN",
    "harian": "PER_DIEM",
    "paruh_waktu": "PART_TIME",
}
PERIODS = {"bulan": "MONTH", "hari": "DAY"}
MONTHS = 12


def posting_of(found: FairState, position: PostedPosition, base_url: str) -> dict[str, Any]:
    """Return the data of a position; a wage is named only when the company names one."""
    regency = regency_of(position.district)
    posting: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": position.title,
        "description": "\n".join([*position.duties, *position.requirements]),
        "datePosted": found.timetable.opens_at.date().isoformat(),
        "validThrough": found.timetable.closes_at.isoformat(),
        "employmentType": EMPLOYMENT.get(position.employment, "OTHER"),
        "hiringOrganization": {"@type": "Organization", "name": position.company.name},
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "addressCountry": "ID",
                "addressRegion": province_name(regency[:2]) or "",
                "addressLocality": ", ".join(
                    name
                    for name in (district_name(position.district), regency_name(regency))
                    if name
                ),
            },
        },
        "totalJobOpenings": position.openings,
        "directApply": True,
        "url": f"{base_url}/{found.slug}/lowongan/{position.slug}",
    }
    if position.experience_years:
        posting["experienceRequirements"] = {
            "@type": "OccupationalExperienceRequirements",
            "monthsOfExperience": position.experience_years * MONTHS,
        }
    if position.wage_min or position.wage_max:
        low, high = position.wage_min or position.wage_max, position.wage_max or position.wage_min
        posting["baseSalary"] = {
            "@type": "MonetaryAmount",
            "currency": "IDR",
            "value": {
                "@type": "QuantitativeValue",
                "minValue": low,
                "maxValue": high,
                "unitText": PERIODS.get(position.wage_period, "MONTH"),
            },
        }
    return posting
