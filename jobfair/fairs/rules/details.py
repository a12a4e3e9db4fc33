"""An office and a fair as they are defined, read from the fields of a form or a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jobfair.clock import ZONE_NAMES
from jobfair.errors import Problem
from jobfair.fairs.rules import LONGEST_FAIR, RESIDENCE_POLICIES
from jobfair.fields import Fields

RESERVED = frozenset(
    {
        "aksesibilitas", "bahasa", "bantuan", "buktikan", "daftar", "data", "gaya", "keamanan",
        "keluar", "kendali", "lamaran", "lapor", "livez", "lupa", "masuk", "meja", "metrics",
        "pesan", "petugas", "privasi", "profil", "readyz", "sandi", "selesai", "simpanan",
        "static", "undangan", "ws",
    }
)  # fmt: skip
"""First words of addresses that are not fairs."""
TEXTS = ("welcome", "prepare", "selection", "closed", "paused")
PREFIX = re.compile(r"[A-Z0-9]{2,6}")
NO_SUCH_POLICY = Problem(
    "Pakai open (semua orang boleh melamar) atau local_only (hanya KTP setempat). Pelamar tidak "
    "diurutkan menurut alamat."
)
NEVER = datetime.max.replace(tzinfo=UTC)
"""In place of an instant that was wrong; nothing that was wrong is ever stored."""


@dataclass(frozen=True)
class OfficeDetails:
    """A labour office; every name is a column of the same name."""

    slug: str
    name: str
    short_name: str
    regency: str
    city: str
    address: str
    phone: str
    whatsapp: str
    email: str
    website: str
    letterhead: tuple[str, ...]


@dataclass(frozen=True)
class WindowDetails:
    """When applications are to be accepted; aware instants."""

    opens_at: datetime
    closes_at: datetime

    def moved(self, by: timedelta) -> "WindowDetails":
        """Return the window later, or with a negative ``by`` earlier."""
        return WindowDetails(self.opens_at + by, self.closes_at + by)


@dataclass(frozen=True)
class FairDetails:
    """A fair; every name but the window is a column of the same name."""

    slug: str
    name: str
    short_name: str
    receipt_prefix: str
    time_zone: str
    residence_policy: str
    residence_basis: str
    minimum_age: int
    applications_per_applicant: int
    reporting_days: int
    sample: bool
    window: WindowDetails


def read_office(fields: Fields) -> OfficeDetails:
    """Return an office. Raises ``Invalid`` with every problem at once."""
    office = OfficeDetails(
        slug=fields.slug("slug"),
        name=fields.text("name", longest=200),
        short_name=fields.text("short_name", longest=60),
        regency=fields.place("regency", regency=True, district=False),
        city=fields.text("city", longest=80),
        address=fields.text("address", longest=200),
        phone=fields.text("phone", longest=40, missing=None),
        whatsapp=fields.text("whatsapp", longest=40, missing=None),
        email=fields.text("email", longest=120, missing=None),
        website=fields.text("website", longest=120, missing=None),
        letterhead=fields.texts("letterhead", most=6, longest=200),
    )
    fields.settle()
    return office


def read_fair(fields: Fields) -> FairDetails:
    """Return a fair and its window. Raises ``Invalid`` with every problem at once."""
    slug = fields.slug("slug")
    if slug in RESERVED:
        fields.wrong(
            "slug",
            Problem("Slug ini sudah dipakai untuk halaman lain. Tambahkan nama daerah atau tahun."),
        )
    name = fields.text("name", longest=120)
    short_name = fields.text("short_name", longest=60)
    prefix = fields.text("receipt_prefix", longest=40)
    if prefix and not PREFIX.fullmatch(prefix):
        fields.wrong(
            "receipt_prefix",
            Problem(
                "Awalan nomor bukti ini tidak dapat dipakai. Pakai 2 sampai 6 huruf besar atau "
                "angka, misalnya ASH."
            ),
        )
    zone = fields.choice("time_zone", ZONE_NAMES)
    window = _window(fields)
    policy = fields.choice("residence_policy", RESIDENCE_POLICIES, otherwise=NO_SUCH_POLICY)
    basis = fields.text("residence_basis", longest=400, missing=None)
    if policy == "local_only" and not basis:
        fields.wrong(
            "residence_basis",
            Problem("Tulis dasar pembatasan KTP setempat; dasar ini ditunjukkan kepada pelamar."),
        )
    fair = FairDetails(
        slug=slug,
        name=name,
        short_name=short_name,
        receipt_prefix=prefix,
        time_zone=zone,
        residence_policy=policy,
        residence_basis=basis,
        minimum_age=fields.whole("minimum_age", lowest=15, highest=60) or 0,
        applications_per_applicant=fields.whole(
            "applications_per_applicant", lowest=0, highest=1000
        )
        or 0,
        reporting_days=fields.whole("reporting_days", lowest=1, highest=365) or 0,
        sample=fields.yes("sample", missing=None),
        window=window,
    )
    fields.settle()
    return fair


def _window(fields: Fields) -> WindowDetails:
    opens_at, closes_at = fields.instant("opens_at"), fields.instant("closes_at")
    if opens_at is None or closes_at is None:
        return WindowDetails(NEVER, NEVER)
    if closes_at <= opens_at:
        fields.wrong(
            "closes_at",
            Problem("Penutupan tidak sesudah pembukaan. Tulis jam tutup yang lebih akhir."),
        )
    elif closes_at - opens_at > LONGEST_FAIR:
        fields.wrong(
            "closes_at",
            Problem(
                "Masa pendaftaran lebih dari %(n)s hari. Periksa tanggal buka dan tutup.",
                n=LONGEST_FAIR.days,
            ),
        )
    return WindowDetails(opens_at, closes_at)


def read_texts(fields: Fields) -> Mapping[str, str]:
    """Return what a fair says on its pages. Raises ``Invalid`` with every problem at once."""
    texts = {key: fields.text(key, longest=600, missing=None, lines=True) for key in TEXTS}
    fields.settle()
    return texts


def read_recap(fields: Fields) -> Mapping[str, Any]:
    """Return number and place of the recap. Raises ``Invalid`` with every problem at once."""
    recap = {key: fields.text(key, longest=200, missing=None) for key in ("number", "place")}
    fields.settle()
    return recap


def read_media(fields: Fields) -> Mapping[str, str]:
    """Return what the sheet for the press adds. Raises ``Invalid`` with every problem at once."""
    media = {
        "contact": fields.text("contact", longest=200, missing=None),
        "quote": fields.text("quote", longest=600, missing=None),
        "quote_by": fields.text("quote_by", longest=200, missing=None),
    }
    fields.settle()
    return media


def read_signatory(fields: Fields) -> Mapping[str, str]:
    """Return who signs, and above which words. Raises ``Invalid`` with every problem at once."""
    signatory = {
        "heading": fields.text("heading", longest=200),
        "name": fields.text("name", longest=200),
        "nip": fields.text("nip", longest=200, missing=None),
    }
    fields.settle()
    return signatory
