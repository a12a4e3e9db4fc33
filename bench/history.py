"""Did the server keep its word? The history a generator wrote, held against the ledger.

One JSON line per operation. ``apply``: process, start and end (seconds, monotonic), pair, ``is``
(``ok``, ``refused``, ``unknown``), receipt. ``read``: process, start, end, ``n``, the number of
applications a page or a frame showed. An operation without an answer is ``unknown``: it may have
happened or not.
"""

import json
import sqlite3
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Pair = tuple[int, int]


class History:
    """Writes the lines, some thousand at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("w")

    def apply(
        self, *, process: int, start: float, end: float, pair: Pair, outcome: str, receipt: str
    ) -> None:
        told = {"pair": pair, "is": outcome, "receipt": receipt}
        self._write({"op": "apply", "process": process, "start": start, "end": end, **told})

    def read(self, process: int, start: float, end: float, n: int) -> None:
        self._write({"op": "read", "process": process, "start": start, "end": end, "n": n})

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")

    def close(self) -> None:
        self._file.close()


def read_history(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as file:
        for line in file:
            operation = json.loads(line)
            if "pair" in operation:
                operation["pair"] = tuple(operation["pair"])
            yield operation


@dataclass(frozen=True)
class Row:
    """A row of the ledger."""

    pair: Pair
    receipt: str
    seq: int
    received_at: datetime


@dataclass
class Ledger:
    """What the database holds after the run."""

    rows: list[Row]
    opens_at: datetime
    closes_at: datetime
    counted: int
    """What the kept number of the fair says."""
    latched: int | None = None
    filled: int = 0
    """How many rows were there before the run."""


@dataclass
class _Sent:
    """Everything that was tried for one pair."""

    invoked: float = float("inf")
    acknowledged: float = float("inf")
    receipts: set[str] = field(default_factory=set)
    unsure: bool = False


def check(history: Iterable[dict[str, Any]], ledger: Ledger) -> list[str]:
    """Return what was found wrong, one sentence each; an empty list is the good answer."""
    sent: dict[Pair, _Sent] = defaultdict(_Sent)
    reads = []
    for operation in history:
        if operation["op"] == "read":
            reads.append(operation)
            continue
        one = sent[operation["pair"]]
        one.invoked = min(one.invoked, operation["start"])
        if operation["is"] == "ok":
            one.acknowledged = min(one.acknowledged, operation["end"])
            one.receipts.add(operation["receipt"])
        elif operation["is"] == "unknown":
            one.unsure = True
    return [
        *_rows(ledger),
        *_receipts(sent, ledger),
        *_order(sent, ledger),
        *_counters(sent, reads, ledger),
    ]


def _rows(ledger: Ledger) -> Iterator[str]:
    for what, values in (
        ("pair", [row.pair for row in ledger.rows]),
        ("receipt", [row.receipt for row in ledger.rows]),
    ):
        for value, times in Counter(values).items():
            if times > 1:
                yield f"double: {what} {value} is in the ledger {times} times"
    seqs = sorted(row.seq for row in ledger.rows)
    if seqs != list(range(1, len(seqs) + 1)):
        yield "gap: the sequence is not 1, 2, 3, ..."
    if ledger.counted != len(ledger.rows):
        yield f"count: the fair says {ledger.counted}, the ledger has {len(ledger.rows)} rows"
    if ledger.latched is not None and ledger.latched != len(ledger.rows):
        yield f"latch: set at {ledger.latched}, the ledger has {len(ledger.rows)} rows"
    for row in ledger.rows:
        if not ledger.opens_at <= row.received_at < ledger.closes_at:
            yield f"window: {row.receipt} was received at {row.received_at}"


def _receipts(sent: dict[Pair, _Sent], ledger: Ledger) -> Iterator[str]:
    held = {row.pair: row.receipt for row in ledger.rows}
    for pair, one in sent.items():
        if len(one.receipts) > 1:
            yield f"unstable: {pair} was answered with {sorted(one.receipts)}"
        elif one.receipts and pair not in held:
            yield f"lost: {pair} was acknowledged with {one.receipts} and is not there"
        elif one.receipts and held[pair] not in one.receipts:
            yield f"receipt: {pair} was told {one.receipts}, the ledger says {held[pair]}"
    for row in ledger.rows:
        if row.seq <= ledger.filled:
            continue
        if row.pair not in sent:
            yield f"unasked: nobody sent {row.pair}"
        elif not sent[row.pair].receipts and not sent[row.pair].unsure:
            yield f"refused: {row.pair} was refused and is in the ledger"


def _order(sent: dict[Pair, _Sent], ledger: Ledger) -> Iterator[str]:
    """Who was acknowledged before another began must stand before it in the ledger."""
    new = [row for row in ledger.rows if row.seq > ledger.filled and row.pair in sent]
    ended = sorted((sent[row.pair].acknowledged, row.seq) for row in new)
    highest, at = 0, 0
    for row in sorted(new, key=lambda row: sent[row.pair].invoked):
        while at < len(ended) and ended[at][0] < sent[row.pair].invoked:
            highest = max(highest, ended[at][1])
            at += 1
        if row.seq < highest:
            yield f"order: {row.seq} was sent after {highest} had been acknowledged"


def _counters(
    sent: dict[Pair, _Sent], reads: list[dict[str, Any]], ledger: Ledger
) -> Iterator[str]:
    old = {row.pair for row in ledger.rows if row.seq <= ledger.filled}
    new = [one for pair, one in sent.items() if pair not in old]
    acknowledged = sorted(one.acknowledged for one in new)
    invoked = sorted(one.invoked for one in new)
    latest: dict[int, tuple[float, int]] = {}
    for read in sorted(reads, key=lambda read: read["end"]):
        least = ledger.filled + bisect_left(acknowledged, read["start"])
        most = ledger.filled + bisect_right(invoked, read["end"])
        if not least <= read["n"] <= most:
            yield f"number: {read['n']} was shown, between {least} and {most} was true"
        _, before = latest.get(read["process"], (0.0, 0))
        if read["n"] < before:
            yield f"backwards: {before} and then {read['n']}"
        latest[read["process"]] = (read["end"], read["n"])


def read_ledger(path: Path, *, filled: int = 0) -> Ledger:
    """Return what a database of ``bench.fill`` holds."""

    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    connection = sqlite3.connect(path)
    rows = [
        Row((applicant, position), receipt, seq, instant(at))
        for applicant, position, receipt, seq, at in connection.execute(
            "select applicant_id, position_id, receipt, seq, received_at from application"
        )
    ]
    opens_at, closes_at = connection.execute(
        "select opens_at, closes_at from fair_window order by ordinal desc limit 1"
    ).fetchone()
    counted, latched = connection.execute("select ledger_seq, latch_seq from fair").fetchone()
    connection.close()
    return Ledger(rows, instant(opens_at), instant(closes_at), counted, latched, filled)


def verdict(history: History, database: Path, *, filled: int) -> str:
    """Close the history, check it, and return one line; end the program when it is broken."""
    history.close()
    operations = list(read_history(history.path))
    problems = check(operations, read_ledger(database, filled=filled))
    if problems:
        raise SystemExit("\n".join(["the server did not keep its word:", *problems[:20]]))
    kinds = Counter(one.get("is", "read") for one in operations)
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
    return f"history: {told}; 0 lost, 0 doubled, 0 outside, sequence without gaps"
