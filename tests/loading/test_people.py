"""The people of a sample fair: readable as they are, and what can be wrong with them."""

from datetime import date, datetime, timedelta

import pytest

from jobfair.applicants.rules.profile import Profile
from jobfair.loading import BadFiles, Mistake
from jobfair.loading.people import (
    SampleApplication,
    SampleDecision,
    read_applicants,
    read_applications,
    read_decisions,
)
from tests.loading.folders import APPLICANTS, SAMPLE, as_workbook, spoil, write, write_people

A, S, D = "applicants.csv", "applications.csv", "decisions.csv"
AS_TEXT = "Ubah format kolom menjadi Teks, lalu tulis lagi."
JAKARTA = datetime.fromisoformat("2026-03-02T08:00:00+07:00")


@pytest.fixture
def folder(folder):
    return write_people(folder)


def mistakes_of(read, folder):
    with pytest.raises(BadFiles) as caught:
        read(folder)
    return caught.value.mistakes


def test_the_people_of_the_sample():
    people = read_applicants(SAMPLE)
    sent, decided = read_applications(SAMPLE), read_decisions(SAMPLE)

    assert (len(people), len(sent), len(decided)) == (356, 2278, 2306)
    assert people[0].ref == "a001"
    assert people[0].facts.nik.digits == "1209991806980001"
    assert people[0].profile == Profile(
        name="Tri Kurniawan", sex="L", birth_date=date(1998, 6, 18), phone="+6281200000001",
        education="sma", major="IPS", school="SMA Bina Silau Kisaran", graduation_year=2016,
        experience_years=0, experience="", district="12.09.19", village="Mekar Baru",
        disability="",
    )  # fmt: skip
    assert sent[0] == SampleApplication(
        datetime.fromisoformat("2022-11-03T08:00:01+07:00"),
        "a164",
        "staf-administrasi-motor-naga-kisaran",
        ("Bisa, sering membantu di kantor desa.",),
    )
    assert decided[0] == SampleDecision(
        datetime.fromisoformat("2022-11-03T08:27:13+07:00"),
        "a211",
        "operator-produksi-bagan-samudra-beku",
        "reviewed",
    )


def test_a_small_folder_is_fine(folder):
    assert [one.ref for one in read_applicants(folder)] == ["a1", "a2"]
    assert read_applications(folder)[0] == SampleApplication(JAKARTA, "a1", "operator", ("Ya",))
    assert [one.stage for one in read_decisions(folder)] == ["reviewed", "unsuitable"]


def test_workbooks_say_the_same(folder):
    expected = read_applicants(folder), read_applications(folder), read_decisions(folder)
    for name in (A, S, D):
        as_workbook(folder, name)

    people, sent, decided = (
        read_applicants(folder),
        read_applications(folder),
        read_decisions(folder),
    )

    assert [(one.ref, one.profile) for one in people] == [
        (one.ref, one.profile) for one in expected[0]
    ]
    assert (sent, decided) == expected[1:]


def test_a_birth_date_may_be_a_date_of_excel(folder):
    def real_date(book, sheet):
        sheet.write_datetime(1, 4, date(1998, 6, 18), book.add_format({"num_format": "d/m/yyyy"}))

    as_workbook(folder, A, real_date)

    assert read_applicants(folder)[0].profile.birth_date == date(1998, 6, 18)


def test_numbers_of_excel_are_named(folder):
    def numbers(book, sheet):
        sheet.write_number(1, 2, 1209991806980001)
        sheet.write_number(1, 5, 81200000001)
        sheet.write_datetime(2, 12, date(2009, 9, 12), book.add_format({"num_format": "d.m.yy"}))

    as_workbook(folder, A, numbers)

    assert mistakes_of(read_applicants, folder) == (
        Mistake("applicants.xlsx", 2, "nik", "1.20••••",
              "Excel menulis NIK ini dalam notasi ilmiah, angka terakhirnya hilang.", AS_TEXT),
        Mistake("applicants.xlsx", 2, "phone", "81200000001",
                "Angka nol di depan nomor ini hilang.", AS_TEXT),
        Mistake("applicants.xlsx", 3, "district", "2009-09-12",
              "Excel mengubah isian ini menjadi tanggal atau jam.", AS_TEXT),
    )  # fmt: skip


@pytest.mark.parametrize(
    "case",
    [
        ("1209991806980001", "3.17E+15", 2, "nik", "3.17••••",
         "Excel menulis NIK ini dalam notasi ilmiah, angka terakhirnya hilang.", AS_TEXT),
        ("081200000001", "81200000001", 2, "phone", "81200000001",
         "Angka nol di depan nomor ini hilang.", AS_TEXT),
        ("Mekar Baru,,ya", "Mekar Baru,,tidak", 2, "synthetic", "tidak",
         "Berkas ini hanya untuk orang rekaan.",
         "Tulis ya bila orang ini rekaan; orang sungguhan mendaftar sendiri."),
        ("a2,Wati", "a1,Wati", 3, "ref", "a1", "Ref ini sudah dipakai di baris 2.",
         "Pakai yang lain."),
    ],
)  # fmt: skip
def test_a_wrong_applicant(folder, case):
    old, new, *said = case
    spoil(folder, A, old, new)

    assert mistakes_of(read_applicants, folder) == (Mistake(A, *said),)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("1209991806980001", "120999180698001", (2, "nik", "1209••••")),
        ("1209995806990002", "1209995906990002", (3, "nik", "1209••••")),
        ("1998-06-18", "18/13/1998", (2, "birth_date", "18/13/1998")),
        ("12.09.20", "12.09.98", (3, "district", "12.09.98")),
        ("smk,", "slta,", (3, "education", "slta")),
        ("fisik", "tuli", (3, "disability", "tuli")),
    ],
)
def test_what_registration_would_refuse(folder, old, new, where):
    spoil(folder, A, old, new)

    (mistake,) = mistakes_of(read_applicants, folder)

    assert (mistake.row, mistake.column, mistake.value) == where
    assert mistake.what
    assert mistake.todo == "Perbaiki isian ini."


