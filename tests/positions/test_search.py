import tomllib
from dataclasses import replace

import pytest

from jobfair.content import content_root
from jobfair.positions.rules.index import build_index
from jobfair.positions.rules.offers import Offer, by_likeness, few_applicants
from jobfair.positions.rules.search import search as search_index
from jobfair.positions.rules.synonyms import read_synonyms, synonyms
from jobfair.positions.rules.wishes import SearchQuery, read_wish

OFFER = Offer(
    id=1, slug="operator", title="Operator", kbji="8", company="PT Satu", company_slug="satu",
    kbli="C", company_id=1, district="12.09.19", education=("sma", "smk"), experience_years=0,
    wage_min=3_000_000, wage_max=3_500_000, wage_period="bulan", wage_note="", openings=5,
    disability_friendly=False, employment="pkwt", sector="formal",
)  # fmt: skip
NURSE = replace(
    OFFER, id=2, slug="perawat", title="Perawat", kbji="2", district="12.09.20",
    education=("d3", "s1"), experience_years=2, wage_min=None, wage_max=None, openings=9,
    disability_friendly=True, company="RS Dua",
)  # fmt: skip
TAPPER = replace(
    OFFER, id=3, slug="penyadap", title="Penyadap", kbji="9", education=("sd",), openings=1,
    wage_min=100_000, wage_max=150_000, wage_period="hari", employment="harian", sector="informal",
    duties=("Menyadap karet",),
)  # fmt: skip
ALL = [OFFER, NURSE, TAPPER]


def search(offers, wish, *, applicants):
    return search_index(build_index(offers, synonyms()), wish, applicants=applicants)


def found(**wish):
    return [offer.id for offer in search(ALL, SearchQuery(**wish), applicants={}).page]


@pytest.mark.parametrize(
    ("wish", "ids"),
    [
        ({}, [2, 1, 3]),
        ({"words": "OPERATOR  satu"}, [1]),
        ({"words": "pérawat"}, [2]),
        ({"words": "operator perawat"}, []),
        ({"district": "12.09.19"}, [1, 3]),
        ({"education": ("sma",)}, [1]),
        ({"education": ("sma", "smp")}, [1, 3]),
        ({"education": ("s1",)}, [2]),
        ({"experience": ("0",)}, [1, 3]),
        ({"experience": ("1", "3")}, [2]),
        ({"disability_friendly": True}, [2]),
        ({"wage_named": True}, [1, 3]),
        ({"employment": ("harian",)}, [3]),
        ({"sector": ("informal",)}, [3]),
        ({"wage_floor": "3000000"}, [1, 3]),
        ({"few": True}, [2, 1, 3]),
        ({"words": "satpam"}, []),
        ({"words": "karet"}, [3]),
        ({"words": "nurse"}, [2]),
        ({"words": "lulusan smk"}, [1]),
        ({"words": "gaji di atas 3 juta"}, [1, 3]),
        ({"words": "gaji 3.600.000"}, [3]),
        ({"words": "tanpa pengalaman"}, [1, 3]),
        ({"words": "ramah disabilitas"}, [2]),
        ({"words": "lowongan kerja perawat di kisaran"}, [2]),
        ({"words": "nyadap"}, [3]),
        ({"words": "oper"}, [1]),
        ({"sort": "nama"}, [1, 3, 2]),
        ({"sort": "gaji"}, [3, 1, 2]),
    ],
)
def test_each_filter_finds_what_fits(wish, ids):
    assert found(**wish) == ids


def test_fewest_applicants_per_opening_come_first():
    results = search(ALL, SearchQuery(sort="sepi"), applicants={1: 5, 2: 1, 3: 4})

    assert [offer.id for offer in results.page] == [2, 1, 3]


def test_a_count_is_what_the_choice_gives_beside_the_other_filters():
    results = search(ALL, SearchQuery(district="12.09.19", education=("sma",)), applicants={})

    assert results.count == 1
    assert {o.code: o.count for o in results.education} == {"smp": 1, "sma": 1, "d3": 0, "s1": 0}
    assert {o.code: (o.count, o.chosen) for o in results.districts} == {
        "12.09.19": (1, True),
        "12.09.20": (0, False),
    }


def test_pages_end_where_the_list_ends():
    many = [replace(OFFER, id=at) for at in range(1, 46)]

    results = search(many, SearchQuery(page=99), applicants={})

    assert (results.pages, results.wish.page, len(results.page)) == (3, 3, 5)


def test_nothing_found_names_the_one_filter_to_drop():
    results = search(ALL, SearchQuery(words="barista", education=("sma",)), applicants={})

    assert results.count == 0
    assert results.suggestion is not None
    assert (results.suggestion.kind, results.relief_count) == ("words", 1)
    assert results.suggestion.without == SearchQuery(education=("sma",))


def test_nothing_at_all_has_no_relief():
    results = search([], SearchQuery(words="x"), applicants={})

    assert (results.total, results.count, results.suggestion) == (0, 0, None)


