"""What a profile and a registration must hold, read from the fields of a form or a file."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from jobfair.applicants.rules.nik import NikBirth, NikFacts, read_nik, whole_years
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
class Beginning:
    """The first step of a registration: enough to sign in and to go on with the second."""

    facts: NikFacts
    phone: str
    password: str


@dataclass(frozen=True)
class FirstProfile:
    """The second step of a registration: the least that an application is judged by."""

    name: str
    sex: str
    birth_date: date
    district: str
    education: str
    experience_years: int


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


def read_beginning(fields: Fields, *, today: date) -> Beginning:
    """Return the first step of a registration. Raises ``Invalid`` with every problem at once."""
    facts = _nik(fields, today)
    phone = fields.phone("phone")
    password = fields.raw("password")
    if wrong := password_problem(password):
        fields.wrong("password", wrong)
    fields.settle()
    assert facts is not None
    return Beginning(facts, phone, password)


def read_first_profile(fields: Fields, *, told: NikBirth, today: date) -> FirstProfile:
    """Return the second step of a registration.

    Birth date and sex are read back from the NIK (``told``) and only asked for when the person
    says that they differ, or when the NIK fits two dates. Raises ``Invalid`` with every problem.
    """
    born, sex = _read_back(fields, told, today)
    profile = FirstProfile(
        birth_date=born,
        sex=sex,
        name=_name(fields),
        district=_district(fields),
        education=_education(fields),
        experience_years=_experience_years(fields),
    )
    fields.settle()
    return profile


def _read_back(fields: Fields, told: NikBirth, today: date) -> tuple[date, str]:
    answer = fields.raw("read_back")
    if told.birth_date is None or answer == "tidak":
        return _birth_date(fields, today), _sex(fields)
    if answer != "ya":
        fields.wrong(
            "read_back", Problem("Pilih apakah tanggal lahir dan jenis kelamin ini benar.")
        )
    return _old_enough(fields, "read_back", told.birth_date, today), told.sex


def _person(fields: Fields, today: date) -> tuple[NikFacts | None, Profile]:
    facts = _nik(fields, today)
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


def _nik(fields: Fields, today: date) -> NikFacts | None:
    return fields.parsed(
        "nik",
        partial(read_nik, today=today),
        missing=Problem("Tulis NIK Anda, 16 angka seperti di KTP."),
    )


def _profile(fields: Fields, today: date) -> Profile:
    return Profile(
        name=_name(fields),
        birth_date=_birth_date(fields, today),
        sex=_sex(fields),
        phone=fields.phone("phone"),
        district=_district(fields),
        village=fields.text("village", longest=MAJOR_LONGEST, missing=None),
        education=_education(fields),
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
        experience_years=_experience_years(fields),
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


def _sex(fields: Fields) -> str:
    return fields.choice(
        "sex", ("L", "P"), otherwise=Problem("Pilih jenis kelamin seperti di KTP.")
    )


def _district(fields: Fields) -> str:
    return fields.place(
        "district",
        regency=True,
        otherwise=Problem("Pilih kecamatan atau kabupaten alamat KTP Anda."),
    )


def _education(fields: Fields) -> str:
    return fields.choice(
        "education", EDUCATION, otherwise=Problem("Pilih pendidikan terakhir Anda.")
    )


def _experience_years(fields: Fields) -> int:
    years = fields.whole(
        "experience_years",
        lowest=0,
        highest=60,
        missing=None,
        otherwise=Problem("Tulis lama pengalaman dalam tahun, 0–60."),
    )
    return years or 0


def _birth_date(fields: Fields, today: date) -> date:
    missing = Problem("Tulis tanggal lahir sebagai tanggal-bulan-tahun, misalnya 17-08-1995.")
    born = fields.day("birth_date", missing=missing)
    if born is None:
        return today
    return _old_enough(fields, "birth_date", born, today)


def _old_enough(fields: Fields, name: str, born: date, today: date) -> date:
    if born > today:
        fields.wrong(name, Problem("Tanggal lahir ini belum tiba. Periksa tahunnya."))
    elif whole_years(born, today) < YOUNGEST:
        fields.wrong(
            name, Problem("Pendaftaran dibuka untuk usia %(n)s tahun ke atas.", n=YOUNGEST)
        )
    elif whole_years(born, today) > OLDEST:
        fields.wrong(name, Problem("Periksa tahun lahirnya."))
    return born


def _check_disability_consent(fields: Fields, profile: Profile) -> None:
    """Ask for the consent without which no disability is stored."""
    if profile.disability and fields.raw("disability_consent") != "ya":
        fields.wrong(
            "disability_consent",
            Problem("Centang persetujuan ini, atau pilih “Tidak ada, atau tidak ingin disebut”."),
        )
