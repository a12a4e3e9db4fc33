"""What machines that watch us are told: alive, ready or why not, and what was done."""

import asyncio
import shutil

import pytest
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from jobfair.db import Database, OperationalError
from jobfair.db.migrations import upgrade
from jobfair.intake.door import Door
from jobfair.web.http.health import problems_of
from tests.builders import make_office, on_both, stage
from tests.web.pages import latch, text_of


@on_both
def test_a_process_that_can_work_says_so(client):
    assert client.get("/livez").text == "ok\n"
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"ready": True, "problems": {}, "warnings": {}},
    )


def test_a_shut_door_is_not_ready_but_alive(client, services):
    services.door.accepting = False

    ready = client.get("/readyz")

    assert (ready.status_code, list(ready.json()["problems"])) == (503, ["clock"])
    assert client.get("/livez").status_code == 200


def test_a_stuck_door_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(Door, "oldest", 10.5)

    assert list(client.get("/readyz").json()["problems"]) == ["door"]


def test_a_full_disk_is_not_ready(client, monkeypatch):
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1000, 951, 49))

    assert list(client.get("/readyz").json()["problems"]) == ["disk"]


@on_both
def test_after_a_batch_that_was_not_stored_it_is_ready_when_the_disk_takes_something(
    client, services, monkeypatch
):
    services.door.failing = True
    write = services.database.write

    async def full(_):
        raise OperationalError("update", {}, Exception("database or disk is full"))

    monkeypatch.setattr(services.database, "write", full)
    ready = client.get("/readyz")
    assert (ready.status_code, list(ready.json()["problems"])) == (503, ["writing"])

    monkeypatch.setattr(services.database, "write", write)
    assert client.get("/readyz").status_code == 200
    assert not services.door.failing


@on_both
def test_a_schema_of_another_version_is_not_ready(client, act):
    async def age(session):
        await session.execute(text("update alembic_version set version_num = '0001'"))

    act(age)

    problems = client.get("/readyz").json()["problems"]
    assert list(problems) == ["schema"]
    assert "jobfair migrate" in problems["schema"]


async def test_a_database_out_of_reach_is_not_ready(server, services):
    database = Database(server.address)
    await upgrade(database)
    services.database = database
    assert await problems_of(services) == {}

    await asyncio.to_thread(server.crash)
    assert list(await problems_of(services)) == ["database"]

    await asyncio.to_thread(server.start)
    assert await problems_of(services) == {}
    await database.close()


async def test_the_wait_of_the_oldest_is_seen_and_ends(door):
    assert door.oldest == 0
    loop = asyncio.get_running_loop()
    waiting = asyncio.ensure_future(door.submit(fair_id=1, applicant_id=1, position_id=1))
    await asyncio.sleep(0)
    before = loop.time()
    assert 0 <= door.oldest < before

    await asyncio.wait({waiting})
    assert door.oldest == 0
    assert waiting.exception() is not None


def test_without_a_token_there_are_no_metrics(client, services):
    for headers in ({}, {"Authorization": "Bearer "}):
        answer = client.get("/metrics", headers=headers)
        assert answer.status_code == 404
        assert "Halaman ini tidak ada." in answer.text


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer lain", "rahasia", "bearer rahasia", "é"])
def test_with_a_wrong_token_there_are_no_metrics(client, services, given):
    services.metrics_token = "rahasia"

    answer = client.get("/metrics", headers={"Authorization": given.encode()})

    assert answer.status_code == 404


def numbers(client):
    """Return every number by its name and its labels."""
    answer = client.get("/metrics", headers={"Authorization": "Bearer rahasia"})
    assert answer.headers["content-type"] == CONTENT_TYPE_LATEST
    found = {}
    for metric in text_string_to_metric_families(answer.text):
        for sample in metric.samples:
            labels = ",".join(f'{key}="{text}"' for key, text in sorted(sample.labels.items()))
            found[sample.name, labels] = sample.value
    return found


@on_both
def test_metrics_count_what_is_done(client, services, act, sign_in):
    services.metrics_token = "rahasia"
    staged = act(stage)
    before = numbers(client)

    sign_in(client, staged.niks[0])
    page = f"/{staged.fair.slug}/lowongan/{staged.positions[0].slug}"
    fields = {"consent": "ya", "_token": services.keys.form_token(client.cookies["__Host-sesi"])}
    assert client.post(f"{page}/lamar", data=fields).status_code == 303
    client.get("/tidak/ada/sama/sekali")
    with client.websocket_connect(f"/ws/publik/{staged.fair.slug}") as socket:
        socket.receive_text(timeout=5)
        after = numbers(client)

    grown = {key: after[key] - before.get(key, 0) for key in after}
    assert grown["jobfair_applications_accepted_total", ""] == 1
    assert grown["jobfair_batches_total", ""] == 1
    assert grown["jobfair_parts_rendered_total", ""] == 1
    assert after["jobfair_sockets", ""] == 1
    assert after["jobfair_queue", ""] == 0
    assert grown["jobfair_requests_total", 'group="applicant",status="3xx"'] == 1
    assert grown["jobfair_requests_total", 'group="other",status="4xx"'] == 1
    commits = grown["jobfair_commit_seconds_count", ""]
    assert commits >= 2
    assert grown["jobfair_commit_seconds_bucket", 'le="+Inf"'] == commits
    buckets = [value for (name, _), value in after.items() if name.endswith("_bucket")]
    assert buckets == sorted(buckets)


@on_both
def test_a_fault_is_told_to_its_sender_counted_and_shown(client, services, act, sign_in):
    # Guards the class of errors: what no retry can mend is not answered as a crowded moment.
    services.metrics_token = "rahasia"
    first = act(stage)
    sign_in(client, first.niks[0])
    first_page = f"/{first.fair.slug}/lowongan/{first.positions[0].slug}/lamar"
    fields = {"consent": "ya", "_token": services.keys.form_token(client.cookies["__Host-sesi"])}
    assert client.post(first_page, data=fields).status_code == 303
    assert client.get("/readyz").json()["warnings"] == {}
    # A closed fair of the same prefix holds the number that the next one hands out first.
    act(latch, first.fair.id)
    second = act(stage, office=make_office(slug="lain"), slug="kedua", receipt_prefix="ASH")
    second_page = f"/{second.fair.slug}/lowongan/{second.positions[0].slug}/lamar"

    answer = client.post(second_page, data=fields)

    assert (answer.status_code, "retry-after" in answer.headers) == (500, False)
    assert "Jangan ulangi; hubungi panitia." in text_of(answer.text)
    assert numbers(client)["jobfair_faults_total", ""] == 1
    ready = client.get("/readyz")
    assert (ready.status_code, list(ready.json()["warnings"])) == (200, ["fault"])
