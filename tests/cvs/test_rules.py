"""How long a company may open a CV."""

from datetime import timedelta

import pytest

from jobfair.applications.rules import Stage
from jobfair.cvs.rules import may_open
from tests.builders import CLOSES, EDGE


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.WITHDRAWN])
def test_a_company_may_open_until_ninety_days_after_the_closing(stage):
    last = CLOSES + timedelta(days=90)
    assert may_open(stage=stage, closes_at=CLOSES, now=last - EDGE)
    assert not may_open(stage=stage, closes_at=CLOSES, now=last)


def test_what_was_withdrawn_is_not_opened():
    assert not may_open(stage=Stage.WITHDRAWN, closes_at=CLOSES, now=CLOSES - EDGE)
