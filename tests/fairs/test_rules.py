"""The window, looked at from one microsecond before to one after every edge."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from jobfair.errors import Invalid, Refused
from jobfair.fairs.rules import (
    REASON_LONGEST,
    Phase,
    Timetable,
    check_accepts,
    check_may_close_early,
    check_may_extend,
    check_may_latch,
    check_may_open_early,
    check_may_pause,
    check_may_resume,
    day_of,
    earliest_end,
    phase_at,
)
from tests.builders import CLOSES, EDGE, NOW, OPENS, WIB

PAUSED = NOW
USUAL = Timetable(
    opens_at=OPENS,
    closes_at=CLOSES,
    paused_from=None,
    published_at=OPENS - timedelta(days=1),
    latched_at=None,
)
WITH_PAUSE = replace(USUAL, paused_from=PAUSED)
DRAFT = replace(USUAL, published_at=None)
LATCHED = replace(USUAL, latched_at=CLOSES)

EDGES = [
    (USUAL, OPENS - EDGE, Phase.PUBLISHED, "not_open"),
    (USUAL, OPENS, Phase.OPEN, None),
    (USUAL, OPENS + EDGE, Phase.OPEN, None),
    (USUAL, CLOSES - EDGE, Phase.OPEN, None),
    (USUAL, CLOSES, Phase.CLOSING, "closed"),
    (USUAL, CLOSES + EDGE, Phase.CLOSING, "closed"),
    (WITH_PAUSE, PAUSED - EDGE, Phase.OPEN, None),
    (WITH_PAUSE, PAUSED, Phase.PAUSED, "paused"),
    (WITH_PAUSE, PAUSED + EDGE, Phase.PAUSED, "paused"),
    (WITH_PAUSE, OPENS - EDGE, Phase.PUBLISHED, "not_open"),
    (WITH_PAUSE, CLOSES - EDGE, Phase.PAUSED, "paused"),
    (WITH_PAUSE, CLOSES, Phase.CLOSING, "closed"),
    (DRAFT, OPENS - EDGE, Phase.DRAFT, "not_open"),
    (DRAFT, NOW, Phase.DRAFT, "not_open"),
    (DRAFT, CLOSES, Phase.DRAFT, "not_open"),
    (LATCHED, OPENS, Phase.CLOSED, "closed"),
    (LATCHED, CLOSES - EDGE, Phase.CLOSED, "closed"),
    (LATCHED, CLOSES, Phase.CLOSED, "closed"),
]


@pytest.mark.parametrize(("timetable", "at", "phase", "code"), EDGES)
def test_the_phase_and_the_door_agree_at_every_edge(timetable, at, phase, code):
    # Guards `now < opens_at`, `now >= closes_at`, `now >= paused_from` in phase_at.
    assert phase_at(at, timetable) is phase
    assert phase_at(at.astimezone(UTC), timetable) is phase

    if code is None:
        check_accepts(at, timetable)
        return
    with pytest.raises(Refused) as refusal:
        check_accepts(at, timetable)
    assert refusal.value.code == code


def test_a_refusal_names_the_deciding_instant():
    for at, timetable, instant in [
        (OPENS - EDGE, USUAL, OPENS),
        (CLOSES, USUAL, CLOSES),
        (PAUSED, WITH_PAUSE, PAUSED),
    ]:
        with pytest.raises(Refused) as refusal:
            check_accepts(at, timetable)
        assert refusal.value.facts["instant"] == instant


def test_organisers_may_do_what_fits_the_phase():
    check_may_open_early(now=OPENS - EDGE, timetable=USUAL, reason="Siap lebih awal")
    check_may_pause(now=OPENS, timetable=USUAL, reason="Listrik padam")
    check_may_resume(now=PAUSED, timetable=WITH_PAUSE)
    check_may_close_early(now=OPENS + EDGE, timetable=USUAL, reason="Banjir")
    check_may_close_early(now=PAUSED, timetable=WITH_PAUSE, reason="Banjir")
    check_may_latch(now=CLOSES, timetable=USUAL)
    for now in (OPENS - EDGE, NOW, CLOSES, CLOSES + timedelta(minutes=1)):
        check_may_extend(
            now=now, timetable=USUAL, closes_at=CLOSES + timedelta(hours=1), reason="Hujan"
        )


@pytest.mark.parametrize(
    ("check", "now", "timetable", "code"),
    [
        (check_may_open_early, OPENS, USUAL, "not_published"),
        (check_may_open_early, OPENS - EDGE, DRAFT, "not_published"),
        (check_may_pause, OPENS - EDGE, USUAL, "not_open"),
        (check_may_pause, CLOSES, USUAL, "not_open"),
        (check_may_pause, PAUSED, WITH_PAUSE, "not_open"),
        (check_may_pause, NOW, LATCHED, "not_open"),
        (check_may_close_early, OPENS - EDGE, USUAL, "not_open"),
        (check_may_close_early, OPENS, USUAL, "not_open"),
        (check_may_close_early, CLOSES, USUAL, "not_open"),
        (check_may_close_early, NOW, LATCHED, "not_open"),
    ],
)
def test_organisers_may_not_do_what_does_not_fit(check, now, timetable, code):
    with pytest.raises(Refused) as refusal:
        check(now=now, timetable=timetable, reason="Alasan")
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("now", "timetable"), [(PAUSED - EDGE, WITH_PAUSE), (NOW, USUAL), (CLOSES, WITH_PAUSE)]
)
def test_nothing_paused_cannot_be_resumed(now, timetable):
    with pytest.raises(Refused, match="tidak sedang dijeda"):
        check_may_resume(now=now, timetable=timetable)


@pytest.mark.parametrize("timetable", [DRAFT, LATCHED])
def test_a_draft_or_a_closed_fair_cannot_be_extended(timetable):
    with pytest.raises(Refused, match="tidak dapat diperpanjang"):
        check_may_extend(
            now=NOW, timetable=timetable, closes_at=CLOSES + timedelta(hours=1), reason="Hujan"
        )


@pytest.mark.parametrize(
    ("now", "closes_at"),
    [(NOW, CLOSES), (NOW, CLOSES - EDGE), (CLOSES + timedelta(hours=1), CLOSES + EDGE)],
)
def test_an_extension_must_be_later_than_the_closing_and_than_now(now, closes_at):
    with pytest.raises(Invalid) as refusal:
        check_may_extend(now=now, timetable=USUAL, closes_at=closes_at, reason="Hujan")
    assert list(refusal.value.fields) == ["closes_at"]


@pytest.mark.parametrize("reason", ["", "  \n", "x" * (REASON_LONGEST + 1)])
def test_every_act_on_the_window_needs_a_reason(reason):
    for act in (check_may_pause, check_may_close_early):
        with pytest.raises(Invalid) as refusal:
            act(now=NOW, timetable=USUAL, reason=reason)
        assert list(refusal.value.fields) == ["reason"]
    with pytest.raises(Invalid):
        check_may_open_early(now=OPENS - EDGE, timetable=USUAL, reason=reason)
    with pytest.raises(Invalid):
        check_may_extend(now=NOW, timetable=USUAL, closes_at=CLOSES + EDGE, reason=reason)


def test_the_latch_waits_for_the_closing():
    with pytest.raises(Refused, match="belum berakhir"):
        check_may_latch(now=CLOSES - EDGE, timetable=USUAL)


def test_a_window_ends_after_everything_already_received():
    # Guards P2 when an organiser's click waited for the lock while applications came in.
    assert earliest_end(NOW, None) == NOW
    assert earliest_end(NOW, NOW - EDGE) == NOW
    assert earliest_end(NOW, NOW) == NOW + EDGE
    assert earliest_end(NOW, NOW + EDGE) == NOW + 2 * EDGE


def test_days_are_counted_by_the_calendar_of_the_zone():
    assert day_of(OPENS - timedelta(days=3), USUAL, WIB) == (1, 8)
    assert day_of(OPENS, USUAL, WIB) == (1, 8)
    assert day_of(NOW, USUAL, WIB) == (3, 8)
    midnight = NOW.replace(hour=0, minute=0)
    assert day_of(midnight - EDGE, USUAL, WIB) == (2, 8)
    assert day_of(midnight, USUAL, WIB) == (3, 8)
    assert day_of(CLOSES + timedelta(days=9), USUAL, WIB) == (8, 8)
    until_midnight = replace(USUAL, closes_at=OPENS.replace(day=3, hour=0))
    assert day_of(NOW, until_midnight, WIB) == (1, 1)