def test_an_address_is_read_as_it_was_written():
    wish = SearchQuery(
        "las listrik", "12.09.19", ("sma",), ("0", "3"), True, True, ("magang",), ("informal",),
        "3000000", True, "gaji", 2,
    )  # fmt: skip

    assert wish.address() == (
        "?q=las+listrik&kec=12.09.19&pd=sma&pg=0&pg=3&dis=1&gaji=1"
        "&jk=magang&sek=informal&min=3000000&sedikit=1&urut=gaji&hal=2"
    )
    assert SearchQuery().address() == ""


@pytest.mark.parametrize(
    "given",
    [
        {"pd": ["xx"], "pg": ["9"], "urut": ["?"], "hal": ["-1"], "dis": ["ya"], "gaji": ["0"]},
        {"hal": ["١"], "q": ["\x00"]},
        {"hal": ["99999"], "unknown": ["1"]},
        {"q": [], "kec": [""]},
    ],
)
def test_what_an_address_may_not_say_is_left_out(given):
    assert read_wish(given) == SearchQuery()


def test_few_applicants_is_a_hint_only_where_places_are_left():
    assert few_applicants(OFFER, 3)
    assert not few_applicants(OFFER, 11)
    assert not few_applicants(TAPPER, 2)


def test_similar_work_comes_before_the_same_place():
    welder = replace(NURSE, id=4, kbji="8")

    assert [o.id for o in by_likeness([*ALL, welder], OFFER)] == [4, 3, 2]


@pytest.mark.parametrize(
    ("typed", "meant", "ids"),
    [("oprator", "operator", [1]), ("peraawt", "perawat", [2]), ("operrator", "", [1]),
     ("nurze", "nurse", [2])],
)  # fmt: skip
def test_one_typo_is_put_right_and_named(typed, meant, ids):
    results = search(ALL, SearchQuery(words=typed), applicants={})

    assert [offer.id for offer in results.page] == ids
    assert results.meant == meant


def test_a_town_elsewhere_is_no_typo_and_what_is_near_is_set_apart():
    results = search(ALL, SearchQuery(words="operator medan"), applicants={})

    assert (results.count, results.page, results.meant) == (0, [], "")
    assert [offer.id for offer in results.nearest] == [1]


def test_the_title_comes_before_the_duties():
    cleaner = replace(OFFER, id=4, title="Juru Masak", openings=50, duties=("Membantu operator",))

    results = search([*ALL, cleaner], SearchQuery(words="operator"), applicants={})

    assert [offer.id for offer in results.page] == [1, 4]


def test_a_short_name_is_found_as_a_word_and_never_inside_another():
    mobile = replace(OFFER, id=4, title="Mekanik Mobil", duties=("Membawa obat",))
    cleaner = replace(OFFER, id=5, title="Petugas Kebersihan")

    results = search([mobile, cleaner], SearchQuery(words="OB"), applicants={})

    assert [offer.id for offer in results.page] == [5]


@pytest.mark.parametrize(
    ("typed", "ids", "left_out"),
    [
        ("perawat baju", [2], ("baju",)),
        ("nurse karet", [2], ("karet",)),
        ("perawat baju kisaran", [2], ("baju",)),
        ("penyadap kisaran timur baju", [], ()),
        ("perawat operator", [], ()),
        ("perawat operatro", [2], ("operatro",)),
        ("perawat jepang", [], ()),
        ("perawat medan", [], ()),
        ("baju", [], ()),
    ],
)
def test_a_detail_no_such_job_names_is_left_out_and_named(typed, ids, left_out):
    results = search(ALL, SearchQuery(words=typed), applicants={})

    assert [offer.id for offer in results.page] == ids
    assert tuple(results.left_out) == left_out
    assert results.meant == ""


def test_an_office_adds_words_to_a_group_and_groups_of_its_own():
    shipped = 'stop = ["di"]\nsame = [["perawat", "nurse"]]\n[education]\nsma = ["sma"]'
    own = (
        'stop = ["nang"]\nsame = [["perawat", "mantri"], ["penyadap", "tukang deres"]]\n'
        '[education]\nsma = ["es em a"]\n[employment]\nharian = ["aron"]'
    )
    known = read_synonyms(shipped, own)

    def ids(words):
        return [o.id for o in search_index(
            build_index(ALL, known), SearchQuery(words=words), applicants={}).page]  # fmt: skip

    assert ids("nang di mantri") == ids("nurse") == [2]
    assert ids("tukang deres") == ids("aron") == [3]
    assert ids("es em a") == [1]


def test_a_phrase_of_every_group_finds_its_usual_name():
    given = tomllib.loads((content_root() / "events" / "synonyms.toml").read_text("utf-8"))
    for first, *others in given["same"]:
        index = build_index([replace(OFFER, title=first)], synonyms())
        for phrase in (first, *others):
            results = search_index(index, SearchQuery(words=phrase), applicants={})
            assert (results.count, results.meant) == (1, ""), (first, phrase)
