"""The checker of load runs finds every planted error, and nothing where there is none."""

import copy
import random
from datetime import timedelta

import pytest

from bench.history import Ledger, Row, check
from tests.builders import CLOSES, OPENS
from tests.rigs.defects import finds
from tests.rigs.defects.histories import FOUND_AS, SINCE, good


def test_a_good_run_is_found_good():
    assert check(*good()) == []


@finds(*FOUND_AS)
def test_control(defect):
    history, ledger = copy.deepcopy(good())
    defect.plant(history, ledger)

    problems = check(history, ledger)
    assert any(one.startswith(FOUND_AS[defect.name]) for one in problems), problems


class World:
    """A fair that is always right: everything happens at one instant between asking and hearing."""

    STAGES = ("reviewed", "interview", "accepted", "unsuitable")

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.rows: list[Row] = []
        self.stages: dict[str, str] = {}
        self.trails: dict[str, list[tuple[str, int]]] = {}
        self.history: list[dict] = []
        self.read_to: dict[int, int] = {}

    def run(self, operations: int) -> tuple[list[dict], Ledger]:
        instants = sorted(self.rng.uniform(0, operations / 4) for _ in range(operations))
        free = dict.fromkeys(range(8), 0.0)
        for at in instants:
            process = self.rng.choice([one for one, since in free.items() if since < at] or [None])
            if process is None:
                continue
            start = self.rng.uniform(max(free[process], at - 3), at)
            free[process] = end = at + self.rng.uniform(0, 3)
            one = {"process": process, "start": start, "end": end}
            if self.rng.random() < 0.05:
                one["is"] = "unknown"
            self.history.append({**one, **self.rng.choice(self.DOES)(self, at, process, one)})
            if one.get("is") == "unknown" and self.history[-1]["op"] in ("read", "look"):
                self.history.pop()
        self.rng.shuffle(self.history)
        rows = [
            Row(r.pair, r.receipt, r.seq, r.received_at, self.stages[r.receipt]) for r in self.rows
        ]
        return self.history, Ledger(rows, OPENS, CLOSES, len(rows), len(rows), 0, self.trails)

    def apply(self, at, process, one):
        pair = self.rng.randrange(3), self.rng.randrange(3)
        told = {"op": "apply", "pair": pair, "at": int(SINCE + at * 1e6), "is": "ok", **one}
        if self.rng.random() < 0.1 and "is" not in one:
            return {**told, "is": "refused", "receipt": "", "first": False}
        held = next((row for row in self.rows if row.pair == pair), None)
        first = held is None
        if held is None:
            seq = len(self.rows) + 1
            held = Row(pair, f"R{seq}", seq, OPENS + timedelta(seconds=at))
            self.rows.append(held)
            self.stages[held.receipt] = "new"
        elif self.stages[held.receipt] == "withdrawn":
            self.step(held.receipt, "new", told["at"])
        if told["is"] == "unknown":
            return {**told, "receipt": "", "first": False}
        return {**told, "receipt": held.receipt, "first": first}

    def step(self, receipt, to, at):
        self.stages[receipt] = to
        self.trails.setdefault(receipt, []).append((to, at))

    def move(self, at, process, one):
        if not self.rows:
            return self.look(at, process, one)
        receipt, to = self.rng.choice(self.rows).receipt, self.rng.choice(self.STAGES)
        stage = self.stages[receipt]
        seen = stage if self.rng.random() < 0.7 else self.rng.choice(["new", *self.STAGES])
        told = {"op": "move", "receipt": receipt, "seen": seen, "to": to}
        told["at"] = int(SINCE + at * 1e6)
        if stage not in (seen, to):
            return {**told, "is": "refused", **one}
        if stage == seen != to:
            self.step(receipt, to, told["at"])
        return {**told, "is": "ok", **one}

    def withdraw(self, at, process, one):
        if not self.rows:
            return self.look(at, process, one)
        receipt = self.rng.choice(self.rows).receipt
        told = {"op": "withdraw", "receipt": receipt, "at": int(SINCE + at * 1e6)}
        if self.stages[receipt] == "accepted":
            return {**told, "is": "refused", **one}
        if self.stages[receipt] != "withdrawn":
            self.step(receipt, "withdrawn", told["at"])
        return {**told, "is": "ok", **one}

    def look(self, at, process, one):
        after = self.read_to.get(process, 0)
        seq = self.read_to[process] = len(self.rows)
        seen = self.rng.sample(self.rows, min(seq, 3))
        return {
            "op": "look", "seq": seq, "after": after,
            "receipts": [row.receipt for row in self.rows[after:]],
            "trails": {row.receipt: list(self.trails.get(row.receipt, [])) for row in seen},
        }  # fmt: skip

    def read(self, at, process, one):
        return {"op": "read", "n": len(self.rows), "seq": len(self.rows)}

    DOES = (apply, apply, apply, move, move, withdraw, look, read)


@pytest.mark.parametrize("seeds", [range(150), range(150, 300)])
def test_no_right_run_is_found_wrong(seeds):
    for seed in seeds:
        assert check(*World(seed).run(80)) == [], f"seed {seed}"


def test_a_right_run_with_one_answer_exchanged_is_found_wrong():
    found = 0
    for seed in range(100):
        history, ledger = World(seed).run(80)
        looks = [one for one in history if one["op"] == "look" and one["trails"]]
        seen = World(seed).rng.choice(looks)
        receipt = next(iter(seen["trails"]))
        seen["trails"][receipt] = [*seen["trails"][receipt], ("interview", 0)]
        found += bool(check(history, ledger))
    assert found == 100
