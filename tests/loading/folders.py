"""A small fair folder to spoil, and what a database holds."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import xlsxwriter
from sqlalchemy import select

from jobfair.db import Base, Database

SAMPLE = Path(__file__).parents[2] / "events" / "asahan-2022"
NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
OPEN = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
FAIR = """\
[office]
slug = "disnaker-asahan"
name = "Dinas Tenaga Kerja Kabupaten Asahan"
short_name = "Disnaker Asahan"
regency = "12.09"
city = "Kisaran"
address = "Jl. Contoh No. 1, Kisaran"
phone = "(0623) 000000"
letterhead = ["PEMERINTAH KABUPATEN ASAHAN", "DINAS TENAGA KERJA"]

[fair]
slug = "kisaran-2026"
name = "Virtual Job Fair Kisaran 2026"
short_name = "Job Fair Kisaran"
receipt_prefix = "KIS"
time_zone = "Asia/Jakarta"
opens_at = 2026-03-02T08:00:00+07:00
closes_at = 2026-03-09T16:00:00+07:00
residence_policy = "open"
minimum_age = 18
applications_per_applicant = 25
reporting_days = 30

[texts]
welcome = "Selamat datang!"

[[signatory]]
heading = "Ketua Panitia,"
name = "Rahmadani (contoh)"
"""
COMPANIES = """\
slug,name,legal_form,kind,kbli,district,address,about,verified
sawit-raya,PT Sawit Raya,PT,formal,C,12.09.14,"Jl. Lintas, Km 7",Pabrik kelapa sawit.,ya
toko-sinar,UD Toko Sinar,UD,informal,G,12.09.19,Jl. Pasar No. 2,Toko kelontong.,ya
"""
POSITIONS = """\
slug,company,title,kbji,employment,openings,education,experience_years,wage_min,wage_max,\
wage_period,wage_note,district,sector,disability_friendly,hours,duties,requirements,\
question_1,question_2
operator,sawit-raya,Operator Pabrik,8,pkwt,24,sma smk,0,3000000,3400000,bulan,,12.09.14,formal,\
tidak,"Senin–Sabtu, 7 jam",Menjalankan mesin | Mencatat suhu,Teliti,Bersedia bergiliran?,
kasir,toko-sinar,Kasir,5,harian,1,smp,0,,,hari,Dibicarakan saat wawancara,12.09.19,informal,\
ya,Setiap hari,Melayani pembeli,Ramah,,
"""

APPLICANTS = """\
ref,name,nik,sex,birth_date,phone,education,major,school,graduation_year,experience_years,\
experience,district,village,disability,synthetic
a1,Tri Kurniawan,1209991806980001,L,1998-06-18,081200000001,sma,IPS,SMA Silau,2016,0,,12.09.19,\
Mekar Baru,,ya
a2,Wati,1209995806990002,P,1999-06-18,081200000002,smk,,SMK Silau,2017,1,,12.09.20,Gambir,fisik,ya
"""
APPLICATIONS = """\
at,applicant,position,answer_1,answer_2
2026-03-02T08:00:00+07:00,a1,operator,Ya,
2026-03-02T08:00:01+07:00,a2,kasir,,
"""
DECISIONS = """\
at,applicant,position,stage
2026-03-03T08:00:00+07:00,a1,operator,reviewed
2026-03-04T08:00:00+07:00,a1,operator,unsuitable
"""


def write_folder(folder: Path) -> Path:
    """Write the small fair: one office, two companies, two positions, open 2 to 9 March 2026."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, "fair.toml", FAIR)
    write(folder, "companies.csv", COMPANIES)
    write(folder, "positions.csv", POSITIONS)
    return folder


def write_people(folder: Path) -> Path:
    """Write who applies to the small fair, what they send, and what the companies decide."""
    write(folder, "applicants.csv", APPLICANTS)
    write(folder, "applications.csv", APPLICATIONS)
    write(folder, "decisions.csv", DECISIONS)
    return folder


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> None:
    (folder / name).write_bytes(text.encode(encoding))


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands in a file exactly once."""
    text = (folder / name).read_bytes().decode()
    assert text.count(old) == 1, old
    write(folder, name, text.replace(old, new))


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


NUMBERS = {"openings", "experience_years", "wage_min", "wage_max"}


def as_workbook(folder: Path, name: str, *more: object) -> Path:
    """Turn a CSV file into a workbook, whole numbers as numbers; return its path."""
    rows = cells((folder / name).read_text("utf-8"))
    path = (folder / name).with_suffix(".xlsx")
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if number and rows[0][column] in NUMBERS and text.isdecimal():
                sheet.write_number(number, column, int(text))
            elif text:
                sheet.write_string(number, column, text)
    for change in more:
        change(book, sheet)
    book.close()
    (folder / name).unlink()
    return path


async def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    async with database.snapshot() as session:
        return {
            table.name: sorted(
                (tuple(row) for row in (await session.execute(select(table))).all()), key=repr
            )
            for table in Base.metadata.sorted_tables
        }


async def counts(database: Database) -> dict[str, int]:
    """Return the number of rows of the tables that have any."""
    return {name: len(rows) for name, rows in (await contents(database)).items() if rows}


DAY = timedelta(days=1)
