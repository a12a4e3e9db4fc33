"""The wheel carries everything and serves without the checkout."""

import os
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.free_port import free_port, wait_for

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An unpacked wheel outside the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_carries_the_content_folders(installed):
    content = installed / "jobfair" / "_content"

    assert {folder.name for folder in content.iterdir()} == {
        "events", "reports", "static", "templates",
    }  # fmt: skip
    assert (content / "events" / "asahan-2022" / "fair.toml").is_file()
    assert (content / "templates" / "base.html").is_file()


def test_the_wheel_serves(installed, tmp_path):
    port = free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        "PYTHONPATH": str(installed),
        "PYTHONSAFEPATH": "1",
        "JOBFAIR_DATA": str(tmp_path / "data"),
        "JOBFAIR_PORT": str(port),
        "JOBFAIR_BASE_URL": f"http://127.0.0.1:{port}",
    }

    def jobfair(*words):
        return subprocess.run(
            [sys.executable, "-m", "jobfair", *words],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    where = subprocess.run(
        [sys.executable, "-c", "import jobfair; print(jobfair.__file__)"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert where.startswith(str(installed))
    jobfair("migrate")
    jobfair("load", "asahan-2022")
    jobfair("open", "asahan-2022")

    server = subprocess.Popen(
        [sys.executable, "-m", "jobfair", "serve"], env=environment, cwd=tmp_path
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/asahan-2022")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/asahan-2022") as page:
            text = page.read().decode()
    finally:
        server.terminate()
        server.wait(20)
    assert "Virtual Job Fair Asahan 2022" in text
