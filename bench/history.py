"""Did the server keep its word? The history a generator wrote, held against the database.

One JSON line per operation, each with the process that did it, its start and end (seconds,
monotonic) and what it is:

``apply``: pair, ``is`` (``ok``, ``refused``, ``unknown``), receipt; ``first`` if the answer said
whether it was new. ``move``: receipt, ``seen`` and ``to`` (stages), ``is``. ``withdraw``: receipt,
``is``. These three may say ``at``: the instant (microseconds) that the program noted, by which
their step is recognised in the trail. ``read``: ``n``, the number of applications a page or a
frame showed; ``seq`` if it said for which ledger sequence. ``look``: see
:class:`bench.orders.Look`. An operation without an answer is ``unknown``: it may have happened or
not.

``python -m bench.history FILE DATABASE`` checks a file against a database (a path or an address).
"""

import argparse
import contextlib
import json
import time
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, select

from bench.orders import Lists, Look, Mark, Writers, contradictions, misread
from bench.registers import Step, unexplained
from jobfair.applications.models import Application, StageChange
from jobfair.fairs.models import Fair, FairWindow

Pair = tuple[int, int]
AT_LAST = 1e300
"""The time at which the database is read, after everything."""


class History:
    """Writes the lines, some thousand at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("w")

    def apply(
        self, *, process: int, start: float, end: float, pair: Pair, outcome: str, receipt: str,
        **more: Any,
    ) -> None:  # fmt: skip
        told = {"pair": pair, "is": outcome, "receipt": receipt, **more}
        self.write("apply", process, start, end, **told)

    def read(self, process: int, start: float, end: float, n: int) -> None:
        self.write("read", process, start, end, n=n)

    def write(self, op: str, process: int, start: float, end: float, **more: Any) -> None:
        line = {"op": op, "process": process, "start": start, "end": end, **more}
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


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger."""

    pair: Pair
    receipt: str
    seq: int
    received_at: datetime
    stage: str = "new"


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
    trails: dict[str, list[Mark]] = field(default_factory=dict)
    """The steps of each application, first to last, by receipt."""


@dataclass(slots=True)
class _Sent:
    """Everything that was tried for one pair."""

    invoked: float = inf
    acknowledged: float = inf
    receipts: set[str] = field(default_factory=set)
    unsure: bool = False
    firsts: int = 0
    again: list[Step] = field(default_factory=list)
    revived: list[tuple[int, tuple[float, float]]] = field(default_factory=list)
    """What may have brought it back after it was withdrawn: the noted instant and the times."""


class _Told:
    """The history in the shapes that the checks ask for."""

    def __init__(self, history: Iterable[dict[str, Any]]) -> None:
        self.kinds: Counter[str] = Counter()
        self.sent: dict[Pair, _Sent] = defaultdict(_Sent)
        self.reads: list[tuple[float, float, int, int]] = []
        self.looks: list[Look] = []
        self.steps: dict[str, list[Step]] = defaultdict(list)
        self.marks: dict[tuple[str, Mark], tuple[float, float]] = {}
        self.nameless = False
        """Somebody took a step without saying at which instant."""
        self.untrue: list[str] = []
        for one in history:
            self.kinds[f"{one['op']} {one.get('is', '')}".strip()] += 1
            getattr(self, f"_{one['op']}")(one)

    def _times(self, one: dict[str, Any]) -> tuple[float, float]:
        return one["start"], inf if one.get("is") == "unknown" else one["end"]

    def _apply(self, one: dict[str, Any]) -> None:
        sent = self.sent[one["pair"]]
        start, end = self._times(one)
        sent.invoked = min(sent.invoked, start)
        if one["is"] == "refused":
            return
        sent.acknowledged = min(sent.acknowledged, end)
        sent.unsure |= one["is"] == "unknown"
        sent.firsts += one.get("first") is True
        if one["is"] == "ok":
            sent.receipts.add(one["receipt"])
        sent.again.append(Step(start, end, "apply"))
        self.nameless |= "at" not in one
        if one.get("first") is not True and "at" in one:
            sent.revived.append((one["at"], (start, end)))

    def _mark(self, one: dict[str, Any], to: str) -> None:
        self.nameless |= "at" not in one
        if "at" in one and one["is"] != "refused":
            self.marks[one["receipt"], (to, one["at"])] = self._times(one)

    def _move(self, one: dict[str, Any]) -> None:
        does = "fail" if one["is"] == "refused" else "move"
        self.steps[one["receipt"]].append(Step(*self._times(one), does, one["seen"], one["to"]))
        self._mark(one, one["to"])

    def _withdraw(self, one: dict[str, Any]) -> None:
        if one["is"] != "refused":
            self.steps[one["receipt"]].append(Step(*self._times(one), "withdraw"))
        self._mark(one, "withdrawn")

    def _read(self, one: dict[str, Any]) -> None:
        self.reads.append((one["end"], one["start"], one["process"], one["n"]))
        if one.get("seq", one["n"]) != one["n"]:
            self.untrue.append(f"seq: {one['n']} was shown for sequence {one['seq']}")

    def _look(self, one: dict[str, Any]) -> None:
        trails = {of: [(to, at) for to, at in trail] for of, trail in one["trails"].items()}
        times = one["process"], one["start"], one["end"]
        self.looks.append(Look(*times, one["seq"], one["after"], one["receipts"], trails))
        self.reads.append((one["end"], one["start"], one["process"], one["seq"]))
        for receipt, trail in trails.items():
            stage = trail[-1][0] if trail else "new"
            self.steps[receipt].append(Step(one["start"], one["end"], "look", to=stage))


