"""One reader for forms and files: what it reads, what it refuses, and in which order."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobfair.errors import Invalid, Problem
from jobfair.fields import TURNED_DATE, Fields
from jobfair.fields.text import clean_line, clean_lines

NO_PLACE = "Kode wilayah ini tidak ada. Tulis kode Kemendagri seperti 12.09.19."
EMPTY = "Isian ini kosong. Isi dahulu."
WIB = timezone(timedelta(hours=7))


def read(value, how, **more):
    """Return what a method reads from a value, or the sentence about it."""
    fields = Fields({"x": value})
    found = getattr(fields, how)("x", **more)
    problems = [str(problem) for problem in fields.problems.values()]
    return problems[0] if problems else found


def test_every_problem_comes_in_the_order_in_which_it_was_asked():
    fields = Fields({"a": "", "b": "tiga", "c": "x"})
    fields.raw("late")
    fields.text("a", longest=5)
    fields.whole("b", lowest=1, highest=9)
    fields.choice("c", ("y",), otherwise=Problem("Pilih y."))
    fields.wrong("b", Problem("The first problem of a name stands."))
    fields.wrong("late", Problem("Belum."))

    with pytest.raises(Invalid) as refusal:
        fields.settle()

    assert {name: str(problem) for name, problem in refusal.value.fields.items()} == {
        "late": "Belum.",
        "a": EMPTY,
        "b": "Isian ini bukan angka bulat. Tulis angka saja, misalnya 3000000.",
        "c": "Pilih y.",
    }
    assert list(refusal.value.fields) == ["late", "a", "b", "c"]


def test_what_was_told_elsewhere_is_not_told_again():
    fields = Fields({"a": "", "b": "x"}, told={"a", "b", "c"})

    assert (fields.text("a", longest=1), fields.whole("b", lowest=1, highest=2)) == ("", None)
    assert (fields.day("c"), fields.choice("b", ("y",)), fields.yes("a")) == (None, "", False)
    fields.settle()
    assert fields.is_wrong("a")


@pytest.mark.parametrize("typed", ["a" * 470 + "\r\n" * 30, "a" * 500, "\u200b" * 90 + "a" * 500])
def test_a_text_is_measured_as_it_is_stored(typed):
    # Guards the line break that a browser sends as two characters and the page counts as one.
    typed = typed.replace("\r\n", "b\r\n", 1)[:-1] if "\r" in typed else typed
    assert len(read(typed, "text", longest=500, lines=True)) <= 500
    assert read("a" * 501, "text", longest=500, lines=True) == "Paling panjang 500 huruf."


def test_line_breaks_count_one():
    lines = "\r\n".join(["a" * 9] * 50)

    assert read(lines, "text", longest=499, lines=True) == "\n".join(["a" * 9] * 50)
    assert read(lines, "text", longest=498, lines=True) == "Paling panjang 498 huruf."
    for one in ("\r\n", "\r", "\n", "\v", "\f", "\x85", "\u2028", "\u2029"):
        assert read(f"a{one}b", "text", longest=3, lines=True) == "a\nb"


@pytest.mark.parametrize(
    "hidden",
    ["", "  \t\r\n", "\u200b\u200d\ufeff", "\u202e\u2066", "\u3164", "\u115f\u1160", "\uffa0",
     "\x00", "\ud800", "\ue000", "\u2800", "\u034f\ufe0f", "\U000e0101", "\u180b\u17b4"],
    ids=ascii,
)  # fmt: skip
def test_a_text_of_nothing_visible_is_empty(hidden):
    assert read(hidden, "text", longest=9) == EMPTY
    assert read(hidden, "text", longest=9, missing=None) == ""
    assert read(f"Si{hidden.strip()}ti", "text", longest=9) == "Siti"


@given(st.text())
def test_cleaning_is_done_after_once(text):
    for clean in (clean_line, clean_lines):
        once = clean(text)
        assert clean(once) == once
        once.encode()
        assert "\x00" not in once


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890",
        "0812-3456-7890",
        "0812.3456.7890",
        "(0812) 3456 7890",
        "+62 812 3456 7890",
        "+62 0812 3456 7890",
        "+62 (0)812 3456 7890",
        "(+62) 812-3456-7890",
        "62812 3456 7890",
        "812 3456 7890",
        "0062 812 3456 7890",
        "0062 0812 3456 7890",
        "０８１２３４５６７８９０",
        "\u202a+62 812\u20113456\u20117890\u202c",
    ],
)
def test_phones_as_people_write_them(typed):
    assert read(typed, "phone") == "+6281234567890"


NO_PHONE = "Tulis nomor ponsel, misalnya 0812 3456 7890."
TWO = "Ada dua nomor di isian ini. Tulis satu nomor ponsel saja."
LANDLINE = "Ini nomor telepon rumah atau kantor. Tulis nomor ponsel, yang dimulai dengan 08."
ABROAD = "Ini nomor luar negeri. Tulis nomor ponsel Indonesia, yang dimulai dengan 08 atau +62."


def _length(n):
    return f"Nomor ponsel 10 sampai 13 angka, yang ini {n} angka. Periksa lagi."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", NO_PHONE),
        ("0", NO_PHONE),
        ("+", NO_PHONE),
        ("++62", NO_PHONE),
        ("delapan", NO_PHONE),
        ("0812 3456 7890 (WA)", NO_PHONE),
        ("08١٢٣٤٥٦٧٨٩٠", NO_PHONE),
        ("0812 3456 7890 / 0813 9876 5432", TWO),
        ("081234567890, 081398765432", TWO),
        ("081234567890 atau 081398765432", TWO),
        ("081234567890 081398765432", TWO),
        ("0812 3456 7890 0813 9876 5432", TWO),
        ("+62 812 3456 7890 +62 813 9876 5432", TWO),
        ("021 5551234", LANDLINE),
        ("(0623) 41234", LANDLINE),
        ("+62 623 41234", LANDLINE),
        ("+60 12 345 6789", ABROAD),
        ("0065 8123 4567", ABROAD),
        ("+1 202 555 0100", ABROAD),
        ("08123", _length(5)),
        ("0812345678901234", _length(16)),
        ("8" * 10**5, _length(101)),
    ],
    ids=lambda value: ascii(value[:20]),
)
def test_a_phone_that_cannot_be_kept_is_told_why(typed, said):
    assert read(typed, "phone") == said


BAD_HOUR = "Tulis jam sebagai 16.00. Akhir hari ditulis 24.00."


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("16:00", timedelta(hours=16)),
        ("16.00", timedelta(hours=16)),
        ("9.05", timedelta(hours=9, minutes=5)),
        ("16:00:30", timedelta(hours=16, seconds=30)),
        ("00.00", timedelta(0)),
        ("24.00", timedelta(days=1)),
        ("24:00", timedelta(days=1)),
        ("24.01", BAD_HOUR),
        ("25:00", BAD_HOUR),
        ("12:60", BAD_HOUR),
        ("jam 4", BAD_HOUR),
        ("16:00+07:00", BAD_HOUR),
    ],
)
def test_hours(typed, at):
    assert read(typed, "hour") == at


NO_ZONE = "Jam ini tanpa selisih zona waktu. Tulis seperti 2022-11-03T08:00:00+07:00."
NO_INSTANT = "Tulis tanggal dan jam dengan zona, misalnya 2022-11-03T08:00:00+07:00."


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2022-11-03T08:00:00+07:00", datetime(2022, 11, 3, 8, tzinfo=WIB)),
        (datetime(2022, 11, 3, 1, tzinfo=UTC), datetime(2022, 11, 3, 8, tzinfo=WIB)),
        ("2022-11-30T24:00:00+07:00", datetime(2022, 12, 1, tzinfo=WIB)),
        ("2022-12-31T24:00+07:00", datetime(2023, 1, 1, tzinfo=WIB)),
        ("2022-11-03T08:00:00", NO_ZONE),
        ("2022-11-03", NO_ZONE),
        (date(2022, 11, 3), NO_ZONE),
        ("2022-11-30T24:30:00+07:00", NO_INSTANT),
        ("3 November 2022", NO_INSTANT),
        ("9999-12-31T24:00:00+07:00", "Tahun ini di luar batas. Tulis tahun 2000 sampai 2100."),
        ("0001-01-01T00:00:00+07:00", "Tahun ini di luar batas. Tulis tahun 2000 sampai 2100."),
        ("", EMPTY),
    ],
)
def test_instants(value, found):
    assert read(value, "instant") == found


@pytest.mark.parametrize(
    ("value", "how", "more", "found"),
    [
        (18, "whole", {"lowest": 15, "highest": 60}, 18),
        ("18", "whole", {"lowest": 15, "highest": 60}, 18),
        ("3.000.000", "whole", {"lowest": 1, "highest": 10**9}, 3_000_000),
        ("１８", "whole", {"lowest": 15, "highest": 60}, 18),
        (14, "whole", {"lowest": 15, "highest": 1000}, "Tulis angka 15 sampai 1.000."),
        (True, "whole", {"lowest": 0, "highest": 60},
         "Isian ini bukan angka bulat. Tulis angka saja, misalnya 3000000."),
        (18.5, "whole", {"lowest": 0, "highest": 60},
         "Angka ini memakai desimal. Tulis angka bulat tanpa koma, misalnya 3000000."),
        (None, "whole", {"lowest": 0, "highest": 60}, "Tulis sebagai teks dalam kutip."),
        (12.09, "place", {"regency": True}, "Tulis sebagai teks dalam kutip."),
        ("12.09", "place", {"regency": True, "district": False}, "12.09"),
        ("12.09.19", "place", {}, "12.09.19"),
        ("12.09", "place", {}, NO_PLACE),
        (date(2009, 9, 12), "place", {}, str(TURNED_DATE)),
        (True, "yes", {}, True),
        ("Ya", "yes", {}, True),
        ("tidak", "yes", {}, False),
        ("", "yes", {"missing": None}, False),
        ("TRUE", "yes", {}, "Isian ini bukan ya atau tidak. Tulis ya atau tidak."),
        (["a", "b"], "texts", {"most": 2, "longest": 3}, ("a", "b")),
        (" a | b |", "texts", {"most": 2, "longest": 3}, ("a", "b")),
        (["a", 7], "texts", {"most": 2, "longest": 3}, "Tulis sebagai teks dalam kutip."),
        (" | ", "texts", {"most": 2, "longest": 3}, EMPTY),
        ("a|b|c", "texts", {"most": 2, "longest": 3}, "Paling banyak 2 butir. Gabungkan sebagian."),
        ("aaaa", "texts", {"most": 2, "longest": 3},
         "Setiap butir paling panjang 3 huruf. Pisahkan dengan “ | ”."),
        ("smk sma", "choices", {"known": ("sma", "smk", "d3")}, ("sma", "smk")),
        ("SMA/SMK, d3", "choices", {"known": ("sma", "smk", "d3")}, ("sma", "smk", "d3")),
        ("smkk", "choices", {"known": ("sma", "smk")}, "“smkk” tidak dikenal. Maksudnya “smk”?"),
        ("tk", "choice", {"known": ("sma", "smk")},
         "“tk” tidak dikenal. Pakai salah satu: sma, smk."),
        ("17/8/1995", "day", {}, date(1995, 8, 17)),
        ("31-02-1995", "day", {}, "31 Februari 1995 tidak ada. Periksa lagi."),
        ("29/2/1999", "day", {}, "29 Februari 1999 tidak ada. Periksa lagi."),
        ("31-11-1999", "day", {}, "Bulan 11 hanya sampai tanggal 30. Periksa lagi."),
        ("32-01-1999", "day", {}, "Tanggal 32 tidak ada. Periksa lagi."),
        ("08-17-1995", "day", {}, "Bulan 17 tidak ada. Tulis bulan 1 sampai 12."),
        ("00-02-1995", "day", {},
         "Tulis tanggal sebagai tanggal-bulan-tahun, misalnya 17-08-1995."),
        (" Nama@Perusahaan.ID ", "email", {}, "nama@perusahaan.id"),
        ("nama@perusahaan", "email", {},
         "Tulis alamat surel yang lengkap, misalnya nama@perusahaan.id."),
        ("toko-sinar", "slug", {}, "toko-sinar"),
    ],
)  # fmt: skip
def test_kinds_of_values(value, how, more, found):
    assert read(value, how, **more) == found


@given(
    st.one_of(st.text(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.floats(),
              st.none(), st.lists(st.text())),
    st.sampled_from([
        ("text", {"longest": 9}), ("texts", {"most": 2, "longest": 9}),
        ("whole", {"lowest": 0, "highest": 9}), ("day", {}), ("hour", {}), ("instant", {}),
        ("choice", {"known": ("a", "b")}), ("choices", {"known": ("a", "b")}), ("yes", {}),
        ("place", {}), ("phone", {}), ("email", {}), ("slug", {}),
    ]),
)  # fmt: skip
def test_any_value_is_read_or_told(value, how):
    name, more = how
    fields = Fields({"x": value})
    found = getattr(fields, name)("x", **more)

    assert list(fields.asked) == ["x"]
    assert fields.problems or found is not None
