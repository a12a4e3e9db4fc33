"""What tests of several nodes share: one PostgreSQL database, or a server to break."""

import pytest

from tests.postgres import own_server


@pytest.fixture
def shared_url(make_url):
    """Return the address of an empty PostgreSQL database."""
    return make_url("postgresql")


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
