"""``fair.toml``: the office, the fair, its hours, texts and who signs."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from jobfair.fairs.rules import LONGEST_FAIR, RESIDENCE_POLICIES
from jobfair.loading.cells import SLUG, SLUG_LONGEST
from jobfair.loading.mistakes import Findings
from jobfair.loading.plain import read_bytes
from jobfair.loading.sections import Section, parsed
from jobfair.positions.actions import FairDefinition, OfficeDefinition, WindowDefinition
from jobfair.regions import regency_name

FILE = "fair.toml"
LARGEST = 256 * 1024
RESERVED = frozenset(
    {
        "aksesibilitas", "bahasa", "bantuan", "daftar", "gaya", "keluar", "kendali", "lamaran",
        "lapor", "livez", "masuk", "meja", "metrics", "privasi", "profil", "readyz", "sandi",
        "selesai", "static", "ws",
    }
)  # fmt: skip
"""First words of addresses that are not fairs."""
TEXTS = ("welcome", "prepare", "selection", "closed", "paused")
TABLES = ("office", "fair", "texts", "recap", "signatory", "media")
PREFIX = re.compile(r"[A-Z0-9]{2,6}")
SIGNATORIES = 4
ZONES_ADVICE = "Pakai Asia/Jakarta (WIB), Asia/Makassar (WITA), atau Asia/Jayapura (WIT)."
POLICY_ADVICE = f"Pakai salah satu: {', '.join(RESIDENCE_POLICIES)}."
NEVER = datetime.max.replace(tzinfo=UTC)
"""In place of an instant that was wrong; nothing that was wrong is ever stored."""


@dataclass(frozen=True)
class FairFile:
    """What ``fair.toml`` says; ``lines`` tells where each key stands."""

    definition: FairDefinition
    lines: dict[str, int]


def _slug(section: Section, *, reserved: frozenset[str] = frozenset()) -> str:
    text = section.text("slug")
    if text and (not SLUG.fullmatch(text) or len(text) > SLUG_LONGEST):
        section.wrong(
            "slug",
            "Slug ini tidak dapat dipakai dalam alamat.",
            f"Pakai huruf kecil, angka, dan tanda hubung, paling panjang {SLUG_LONGEST}.",
        )
    if text in reserved:
        section.wrong(
            "slug",
            "Slug ini sudah dipakai untuk halaman lain.",
            "Tambahkan nama daerah atau tahun.",
        )
    return text


def _office(section: Section) -> OfficeDefinition:
    office = OfficeDefinition(
        slug=_slug(section),
        name=section.text("name"),
        short_name=section.text("short_name", longest=60),
        regency=section.text("regency"),
        city=section.text("city", longest=80),
        address=section.text("address"),
        phone=section.text("phone", longest=40, required=False),
        whatsapp=section.text("whatsapp", longest=40, required=False),
        email=section.text("email", longest=120, required=False),
        website=section.text("website", longest=120, required=False),
        letterhead=section.texts("letterhead", most=6),
    )
    if office.regency and regency_name(office.regency) is None:
        section.wrong(
            "regency", "Kode kabupaten ini tidak ada.", 'Tulis kode Kemendagri, misalnya "12.09".'
        )
    return office


def _judge_window(
    section: Section, opens_at: datetime | None, closes_at: datetime | None, zone: str
) -> None:
    if opens_at is None or closes_at is None:
        return
    if closes_at <= opens_at:
        section.wrong(
            "closes_at", "Penutupan tidak sesudah pembukaan.", "Tulis jam tutup yang lebih akhir."
        )
    elif closes_at - opens_at > LONGEST_FAIR:
        section.wrong(
            "closes_at",
            f"Masa pendaftaran lebih dari {LONGEST_FAIR.days} hari.",
            "Periksa tanggal buka dan tutup.",
        )
    if zone in available_timezones():
        for key, at in (("opens_at", opens_at), ("closes_at", closes_at)):
            local = at.astimezone(ZoneInfo(zone))
            if local.utcoffset() != at.utcoffset():
                section.findings.note(
                    f"{FILE}: fair.{key} akan tampil sebagai {local:%d-%m-%Y pukul %H.%M} menurut "
                    f"{zone}; selisih zona di berkas berbeda."
                )


def moved(fair: FairDefinition, by: timedelta) -> FairDefinition:
    """Return the fair with its window moved."""
    window = fair.window
    if NEVER in (window.opens_at, window.closes_at):
        return fair
    return replace(fair, window=WindowDefinition(window.opens_at + by, window.closes_at + by))


def shift_to_day(fair: FairDefinition, *, now: datetime, day: int) -> timedelta:
    """Return how far the window must move so that today is that day of the fair (1 is first)."""
    if fair.window.opens_at is NEVER or fair.time_zone not in available_timezones():
        return timedelta(0)
    zone = ZoneInfo(fair.time_zone)
    first = fair.window.opens_at.astimezone(zone).date()
    return timedelta(days=(now.astimezone(zone).date() - first).days - day + 1)


def _recap(tables: dict[str, Section], signatories: list[Section]) -> dict[str, Any]:
    recap, media = tables["recap"], tables["media"]
    return {
        "number": recap.text("number", required=False),
        "place": recap.text("place", required=False),
        "signatories": [
            {
                "heading": one.text("heading"),
                "name": one.text("name"),
                "nip": one.text("nip", required=False),
            }
            for one in signatories
        ],
        "media": {
            "contact": media.text("contact", required=False),
            "quote": media.text("quote", longest=600, required=False),
            "quote_by": media.text("quote_by", required=False),
        },
    }


def _split(
    given: dict[str, Any], lines: dict[str, int], findings: Findings
) -> tuple[dict[str, Section], list[Section]]:
    """Return the tables as sections, and one section for each signatory."""
    top = Section(FILE, "", given, lines, findings, known=set(TABLES))
    top.settle()
    tables: dict[str, Section] = {}
    for name in (name for name in TABLES if name != "signatory"):
        value = given.get(name)
        if value is None and name in {"office", "fair"}:
            top.wrong(name, f"Tabel [{name}] tidak ada.", "Tambahkan, lihat fair.toml contoh.")
        elif value is not None and not isinstance(value, dict):
            top.wrong(name, f"“{name}” bukan tabel.", f"Tulis [{name}] di baris sendiri.")
        table = value if isinstance(value, dict) else {}
        tables[name] = Section(
            FILE, name, table, lines, findings, absent=not isinstance(value, dict)
        )
    people = given.get("signatory", [])
    if not isinstance(people, list) or not all(isinstance(one, dict) for one in people):
        top.wrong("signatory", "“signatory” bukan daftar tabel.", "Tulis [[signatory]].")
        people = []
    if len(people) > SIGNATORIES:
        top.wrong(
            "signatory",
            f"Ada {len(people)} penanda tangan, paling banyak {SIGNATORIES}.",
            "Hapus yang tidak menandatangani.",
        )
    return tables, [
        Section(FILE, f"signatory.{number}", one, lines, findings)
        for number, one in enumerate(people, start=1)
    ]


def read_fair(folder: Path, findings: Findings) -> FairFile | None:
    """Return what ``fair.toml`` says, without companies and positions; None if unreadable.

    With mistakes among the findings the values are placeholders where something was wrong.
    """
    path = folder / FILE
    if not path.exists():
        findings.add(FILE, "Berkas ini tidak ada.", "Salin dari folder contoh, lalu ubah.")
        return None
    data = read_bytes(path, findings, largest=LARGEST)
    read = parsed(data, FILE, findings) if data is not None else None
    if read is None:
        return None
    given, lines = read
    tables, signatories = _split(given, lines, findings)
    fair = tables["fair"]
    zone = fair.choice("time_zone", available_timezones(), otherwise=ZONES_ADVICE)
    opens_at, closes_at = fair.instant("opens_at"), fair.instant("closes_at")
    _judge_window(fair, opens_at, closes_at, zone)
    prefix = fair.text("receipt_prefix")
    if prefix and not PREFIX.fullmatch(prefix):
        fair.wrong(
            "receipt_prefix", "Awalan nomor bukti ini tidak dapat dipakai.",
            'Pakai 2 sampai 6 huruf besar atau angka, misalnya "ASH".',
        )  # fmt: skip
    policy = fair.choice("residence_policy", RESIDENCE_POLICIES, otherwise=POLICY_ADVICE)
    definition = FairDefinition(
        office=_office(tables["office"]),
        slug=_slug(fair, reserved=RESERVED),
        name=fair.text("name", longest=120),
        short_name=fair.text("short_name", longest=60),
        receipt_prefix=prefix,
        time_zone=zone,
        residence_policy=policy,
        residence_basis=fair.text("residence_basis", longest=400, required=policy == "local_only"),
        minimum_age=fair.whole("minimum_age", lowest=15, highest=60),
        applications_per_applicant=fair.whole("applications_per_applicant", lowest=0, highest=1000),
        reporting_days=fair.whole("reporting_days", lowest=1, highest=365),
        sample=fair.flag("sample"),
        window=WindowDefinition(opens_at or NEVER, closes_at or NEVER),
        texts={
            key: tables["texts"].text(key, longest=600, required=False, lines=True) for key in TEXTS
        },
        recap=_recap(tables, signatories),
        companies=(),
        positions=(),
    )
    for section in [*tables.values(), *signatories]:
        section.settle()
    return FairFile(definition, lines)
