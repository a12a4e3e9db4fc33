"""Planted histories: what the checker of ``bench.history`` must find in a run.

Each takes the good run of :func:`good` and spoils it; what it says of itself is what is wrong
with the server that would have behaved like that.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bench.history import Ledger, Row, microseconds
from tests.builders import CLOSES, EDGE, OPENS
from tests.rigs.defects import planted

FILLED = 2
NEW = 6
Run = tuple[list[dict[str, Any]], Ledger]
FOUND_AS: dict[str, str] = {}
"""The word that the checker's sentence begins with, by name of the defect."""
SINCE = microseconds(OPENS)


def sent(number, *, start, end, receipt=None, outcome="ok", process=0, first=True):
    told = {"is": outcome, "receipt": f"R{number}" if receipt is None else receipt}
    pair = {"pair": (number, 1), "first": first, "at": SINCE + int(start * 1e6)}
    return {"op": "apply", "process": process, "start": start, "end": end, **pair, **told}


def moved(number, seen, to, *, start, end, outcome="ok", process=1):
    told = {"receipt": f"R{number}", "seen": seen, "to": to, "is": outcome}
    at = {"at": SINCE + int(start * 1e6)}
    return {"op": "move", "process": process, "start": start, "end": end, **told, **at}


def withdrawn(number, *, start, end):
    told = {"receipt": f"R{number}", "is": "ok", "at": SINCE + int(start * 1e6)}
    return {"op": "withdraw", "process": 0, "start": start, "end": end, **told}


def read(n, *, start, end, process=9):
    return {"op": "read", "process": process, "start": start, "end": end, "n": n, "seq": n}


def look(seq, *, start, end, after=0, trails=None, process=8):
    seen = {"seq": seq, "after": after, "receipts": [f"R{n}" for n in range(after + 1, seq + 1)]}
    told = {**seen, "trails": {f"R{n}": trail for n, trail in (trails or {}).items()}}
    return {"op": "look", "process": process, "start": start, "end": end, **told}


def mark(to, start):
    return to, SINCE + int(start * 1e6)


def good() -> Run:
    """Give a run without fault.

    Applications one after another, a second each; a repeat, an unknown that came in, a refusal,
    reads and looks; two reviewers at the same application, one of them too late; another that is
    taken back and sent again.
    """
    history = [sent(n, start=n, end=n + 0.5) for n in range(FILLED + 1, FILLED + NEW + 1)]
    history += [
        sent(4, start=20, end=20.5, first=False),
        sent(90, start=21, end=21.5, receipt="", outcome="refused"),
        sent(9, start=22, end=22.5, receipt="", outcome="unknown", first=False),
        read(4, start=4.6, end=4.7),
        read(9, start=23, end=23.1),
        look(5, start=5.6, end=5.7, after=2),
        moved(5, "new", "reviewed", start=30, end=31),
        moved(5, "new", "unsuitable", start=30.2, end=31.2, outcome="refused", process=2),
        moved(6, "new", "interview", start=30.1, end=31.1, process=2),
        withdrawn(7, start=32, end=32.5),
        sent(7, start=33, end=33.5, first=False),
        look(9, start=40, end=40.5, after=5, trails={5: [mark("reviewed", 30)]}),
        look(9, start=40, end=41, trails={6: [mark("interview", 30.1)], 8: []}, process=7),
    ]
    stages = {5: "reviewed", 6: "interview"}
    rows = [
        Row((n, 1), f"R{n}", n, OPENS + timedelta(seconds=n), stages.get(n, "new"))
        for n in range(1, FILLED + NEW + 2)
    ]
    trails = {
        "R5": [mark("reviewed", 30)],
        "R6": [mark("interview", 30.1)],
        "R7": [mark("withdrawn", 32), mark("new", 33)],
    }
    return history, Ledger(rows, OPENS, CLOSES, len(rows), len(rows), FILLED, trails)


def history(name: str, *, found_as: str, breaks: str) -> Callable[[Any], Any]:
    """Register a spoiler of the good run."""
    FOUND_AS[name] = found_as
    return planted(name, rig="history", breaks=breaks)


def at(history: list[dict[str, Any]], op: str, number: int = 0) -> dict[str, Any]:
    """Return one operation of a kind of the good run."""
    return [one for one in history if one["op"] == op][number]


def put(ledger: Ledger, number: int, **more: Any) -> None:
    """Put another row in the place of one of the good run."""
    row = ledger.rows[number - 1]
    same = {"pair": row.pair, "receipt": row.receipt, "seq": row.seq, "stage": row.stage}
    ledger.rows[number - 1] = Row(**{**same, "received_at": row.received_at, **more})


@history("lost", found_as="lost", breaks="An acknowledged application is not in the ledger.")
def lost(history, ledger):
    ledger.rows.pop(4)


@history("pair-doubled", found_as="double: pair", breaks="A pair has two rows.")
def pair_doubled(history, ledger):
    put(ledger, 6, pair=(5, 1))


@history("receipt-doubled", found_as="double: receipt", breaks="Two rows have one receipt.")
def receipt_doubled(history, ledger):
    put(ledger, 6, receipt="R5")


@history("other-receipt", found_as="receipt", breaks="The sender's receipt is not the ledger's.")
def other_receipt(history, ledger):
    history[2]["receipt"] = "R999"


@history("receipt-unstable", found_as="unstable", breaks="A repeat on another node: new receipt.")
def receipt_unstable(history, ledger):
    history[NEW]["receipt"] = "R999"


