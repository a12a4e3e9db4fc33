"""Revocations: a socket ends with its right (signed out, account disabled, company suspended).

An action that takes a right away marks its topic in the same transaction (:func:`rights_of` has
the names), so every node hears of it. A browser whose socket ends reconnects and is checked anew.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator

from jobfair.db import topics


class Revocations:
    """Callbacks for the end of a right. One per process."""

    def __init__(self) -> None:
        self._held: set[tuple[frozenset[str], Callable[[], object]]] = set()
        self.ended = 0
        """How many rights have ended. Read it before looking up what an account may do and again
        inside :meth:`held`: a right that ended in between is noticed by nothing else."""

    @contextlib.contextmanager
    def held(self, names: Iterable[str], on_revoked: Callable[[], object]) -> Iterator[None]:
        """Call ``on_revoked`` whenever one of these rights ends while the block lasts."""
        held = (frozenset(names), on_revoked)
        self._held.add(held)
        try:
            yield
        finally:
            self._held.discard(held)

    def end(self, changed: Iterable[str]) -> None:
        """Call back for the topics that are rights."""
        if ended := frozenset(filter(topics.ends_rights, changed)):
            self.ended += len(ended)
            for names, on_revoked in list(self._held):
                if not names.isdisjoint(ended):
                    on_revoked()

    def end_all(self) -> None:
        """Call back for all: some may have ended while no changes were heard."""
        self.ended += 1
        for names, on_revoked in list(self._held):
            if names:
                on_revoked()


def rights_of(*, browser: bytes, account_id: int, company_id: int | None) -> list[str]:
    """Return the topics whose change may end what somebody was allowed.

    ``browser`` is what is stored of the cookie, never the cookie.
    """
    found = [topics.browser(browser), topics.account(account_id)]
    return [*found, topics.company(company_id)] if company_id is not None else found
