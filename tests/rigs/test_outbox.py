"""No message is lost or told for nothing, however often the sender dies."""

import pytest

from tests.rigs.defects import finds, plant
from tests.rigs.outbox import kill_senders

pytestmark = pytest.mark.rig
KILLS = {"sqlite": 20, "postgresql": 10}
FINDS = {
    "mail-noted-before-it-is-sent": "lost",
    "mail-forgotten-as-sent": "repeated for no reason",
    "another-message-id-at-each-try": "another mail at another try",
    "message-outside-the-act": "told of an act that was rolled back",
}


async def test_every_message_arrives_and_is_repeated_only_for_a_reason(database_url):
    kills = KILLS[database_url.partition(":")[0]]
    seen = await kill_senders(database_url, kills)
    print(seen)

    assert seen.broken == []
    assert (len(seen.committed), seen.rolled_back) == (8 * kills, 4 * kills)
    assert seen.taken >= len(seen.committed)
    assert len(seen.moods) == 10, "the server was too kind: this proves little"
    assert seen.repeats > 0, "nothing was in the middle of being handed over: this proves little"


@finds(*FINDS)
async def test_control(sqlite_url, defect, monkeypatch):
    plant(defect.name, monkeypatch.setattr)

    seen = await kill_senders(sqlite_url, 4, defect=defect.name)

    assert any(one.startswith(FINDS[defect.name]) for one in seen.broken), seen
