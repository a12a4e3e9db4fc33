"""Cut the power at many instants of a recording and count what is missing afterwards."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.rigs.power.disk import Disk, as_it_ran
from tests.rigs.power.looking import unfit_to_go_on, untruths
from tests.rigs.power.platter import Record
from tests.rigs.power.recording import Recording, receipt_in

FILE = "jobfair.sqlite"
LOOK_INSIDE = 10
"""Every so many cuts the whole file is checked page by page."""
GO_ON = 100
"""Every so many cuts the program itself starts on it and takes one more application."""


@dataclass
class Toll:
    """What the cuts have cost."""

    cuts: int = 0
    checked: int = 0
    """Acknowledgements looked for, over all cuts."""
    losing: int = 0
    worst: int = 0
    corrupt: int = 0
    failed_syncs: int = 0
    refused: int = 0
    """People who were told to come again, because of those."""
    untrue: list[str] = field(default_factory=list)

    def add(self, acknowledged: int, found: list[str]) -> None:
        lost = sum(one.startswith("lost") for one in found)
        self.cuts += 1
        self.checked += acknowledged
        self.losing += lost > 0
        self.worst = max(self.worst, lost)
        self.corrupt += any(one.startswith("corrupt") for one in found)
        self.untrue += found[: max(0, 20 - len(self.untrue))]

    def take(self, other: "Toll") -> None:
        """Add what other cuts have cost."""
        for name in ("cuts", "checked", "losing", "corrupt", "failed_syncs", "refused", "untrue"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.worst = max(self.worst, other.worst)

    def __str__(self) -> str:
        return (
            f"{self.cuts} cuts, {self.checked} acknowledgements looked for: {self.losing} cuts "
            f"lost some (at worst {self.worst}), {self.corrupt} corrupt; {self.failed_syncs} syncs "
            f"failed, {self.refused} people sent away; "
            f"{'something' if self.untrue else 'nothing'} untrue"
        )


def instants(records: list[Record], cuts: int, rng: random.Random) -> list[int]:
    """Return how many records have happened at each cut, in order.

    One half lies anywhere, the other next to a sync or an answer, where it matters most.
    """
    edges = [at for at, record in enumerate(records) if record.kind in "SEA"]
    near = [rng.choice(edges) + rng.randint(-2, 3) for _ in range(cuts // 2)]
    anywhere = [rng.randint(0, len(records)) for _ in range(cuts - len(near))]
    return sorted(min(max(at, 0), len(records)) for at in near + anywhere)


async def cut_often(recording: Recording, folder: Path, cuts: int, *, seed: int = 1) -> Toll:
    """Cut ``cuts`` times, each time into ``folder``; never more than one cut is there."""
    rng = random.Random(seed)
    disk, toll = Disk(recording.begins, rng), Toll()
    acknowledged: list[str] = []
    happened = 0
    for instant in instants(recording.records, cuts, rng):
        for record in recording.records[happened:instant]:
            if record.kind != "A":
                disk.go_on(record)
            elif receipt := receipt_in(bytes(record.data)):
                acknowledged.append(receipt)
        happened = instant
        disk.cut(folder)
        inside = toll.cuts % LOOK_INSIDE == 0
        found = untruths(folder / FILE, recording, acknowledged, integrity=inside)
        if not found and toll.cuts % GO_ON == 0:
            found = await unfit_to_go_on(folder, recording)
        toll.add(len(acknowledged), found)
    toll.untrue += unseen(recording)
    return toll


def unseen(recording: Recording) -> list[str]:
    """Return what the log does not tell, which makes every cut worthless."""
    ran = as_it_ran(recording.begins, recording.records)
    given = {receipt_in(bytes(one.data)) for one in recording.records if one.kind == "A"} - {None}
    return [
        f"not in the log: {name}"
        for name, content in ran.items()
        if content != (recording.ends / name).read_bytes()
    ] + [f"answer not in the log: {one}" for one in recording.told.keys() ^ given]
