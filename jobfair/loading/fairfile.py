"""``fair.toml``: the office, the fair, its hours, texts and who signs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from jobfair.fairday.rules import FairDefinition
from jobfair.fairs.rules.details import (
    FairDetails,
    read_fair,
    read_media,
    read_office,
    read_recap,
    read_signatory,
    read_texts,
)
from jobfair.fields import Fields
from jobfair.loading.mistakes import Problems
from jobfair.loading.plain import read_bytes
from jobfair.loading.rows import Row
from jobfair.loading.toml import parsed

T = TypeVar("T")
FILE = "fair.toml"
LARGEST = 256 * 1024
TABLES = ("office", "fair", "texts", "recap", "signatory", "media")
SIGNATORIES = 4


@dataclass(frozen=True)
class FairFile:
    """What ``fair.toml`` says; ``lines`` tells where each key stands."""

    definition: FairDefinition
    lines: dict[str, int]


def moved(definition: FairDefinition, by: timedelta) -> FairDefinition:
    """Return the fair with its window moved."""
    fair = definition.fair
    return replace(definition, fair=replace(fair, window=fair.window.moved(by)))


def shift_to_day(definition: FairDefinition, *, now: datetime, day: int) -> timedelta:
    """Return how far the window must move so that today is that day of the fair (1 is first)."""
    zone = ZoneInfo(definition.fair.time_zone)
    first = definition.fair.window.opens_at.astimezone(zone).date()
    return timedelta(days=(now.astimezone(zone).date() - first).days - day + 1)


def _note_offsets(fair: FairDetails, problems: Problems) -> None:
    """Tell what hours become that are written with the offset of another zone."""
    for key in ("opens_at", "closes_at"):
        at = getattr(fair.window, key)
        local = at.astimezone(ZoneInfo(fair.time_zone))
        if local.utcoffset() != at.utcoffset():
            problems.note(
                f"{FILE}: fair.{key} akan tampil sebagai {local:%d-%m-%Y pukul %H.%M} menurut "
                f"{fair.time_zone}; selisih zona di berkas berbeda."
            )


def _split(
    given: dict[str, Any], lines: dict[str, int], problems: Problems
) -> tuple[dict[str, Row], list[Row]]:
    """Return the tables, and one for each signatory."""
    top = Row(FILE, problems, given=given, lines=lines)
    top.read(lambda fields: fields.asked.update(dict.fromkeys(TABLES)), closed=True)
    tables: dict[str, Row] = {}
    for name in (name for name in TABLES if name != "signatory"):
        value = given.get(name, None if name in {"office", "fair"} else {})
        if value is None:
            top.wrong(name, f"Tabel [{name}] tidak ada.", "Tambahkan, lihat fair.toml contoh.")
        elif not isinstance(value, dict):
            top.wrong(name, f"“{name}” bukan tabel.", f"Tulis [{name}] di baris sendiri.")
        else:
            number = lines.get(name)
            tables[name] = Row(FILE, problems, number, value, table=name, lines=lines)
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
        Row(FILE, problems, lines.get("signatory"), one, table=f"signatory.{number}", lines=lines)
        for number, one in enumerate(people, start=1)
    ]


def read_fair_file(folder: Path, problems: Problems) -> FairFile | None:
    """Return what ``fair.toml`` says, without companies and positions; None after a mistake."""
    path = folder / FILE
    if not path.exists():
        problems.add(FILE, "Berkas ini tidak ada.", "Salin dari folder contoh, lalu ubah.")
        return None
    data = read_bytes(path, problems, largest=LARGEST)
    content = parsed(data, FILE, problems) if data is not None else None
    if content is None:
        return None
    given, lines = content
    before = len(problems.mistakes)
    tables, people = _split(given, lines, problems)
    office = _read(tables, "office", read_office)
    fair = _read(tables, "fair", read_fair)
    texts = _read(tables, "texts", read_texts)
    recap = _read(tables, "recap", read_recap)
    media = _read(tables, "media", read_media)
    signatories = [one.read(read_signatory, closed=True) for one in people]
    if len(problems.mistakes) > before or not (office and fair and texts and recap and media):
        return None
    _note_offsets(fair, problems)
    recap = {**recap, "signatories": signatories, "media": media}
    return FairFile(FairDefinition(office, fair, texts, recap), lines)


def _read(tables: dict[str, Row], name: str, reader: Callable[[Fields], T]) -> T | None:
    return tables[name].read(reader, closed=True) if name in tables else None
