"""Acts on the window: one window row and one audit row each; a refusal leaves no trace."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.audit.models import AuditEntry
from jobfair.db.changes import take_changes
from jobfair.errors import Invalid, Refused
from jobfair.fairs import actions
from jobfair.fairs.models import FairWindow
from jobfair.fairs.queries import fair_by_id
from jobfair.fairs.rules import LONGEST_FAIR, Phase
from jobfair.people.rules import Role
from tests.builders import CLOSES, NOW, OPENS, make_account, stage

LATER = CLOSES + timedelta(days=1)


async def organised(session, **more):
    made = await stage(session, **more)
    account = make_account(Role.ORGANISER, office_id=made.office.id)
    session.add(account)
    await session.flush()
    take_changes(session)
    return made, account.id


async def traces(session):
    await session.flush()
    windows = (await session.scalars(select(FairWindow).order_by(FairWindow.ordinal))).all()
    entries = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    return windows, entries


ACTS = {
    "extend": (actions.extend_fair, {"closes_at": LATER, "reason": "Listrik padam"}),
    "close_early": (actions.close_early, {"reason": "Hujan lebat"}),
    "pause": (actions.pause_fair, {"reason": "Gangguan jaringan"}),
}


@pytest.mark.parametrize("name", ACTS)
async def test_an_act_adds_one_window_and_one_audit_entry(session, name):
    made, who = await organised(session)
    act, more = ACTS[name]

    await act(session, fair_id=made.fair.id, now=NOW, account_id=who, **more)

    windows, entries = await traces(session)
    assert [window.ordinal for window in windows] == [1, 2]
    assert (windows[1].made_at, windows[1].account_id) == (NOW, who)
    assert windows[1].reason == more["reason"]
    written = [(one.act, one.account_id, one.fair_id, one.reason) for one in entries]
    assert written == [(name, who, made.fair.id, more["reason"])]
    assert take_changes(session) == {f"fair:{made.fair.id}"}


async def test_what_each_act_makes_of_the_timetable(session):
    made, who = await organised(session)
    at = {"fair_id": made.fair.id, "now": NOW, "account_id": who}

    async def now_is():
        await session.flush()
        found = await fair_by_id(session, made.fair.id)
        return found.phase(NOW), found.timetable.opens_at, found.timetable.closes_at

    assert await now_is() == (Phase.OPEN, OPENS, CLOSES)
    await actions.pause_fair(session, **at, reason="Gangguan")
    assert await now_is() == (Phase.PAUSED, OPENS, CLOSES)
    await actions.extend_fair(session, **at, closes_at=LATER, reason="Ganti waktu")
    assert await now_is() == (Phase.PAUSED, OPENS, LATER)
    await actions.resume_fair(session, **at)
    assert await now_is() == (Phase.OPEN, OPENS, LATER)
    await actions.close_early(session, **at, reason="Selesai")
    assert await now_is() == (Phase.CLOSING, OPENS, NOW)


@pytest.mark.parametrize(
    ("name", "more", "error"),
    [
        ("extend", {"closes_at": LATER, "reason": " "}, Invalid),
        ("extend", {"closes_at": CLOSES, "reason": "x"}, Invalid),
        (
            "extend",
            {"closes_at": OPENS + LONGEST_FAIR + timedelta(hours=1), "reason": "x"},
            Invalid,
        ),
        ("pause", {"reason": ""}, Invalid),
        ("close_early", {"reason": "x" * 501}, Invalid),
        ("resume", {}, Refused),
    ],
)
async def test_a_refused_act_leaves_no_trace(session, name, more, error):
    made, who = await organised(session)
    act = getattr(actions, {"extend": "extend_fair", "pause": "pause_fair",
                            "resume": "resume_fair"}.get(name, name))  # fmt: skip

    with pytest.raises(error):
        await act(session, fair_id=made.fair.id, now=NOW, account_id=who, **more)

    windows, entries = await traces(session)
    assert (len(windows), list(entries)) == (1, [])
    assert take_changes(session) == frozenset()


@pytest.mark.parametrize("name", ACTS)
async def test_nothing_can_be_done_to_a_draft(session, name):
    made, who = await organised(session, published_at=None)
    act, more = ACTS[name]

    with pytest.raises(Refused):
        await act(session, fair_id=made.fair.id, now=NOW, account_id=who, **more)

    windows, entries = await traces(session)
    assert (len(windows), list(entries)) == (1, [])


async def test_publishing_twice_is_publishing_once(session):
    made, who = await organised(session, published_at=None)
    for minutes in (0, 5):
        await actions.publish_fair(
            session,
            fair_id=made.fair.id,
            now=NOW + timedelta(minutes=minutes),
            account_id=who,
        )

    _, entries = await traces(session)
    assert made.fair.published_at == NOW
    assert [one.act for one in entries] == ["publish"]
