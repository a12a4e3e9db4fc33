"""Which address counts for a fair with a gate."""

from datetime import timedelta

from jobfair.applicants.rules.residence import district_at, move_from
from tests.builders import NOW

EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)


def test_the_district_that_was_held_then_counts():
    moves = [move_from("11.01.01", EARLIER), move_from("12.09.20", LATER)]

    assert district_at("12.09.19", [], NOW) == "12.09.19"
    assert district_at("12.09.19", moves, NOW) == "12.09.20"
    assert district_at("12.09.19", moves, EARLIER) == "11.01.01"
    assert district_at("12.09.19", moves, LATER + timedelta(seconds=1)) == "12.09.19"
    assert district_at("12.09.19", moves, None) == "12.09.19"


def test_changing_twice_does_not_help():
    moves = [move_from("11.01.01", NOW), move_from("12.09.20", LATER)]

    assert district_at("12.09.19", moves, EARLIER) == "11.01.01"
