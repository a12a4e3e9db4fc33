"""Sockets that end with somebody's right to them: signed out, disabled, company suspended.

Whatever takes a right away marks its topic in the same transaction (:func:`rights_of` has the
names), so every node hears of it as of any other change. A browser whose socket ends comes back,
and whether it may is decided anew.
"""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from jobfair.db import topics


class Rights:
    """Who is to be told when a right ends. One per process."""

    def __init__(self) -> None:
        self._held: defaultdict[str, set[Callable[[], object]]] = defaultdict(set)
        self.ended = 0
        """How many rights have ended. Who finds out what somebody may do looks at it before, and
        again inside :meth:`held`: a right that ended in between is noticed by nothing else."""

    @contextlib.contextmanager
    def held(self, names: Iterable[str], let_go: Callable[[], object]) -> Iterator[None]:
        """Call ``let_go`` whenever one of these rights ends while the block lasts."""
        names = tuple(names)
        for name in names:
            self._held[name].add(let_go)
        try:
            yield
        finally:
            for name in names:
                self._held[name].discard(let_go)
                if not self._held[name]:
                    del self._held[name]

    def end(self, changed: Iterable[str]) -> None:
        """Tell who holds one of these rights; other topics are none."""
        for name in changed:
            if topics.ends_rights(name):
                self.ended += 1
                self._tell(name)

    def end_all(self) -> None:
        """Tell everybody: some may have ended that nobody told us of."""
        self.ended += 1
        for name in list(self._held):
            self._tell(name)

    def _tell(self, name: str) -> None:
        for let_go in list(self._held.get(name, ())):
            let_go()


def rights_of(*, browser: bytes, account_id: int, company_id: int | None) -> list[str]:
    """Return the topics whose change may end what somebody was allowed.

    ``browser`` is what is stored of the cookie, never the cookie.
    """
    found = [topics.browser(browser), topics.account(account_id)]
    return [*found, topics.company(company_id)] if company_id is not None else found
