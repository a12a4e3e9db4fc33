"""A machine that does anything in any order, at every edge, and holds a model against the ledger.

The model below is written from the promises, not from the code. Random clock steps alone do not
find a ``<=`` at the closing; the rule that jumps to an edge -1, 0, +1 microsecond does.
"""

import asyncio
import itertools
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from jobfair.applications.actions.accepting import Outcome, Receipt, Submission, accept
from jobfair.applications.actions.stages import move_stage, undo_last, withdraw
from jobfair.applications.rules import NEXT_STAGES, Stage
from jobfair.db import Database
from jobfair.errors import JobFairError
from jobfair.fairday.actions import close_fair
from jobfair.fairs import actions as fairs
from tests.builders import CLOSES, EDGE, NOW, OPENS, Staged, make_account, stage
from tests.recount import problems_of

PEOPLE, POSITIONS, LIMIT = 3, 4, 3
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

    steps = itertools.count()

    def __init__(self, stored: Stored) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stored, self.made = stored, stored.made
        path = stored.path.with_name(f"run-{next(self.steps)}.sqlite")
        shutil.copyfile(stored.path, path)
        self.database = Database(f"sqlite:///{path}")
        self.model = Model()

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

    @rule(edge=st.sampled_from(["opens", "closes", "paused"]), by=st.sampled_from([-1, 0, 1]))
    def jump_to_an_edge(self, edge: str, by: int) -> None:
        self.model.now = (getattr(self.model, edge) or self.model.closes) + by * EDGE

    @rule()
    def come_back_inside(self) -> None:
        self.model.now = self.model.opens + (self.model.closes - self.model.opens) / 3

    @rule(seconds=st.integers(-86_400, 86_400))
    def let_time_pass_or_set_it_back(self, seconds: int) -> None:
        self.model.now += timedelta(seconds=seconds)

    @rule(pairs=wishes)
    def apply_again(self, pairs: list[tuple[int, int]]) -> None:
        self.apply(pairs)

    @rule(pairs=wishes)
    def apply(self, pairs: list[tuple[int, int]]) -> None:
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
        for pair, outcome in zip(pairs, self.act(accept, batch), strict=True):
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

    @precondition(lambda self: self.model.rows)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        pair = data.draw(st.sampled_from(sorted(self.model.rows)))
        row, model = self.model.rows[pair], self.model
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

    @precondition(lambda self: self.model.rows)
    @rule(data=st.data(), to_stage=st.sampled_from(Stage))
    def review(self, data: st.DataObject, to_stage: Stage) -> None:
        pair = data.draw(st.sampled_from(sorted(self.model.rows)))
        row = self.model.rows[pair]
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

    @rule()
    def undo(self) -> None:
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

    @rule()
    def pause(self) -> None:
        was_open = self.model.is_open()
        outcome = self.on_fair(fairs.pause_fair, reason="Listrik padam")
        assert outcome == (None if was_open else "not_open")
        if was_open:
            self.model.paused = self.model.after_all()

    @precondition(lambda self: self.model.paused)
    @rule()
    def resume(self) -> None:
        was_paused = self.model.refusal((-1, -1)) == "paused"
        outcome = self.on_fair(fairs.resume_fair)
        assert outcome == (None if was_paused else "not_paused")
        if was_paused:
            self.model.paused = None

    @rule(hours=st.integers(-1, 2))
    def extend(self, hours: int) -> None:
        closes_at = self.model.closes + timedelta(hours=hours)
        outcome = self.on_fair(fairs.extend_fair, closes_at=closes_at, reason="Hujan")
        if self.model.latched:
            assert outcome == "closed"
        elif hours <= 0 or closes_at <= self.model.now:
            assert outcome == "Invalid"
        else:
            assert outcome is None
            self.model.closes = closes_at

    @precondition(lambda self: len(self.model.rows) > LIMIT)
    @rule()
    def close_early(self) -> None:
        model = self.model
        may = model.refusal((-1, -1)) in (None, "paused") and model.now != model.opens
        outcome = self.on_fair(fairs.close_early, reason="Banjir")
        assert outcome == (None if may else "not_open")
        if may:
            model.closes = model.after_all()

    @precondition(lambda self: len(self.model.rows) > 2 * LIMIT)
    @rule()
    def latch(self) -> None:
        may = self.model.now >= self.model.closes
        outcome = self.on_fair(close_fair)
        if not self.model.latched:
            assert outcome == (None if may else "still_open")
        self.model.latched = self.model.latched or may

    @invariant()
    def the_ledger_is_what_the_model_says(self) -> None:
        if next(self.steps) % 10 == 0:
            assert self.runner.run(problems_of(self.database, self.made.fair.id)) == []


@pytest.fixture
def stored(sqlite_url: str) -> Stored:
    async def build() -> Stored:
        database = Database(sqlite_url)
        async with database.transaction() as session:
            made = await stage(
                session, positions=POSITIONS, applicants=PEOPLE, applications_per_applicant=LIMIT
            )
            reviewer = make_account(company_id=made.companies[0].id)
            session.add(reviewer)
        await database.close()
        return Stored(Path(database.url.database or ""), made, reviewer.id)

    return asyncio.run(build())


def test_nothing_anybody_does_in_any_order_breaks_the_ledger(stored):
    run_state_machine_as_test(
        lambda: Machine(stored),
        settings=settings(
            max_examples=25,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
