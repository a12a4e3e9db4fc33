"""Several processes at one listening socket: a parent that starts them and replaces the dead.

The parent never runs an event loop or a thread, so forking is safe, and it waits for signals and
children in one place. Connections wait in the one socket: when a process dies, only what it was
working on is lost.
"""

import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable

log = logging.getLogger(__name__)

POLL_EVERY = 0.2
"""Seconds between two checks when no signal comes."""
SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
RESTART_AFTER = 1.0
"""Seconds between two starts in one place, so that a process that cannot start is no storm."""


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


class WorkerPool:
    """Keeps ``count`` processes at ``work``, which gets a descriptor that ends with the parent."""

    def __init__(self, work: Callable[[int], None], count: int, *, patience: float) -> None:
        self._work = work
        self._patience = patience
        self._started: dict[int, float] = {}
        self._due = [0.0] * count
        self._alive, self._held = os.pipe()

    def run(self, stop_listening: Callable[[], None]) -> None:
        """Run until a signal says stop; kill what has not ended ``patience`` seconds after that."""
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        while True:
            self._start_due()
            heard = signal.sigtimedwait(SIGNALS, POLL_EVERY)
            self._reap(replace=True)
            if heard is not None and heard.si_signo != signal.SIGCHLD:
                break
        stop_listening()
        self._signal(signal.SIGTERM)
        last = time.monotonic() + self._patience
        while self._started:
            signal.sigtimedwait(SIGNALS, POLL_EVERY)
            self._reap(replace=False)
            if time.monotonic() > last:
                self._signal(signal.SIGKILL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def _start_due(self) -> None:
        now = time.monotonic()
        for _ in [due for due in self._due if due <= now]:
            child = os.fork()
            if not child:
                os.close(self._held)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
                code = _end(self._work, self._alive)
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
            self._started[child] = now
        self._due = [due for due in self._due if due > now]

    def _reap(self, *, replace: bool) -> None:
        while self._started:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            born = self._started.pop(child)
            if replace:
                code = os.waitstatus_to_exitcode(status)
                log.warning("process %d ended with %d; another takes its place", child, code)
                self._due.append(born + RESTART_AFTER)

    def _signal(self, what: signal.Signals) -> None:
        for child in self._started:
            os.kill(child, what)
