"""Revocations: a socket ends with its right (signed out, account disabled, company suspended).

An action that takes a right away marks its topic in the same transaction (:func:`rights_of` has
the names), so every node hears of it. A browser whose socket ends reconnects and is checked anew.
"""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from jobfair.db import topics


class Revocations:
    """Callbacks for the end of a right. One per process."""

    def __init__(self) -> None:
        self._held: defaultdict[str, set[Callable[[], object]]] = defaultdict(set)
        self.ended = 0
        """How many rights have ended. Read it before looking up what an account may do and again
        inside :meth:`held`: a right that ended in between is noticed by nothing else."""

    @contextlib.contextmanager
    def held(self, names: Iterable[str], on_revoked: Callable[[], object]) -> Iterator[None]:
        """Call ``on_revoked`` whenever one of these rights ends while the block lasts."""
        names = tuple(names)
        for name in names:
            self._held[name].add(on_revoked)
        try:
            yield
        finally:
            for name in names:
                self._held[name].discard(on_revoked)
                if not self._held[name]:
                    del self._held[name]

    def end(self, changed: Iterable[str]) -> None:
        """Call back for each topic that is a right."""
        for name in changed:
            if topics.ends_rights(name):
                self.ended += 1
                self._tell(name)

    def end_all(self) -> None:
        """Call back for all: some may have ended while no changes were heard."""
        self.ended += 1
        for name in list(self._held):
            self._tell(name)

    def _tell(self, name: str) -> None:
        for on_revoked in list(self._held.get(name, ())):
            on_revoked()


def rights_of(*, browser: bytes, account_id: int, company_id: int | None) -> list[str]:
    """Return the topics whose change may end what somebody was allowed.

    ``browser`` is what is stored of the cookie, never the cookie.
    """
    found = [topics.browser(browser), topics.account(account_id)]
    return [*found, topics.company(company_id)] if company_id is not None else found
