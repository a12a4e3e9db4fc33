"""The checker of load runs finds every planted error, and nothing where there is none."""

import copy
from datetime import timedelta

import pytest

from bench.history import Ledger, Row, check
from tests.builders import CLOSES, EDGE, OPENS

FILLED = 2
NEW = 6


def sent(number, *, start, end, receipt=None, outcome="ok", process=0):
    return {
        "op": "apply", "process": process, "start": start, "end": end, "pair": (number, 1),
        "is": outcome, "receipt": f"R{number}" if receipt is None else receipt,
    }  # fmt: skip


def read(n, *, start, end, process=9):
    return {"op": "read", "process": process, "start": start, "end": end, "n": n}


def good():
    """One after another, a second each, a repeat, an unknown that came in, a refusal, two reads."""
    history = [sent(n, start=n, end=n + 0.5) for n in range(FILLED + 1, FILLED + NEW + 1)]
    history += [
        sent(4, start=20, end=20.5),
        sent(90, start=21, end=21.5, receipt="", outcome="refused"),
        sent(9, start=22, end=22.5, receipt="", outcome="unknown"),
        read(4, start=4.6, end=4.7),
        read(9, start=23, end=23.1),
    ]
    rows = [
        Row((n, 1), f"R{n}", n, OPENS + timedelta(seconds=n)) for n in range(1, FILLED + NEW + 2)
    ]
    return history, Ledger(rows, OPENS, CLOSES, len(rows), len(rows), FILLED)


def test_a_good_run_is_found_good():
    assert check(*good()) == []


def lost(history, ledger):
    ledger.rows.pop(4)


def doubled(history, ledger):
    ledger.rows[5] = Row((5, 1), "R6", 6, OPENS)


def same_receipt(history, ledger):
    ledger.rows[5] = Row((6, 1), "R5", 6, OPENS)


def other_receipt(history, ledger):
    history[2]["receipt"] = "R999"


def unstable_receipt(history, ledger):
    history[NEW]["receipt"] = "R999"


def gap(history, ledger):
    ledger.rows[-1] = Row((9, 1), "R9", 10, OPENS)


def too_early(history, ledger):
    ledger.rows[3] = Row((4, 1), "R4", 4, OPENS - EDGE)


def too_late(history, ledger):
    ledger.rows[3] = Row((4, 1), "R4", 4, CLOSES)


def refused_but_written(history, ledger):
    history[NEW + 2]["is"] = "refused"


def nobody_sent_it(history, ledger):
    history.pop(NEW + 2)


def wrong_count(history, ledger):
    ledger.counted += 1


def late_latch(history, ledger):
    ledger.latched -= 1


def out_of_order(history, ledger):
    ledger.rows[4], ledger.rows[6] = Row((5, 1), "R5", 7, OPENS), Row((7, 1), "R7", 5, OPENS)


def number_ahead(history, ledger):
    history.append(read(6, start=5.1, end=5.2))


def number_behind(history, ledger):
    history.append(read(3, start=5.6, end=5.7))


def number_backwards(history, ledger):
    history += [read(6, start=5.1, end=6.2, process=8), read(5, start=5.6, end=6.3, process=8)]


PLANTED = {
    lost: "lost", doubled: "double: pair", same_receipt: "double: receipt",
    other_receipt: "receipt", unstable_receipt: "unstable", gap: "gap", too_early: "window",
    too_late: "window", refused_but_written: "refused", nobody_sent_it: "unasked",
    wrong_count: "count", late_latch: "latch", out_of_order: "order", number_ahead: "number",
    number_behind: "number", number_backwards: "backwards",
}  # fmt: skip


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_error_is_found(plant):
    history, ledger = copy.deepcopy(good())
    plant(history, ledger)

    assert any(problem.startswith(PLANTED[plant]) for problem in check(history, ledger))
