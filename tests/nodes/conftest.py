"""What tests of several nodes share: one PostgreSQL database, or a server to break."""

import contextlib
import tempfile
from pathlib import Path

import pytest

from tests.postgres import DURABLE, Server


@pytest.fixture
def shared_url(make_url):
    """Return the address of an empty PostgreSQL database."""
    return make_url("postgresql")


@contextlib.contextmanager
def own_server():
    """Give a server of one's own, as durable as a real one."""
    with tempfile.TemporaryDirectory(prefix="jf-pg-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder), DURABLE)
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def server():
    """Give a server to break."""
    with own_server() as server:
        yield server


@pytest.fixture(scope="module")
def durable_server():
    """Give a server for a whole file of tests."""
    with own_server() as server:
        yield server
