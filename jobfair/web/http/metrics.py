"""What this process has done, as text a metrics collector reads (Prometheus format 0.0.4)."""

from collections import Counter
from collections.abc import Iterable

from litestar.types import Message, Scope

from jobfair.db.commits import BOUNDS, CommitTimes

GROUPS = frozenset({"public", "applicant", "company", "organiser", "health"})
ELSEWHERE = "other"


def group_of(scope: Scope) -> str:
    """Return whose page was asked for: the folder its handler lives in."""
    handler = scope.get("route_handler")
    module = getattr(getattr(handler, "fn", None), "__module__", "") or ""
    folder = (
        module.removeprefix("jobfair.web.")
        .removeprefix("pages.")
        .removeprefix("http.")
        .partition(".")[0]
    )
    return folder if folder in GROUPS else ELSEWHERE


class Requests:
    """Counts answers by whose page it was and by class of status."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    async def saw(self, message: Message, scope: Scope) -> None:
        """Count an answer when it begins."""
        if message["type"] == "http.response.start":
            self.counts[group_of(scope), f"{message['status'] // 100}xx"] += 1


class Sheet:
    """Collects lines; each number with its kind, what it means and its labels."""

    def __init__(self, **labels: str) -> None:
        self._labels = labels
        self._lines: list[str] = []

    def _line(self, name: str, value: float, **labels: str) -> str:
        pairs = ",".join(f'{key}="{text}"' for key, text in (self._labels | labels).items())
        return f"{name}{{{pairs}}} {value:.10g}"

    def add(self, name: str, kind: str, means: str, value: float) -> None:
        """Add one number."""
        self._head(name, kind, means)
        self._lines.append(self._line(name, value))

    def _head(self, name: str, kind: str, means: str) -> None:
        self._lines += [f"# HELP {name} {means}", f"# TYPE {name} {kind}"]

    def add_requests(self, name: str, means: str, requests: Requests) -> None:
        """Add the counted answers."""
        self._head(name, "counter", means)
        self._lines += [
            self._line(name, n, group=group, status=status)
            for (group, status), n in sorted(requests.counts.items())
        ]

    def add_commits(self, name: str, means: str, commits: CommitTimes) -> None:
        """Add the commit times as a histogram, its counts running up."""
        self._head(name, "histogram", means)
        for bound, n in zip((*map(str, BOUNDS), "+Inf"), _running(commits.counts), strict=True):
            self._lines.append(self._line(f"{name}_bucket", n, le=bound))
        self._lines.append(self._line(f"{name}_sum", commits.total))
        self._lines.append(self._line(f"{name}_count", sum(commits.counts)))

    def text(self) -> str:
        """Return the whole sheet."""
        return "\n".join((*self._lines, ""))


def _running(counts: Iterable[int]) -> Iterable[int]:
    total = 0
    for n in counts:
        total += n
        yield total
