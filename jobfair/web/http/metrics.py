"""What this process has done, for a collector that reads Prometheus' text format.

Every process has a port and numbers of its own; the collector says which port it has read.
"""

from collections.abc import Callable, Iterable
from typing import Any

import prometheus_client
from litestar.types import Message, Scope
from prometheus_client import Counter, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
GROUPS = frozenset({"public", "applicant", "company", "organiser", "health"})
ELSEWHERE = "other"
GROUP = "metrics_group"
"""Key of the scope of an answer that no handler has made."""
NUMBERS: tuple[tuple[type[Any], str, str, Callable[[Any], float]], ...] = (
    (CounterMetricFamily, "applications_accepted", "Submissions answered with a receipt.",
     lambda s: s.door.accepted),
    (CounterMetricFamily, "batches", "Batches written by the door.", lambda s: s.door.batches),
    (CounterMetricFamily, "batches_failed", "Batches that could not be stored.",
     lambda s: s.door.failed),
    (CounterMetricFamily, "faults", "Applications that can never be stored.",
     lambda s: s.door.faults),
    (GaugeMetricFamily, "queue", "Submissions waiting at the door.", lambda s: s.door.waiting),
    (GaugeMetricFamily, "queue_oldest_seconds", "Wait of the oldest.", lambda s: s.door.oldest),
    (GaugeMetricFamily, "door_open", "1 while submissions are taken.", lambda s: s.door.accepting),
    (GaugeMetricFamily, "line", "Requests waiting to begin.", lambda s: s.line.waiting),
    (GaugeMetricFamily, "begun", "Requests begun, not answered yet.", lambda s: s.line.begun),
    (GaugeMetricFamily, "turn_seconds", "Mean service time lately.", lambda s: s.line.pace),
    (CounterMetricFamily, "forms_refused", "Forms refused because of overload.",
     lambda s: s.line.forms.refused),
    (CounterMetricFamily, "pages_refused", "Pages refused because of overload.",
     lambda s: s.line.pages.refused),
    (GaugeMetricFamily, "sockets", "Open pages that are kept live.", lambda s: s.hub.readers),
    (CounterMetricFamily, "parts_rendered", "Live parts rendered.", lambda s: s.hub.rendered),
)  # fmt: skip
OF_NODES: tuple[tuple[type[Any], str, str, Callable[[Any], float]], ...] = (
    (GaugeMetricFamily, "bus_hears", "1 while other nodes are heard.", lambda s: s.bus.hears),
    (CounterMetricFamily, "bus_resyncs", "Times every feed was read again.",
     lambda s: s.bus.resyncs),
    (GaugeMetricFamily, "clock_behind_seconds", "Database's clock minus ours.",
     lambda s: s.timekeeper.ahead.total_seconds()),
)  # fmt: skip


def group_of(scope: Scope) -> str:
    """Return whose page was asked for: the folder its handler lives in."""
    state: Any = scope
    if GROUP in state:
        return str(state[GROUP])
    handler = scope.get("route_handler")
    module = getattr(getattr(handler, "fn", None), "__module__", "") or ""
    folder = module.removeprefix("jobfair.web.").removeprefix("pages.").removeprefix("http.")
    group = folder.partition(".")[0]
    return group if group in GROUPS else ELSEWHERE


class Requests:
    """Counts answers by whose page it was and by class of status."""

    def __init__(self) -> None:
        self.counter = Counter(
            "jobfair_requests", "Answers by page and status.", ["group", "status"], registry=None
        )

    async def observe(self, message: Message, scope: Scope) -> None:
        """Count an answer when it begins."""
        if message["type"] == "http.response.start":
            status = f"{message['status'] // 100}xx"
            self.counter.labels(group_of(scope), status).inc()


class _Numbers(Collector):
    """Reads the numbers of a process when they are asked for."""

    def __init__(self, services: Any) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        services = self._services
        shared = services.bus is not None and services.timekeeper is not None
        for family, name, means, read in (*NUMBERS, *(OF_NODES if shared else ())):
            yield family(f"jobfair_{name}", means, value=float(read(services)))
        yield from services.requests.counter.collect()
        yield from services.database.commit_seconds.collect()


def exposition(services: Any) -> bytes:
    """Return all numbers of this process as text."""
    return generate_latest(_Numbers(services))
