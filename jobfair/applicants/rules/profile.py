"""What a profile must hold: every problem found at once, each beside its field."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from jobfair.applicants.rules.nik import NikFacts, read_nik, whole_years
from jobfair.errors import Invalid, Problem
from jobfair.positions.rules import EDUCATION
from jobfair.regions import district_name, regency_name

YOUNGEST = 15
OLDEST = 100
MAJOR_LONGEST = 80
NAME_LONGEST = 80
TEXT_LONGEST = 300
LOOKED_AT = 4000
"""Characters of a field that are looked at: composing marks costs the square of their number."""
SHORT = 40
"""The same for dates and numbers."""
DISABILITIES = {
    "": "Tidak ada, atau tidak ingin disebut",
    "fisik": "Fisik",
    "intelektual": "Intelektual",
    "mental": "Mental",
    "sensorik": "Sensorik (netra, rungu, wicara)",
}
MOBILE = re.compile(r"\+628[0-9]{8,11}")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


@dataclass(frozen=True)
class Profile:
    """A checked profile, without the NIK."""

    name: str
    sex: str
    birth_date: date
    phone: str
    education: str
    major: str
    school: str
    graduation_year: int | None
    experience_years: int
    experience: str
    district: str
    village: str
    disability: str


def normalise_text(text: str) -> str:
    """Return text without control and direction marks, spaces folded, composed (NFC)."""
    kept = "".join(
        " " if char in "\t\n\r" else char
        for char in text[:LOOKED_AT]
        if char in "\t\n\r" or unicodedata.category(char) not in _HIDDEN
    )
    return " ".join(unicodedata.normalize("NFC", kept).split())


def normalise_phone(text: str) -> str:
    """Return a mobile number as +628..., from 08..., 628..., with spaces or dashes."""
    digits = re.sub(r"[^\d+]", "", unicodedata.normalize("NFKC", text[:SHORT]))
    if digits.startswith("0"):
        return f"+62{digits[1:]}"
    return digits if digits.startswith("+") else f"+{digits}"


def _read_date(text: str) -> date | None:
    typed = text.strip()[:SHORT]
    found = re.fullmatch(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4})", typed)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _read_number(text: str, *, lowest: int, highest: int) -> int | None:
    plain = unicodedata.normalize("NFKC", text[:SHORT]).strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 4):  # noqa: PLR2004
        return None
    return int(plain) if lowest <= int(plain) <= highest else None


class _Reading:
    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.problems: dict[str, Problem] = {}

    def text(self, field: str, *, missing: str | None, longest: int = TEXT_LONGEST) -> str:
        text = normalise_text(self.given.get(field, ""))
        if missing and not text:
            self.problems[field] = Problem(missing)
        elif len(text) > longest:
            self.problems[field] = Problem("Paling panjang %(n)s huruf.", n=longest)
        return text


def _read_birth_date(read: _Reading, today: date) -> date:
    born = _read_date(read.given.get("birth_date", ""))
    if born is None:
        read.problems["birth_date"] = Problem(
            "Tulis tanggal lahir sebagai tanggal-bulan-tahun, misalnya 17-08-1995."
        )
        return today
    years = whole_years(born, today)
    if born > today:
        read.problems["birth_date"] = Problem("Tanggal lahir ini belum tiba. Periksa tahunnya.")
    elif years < YOUNGEST:
        read.problems["birth_date"] = Problem(
            "Pendaftaran dibuka untuk usia %(n)s tahun ke atas.", n=YOUNGEST
        )
    elif years > OLDEST:
        read.problems["birth_date"] = Problem("Periksa tahun lahirnya.")
    return born


def _read_graduation(read: _Reading, today: date) -> int | None:
    if not read.given.get("graduation_year", "").strip():
        return None
    year = _read_number(read.given["graduation_year"], lowest=1950, highest=today.year)
    if year is None:
        read.problems["graduation_year"] = Problem(
            "Tulis tahun lulus empat angka, paling akhir %(year)s.", year=today.year
        )
    return year


def read_profile(given: Mapping[str, str], *, today: date) -> Profile:
    """Return the clean profile.

    Raises:
        Invalid: with every problem at once, in the order of the page.

    """
    read = _Reading(given)
    name = read.text("name", missing="Tulis nama seperti di KTP.", longest=NAME_LONGEST)
    if name and not any(char.isalpha() for char in name):
        read.problems["name"] = Problem("Tulis nama seperti di KTP.")
    born = _read_birth_date(read, today)
    sex = given.get("sex", "")
    if sex not in ("L", "P"):
        read.problems["sex"] = Problem("Pilih jenis kelamin seperti di KTP.")
    phone = normalise_phone(given.get("phone", ""))
    if not MOBILE.fullmatch(phone):
        read.problems["phone"] = Problem("Tulis nomor ponsel, misalnya 0812 3456 7890.")
    district = given.get("district", "")
    if district_name(district) is None and regency_name(district) is None:
        read.problems["district"] = Problem("Pilih kecamatan atau kabupaten alamat KTP Anda.")
    village = read.text("village", missing=None, longest=MAJOR_LONGEST)
    education = given.get("education", "")
    if education not in EDUCATION:
        read.problems["education"] = Problem("Pilih pendidikan terakhir Anda.")
    major = read.text("major", missing=None, longest=MAJOR_LONGEST)
    school = read.text("school", missing=None, longest=MAJOR_LONGEST)
    graduation = _read_graduation(read, today)
    years = _read_number(given.get("experience_years", "") or "0", lowest=0, highest=60)
    if years is None:
        read.problems["experience_years"] = Problem("Tulis lama pengalaman dalam tahun, 0–60.")
    experience = read.text("experience", missing=None)
    disability = given.get("disability", "")
    if disability not in DISABILITIES:
        read.problems["disability"] = Problem("Pilih salah satu.")
    if read.problems:
        raise Invalid(read.problems)
    return Profile(
        name=name, sex=sex, birth_date=born, phone=phone, education=education, major=major,
        school=school, graduation_year=graduation, experience_years=years or 0,
        experience=experience, district=district, village=village, disability=disability,
    )  # fmt: skip


def read_registration(given: Mapping[str, str], *, today: date) -> tuple[NikFacts, Profile]:
    """Return what the NIK says and the clean profile, from one form.

    A NIK whose date or sex disagrees with the typed ones is pointed out, with the way out: the
    typed birth date may be right (a corrected record), so ``confirm_nik`` lets it pass.

    Raises:
        Invalid: with every problem of the whole form at once.

    """
    problems: dict[str, Problem] = {}
    facts = read_nik(given.get("nik", ""), today=today)
    if isinstance(facts, Problem):
        problems["nik"] = facts
    try:
        profile = read_profile(given, today=today)
    except Invalid as found:
        raise Invalid(problems | found.fields) from None
    if isinstance(facts, Problem):
        raise Invalid(problems)
    differs = profile.birth_date not in facts.birth_dates or profile.sex != facts.sex
    if differs and given.get("confirm_nik") != "ya":
        raise Invalid(
            {
                "nik": Problem(
                    "NIK ini memuat tanggal lahir atau jenis kelamin lain daripada yang Anda "
                    "tulis. Periksa lagi; bila data Anda memang pernah dikoreksi, centang "
                    "“NIK saya sudah benar”."
                )
            }
        )
    return facts, profile
