"""A replay of fairs in which little or everything happens, and of files a rule refuses.

``test_commands.py`` replays the sample fair down to its papers.
"""

from dataclasses import replace

import pytest

from jobfair.cli.common import ready_database
from jobfair.cli.migrate import prepare
from jobfair.cli.replay import (
    UNTRIED,
    Probes,
    expected_totals,
    play_at_once,
    recount_by_sql,
    stage_fair,
)
from jobfair.keys import read_keys
from jobfair.loading import BadFiles
from jobfair.settings import Settings
from jobfair.tally.queries.frozen import closing_of
from jobfair.tally.queries.recount import differences
from tests.loading.folders import spoil, write, write_folder, write_people

OPENS, AGE = "not_open", "Job fair ini untuk pelamar berusia paling sedikit 18 tahun."
ONE_PAIR = {
    "companies.csv": ("toko-sinar,",),
    "positions.csv": ("kasir,",),
    "applicants.csv": ("a2,",),
    "applications.csv": ("2026-03-02T08:00:01",),
}
"""What is left out so that one applicant has applied to the only position."""


@pytest.fixture
def folder(tmp_path):
    return write_people(write_folder(tmp_path / "kisaran-2026"))


def leave_out(folder, rows):
    for name, starts in rows.items():
        lines = (folder / name).read_text("utf-8").splitlines(keepends=True)
        write(folder, name, "".join(line for line in lines if not line.startswith(starts)))


@pytest.fixture
def play(folder, tmp_path):
    """Return a function that plays the folder and returns its totals and what was tried."""

    async def played():
        settings = replace(Settings(), data=tmp_path / "data")
        await prepare(settings)
        async with ready_database(settings) as database:
            scenario = await stage_fair(settings, database, folder)
            probes = await play_at_once(database, scenario, read_keys(settings.keys))
            async with database.snapshot() as session:
                closing = await closing_of(session, scenario.fair_id)
                assert await differences(session, scenario.fair_id) == []
        figures = closing.record.figures
        totals = expected_totals(scenario)
        assert recount_by_sql(settings.data / "jobfair.sqlite") == totals
        assert [
            getattr(figures, name)
            for name in ("companies", "positions", "applicants", "applications")
        ] == list(totals.values())
        return list(totals.values()), probes

    return played


@pytest.mark.parametrize(
    ("left_out", "totals", "probes"),
    [
        ({}, [2, 2, 2, 2], Probes("not_open", "closed", 2, 2)),
        (
            {"applicants.csv": "a", "applications.csv": "2", "decisions.csv": "2"},
            [2, 2, 0, 0],
            Probes(UNTRIED, UNTRIED, 0, 0),
        ),
        (
            {"applications.csv": "2", "decisions.csv": "2"},
            [2, 2, 0, 0],
            Probes("not_open", "closed", 0, 0),
        ),
        (ONE_PAIR, [1, 1, 1, 1], Probes("not_open", UNTRIED, 1, 1)),
    ],
    ids=["some-applied", "no-applicants", "no-applications", "every-pair-applied"],
)
async def test_a_fair_replays_however_little_or_much_happens(
    play, folder, left_out, totals, probes
):
    leave_out(folder, left_out)

    assert await play() == (totals, probes)
    assert probes.right


@pytest.mark.parametrize(
    "probes",
    [
        Probes("closed", "closed", 2, 2),
        Probes("not_open", "diterima", 2, 2),
        Probes("not_open", "closed", 2, 1),
    ],
)
def test_a_wrong_answer_at_an_edge_fails_the_replay(probes):
    assert not probes.right


async def test_every_row_that_a_rule_refuses_is_named(play, folder):
    spoil(
        folder, "applicants.csv", "1209991806980001,L,1998-06-18", "1209991806090001,L,2009-06-18"
    )
    spoil(
        folder, "applicants.csv", "1209995806990002,P,1999-06-18", "1209995806100002,P,2010-06-18"
    )

    with pytest.raises(BadFiles) as caught:
        await play()

    told = [
        (one.file, one.row, one.text.removesuffix(" Perbaiki atau hapus."))
        for one in caught.value.mistakes
    ]
    assert told == [("applications.csv", 2, AGE), ("applications.csv", 3, AGE)]
