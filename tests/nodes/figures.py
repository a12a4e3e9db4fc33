"""What a trial by fire shows in numbers."""

from bisect import bisect_left
from itertools import accumulate, pairwise
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.nodes.fire import Event, Fire

Spread = tuple[float, float, float]


def spread(values: list[float]) -> Spread:
    """Return the middle one, the 99th of 100 and the greatest."""
    ordered = sorted(values) or [0.0]
    last = len(ordered) - 1
    return ordered[last // 2], ordered[min(last, int(len(ordered) * 0.99))], ordered[last]


def milliseconds(values: list[float]) -> str:
    middle, most, last = (value * 1000 for value in spread(values))
    return f"p50 {middle:.0f}, p99 {most:.0f}, max {last:.0f} ms (n={len(values)})"


def _in_peace(fire: "Fire", instant: float) -> bool:
    return not any(event.began - 1 < instant < event.well for event in fire.events)


def delays(fire: "Fire", *, in_peace: bool) -> list[float]:
    """Return how long after each receipt each node's open page showed it; 0 if before."""
    found = []
    for one in fire.watched:
        instants = [at for at, _ in one.frames]
        shown = list(accumulate((seq for _, seq in one.frames), max))
        for receipt in fire.load.receipts:
            at = bisect_left(shown, receipt.seq)
            if at < len(shown) and _in_peace(fire, receipt.at) is in_peace:
                found.append(max(0.0, instants[at] - receipt.at))
    return found


def _event(fire: "Fire", event: "Event") -> str:
    receipts = sorted(r.at for r in fire.load.receipts)
    around = [at for at in receipts if event.began - 1 < at < event.well + 1]
    gap = max((later - at for at, later in pairwise(around)), default=0.0)
    first = fire.load.first_since(event.began)
    per_node = []
    for one in fire.watched:
        ready, served = (
            f"{at - event.gone:.1f}" if at else "never"
            for at in (
                one.ready_since(event.gone),
                fire.people.witness.first_since(one.node.port, event.gone),
            )
        )
        per_node.append(f"{ready}/{served}")
    return (
        f"  {event.name}: {event.told}\n"
        f"    first acknowledged {(first or inf) - event.began:.2f} s after it began, "
        f"longest time without a receipt {gap:.2f} s\n"
        f"    after its end, ready/serving on each node: {', '.join(per_node)} s; "
        f"all well after {event.well - event.gone:.1f} s"
    )


def report(fire: "Fire") -> str:
    witness, receipts = fire.people.witness, fire.load.receipts
    calm = milliseconds([r.at - r.due for r in receipts if _in_peace(fire, r.due)])
    altogether = milliseconds([r.at - r.due for r in receipts])
    shown = milliseconds(delays(fire, in_peace=True))
    shaken = milliseconds(delays(fire, in_peace=False))
    missed = (
        f"{fire.plan.rate:g} applications/s, schedule missed by {fire.load.latest * 1000:.0f} ms"
    )
    lines = (
        f"{fire.plan.nodes} nodes, {missed} at most: {witness.summary()}",
        f"  receipt after it was due: {calm} in peace; {altogether} altogether",
        f"  on open pages of all nodes, after the receipt: {shown} in peace; {shaken} otherwise",
    )
    return "\n".join((*lines, *(_event(fire, event) for event in fire.events)))
