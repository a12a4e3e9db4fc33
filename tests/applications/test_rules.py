"""Who may apply, what stages may follow each other, and that a misread receipt shows."""

from datetime import date
from itertools import pairwise

import pytest

from jobfair.applications.rules import (
    NEXT_STAGES,
    Eligibility,
    FairPolicy,
    Stage,
    age_on,
    check_may_apply,
    check_may_withdraw,
    check_stage_change,
    normalise_receipt,
    receipt_fits,
    receipt_number,
)
from jobfair.errors import Refused
from tests.builders import CLOSES, EDGE, NOW

DAY = date(2026, 3, 4)
ADULT = date(1999, 8, 17)
LOCAL = Eligibility(birth_date=ADULT, is_local=True, applications_so_far=0)
VISITOR = Eligibility(birth_date=ADULT, is_local=False, applications_so_far=0)
USUAL = FairPolicy(minimum_age=17, residence_policy="open", applications_per_applicant=0)
LOCAL_ONLY = FairPolicy(minimum_age=17, residence_policy="local_only", applications_per_applicant=0)
THREE_EACH = FairPolicy(minimum_age=17, residence_policy="open", applications_per_applicant=3)


@pytest.mark.parametrize(
    ("asking", "conditions"),
    [
        (LOCAL, USUAL),
        (VISITOR, USUAL),
        (LOCAL, LOCAL_ONLY),
        (Eligibility(birth_date=ADULT, is_local=False, applications_so_far=2), THREE_EACH),
        (Eligibility(birth_date=ADULT, is_local=True, applications_so_far=10**6), USUAL),
        (Eligibility(birth_date=date(2009, 3, 4), is_local=True, applications_so_far=0), USUAL),
    ],
)
def test_may_apply(asking, conditions):
    check_may_apply(asking=asking, conditions=conditions, day=DAY)


@pytest.mark.parametrize(
    ("asking", "conditions", "code"),
    [
        (VISITOR, LOCAL_ONLY, "residence"),
        (Eligibility(birth_date=ADULT, is_local=True, applications_so_far=3), THREE_EACH, "limit"),
        (Eligibility(birth_date=ADULT, is_local=True, applications_so_far=4), THREE_EACH, "limit"),
        (
            Eligibility(birth_date=date(2009, 3, 5), is_local=True, applications_so_far=0),
            USUAL,
            "age",
        ),
    ],
)
def test_may_not_apply(asking, conditions, code):
    with pytest.raises(Refused) as refusal:
        check_may_apply(asking=asking, conditions=conditions, day=DAY)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2009, 3, 4), date(2026, 3, 3), 16),
        (date(2009, 3, 4), date(2026, 3, 4), 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 12, 31), date(2026, 1, 1), 17),
    ],
)
def test_ages_change_on_the_birthday(born, day, age):
    assert age_on(day, born) == age


LEGAL = {
    (Stage.NEW, Stage.REVIEWED), (Stage.NEW, Stage.SHORTLISTED), (Stage.NEW, Stage.INTERVIEW),
    (Stage.NEW, Stage.ACCEPTED), (Stage.NEW, Stage.UNSUITABLE),
    (Stage.REVIEWED, Stage.SHORTLISTED), (Stage.REVIEWED, Stage.INTERVIEW),
    (Stage.REVIEWED, Stage.ACCEPTED), (Stage.REVIEWED, Stage.UNSUITABLE),
    (Stage.SHORTLISTED, Stage.INTERVIEW), (Stage.SHORTLISTED, Stage.ACCEPTED),
    (Stage.SHORTLISTED, Stage.UNSUITABLE),
    (Stage.INTERVIEW, Stage.ACCEPTED), (Stage.INTERVIEW, Stage.UNSUITABLE),
    (Stage.ACCEPTED, Stage.UNSUITABLE),
    (Stage.UNSUITABLE, Stage.REVIEWED), (Stage.UNSUITABLE, Stage.SHORTLISTED),
    (Stage.UNSUITABLE, Stage.INTERVIEW),
}  # fmt: skip


@pytest.mark.parametrize("wanted", Stage)
@pytest.mark.parametrize("current", Stage)
def test_every_pair_of_stages(current, wanted):
    assert (wanted in NEXT_STAGES[current]) is ((current, wanted) in LEGAL)
    if (current, wanted) in LEGAL:
        check_stage_change(current=current, wanted=wanted)
        return
    with pytest.raises(Refused) as refusal:
        check_stage_change(current=current, wanted=wanted)
    assert refusal.value.code == "stage"


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.ACCEPTED])
def test_an_applicant_may_withdraw_until_the_closing(stage):
    check_may_withdraw(current=stage, now=NOW, closes_at=CLOSES)
    check_may_withdraw(current=stage, now=CLOSES - EDGE, closes_at=CLOSES)
    for late in (CLOSES, CLOSES + EDGE):
        with pytest.raises(Refused) as refusal:
            check_may_withdraw(current=stage, now=late, closes_at=CLOSES)
        assert refusal.value.code == "closed"


def test_an_accepted_application_is_not_withdrawn():
    with pytest.raises(Refused) as refusal:
        check_may_withdraw(current=Stage.ACCEPTED, now=NOW, closes_at=CLOSES)
    assert refusal.value.code == "stage"


RANGE = [*range(1, 2_500), *range(99_900, 100_100), *range(999_990, 1_000_010)]


def test_a_receipt_reads_well_and_fits():
    assert receipt_number(prefix="ASH", year=2026, seq=1) == "ASH-26-00001-59"
    assert receipt_number(prefix="ASH", year=2026, seq=123_456) == "ASH-26-123456-07"
    numbers = [receipt_number(prefix="ASH", year=2026, seq=seq) for seq in RANGE]
    assert all(receipt_fits(number) for number in numbers)
    assert {int(number[4:].replace("-", "")) % 97 for number in numbers} == {1}, "MOD 97-10"
    assert len(set(numbers)) == len(RANGE)


def test_every_wrong_digit_shows():
    # Exhaustive over RANGE: each digit of year, sequence and check replaced by each other one.
    for seq in RANGE:
        number = receipt_number(prefix="ASH", year=2026, seq=seq)
        places = [at for at in range(4, len(number)) if number[at] != "-"]
        slips = {
            number[:at] + digit + number[at + 1 :]
            for at in places
            for digit in "0123456789"
            if digit != number[at]
        }
        assert len(slips) == 9 * len(places)
        assert not any(map(receipt_fits, slips)), number


def test_every_swap_of_neighbours_shows():
    # Neighbours as they are read out: the dashes between them are not spoken.
    for seq in RANGE:
        number = receipt_number(prefix="ASH", year=2026, seq=seq)
        places = [at for at in range(4, len(number)) if number[at] != "-"]
        for here, there in pairwise(places):
            if number[here] != number[there]:
                swapped = list(number)
                swapped[here], swapped[there] = number[there], number[here]
                assert not receipt_fits("".join(swapped)), number


@pytest.mark.parametrize(
    "text", ["", "ASH", "ASH-26-00001", "ASH-26-1-59", "ASH-26-00001-590", "ASH-26-00001-59\n",
             "ASH-26-٠٠٠٠١-59", "ash-26-00001-59", "-26-00001-59"],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_receipt_does_not_fit(text):
    assert not receipt_fits(text)


@pytest.mark.parametrize(
    "typed", ["ash-26-00001-59", " ASH-26-00001-59 ", "ASH - 26 - 00001 - 59", "Ash-26-00001-59\n"]
)
def test_a_receipt_may_be_typed_carelessly(typed):
    assert normalise_receipt(typed) == "ASH-26-00001-59"
