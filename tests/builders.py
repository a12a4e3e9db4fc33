"""Rows with readable defaults, unsaved: say only what the test is about.

Everybody is invented; NIKs begin with 1209990101, which no registered person's can (there is no
such district).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from jobfair.applicants.actions.profile import put_profile
from jobfair.applicants.models import Applicant
from jobfair.applicants.queries import disability_of, nik_context, personal_of
from jobfair.applicants.rules.personal import (
    DISABILITY,
    PERSONAL,
    Personal,
    personal_values,
)
from jobfair.companies.models import Company
from jobfair.credentials.models import Contact
from jobfair.credentials.queries import contact_context
from jobfair.credentials.rules import ContactKind
from jobfair.db import Session
from jobfair.fairs.models import Fair, FairWindow, Office
from jobfair.keys import Keys
from jobfair.people.models import Account
from jobfair.people.rules import Duty, Role
from jobfair.positions.models import Position

KEYS = Keys(bytes(range(32)))
WIB = ZoneInfo("Asia/Jakarta")
OPENS = datetime(2026, 3, 2, 8, 0, tzinfo=WIB)
CLOSES = datetime(2026, 3, 9, 16, 0, tzinfo=WIB)
NOW = datetime(2026, 3, 4, 10, 30, tzinfo=WIB)
"""Wednesday morning, the third day of eight."""
PASSWORD = "kata-sandi-uji-7"
EDGE = timedelta(microseconds=1)

on_both = pytest.mark.parametrize("web_kind", ["sqlite", "postgresql"])
"""Run a test of pages on SQLite and on PostgreSQL."""

_numbers = count(1)


@cache
def password_hash() -> str:
    """Return a hash of ``PASSWORD`` that is cheap to verify."""
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)).hash(PASSWORD)


def make_nik(number: int, *, sex: str = "L") -> str:
    """Return an invented NIK; born 1 January (women: day 41) of a year from 1960 to 1999."""
    year, serial = 60 + number // 9999 % 40, number % 9999 + 1
    return f"120999{'41' if sex == 'P' else '01'}01{year}{serial:04d}"


def make_office(**more: Any) -> Office:
    row = {
        "slug": "asahan",
        "name": "Dinas Tenaga Kerja Kabupaten Asahan",
        "short_name": "Disnaker Asahan",
        "regency": "12.09",
        "city": "Kisaran",
        "address": "Jalan Contoh 1, Kisaran",
        "phone": "0623 000000",
        "whatsapp": "6281200000000",
        "email": "disnaker@contoh.id",
        "website": "disnaker.contoh.id",
        "letterhead": ["PEMERINTAH KABUPATEN ASAHAN", "DINAS TENAGA KERJA"],
    }
    return Office(**row | more)


def _prefix(slug: str) -> str:
    """Return a receipt prefix that no other slug of a test has."""
    return "T" + sha256(slug.encode()).hexdigest()[:5].upper()


def make_fair(slug: str = "asahan-uji", **more: Any) -> Fair:
    """Return a published fair; give ``office`` or ``office_id``. Its window is a row of its own."""
    row = {
        "slug": slug,
        "name": "Job Fair Virtual Asahan",
        "short_name": "Job Fair Asahan",
        "receipt_prefix": "ASH" if slug == "asahan-uji" else _prefix(slug),
        "time_zone": "Asia/Jakarta",
        "residence_policy": "open",
        "residence_basis": "ktp",
        "minimum_age": 17,
        "applications_per_applicant": 0,
        "reporting_days": 30,
        "sample": False,
        "texts": {"greeting": "Selamat datang.", "faq": []},
        "recap": {"number": "", "place": "Kisaran", "signatories": [], "media": []},
        "created_at": OPENS - timedelta(days=30),
        "published_at": OPENS - timedelta(days=14),
    }
    return Fair(**row | more)


def make_window(**more: Any) -> FairWindow:
    """Return the first window of a fair; give ``fair_id``."""
    row = {
        "ordinal": 1,
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "made_at": OPENS - timedelta(days=30),
        "reason": "",
    }
    return FairWindow(**row | more)


def make_company(**more: Any) -> Company:
    """Return a verified company; give ``office_id``."""
    n = next(_numbers)
    row = {
        "slug": f"pt-contoh-{n}",
        "name": f"PT Contoh {n}",
        "legal_form": "PT",
        "kind": "formal",
        "kbli": "C",
        "district": "12.09.19",
        "address": "Jalan Contoh 2, Kisaran",
        "about": "Perusahaan rekaan untuk uji.",
        "verified_at": OPENS - timedelta(days=20),
    }
    return Company(**row | more)


def make_position(**more: Any) -> Position:
    """Return an open position; give ``fair_id`` and ``company_id``."""
    n = next(_numbers)
    row = {
        "slug": f"operator-produksi-{n}",
        "title": f"Operator Produksi {n}",
        "kbji": "8",
        "employment": "pkwt",
        "openings": 5,
        "education": ["sma", "smk"],
        "experience_years": 0,
        "wage_min": 3_000_000,
        "wage_max": 3_500_000,
        "wage_period": "bulan",
        "wage_note": "",
        "district": "12.09.19",
        "sector": "formal",
        "disability_friendly": False,
        "hours": "Senin sampai Jumat",
        "duties": ["Menjalankan mesin."],
        "requirements": ["Teliti."],
        "questions": [],
    }
    return Position(**row | more)


def make_account(
    role: Role = Role.APPLICANT, *, name_to_sign_in: str = "", keys: Keys = KEYS, **more: Any
) -> Account:
    """Return an account whose password is ``PASSWORD``.

    ``name_to_sign_in`` is what is typed: a NIK for applicants, an e-mail address for staff.
    Reviewers need ``company_id``, organisers ``office_id``.
    """
    n = next(_numbers)
    typed = name_to_sign_in or (make_nik(n) if role is Role.APPLICANT else f"{role}-{n}@contoh.id")
    row = {
        "role": role,
        "sign_in_key": keys.blind_index(typed),
        "password_hash": password_hash(),
        "name": "" if role is Role.APPLICANT else f"Orang Contoh {n}",
        "email": None if role is Role.APPLICANT else typed,
        "created_at": OPENS - timedelta(days=10),
        "duty": Duty.COMMITTEE if role is Role.ORGANISER else None,
    }
    return Account(**row | more)


def make_contact(
    account_id: int, value: str, *, confirmed_at: datetime | None = NOW, keys: Keys = KEYS
) -> Contact:
    """Return a contact of an account: an address where there is an "@", else a telephone."""
    return Contact(
        account_id=account_id,
        kind=ContactKind.EMAIL if "@" in value else ContactKind.PHONE,
        value_sealed=keys.seal(value, context=contact_context(account_id)),
        value_index=keys.blind_index(value),
        added_at=NOW,
        confirmed_at=confirmed_at,
    )


def make_applicant(*, nik: str = "", keys: Keys = KEYS, **more: Any) -> Applicant:
    """Return a profile of somebody from Asahan; give ``account_id`` of an account with ``nik``."""
    n = next(_numbers)
    digits, public_id = nik or make_nik(n), f"uji-{n}"
    row = {
        "public_id": public_id,
        "name": f"Pelamar Contoh {n}",
        "nik_sealed": keys.seal(digits, context=nik_context(public_id)),
        "nik_index": keys.blind_index(digits),
        "nik_region": "12.09",
        "sex": "L",
        "birth_date": date(1999, 8, 17),
        "phone": "+6281234567890",
        "education": "smk",
        "major": "Teknik Mesin",
        "school": "SMK Contoh",
        "graduation_year": 2017,
        "experience_years": 2,
        "experience": "Dua tahun di bengkel.",
        "district": "12.09.19",
        "village": "Kisaran Baru",
        "disability": "",
        "sample": True,
        "created_at": OPENS - timedelta(days=10),
        "completed_at": OPENS - timedelta(days=10),
        "updated_at": OPENS - timedelta(days=10),
    }
    row |= more
    person = keys.new_person(row["public_id"])
    kind, personal = row.pop("disability"), {one: row.pop(one) for one in Personal.__annotations__}
    applicant = Applicant(
        **row,
        key_wrapped=keys.wrap(person),
        personal_sealed=person.seal(personal_values(Personal(**personal)), what=PERSONAL),
        disability_sealed=person.seal(kind, what=DISABILITY) if kind else None,
    )
    applicant.name = personal["name"]  # what tests look for; no column has it
    return applicant


def tell(applicant: Applicant, **told: Any) -> None:
    """Change a profile as its owner would."""
    put_profile(applicant, KEYS, told)


def read_profile(applicant: Applicant) -> dict[str, Any]:
    """Return what is sealed of a profile."""
    kind = disability_of(applicant, KEYS)
    return vars(personal_of(applicant, KEYS)) | {"disability": kind}


@dataclass
class Staged:
    """A stored fair: ``positions`` are company by company, ``niks`` sign the applicants in."""

    office: Office
    fair: Fair
    window: FairWindow
    companies: list[Company]
    positions: list[Position]
    applicants: list[Applicant]
    niks: list[str]

    def pairs(self) -> list[tuple[int, int]]:
        """Return every (applicant id, position id), each applicant in turn."""
        return [(who.id, what.id) for what in self.positions for who in self.applicants]


async def stage(
    session: Session,
    *,
    companies: int = 1,
    positions: int = 1,
    applicants: int = 1,
    window: dict[str, Any] | None = None,
    office: Office | None = None,
    keys: Keys = KEYS,
    **fair: Any,
) -> Staged:
    """Store a fair with companies, ``positions`` for each of them, and people who may apply.

    ``window`` and all other keywords override columns of the window and the fair.
    """
    office = office or make_office()
    session.add(office)
    await session.flush()
    held = make_fair(**{"office": office} | fair)
    firms = [make_company(office_id=office.id) for _ in range(companies)]
    session.add_all([held, *firms])
    await session.flush()
    hours = make_window(**{"fair_id": held.id} | (window or {}))
    jobs = [
        make_position(fair_id=held.id, company_id=firm.id)
        for firm in firms
        for _ in range(positions)
    ]
    niks = [make_nik(next(_numbers)) for _ in range(applicants)]
    accounts = [make_account(name_to_sign_in=nik) for nik in niks]
    session.add_all([hours, *jobs, *accounts])
    await session.flush()
    people = [
        make_applicant(nik=nik, account_id=account.id, keys=keys)
        for nik, account in zip(niks, accounts, strict=True)
    ]
    session.add_all(people)
    await session.flush()
    return Staged(office, held, hours, firms, jobs, people, niks)
