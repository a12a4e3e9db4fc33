from jobfair.regions import (
    PROVINCES_EVER,
    Region,
    current_regency,
    district_name,
    districts_of,
    province_name,
    regencies,
    regency_name,
    regency_of,
)


def test_the_list_is_complete():
    provinces = [code for code in PROVINCES_EVER if province_name(code)]
    districts = [district for regency in regencies() for district in districts_of(regency.code)]

    assert (len(provinces), len(regencies()), len(districts)) == (38, 514, 7285)
    assert len(PROVINCES_EVER) == 38
    assert {regency.code[:2] for regency in regencies()} == PROVINCES_EVER


def test_a_code_has_a_name():
    assert province_name("12") == "Sumatera Utara"
    assert regency_name("12.09") == "Kabupaten Asahan"
    assert district_name("12.09.19") == "Kota Kisaran Barat"


def test_an_unknown_code_has_none():
    assert province_name("99") is None
    assert regency_name("91.16") is None
    assert district_name("12.09.01") is None
    assert districts_of("12.99") == ()


def test_districts_come_by_name():
    districts = districts_of("12.09")

    assert len(districts) == 25
    assert districts[0] == Region("12.09.18", "Aek Kuasan")
    assert [district.name for district in districts] == sorted(d.name for d in districts)


def test_regencies_come_by_name():
    names = [regency.name for regency in regencies()]

    assert names == sorted(names, key=str.casefold)


def test_a_regency_that_moved_is_found_under_its_new_code():
    assert current_regency("91.01") == "93.01"
    assert regency_name(current_regency("91.01")) == "Kabupaten Merauke"
    assert current_regency("12.09") == "12.09"


def test_a_district_names_its_regency_even_when_it_left_the_list():
    assert regency_of("12.09.19") == "12.09"
    assert regency_of("12.09.03") == "12.09"
