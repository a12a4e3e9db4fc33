"""What stands where on the papers, also with the longest texts that a fair may have."""

import io
import re
from itertools import pairwise

import pypdf
import pytest

from jobfair.reporting.charts import LABEL_SIZES, MOST_LABELS
from jobfair.reporting.datasets import report_of
from jobfair.reporting.printer import SCALES
from tests.reporting.printing import ANNEX, MEDIA, RECAP, job_of, print_all, run, text_of
from tests.reporting.records import make_closing

UNBROKEN = (
    "Operatorproduksipengolahankelapasawitdankaretterpadukabupatenasahansumaterautaraindonesiara"
)
NAME = (
    "Bursa Kerja Terpadu Kabupaten Kepulauan Siau Tagulandang Biaro dan Sulawesi Utara Tahun 2026"
)
LINE = "PEMERINTAH KABUPATEN KEPULAUAN SIAU TAGULANDANG BIARO DINAS TENAGA KERJA DAN TRANSMIGRASI"
QUOTE = ("Kami berterima kasih kepada semua perusahaan dan pelamar. " * 11)[:594] + " Akhir."
LONGEST = {
    "companies": 40, "positions": 97, "applicants": 91029, "applications": 612041, "sample": 1,
    "name": NAME, "title": UNBROKEN, "company": UNBROKEN, "letterhead": (LINE,) * 6,
    "recap": {
        "place": "Kisaran", "number": "500.15/1234/Disnaker/XII/2026",
        "media": {"quote": QUOTE, "quote_by": "Kepala Dinas " * 15, "contact": "Humas " * 33},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def longest():
    return print_all(make_closing(**LONGEST))


def texts_of(page):
    """Return every text of a page with its place, from the lower left corner in points."""
    found = []

    def look(text, page_matrix, matrix, *_):
        (a, b, c, d, e, f), (*_, x, y) = page_matrix, matrix
        if text.strip():
            found.append((text, a * x + c * y + e, b * x + d * y + f))

    page.extract_text(visitor_text=look)
    return found


def joined(pages):
    return " ".join(pages).replace(" ", "")


def test_the_press_sheet_is_one_whole_page_with_the_longest_texts(longest):
    (page,) = pypdf.PdfReader(io.BytesIO(longest["lembar-media"])).pages
    assert [round(float(side)) for side in page.mediabox] == [0, 0, 595, 842]
    text = page.extract_text()
    said = (QUOTE, "Kepala Dinas " * 15, "Humas " * 33, "waspadai calo.", UNBROKEN, NAME, LINE * 6,
            "500.15/1234/Disnaker/XII/2026", "https://kerja.contoh.id/asahan-uji/rekap",
            "Edisi SEMENTARA (per 9 Maret 2026 pukul 16.00 WIB), versi 1")  # fmt: skip
    assert [one for one in said if "".join(one.split()) not in "".join(text.split())] == []

    outside = [text for text, x, y in texts_of(page) if not (0 < x < 595 and 0 < y < 842)]
    assert outside == []


def test_a_press_sheet_is_made_smaller_only_where_it_must_be(longest):
    plain = run(job_of(folder=MEDIA))[0]

    scales = {"plain": set(), "longest": set()}
    for name, pdf in (("plain", plain), ("longest", longest["lembar-media"])):
        (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
        page.extract_text(visitor_text=lambda _, matrix, *__, to=scales[name]: to.add(matrix[0]))

    smaller = {round(0.75 * scale, 4) for scale in SCALES[1:]}
    assert 0.75 in scales["plain"]
    assert 0.75 not in scales["longest"]
    assert len(smaller & {round(scale, 4) for scale in scales["longest"]}) == 1


def test_every_page_says_the_edition_and_until_when_it_counts(longest):
    said = "EdisiSEMENTARA(per9Maret2026pukul16.00WIB),versi1"
    for papers in (longest, print_all(make_closing())):
        for name, pdf in papers.items():
            pages = [joined([page]) for page in text_of(pdf)]
            assert [at for at, page in enumerate(pages) if said not in page] == [], name


def test_a_place_for_a_signature_holds_no_code():
    html = job_of(folder=RECAP)["html"]

    boxes = re.findall(r'<div class="ttd">(.*?)</div>', html, re.DOTALL)
    assert boxes == ["Tempat tanda tangan"] * 2
    assert html.count("Kode QR untuk memeriksa rekap ini</title>") == 2


def top_of(page, words):
    """Return how far from the lower edge of a page each text stands that holds these words."""
    return [y for text, _, y in texts_of(page) if words in text]


def test_a_long_letterhead_does_not_run_into_the_title(longest):
    cover = pypdf.PdfReader(io.BytesIO(longest["rekap"])).pages[0]

    lines = top_of(cover, "TRANSMIGRASI")
    (kind,), (number,) = top_of(cover, "Rekap penutupan"), top_of(cover, "612.041")
    (date,) = top_of(cover, "2–9 Maret 2026")

    assert len(lines) == 6
    assert min(lines) - kind > 14
    assert kind > date > number


def test_bookmarks_and_titles_are_words():
    closing = make_closing(name="Virtual Job Fair Kabupaten Asahan")
    outline = pypdf.PdfReader(io.BytesIO(run(job_of(closing, RECAP))[0])).outline

    assert outline[0].title == "Virtual Job Fair Kabupaten Asahan"


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (8, ["Sen 2", "Sel 3", "Rab 4", "Kam 5", "Jum 6", "Sab 7", "Min 8", "Sen 9"]),
        (30, [str(day) for day in range(2, 32)]),
        (MOST_LABELS + 4, ["2 Mar", "9 Mar", "16 Mar", "23 Mar", "30 Mar"]),
    ],
)
def test_labels_of_days_do_not_touch(days, labels):
    svg = report_of(make_closing(days=days)).daily.svg
    drawn = re.findall(r'x="([\d.-]+)" y="139.0" font-size="([\d.]+)"[^>]*>([^<]+)<', svg)

    assert [text for _, _, text in drawn] == labels
    size = float(drawn[0][1])
    assert size >= LABEL_SIZES[1]
    places = [float(x) for x, _, _ in drawn]
    widest = max(map(len, labels)) * 0.62 * size
    assert min(b - a for a, b in pairwise(places)) >= widest
    assert places[0] - (widest / 2 if days <= MOST_LABELS else 0) >= 0


HEADS = {
    "Tabel 4.": "Jabatan Perusahaan Posisi", "Menurut sektor": "Sektor Perusahaan",
    "Pelamar menurut usia": "Kelompok usia Laki-laki",
    "Pelamar menurut alamat": "Kecamatan atau kabupaten/kota Laki-laki",
}  # fmt: skip


@pytest.mark.parametrize("industries", [17, 20])
def test_no_title_of_a_table_stands_alone(industries):
    closing = make_closing(
        companies=40, positions=60, industries=industries, applicants=300, applications=900
    )

    recap, annex = map(text_of, run(job_of(closing, RECAP), job_of(closing, ANNEX)))

    for title, head in HEADS.items():
        (page,) = [page for page in recap + annex if title in page]
        assert head in page
