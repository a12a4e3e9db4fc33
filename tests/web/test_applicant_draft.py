import random
from datetime import timedelta

from jobfair.web.pages.shared.draft import draft_cookie, read_draft
from tests.builders import KEYS, NOW


def test_a_draft_is_bound_to_its_position_and_its_hour():
    cookie = draft_cookie(KEYS, position_id=1, answers=("Ya.", ""), now=NOW)

    assert cookie is not None
    value = cookie.value or ""
    assert read_draft(value, KEYS, position_id=1, now=NOW) == ("Ya.", "")
    assert read_draft(value, KEYS, position_id=2, now=NOW) == ()
    assert read_draft(value, KEYS, position_id=1, now=NOW + timedelta(hours=3)) == ()
    for broken in ("", "x", value[:-4], "é", "A" * 4000):
        assert read_draft(broken, KEYS, position_id=1, now=NOW) == ()


def test_a_draft_too_long_for_a_cookie_keeps_what_fits():
    draw = random.Random(1)
    long = "".join(chr(draw.randrange(0x4E00, 0x9FA5)) for _ in range(600))

    cookie = draft_cookie(KEYS, position_id=1, answers=(long, long[::-1]), now=NOW)

    assert cookie is not None
    assert len(cookie.value or "") <= 3800
    assert read_draft(cookie.value or "", KEYS, position_id=1, now=NOW) == (long,)
    assert draft_cookie(KEYS, position_id=1, answers=("", ""), now=NOW) is None
