"""A machine that does anything in any order, at every edge, and holds a model against the ledger.

The model below is written from the promises, not from the code. Random clock steps alone do not
find a ``<=`` at the closing; the rule that jumps to an edge -1, 0, +1 microsecond does.
"""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from jobfair.applications.actions.accepting import Outcome, Receipt, Submission, accept
from jobfair.applications.actions.stages import move_stage, undo_last, withdraw
from jobfair.applications.rules import NEXT_STAGES, Stage
from jobfair.db import Database
from jobfair.errors import JobFairError
from jobfair.fairday.actions.closing import close_fair
from jobfair.fairs import actions as fairs
from tests.builders import CLOSES, EDGE, KEYS, NOW, OPENS, Staged, make_account, stage
from tests.postgres import fast_folder
from tests.recount import problems_of

PEOPLE, POSITIONS, LIMIT = 3, 4, 3
WEIGHTED = [
    *["apply"] * 6,
    *["come_back_inside", "jump_to_an_edge", "take_back", "review", "pause"] * 3,
    *["let_time_pass_or_set_it_back", "undo", "resume", "resume", "extend", "close_early"],
    *["latch", "latch_and_set_the_clock_back"],
]
who, what = st.integers(0, PEOPLE - 1), st.integers(0, POSITIONS - 1)
wishes = st.lists(st.tuples(who, what), min_size=1, max_size=5)


@dataclass
class Row:
    """What the model knows of an application."""

    receipt: Receipt
    stage: Stage


@dataclass
class Stored:
    """A staged fair in a file that is copied for every run of the machine."""

    path: Path
    runs: Path
    made: Staged
    reviewer: int


class Model:
    """The promises in plain words."""

    def __init__(self) -> None:
        self.now = NOW
        self.opens, self.closes = OPENS, CLOSES
        self.paused: datetime | None = None
        self.latched = False
        self.rows: dict[tuple[int, int], Row] = {}

    def refusal(self, pair: tuple[int, int]) -> str | None:
        """Say why ``pair`` is not let in now, or None."""
        mine = sum(1 for of, _ in self.rows if of == pair[0])
        if self.latched or (self.now >= self.closes):
            return "closed"
        if self.now < self.opens:
            return "not_open"
        if self.paused is not None and self.now >= self.paused:
            return "paused"
        return "limit" if pair not in self.rows and mine >= LIMIT else None

    def is_open(self) -> bool:
        return self.refusal((-1, -1)) is None

    def after_all(self) -> datetime:
        """Return the first instant from now on that lies after everything in the ledger."""
        newest = max((row.receipt.received_at for row in self.rows.values()), default=None)
        return max(self.now, newest + EDGE) if newest else self.now


