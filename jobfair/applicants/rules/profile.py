"""What a profile and a registration must hold, read from the fields of a form or a file."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from jobfair.applicants.rules.nik import NikFacts, read_nik, whole_years
from jobfair.errors import Problem
from jobfair.fields import Fields
from jobfair.people.rules import password_problem
from jobfair.positions.rules import EDUCATION

YOUNGEST = 15
OLDEST = 100
MAJOR_LONGEST = 80
NAME_LONGEST = 80
TEXT_LONGEST = 300
FIRST_GRADUATION = 1950
DISABILITIES = {
    "": "Tidak ada, atau tidak ingin disebut",
    "fisik": "Fisik",
    "intelektual": "Intelektual",
    "mental": "Mental",
    "sensorik": "Sensorik (netra, rungu, wicara)",
}


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


@dataclass(frozen=True)
class Person:
    """What the NIK says, and the profile."""

    facts: NikFacts
    profile: Profile


@dataclass(frozen=True)
class Registration(Person):
    """A person who registers."""

    password: str


def read_profile(fields: Fields, *, today: date) -> Profile:
    """Return the clean profile of a form. Raises ``Invalid`` with every problem at once."""
    profile = _profile(fields, today)
    _check_disability_consent(fields, profile)
    fields.settle()
    return profile


def read_person(fields: Fields, *, today: date) -> Person:
    """Return NIK and profile, told apart from consents and password, as a file holds them.

    A NIK whose date or sex disagrees with the typed ones is pointed out, with the way out: the
    typed birth date may be right (a corrected record), so ``confirm_nik`` lets it pass.

    Raises:
        Invalid: with every problem at once.

    """
    facts, profile = _person(fields, today)
    fields.settle()
    assert facts is not None
    return Person(facts, profile)


def read_registration(fields: Fields, *, today: date) -> Registration:
    """Return everything a registration holds. Raises ``Invalid`` with every problem at once."""
    facts, profile = _person(fields, today)
    _check_disability_consent(fields, profile)
    password = fields.raw("password")
    if wrong := password_problem(password):
        fields.wrong("password", wrong)
    if fields.raw("consent") != "ya":
        fields.wrong(
            "consent",
            Problem("Centang persetujuan ini bila Anda setuju. Tanpa itu akun tidak dapat dibuat."),
        )
    fields.settle()
    assert facts is not None
    return Registration(facts, profile, password)


def _person(fields: Fields, today: date) -> tuple[NikFacts | None, Profile]:
    facts = fields.parsed(
        "nik",
        partial(read_nik, today=today),
        missing=Problem("Tulis NIK Anda, 16 angka seperti di KTP."),
    )
    confirmed = fields.raw("confirm_nik") == "ya"
    profile = _profile(fields, today)
    if facts is None or confirmed or fields.is_wrong("birth_date") or fields.is_wrong("sex"):
        return facts, profile
    if profile.birth_date not in facts.birth_dates or profile.sex != facts.sex:
        fields.wrong(
            "nik",
            Problem(
                "NIK ini memuat tanggal lahir atau jenis kelamin lain daripada yang Anda "
                "tulis. Periksa lagi; bila data Anda memang pernah dikoreksi, centang "
                "“NIK saya sudah benar”."
            ),
        )
    return facts, profile


def _profile(fields: Fields, today: date) -> Profile:
    return Profile(
        name=_name(fields),
        birth_date=_birth_date(fields, today),
        sex=fields.choice(
            "sex", ("L", "P"), otherwise=Problem("Pilih jenis kelamin seperti di KTP.")
        ),
        phone=fields.phone("phone"),
        district=fields.place(
            "district",
            regency=True,
            otherwise=Problem("Pilih kecamatan atau kabupaten alamat KTP Anda."),
        ),
        village=fields.text("village", longest=MAJOR_LONGEST, missing=None),
        education=fields.choice(
            "education", EDUCATION, otherwise=Problem("Pilih pendidikan terakhir Anda.")
        ),
        major=fields.text("major", longest=MAJOR_LONGEST, missing=None),
        school=fields.text("school", longest=MAJOR_LONGEST, missing=None),
        graduation_year=fields.whole(
            "graduation_year",
            lowest=FIRST_GRADUATION,
            highest=today.year,
            missing=None,
            otherwise=Problem(
                "Tulis tahun lulus empat angka, paling akhir %(year)s.", year=today.year
            ),
        ),
        experience_years=fields.whole(
            "experience_years",
            lowest=0,
            highest=60,
            missing=None,
            otherwise=Problem("Tulis lama pengalaman dalam tahun, 0–60."),
        )
        or 0,
        experience=fields.text("experience", longest=TEXT_LONGEST, missing=None),
        disability=fields.choice(
            "disability", DISABILITIES, missing=None, otherwise=Problem("Pilih salah satu.")
        ),
    )


def _name(fields: Fields) -> str:
    missing = Problem("Tulis nama seperti di KTP.")
    name = fields.text("name", longest=NAME_LONGEST, missing=missing)
    if not any(map(str.isalpha, name)):
        fields.wrong("name", missing)
    return name


def _birth_date(fields: Fields, today: date) -> date:
    missing = Problem("Tulis tanggal lahir sebagai tanggal-bulan-tahun, misalnya 17-08-1995.")
    born = fields.day("birth_date", missing=missing)
    if born is None:
        return today
    if born > today:
        fields.wrong("birth_date", Problem("Tanggal lahir ini belum tiba. Periksa tahunnya."))
    elif whole_years(born, today) < YOUNGEST:
        fields.wrong(
            "birth_date", Problem("Pendaftaran dibuka untuk usia %(n)s tahun ke atas.", n=YOUNGEST)
        )
    elif whole_years(born, today) > OLDEST:
        fields.wrong("birth_date", Problem("Periksa tahun lahirnya."))
    return born


def _check_disability_consent(fields: Fields, profile: Profile) -> None:
    """Ask for the consent without which no disability is stored."""
    if profile.disability and fields.raw("disability_consent") != "ya":
        fields.wrong(
            "disability_consent",
            Problem("Centang persetujuan ini, atau pilih “Tidak ada, atau tidak ingin disebut”."),
        )