@history("new-twice", found_as="first", breaks="Two senders of a pair are told that it is new.")
def new_twice(history, ledger):
    history[NEW]["first"] = True


@history("gap", found_as="gap", breaks="The ledger sequence has a gap.")
def gap(history, ledger):
    put(ledger, 9, seq=10)


@history("too-early", found_as="window", breaks="Received before the opening, and in.")
def too_early(history, ledger):
    put(ledger, 4, received_at=OPENS - EDGE)


@history("too-late", found_as="window", breaks="Received at the closing instant, and in.")
def too_late(history, ledger):
    put(ledger, 4, received_at=CLOSES)


@history("refused-but-in", found_as="refused", breaks="The sender was refused, the row is there.")
def refused_but_in(history, ledger):
    history[NEW + 2]["is"] = "refused"


@history("unasked", found_as="unasked", breaks="A row that nobody has sent.")
def unasked(history, ledger):
    history.pop(NEW + 2)


@history("wrong-count", found_as="count", breaks="The kept number is not the number of rows.")
def wrong_count(history, ledger):
    ledger.counted += 1


@history("latch-early", found_as="latch", breaks="A row came in after the latch.")
def latch_early(history, ledger):
    ledger.latched -= 1


@history("out-of-order", found_as="order", breaks="Acknowledged first, in the ledger second.")
def out_of_order(history, ledger):
    put(ledger, 5, seq=7)
    put(ledger, 7, seq=5)


@history("number-ahead", found_as="number", breaks="A number counts what nobody had sent yet.")
def number_ahead(history, ledger):
    history.append(read(6, start=5.1, end=5.2))


@history("number-behind", found_as="number", breaks="A number misses what was acknowledged.")
def number_behind(history, ledger):
    history.append(read(3, start=5.6, end=5.7))


@history("number-backwards", found_as="backwards", breaks="One reader sees a number fall.")
def number_backwards(history, ledger):
    history += [read(6, start=5.1, end=6.2, process=6), read(5, start=5.6, end=6.3, process=6)]


@history("number-of-another-seq", found_as="seq", breaks="A number is not that of its sequence.")
def number_of_another_seq(history, ledger):
    history.append({**read(6, start=6.1, end=6.2, process=6), "seq": 5})


@history("prefix-swapped", found_as="prefix", breaks="Two rows changed places after being read.")
def prefix_swapped(history, ledger):
    at(history, "look", 1)["receipts"][1:3] = ["R8", "R7"]


@history("prefix-hole", found_as="hole", breaks="A reading to the end missed the newest row.")
def prefix_hole(history, ledger):
    at(history, "look", 1)["receipts"].pop()


@history("aborted-read", found_as="aborted", breaks="A row that was rolled back has been seen.")
def aborted_read(history, ledger):
    at(history, "look", 0)["receipts"][2] = "R90"


@history("trail-rewritten", found_as="prefix: the trail", breaks="A step that was seen is gone.")
def trail_rewritten(history, ledger):
    at(history, "look", 1)["trails"]["R5"] = [mark("interview", 30), mark("reviewed", 30)]


@history("long-fork", found_as="cycle", breaks="Two readers saw two changes in opposite orders.")
def long_fork(history, ledger):
    history += [
        look(9, start=30.5, end=30.6, after=9, process=5,
             trails={5: [mark("reviewed", 30)], 6: []}),
        look(9, start=30.5, end=30.6, after=9, process=6,
             trails={5: [], 6: [mark("interview", 30.1)]}),
    ]  # fmt: skip


@history("read-skew", found_as="cycle", breaks="One page shows a new trail and an old ledger.")
def read_skew(history, ledger):
    ledger.trails["R4"] = [mark("reviewed", 6.6)]
    put(ledger, 4, stage="reviewed")
    history += [
        moved(4, "new", "reviewed", start=6.6, end=6.9),
        look(5, start=5.9, end=6.8, after=5, trails={4: [mark("reviewed", 6.6)]}, process=5),
    ]


@history("stale-look", found_as="cycle", breaks="A page shows the trail as it was before a step.")
def stale_look(history, ledger):
    history.append(look(9, start=45, end=46, after=9, trails={6: []}, process=5))


@history("both-reviewers", found_as="stage", breaks="Two reviewers move one application at once.")
def both_reviewers(history, ledger):
    at(history, "move", 1)["is"] = "ok"


@history("lost-move", found_as="stage", breaks="A move was acknowledged and did not happen.")
def lost_move(history, ledger):
    history.append(moved(8, "new", "reviewed", start=35, end=36))


@history("baseless-refusal", found_as="stage", breaks="A reviewer is refused without a reason.")
def baseless_refusal(history, ledger):
    history.append(moved(8, "new", "accepted", start=41, end=42, outcome="refused"))


@history("accepted-withdrawn", found_as="stage", breaks="Somebody accepted is withdrawn after all.")
def accepted_withdrawn(history, ledger):
    ledger.trails["R8"] = [mark("accepted", 42), mark("withdrawn", 44)]
    put(ledger, 8, stage="withdrawn")
    history += [moved(8, "new", "accepted", start=42, end=43), withdrawn(8, start=44, end=45)]


@history("step-unasked", found_as="trail", breaks="A trail holds a step that nobody took.")
def step_unasked(history, ledger):
    ledger.trails["R8"] = [mark("reviewed", 50)]
    put(ledger, 8, stage="reviewed")


@history("trail-behind", found_as="trail", breaks="A trail does not lead to where the row stands.")
def trail_behind(history, ledger):
    put(ledger, 6, stage="accepted")