def check(history: Iterable[dict[str, Any]], ledger: Ledger) -> list[str]:
    """Return what was found wrong, one sentence each; an empty list is the good answer."""
    return _problems(_Told(history), ledger)


def _problems(told: _Told, ledger: Ledger) -> list[str]:
    for row in ledger.rows:
        if row.pair in told.sent:
            for at, times in told.sent[row.pair].revived:
                told.marks[row.receipt, ("new", at)] = times
    receipts = [row.receipt for row in sorted(ledger.rows, key=lambda row: row.seq)]
    lists = Lists(receipts, ledger.trails)
    return [
        *told.untrue,
        *_rows(ledger),
        *_receipts(told.sent, ledger),
        *_order(told.sent, ledger),
        *_counters(told, ledger),
        *_trails(told, ledger),
        *misread(told.looks, lists),
        *contradictions(told.looks, lists, _writers(told, ledger)),
        *unexplained(_registers(told, ledger)),
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
        if one.firsts > 1:
            yield f"first: {pair} was told {one.firsts} times that it was new"
    for row in ledger.rows:
        if row.seq <= ledger.filled:
            continue
        if row.pair not in sent:
            yield f"unasked: nobody sent {row.pair}"
        elif not sent[row.pair].receipts and not sent[row.pair].unsure:
            yield f"refused: {row.pair} was refused and is in the ledger"


def _new_rows(sent: dict[Pair, _Sent], ledger: Ledger) -> list[tuple[int, _Sent]]:
    rows = [row for row in ledger.rows if row.seq > ledger.filled and row.pair in sent]
    return [(row.seq, sent[row.pair]) for row in rows]


def _order(sent: dict[Pair, _Sent], ledger: Ledger) -> Iterator[str]:
    """Who was acknowledged before another began must stand before it in the ledger."""
    new = _new_rows(sent, ledger)
    ended = sorted((one.acknowledged, seq) for seq, one in new)
    highest, at = 0, 0
    for seq, one in sorted(new, key=lambda row: row[1].invoked):
        while at < len(ended) and ended[at][0] < one.invoked:
            highest = max(highest, ended[at][1])
            at += 1
        if seq < highest:
            yield f"order: {seq} was sent after {highest} had been acknowledged"


def _counters(told: _Told, ledger: Ledger) -> Iterator[str]:
    old = {row.pair for row in ledger.rows if row.seq <= ledger.filled}
    new = [one for pair, one in told.sent.items() if pair not in old]
    acknowledged = sorted(one.acknowledged for one in new)
    invoked = sorted(one.invoked for one in new)
    latest: dict[int, int] = {}
    for end, start, process, n in sorted(told.reads):
        least = ledger.filled + bisect_left(acknowledged, start)
        most = ledger.filled + bisect_right(invoked, end)
        if not least <= n <= most:
            yield f"number: {n} was shown, between {least} and {most} was true"
        if n < latest.get(process, 0):
            yield f"backwards: {latest[process]} and then {n}"
        latest[process] = n


def _trails(told: _Told, ledger: Ledger) -> Iterator[str]:
    new = {row.receipt: row for row in ledger.rows if row.seq > ledger.filled}
    for receipt, row in new.items():
        trail = ledger.trails.get(receipt, [])
        if (trail[-1][0] if trail else "new") != row.stage:
            yield f"trail: {receipt} stands at {row.stage}, its trail ends {trail[-1:]}"
        if not told.nameless:
            for mark in trail:
                if (receipt, mark) not in told.marks:
                    yield f"trail: nobody asked that {receipt} should be {mark[0]}"


def _writers(told: _Told, ledger: Ledger) -> Writers:
    new = _new_rows(told.sent, ledger)
    return Writers({seq: (one.invoked, one.acknowledged) for seq, one in new}, told.marks)


def _registers(told: _Told, ledger: Ledger) -> dict[str, list[Step]]:
    """Return the steps of every application that anybody moved or looked at, and its end."""
    registers = {}
    for row in ledger.rows:
        if row.seq > ledger.filled and row.receipt in told.steps and row.pair in told.sent:
            end = Step(AT_LAST, AT_LAST, "look", to=row.stage)
            registers[row.receipt] = [
                *told.sent[row.pair].again, *told.steps[row.receipt], end
            ]  # fmt: skip
    return registers


@contextlib.contextmanager
def reading(database: Path | str) -> Iterator[Connection]:
    """Connect to a database by its file or address for a while."""
    address = f"sqlite:///{database}" if "://" not in str(database) else str(database)
    url = make_url(address)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def read_ledger(database: Path | str, *, filled: int = 0) -> Ledger:
    """Return what a database with one fair holds; the first ``filled`` rows are not looked into."""
    one, step = Application, StageChange
    columns = (one.applicant_id, one.position_id, one.receipt, one.seq, one.received_at, one.stage)
    steps = select(one.receipt, step.to_stage, step.at).join(one, one.id == step.application_id)
    with reading(database) as connection:
        rows = [
            Row((who, what), receipt, seq, at, stage.value)
            for who, what, receipt, seq, at, stage in connection.execute(select(*columns))
        ]
        window = select(FairWindow.opens_at, FairWindow.closes_at)
        newest = window.order_by(FairWindow.ordinal.desc()).limit(1)
        opens_at, closes_at = connection.execute(newest).one()
        counted, latched = connection.execute(select(Fair.ledger_seq, Fair.latch_seq)).one()
        trails: dict[str, list[Mark]] = defaultdict(list)
        for receipt, to, at in connection.execute(steps.where(one.seq > filled).order_by(step.id)):
            trails[receipt].append((to.value, microseconds(at)))
    return Ledger(rows, opens_at, closes_at, counted, latched, filled, dict(trails))


def microseconds(instant: datetime) -> int:
    """Return an instant as a whole number."""
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def judge(path: Path, database: Path | str, *, filled: int) -> tuple[list[str], str]:
    """Return what is wrong, and one line that says what was looked at."""
    began, cpu = time.monotonic(), time.process_time()
    told = _Told(read_history(path))
    problems = _problems(told, read_ledger(database, filled=filled))
    counted = ", ".join(f"{n} {kind}" for kind, n in sorted(told.kinds.items()))
    took = f"{time.monotonic() - began:.1f} s ({time.process_time() - cpu:.1f} s of CPU)"
    return problems, f"{counted}; checked in {took}"


def verdict(history: History, database: Path | str, *, filled: int) -> str:
    """Close the history, check it, and return one line; end the program when it is broken."""
    history.close()
    problems, line = judge(history.path, database, filled=filled)
    if problems:
        raise SystemExit("\n".join(["the server did not keep its word:", *problems[:20]]))
    return f"history: {line}; 0 lost, 0 doubled, 0 outside, sequence without gaps"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("database", help="a SQLite file, or the address of a database")
    parser.add_argument("--filled", type=int, default=0, help="rows there before the run")
    given = parser.parse_args()
    problems, line = judge(given.file, given.database, filled=given.filled)
    print(line)
    raise SystemExit("\n".join(problems[:20]) or 0)


if __name__ == "__main__":
    main()
