"""A free loopback port, and waiting until somebody answers there."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str, seconds: float = 60, alive: Callable[[], bool] = lambda: True) -> None:
    """Return once the address answers with anything.

    Fails loudly after ``seconds``, or as soon as who should answer is not ``alive`` any more.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > end or not alive():
                raise
            time.sleep(0.1)
