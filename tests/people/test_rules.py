"""Passwords and addresses: what is refused, and that nothing usual is."""

import pytest

from jobfair.fields import Fields
from jobfair.fields.parsing import normalise_email
from jobfair.people.rules import (
    ABSOLUTE,
    IDLE,
    PASSWORD_LONGEST,
    PASSWORD_SHORTEST,
    SEEN_EVERY,
    Role,
    address_prefix,
    common_passwords,
    network_of,
    password_problem,
)


@pytest.mark.parametrize(
    "password",
    [
        "x1y2z3w4",
        "kuda laut di pagi hari",
        "Ж" * 3 + "abcde",
        "pässwörd-ñ",
        "aabaabaac",
        "x" * 100 + "yz" * 50,
    ],
)
def test_a_good_password(password):
    assert password_problem(password) is None


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", "paling sedikit 8"),
        ("x1y2z3w", "paling sedikit 8"),
        ("xy" * (PASSWORD_LONGEST // 2) + "z", "paling banyak 200"),
        ("12345678", "mudah ditebak"),
        ("PASSWORD", "mudah ditebak"),
        ("Disnaker123", "mudah ditebak"),
        ("Bismillah1", "mudah ditebak"),
        ("sayangku123", "mudah ditebak"),
        ("17agustus1945", "mudah ditebak"),
        ("aaaaaaaaaa", "mudah ditebak"),
        ("abababab", "mudah ditebak"),
        ("        ", "mudah ditebak"),
    ],
)
def test_a_bad_password(password, problem):
    assert problem in str(password_problem(password))


def test_the_shortest_and_the_longest_password_are_good():
    assert password_problem("abc" + "d" * (PASSWORD_SHORTEST - 3)) is None
    assert password_problem("abc" + "d" * (PASSWORD_LONGEST - 3)) is None


@pytest.mark.parametrize(
    "typed", ["nama@perusahaan.id", "a.b+c@sub.contoh.co.id", "o'neil@contoh.id", "päul@contoh.id"]
)
def test_an_address(typed):
    assert Fields({"email": typed}).email("email") == normalise_email(typed)
    assert normalise_email(f"  {typed.upper()}\n") == normalise_email(typed)


@pytest.mark.parametrize(
    "typed",
    ["", "nama", "@contoh.id", "nama@", "nama@contoh", "nama@contoh.i", "a b@contoh.id",
     "nama@contoh.id, lain@contoh.id", "<nama@contoh.id>", "a@b@contoh.id",
     "nama@contoh.id\nBcc: x", "nama@contoh..id", "nama@.id", "a@" + "b" * 250 + ".id",
     "a" * 65 + "@contoh.id", "a@" + "." * 30_000 + "@"],
)  # fmt: skip
def test_what_is_no_address(typed):
    assert Fields({"email": typed}).email("email") == ""


def test_the_list_of_common_passwords_is_long_and_lower_case():
    found = common_passwords()

    assert len(found) > 10_000
    assert {"password1", "qwertyuiop", "trustno1", "indonesia123"} <= found
    assert all(len(one) >= PASSWORD_SHORTEST and one == one.casefold() for one in found)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_is_counted_by_its_network(address, counted):
    assert address_prefix(address) == counted


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("testclient", "-"),
    ],
)
def test_the_log_names_a_network_only(address, network):
    assert network_of(address) == network


def test_staff_are_signed_out_sooner_than_applicants():
    assert set(IDLE) == set(ABSOLUTE) == set(Role)
    assert max(IDLE[Role.REVIEWER], IDLE[Role.ORGANISER]) < IDLE[Role.APPLICANT]
    assert all(SEEN_EVERY < IDLE[role] < ABSOLUTE[role] for role in Role)
