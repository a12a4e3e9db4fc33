"""Several processes at one listening socket: a parent that starts them and replaces the dead.

The parent never runs an event loop or a thread, so forking is safe, and it waits for signals and
for children in one place. A connection waits in the one socket for whoever is free: when a process
dies, only what it was working on is lost.
"""

import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable

log = logging.getLogger(__name__)

NAP = 0.2
"""Seconds between two looks when no signal comes."""
HEARD = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
LEAST_LIFE = 1.0
"""Seconds between two births in one place, so that a process that cannot start is no storm."""


def _end(work: Callable[[int], None], parent: int) -> int:
    """Work as a child and return the exit code."""
    try:
        work(parent)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # noqa: BLE001 - nothing of the parent may run in the child
        traceback.print_exc()
        return 1
    return 0


class Crew:
    """Keeps ``count`` processes at ``work``, which gets a descriptor that ends with the parent."""

    def __init__(self, work: Callable[[int], None], count: int, *, patience: float) -> None:
        self._work = work
        self._patience = patience
        self._born: dict[int, float] = {}
        self._due = [0.0] * count
        self._alive, self._held = os.pipe()

    def run(self, stop_listening: Callable[[], None]) -> None:
        """Work until told to stop, then let everybody finish.

        Whoever has not ended ``patience`` seconds after being told is killed.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        while True:
            self._give_birth()
            heard = signal.sigtimedwait(HEARD, NAP)
            self._bury(replace=True)
            if heard is not None and heard.si_signo != signal.SIGCHLD:
                break
        stop_listening()
        self._tell(signal.SIGTERM)
        last = time.monotonic() + self._patience
        while self._born:
            signal.sigtimedwait(HEARD, NAP)
            self._bury(replace=False)
            if time.monotonic() > last:
                self._tell(signal.SIGKILL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)

    def _give_birth(self) -> None:
        now = time.monotonic()
        for _ in [due for due in self._due if due <= now]:
            child = os.fork()
            if not child:
                os.close(self._held)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
                code = _end(self._work, self._alive)
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
            self._born[child] = now
        self._due = [due for due in self._due if due > now]

    def _bury(self, *, replace: bool) -> None:
        while self._born:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            born = self._born.pop(child)
            if replace:
                code = os.waitstatus_to_exitcode(status)
                log.warning("process %d ended with %d; another takes its place", child, code)
                self._due.append(born + LEAST_LIFE)

    def _tell(self, what: signal.Signals) -> None:
        for child in self._born:
            os.kill(child, what)