def test_the_same_nik_twice_is_masked(folder):
    text = APPLICANTS.replace("a2,Wati,1209995806990002,P,1999-06-18",
                              "a2,Wati,1209991806980001,L,1998-06-18")  # fmt: skip
    write(folder, A, text)

    assert mistakes_of(read_applicants, folder) == (
        Mistake(A, 3, "nik", "1209••••", "NIK ini sudah ada di baris 2.", "Pakai yang lain."),
    )


@pytest.mark.parametrize(
    "case",
    [
        ("2026-03-02T08:00:00+07:00", "2026-03-02T08:00:00", 2, "at", "2026-03-02T08:00:00",
         "Jam ini tanpa selisih zona waktu.", "Tulis seperti 2022-11-03T08:00:00+07:00."),
        ("2026-03-02T08:00:00+07:00", "2 Maret", 2, "at", "2 Maret",
         "Isian ini bukan tanggal dan jam.", "Tulis seperti 2022-11-03T08:00:00+07:00."),
        ("2026-03-02T08:00:00", "2026-03-02T07:59:59", 2, "at", "2026-03-02T07:59:59+07:00",
         "Jam ini di luar masa pendaftaran.", "Periksa jam di fair.toml."),
        ("2026-03-02T08:00:00", "2026-03-09T16:00:00", 2, "at", "2026-03-09T16:00:00+07:00",
         "Jam ini di luar masa pendaftaran.", "Periksa jam di fair.toml."),
        ("a2,kasir", "a3,kasir", 3, "applicant", "a3", "“a3” tidak ada di applicants.",
         "Tambahkan ke applicants, atau perbaiki isian ini."),
        ("a2,kasir", "a2,kasar", 3, "position", "kasar", "“kasar” tidak ada di positions.",
         "Maksudnya “kasir”?"),
        ("a2,kasir", "a1,operator", 3, "position", "operator",
         "Lamaran yang sama sudah ada di baris 2.", "Hapus baris ini."),
        (",Ya,", f",{'Y' * 601},", 2, "answer_1", "Y" * 39 + "…",
         "Isian ini 601 huruf, paling panjang 600.", "Tulis lebih singkat."),
    ],
)  # fmt: skip
def test_a_wrong_application(folder, case):
    old, new, *said = case
    spoil(folder, S, old, new)

    assert mistakes_of(read_applications, folder) == (Mistake(S, *said),)


@pytest.mark.parametrize(
    "case",
    [
        ("unsuitable", "ditolak", 3, "stage", "ditolak", "Isian ini tidak dikenal.",
         "Pakai salah satu: reviewed, shortlisted, interview, accepted, unsuitable."),
        ("unsuitable", "reviewed", 3, "stage", "reviewed",
         "Tahap ini tidak dapat menyusul “Ditinjau”.", "Periksa urutannya."),
        ("2026-03-04", "2026-03-03", 3, "at", "2026-03-03T08:00:00+07:00",
         "Keputusan ini tidak sesudah yang sebelumnya.", "Periksa jamnya."),
        ("a1,operator,unsuitable", "a2,operator,unsuitable", 3, "position", "operator",
         "Lamaran ini tidak ada di applications.", "Hapus baris ini."),
    ],
)  # fmt: skip
def test_a_wrong_decision(folder, case):
    old, new, *said = case
    spoil(folder, D, old, new)

    assert mistakes_of(read_decisions, folder) == (Mistake(D, *said),)


def test_every_mistake_at_once(folder):
    spoil(folder, A, "Tri Kurniawan", "")
    spoil(folder, A, "smk,", "slta,")
    spoil(folder, A, "Gambir,fisik,ya", "Gambir,fisik,")

    found = mistakes_of(read_applicants, folder)

    assert [(one.row, one.column) for one in found] == [
        (2, "name"), (3, "synthetic"), (3, "education"),
    ]  # fmt: skip


def test_missing_and_broken_files(folder, tmp_path):
    (folder / "fair.toml").write_text("[fair")
    (folder / D).unlink()

    assert [one.file for one in mistakes_of(read_applicants, folder)] == ["fair.toml"]
    assert [one.file for one in mistakes_of(read_decisions, folder)] == ["fair.toml"]
    assert {one.file for one in mistakes_of(read_applicants, tmp_path)} == {"fair.toml", A}


def test_the_error_says_the_first_mistake(folder):
    spoil(folder, S, "a2,kasir", "a2,kasar")

    with pytest.raises(BadFiles) as caught:
        read_applications(folder)

    assert str(caught.value) == (
        "Ada 1 kesalahan di berkas, yang pertama: applications.csv baris 3 kolom position: "
        "“kasar” tidak ada di positions. Maksudnya “kasir”?"
    )


def test_everything_of_the_sample_is_within_its_days():
    sent = read_applications(SAMPLE)

    assert max(one.at for one in sent) - min(one.at for one in sent) < timedelta(days=7, hours=8)
