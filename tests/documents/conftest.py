"""Stores of both kinds, and people who may have a CV."""

import pytest

from jobfair.store.folder import FolderStore
from jobfair.store.s3 import S3Store
from tests.documents.s3 import ACCESS, BUCKET, s3_server


@pytest.fixture(scope="session")
def s3_address(tmp_path_factory):
    """Give the address of a real S3 server, started with the first test that wants one."""
    with s3_server(tmp_path_factory.mktemp("s3")) as address:
        yield f"{address}/{BUCKET}"


@pytest.fixture(params=["folder", "s3"])
async def store(request, tmp_path):
    """Give an empty store, once of each kind."""
    if request.param == "folder":
        yield FolderStore(tmp_path / "documents")
        return
    store = S3Store(request.getfixturevalue("s3_address"), ACCESS)
    yield store
    await store.close()