class Machine(RuleBasedStateMachine):
    """Does things to a real database and expects what the model says."""

    runs = itertools.count()

    def __init__(self, stored: Stored) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stored, self.made = stored, stored.made
        path = stored.runs / f"{next(self.runs)}.sqlite"
        shutil.copyfile(stored.path, path)
        self.database = Database(f"sqlite:///{path}")
        self.model = Model()
        self.steps = 0

    def teardown(self) -> None:
        assert self.runner.run(problems_of(self.database, self.made.fair.id)) == []
        self.runner.run(self.database.close())
        self.runner.close()

    def act(self, function: Any, *args: Any, **more: Any) -> Any:
        """Run an action in a transaction; return what it returns, or the code of its refusal."""

        async def run() -> Any:
            try:
                async with self.database.transaction() as session:
                    return await function(session, *args, **more)
            except JobFairError as error:
                return getattr(error, "code", type(error).__name__)

        return self.runner.run(run())

    def on_fair(self, function: Any, **more: Any) -> Any:
        return self.act(
            function, fair_id=self.made.fair.id, now=self.model.now, account_id=None, **more
        )

    @initialize(edge=st.sampled_from([OPENS, NOW, NOW, CLOSES]))
    def begin(self, edge: datetime) -> None:
        self.model.now = edge

    @rule(step=st.data(), name=st.sampled_from(WEIGHTED))
    def anything(self, step: st.DataObject, name: str) -> None:
        """Do one of the things below; one rule, for Hypothesis switches whole rules off."""
        getattr(self, name)(step)

    def jump_to_an_edge(self, step: st.DataObject) -> None:
        edge = step.draw(st.sampled_from(["opens", "closes", "paused"]))
        at = getattr(self.model, edge) or self.model.closes
        self.model.now = at + step.draw(st.integers(-1, 1)) * EDGE

    def come_back_inside(self, _: st.DataObject) -> None:
        self.model.now = self.model.opens + (self.model.closes - self.model.opens) / 3

    def let_time_pass_or_set_it_back(self, step: st.DataObject) -> None:
        self.model.now += timedelta(seconds=step.draw(st.integers(-86_400, 86_400)))

    def apply(self, step: st.DataObject) -> None:
        pairs = step.draw(wishes)
        batch = [
            Submission(
                fair_id=self.made.fair.id,
                applicant_id=self.made.applicants[a].id,
                position_id=self.made.positions[p].id,
                answers=(),
                received_at=self.model.now,
            )
            for a, p in pairs
        ]
        for pair, outcome in zip(pairs, self.act(accept, batch, keys=KEYS), strict=True):
            self.expect(pair, outcome)

    def expect(self, pair: tuple[int, int], outcome: Outcome) -> None:
        model, row = self.model, self.model.rows.get(pair)
        refused = model.refusal(pair)
        if row is not None and (row.stage is not Stage.WITHDRAWN or refused is None):
            assert isinstance(outcome, Receipt)
            assert (outcome.number, outcome.seq, outcome.received_at, outcome.repeated) == (
                row.receipt.number, row.receipt.seq, row.receipt.received_at, True,
            )  # fmt: skip
            row.stage = Stage.NEW if row.stage is Stage.WITHDRAWN else row.stage
        elif refused is not None:
            assert getattr(outcome, "code", None) == refused, outcome
        else:
            assert isinstance(outcome, Receipt)
            assert (outcome.seq, outcome.received_at) == (len(model.rows) + 1, model.now)
            model.rows[pair] = Row(outcome, Stage.NEW)

    def one_of_the_rows(self, step: st.DataObject) -> tuple[tuple[int, int], Row]:
        if not self.model.rows:
            self.come_back_inside(step)
            self.apply(step)
        assume(self.model.rows)
        return step.draw(st.sampled_from(sorted(self.model.rows.items(), key=itemgetter(0))))

    def take_back(self, step: st.DataObject) -> None:
        (pair, row), model = self.one_of_the_rows(step), self.model
        outcome = self.act(
            withdraw,
            applicant_id=self.made.applicants[pair[0]].id,
            receipt=row.receipt.number,
            now=model.now,
            account_id=self.made.applicants[pair[0]].account_id,
        )
        if row.stage is Stage.WITHDRAWN:
            assert outcome is None
        elif model.now >= model.closes or model.latched:
            assert outcome == "closed"
        elif row.stage is Stage.ACCEPTED:
            assert outcome == "stage"
        else:
            assert outcome is None
            row.stage = Stage.WITHDRAWN

    def review(self, step: st.DataObject) -> None:
        _, row = self.one_of_the_rows(step)
        to_stage = step.draw(st.sampled_from(Stage))
        outcome = self.act(
            move_stage,
            company_id=self.made.companies[0].id,
            receipt=row.receipt.number,
            to_stage=to_stage,
            account_id=self.stored.reviewer,
            now=self.model.now,
        )
        legal = to_stage in NEXT_STAGES[row.stage]
        assert outcome == (None if legal else "stage")
        row.stage = to_stage if legal else row.stage

    def undo(self, _: st.DataObject) -> None:
        steps = self.act(
            undo_last,
            company_id=self.made.companies[0].id,
            account_id=self.stored.reviewer,
            now=self.model.now,
        )
        rows = {row.receipt.number: row for row in self.model.rows.values()}
        for step in steps:
            assert rows[step.receipt].stage is step.change.to_stage
            rows[step.receipt].stage = step.change.from_stage

    def pause(self, _: st.DataObject) -> None:
        was_open = self.model.is_open()
        outcome = self.on_fair(fairs.pause_fair, reason="Listrik padam")
        assert outcome == (None if was_open else "not_open")
        if was_open:
            self.model.paused = self.model.after_all()

    def resume(self, _: st.DataObject) -> None:
        was_paused = self.model.refusal((-1, -1)) == "paused"
        outcome = self.on_fair(fairs.resume_fair)
        assert outcome == (None if was_paused else "not_paused")
        if was_paused:
            self.model.paused = None

    def extend(self, step: st.DataObject) -> None:
        hours = step.draw(st.integers(-1, 2))
        closes_at = self.model.closes + timedelta(hours=hours)
        outcome = self.on_fair(fairs.extend_fair, closes_at=closes_at, reason="Hujan")
        if self.model.latched:
            assert outcome == "closed"
        elif hours <= 0 or closes_at <= self.model.now:
            assert outcome == "Invalid"
        else:
            assert outcome is None
            self.model.closes = closes_at

    def close_early(self, _: st.DataObject) -> None:
        model = self.model
        may = model.refusal((-1, -1)) in (None, "paused") and model.now != model.opens
        outcome = self.on_fair(fairs.close_early, reason="Banjir")
        assert outcome == (None if may else "not_open")
        if may:
            model.closes = model.after_all()

    def latch(self, step: st.DataObject) -> None:
        if len(self.model.rows) < 2 * LIMIT:
            return self.apply(step)
        may = self.model.now >= self.model.closes
        outcome = self.on_fair(close_fair, keys=KEYS)
        if not self.model.latched:
            assert outcome == (None if may else "still_open")
        self.model.latched = self.model.latched or may
        return None

    def latch_and_set_the_clock_back(self, step: st.DataObject) -> None:
        if len(self.model.rows) < 2 * LIMIT:
            return self.apply(step)
        self.model.now = self.model.closes
        self.latch(step)
        self.come_back_inside(step)
        self.take_back(step)
        return self.apply(step)

    @invariant()
    def the_ledger_is_what_the_model_says(self) -> None:
        self.steps += 1
        if self.steps % 10 == 0:
            assert self.runner.run(problems_of(self.database, self.made.fair.id)) == []


@pytest.fixture
def stored(sqlite_url: str) -> Iterator[Stored]:
    async def build(runs: Path) -> Stored:
        database = Database(sqlite_url)
        async with database.transaction() as session:
            made = await stage(
                session, positions=POSITIONS, applicants=PEOPLE, applications_per_applicant=LIMIT
            )
            reviewer = make_account(company_id=made.companies[0].id)
            session.add(reviewer)
        await database.close()
        return Stored(Path(database.url.database or ""), runs, made, reviewer.id)

    with tempfile.TemporaryDirectory(dir=fast_folder()) as runs:
        yield asyncio.run(build(Path(runs)))


@pytest.mark.rig
def test_nothing_anybody_does_in_any_order_breaks_the_ledger(stored):
    run_state_machine_as_test(
        lambda: Machine(stored),
        settings=settings(
            max_examples=30,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # shrinking takes minutes; add it when something is found
            suppress_health_check=list(HealthCheck),
        ),
    )
