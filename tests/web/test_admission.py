"""Who begins, who waits and who is refused: by who is there, never by how fast a test runs."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, pairwise

import pytest

from jobfair.clock import ControlledClock
from jobfair.intake.door import Door
from jobfair.web.http import admission
from jobfair.web.http.admission import (
    ARRIVAL,
    GIVE_BACK,
    PAPERS_AT_ONCE,
    PAPERS_WAITING,
    Admission,
)
from jobfair.web.http.admission_queue import FORMS_FIRST, AdmissionQueue
from tests.builders import KEYS, NOW

FORM = b"_token=x&answer_1=Ya&consent=ya"
APPLY = "/asahan-uji/lowongan/operator/lamar"


def form_limit(line):
    """Return how many forms may wait: as many as begin within their max_wait."""
    return int(line.forms.max_wait / line.pace) + 1


async def rounds(n=1):
    for _ in range(n):
        await asyncio.sleep(0)


async def take_the_only_place(line, *, pace):
    assert await line.enter(line.forms)
    await rounds(2)
    line.pace = pace


async def crowd(line, lane, n):
    """Let ``n`` people come to a lane; return the tasks that wait."""
    tasks = [asyncio.create_task(line.enter(lane)) for _ in range(n)]
    await rounds(2)
    return tasks


async def let_go(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_where_nobody_waits_everybody_begins_at_once():
    line = AdmissionQueue()

    for _ in range(100):
        assert await asyncio.wait_for(line.enter(line.pages), 1)
        line.leave()
        await rounds()

    assert (line.begun, line.waiting, line.pages.refused) == (0, 0, 0)


async def test_one_begins_in_each_turn_of_the_loop():
    # In between the loop looks at what has come, so a refusal never waits behind them all.
    line, begun = AdmissionQueue(), [0]
    tasks = [asyncio.create_task(line.enter(line.forms)) for _ in range(20)]

    while line.begun < 20:
        await rounds()
        begun.append(line.begun)

    assert all(later - earlier <= 1 for earlier, later in pairwise(begun))
    assert await asyncio.gather(*tasks) == [True] * 20


async def test_who_would_wait_too_long_is_refused_on_arrival():
    line = AdmissionQueue(at_once=1)
    await take_the_only_place(line, pace=0.01)
    tasks = await crowd(line, line.forms, 100)

    answered = [task for task in tasks if task.done()]

    assert form_limit(line) == 21
    assert [task.result() for task in answered] == [False] * (100 - 21)
    assert (line.forms.refused, line.waiting) == (79, 21)
    await let_go(tasks)


@pytest.mark.parametrize(("pace", "waiting"), [(0.01, 21), (0.0005, 401)])
async def test_a_fast_machine_lets_more_wait_for_the_same_time(pace, waiting):
    line = AdmissionQueue(at_once=1)
    await take_the_only_place(line, pace=pace)

    tasks = await crowd(line, line.forms, 700)

    assert line.waiting == waiting
    await let_go(tasks)


async def test_forms_come_first_and_pages_are_not_forgotten():
    line, order = AdmissionQueue(at_once=1), []
    assert await line.enter(line.pages)
    line.pace = 0.0001

    async def come(lane, name):
        assert await line.enter(lane)
        order.append(name)
        line.leave()

    tasks = [asyncio.create_task(come(line.pages, "page")) for _ in range(3)]
    await rounds(2)
    tasks += [asyncio.create_task(come(line.forms, "form")) for _ in range(10)]
    await rounds(2)
    line.leave()
    await asyncio.gather(*tasks)

    fours = ["form"] * FORMS_FIRST
    assert order == [*fours, "page", *fours, "page", "form", "form", "page"]
    assert (line.begun, line.waiting) == (0, 0)


async def test_pages_are_refused_while_forms_may_still_come():
    line = AdmissionQueue(at_once=1)
    await take_the_only_place(line, pace=0.01)
    waiting = await crowd(line, line.forms, 16)

    page = await crowd(line, line.pages, 30)
    form = await crowd(line, line.forms, 1)

    assert any(task.done() for task in page)
    assert not form[0].done()
    await let_go(waiting + page + form)


async def test_who_goes_while_waiting_takes_no_place():
    line = AdmissionQueue(at_once=1)
    assert await line.enter(line.forms)
    tasks = await crowd(line, line.forms, 5)

    await let_go(tasks[:4])
    line.leave()

    assert await tasks[4]
    assert (line.begun, line.waiting) == (1, 0)


async def test_who_goes_in_the_turn_he_gets_gives_the_place_back():
    line = AdmissionQueue(at_once=1)
    assert await line.enter(line.forms)
    (task,) = await crowd(line, line.forms, 1)

    line.leave()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert line.begun == 0


async def test_one_long_turn_does_not_shut_people_out(monkeypatch):
    line, now = AdmissionQueue(), [0.0]
    monkeypatch.setattr("jobfair.web.http.admission_queue.time.perf_counter", lambda: now[0])
    tasks = [asyncio.create_task(line.enter(line.forms)) for _ in range(2)]
    await rounds()
    now[0] = 30.0
    await asyncio.gather(*tasks)

    assert form_limit(line) > 25


async def test_the_line_learns_how_long_a_turn_takes(monkeypatch):
    line, ticks = AdmissionQueue(), count()
    monkeypatch.setattr(
        "jobfair.web.http.admission_queue.time.perf_counter", lambda: next(ticks) * 0.02
    )

    for _ in range(1600):
        assert await line.enter(line.pages)
        line.leave()
        await rounds(2)

    assert line.pace == pytest.approx(0.02, rel=0.01)


class Pages:
    """Stands for the real pages."""

    def page(self, scope, seconds):
        return f"{scope['path']} {seconds} {scope.get('sent_form', b'').decode()}"


@dataclass
class Call:
    """One request to the layer, and what was answered."""

    method: str = "POST"
    path: str = APPLY
    chunks: list[bytes] = field(default_factory=lambda: [FORM])
    stuck: bool = False
    """The rest of the body never comes."""
    answer: list[dict] = field(default_factory=list)

    async def receive(self):
        if self.chunks:
            body = self.chunks.pop(0)
            return {
                "type": "http.request", "body": body, "more_body": bool(self.chunks) or self.stuck,
            }  # fmt: skip
        await asyncio.Event().wait()
        return {}

    async def send(self, message):
        self.answer.append(message)

    @property
    def status(self):
        return self.answer[0]["status"] if self.answer else None

    async def go(self, app):
        scope = {"type": "http", "method": self.method, "path": self.path, "headers": []}
        await app(scope, self.receive, self.send)


class Work:
    """Stands for the application: answers when it is told to, and keeps what it was sent."""

    def __init__(self):
        self.begun, self.may_end, self.bodies = 0, asyncio.Event(), []
        self.arrived = []

    async def __call__(self, scope, receive, send):
        self.begun += 1
        if ARRIVAL in scope:
            self.arrived.append(scope[ARRIVAL].received_at)
        if scope["method"] == "POST":
            body, more = b"", True
            while more:
                message = await receive()
                body, more = body + message["body"], message["more_body"]
            self.bodies.append(body)
        await self.may_end.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@pytest.fixture
def line():
    return AdmissionQueue(at_once=3)


@pytest.fixture
def clock():
    return ControlledClock(NOW)


@pytest.fixture
def door(clock):
    return Door(None, clock, KEYS)


@pytest.fixture
def layer(line, door):
    return Admission(line, Pages().page, body_limit=1000, door=door)


@pytest.fixture
def wrapped(layer):
    work = Work()

    async def app(scope, receive, send):
        await layer.handle(scope, receive, send, work)

    return work, app


async def start(app, *calls):
    tasks = [asyncio.create_task(call.go(app)) for call in calls]
    await rounds(200)
    return tasks


async def test_the_crowd_is_refused_and_who_has_begun_is_answered(wrapped, line):
    work, app = wrapped
    calls = [Call() for _ in range(500)]
    may_wait = form_limit(line)
    tasks = await start(app, *calls)

    refused = [call for call in calls if call.status == 503]
    assert work.begun == 3
    assert len(refused) == 500 - 1 - may_wait
    headers = dict(refused[0].answer[0]["headers"])
    seconds = int(headers[b"retry-after"])
    assert 3 <= seconds <= 8
    assert headers[b"cache-control"] == b"no-store"
    assert refused[0].answer[1]["body"] == f"{APPLY} {seconds} {FORM.decode()}".encode()
    work.may_end.set()
    await asyncio.gather(*tasks)

    assert {call.status for call in calls} == {200, 503}
    assert sum(call.status == 200 for call in calls) == work.begun
    assert work.bodies == [FORM] * work.begun
    assert (line.begun, line.waiting) == (0, 0)


PAPER = "/asahan-uji/rekap.pdf"


async def test_however_many_ask_for_papers_pages_and_forms_begin(wrapped, line):
    work, app = wrapped
    papers = [Call(method="GET", path=PAPER) for _ in range(300)]
    waiting = await start(app, *papers)
    refused = [call for call in papers if call.status == 503]

    assert work.begun == line.begun == PAPERS_AT_ONCE == 2
    assert len(refused) == 300 - PAPERS_AT_ONCE - PAPERS_WAITING
    assert refused[0].answer[1]["body"].startswith(PAPER.encode())
    (form,) = await start(app, Call())
    assert work.begun == 3

    work.may_end.set()
    await asyncio.gather(form, *waiting)
    assert sum(call.status == 200 for call in papers) == PAPERS_AT_ONCE + PAPERS_WAITING
    assert (line.begun, line.waiting) == (0, 0)


async def test_who_waits_for_a_printer_keeps_no_place(layer, line):
    begun, may_end = [], asyncio.Event()

    async def printing(scope, receive, send):
        scope[GIVE_BACK]()
        begun.append(scope["path"])
        await may_end.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def app(scope, receive, send):
        await layer.handle(scope, receive, send, printing)

    papers = [Call(method="GET", path=PAPER) for _ in range(20)]
    waiting = await start(app, *papers)

    assert (len(begun), line.begun) == (20, 0)
    may_end.set()
    await asyncio.gather(*waiting)
    assert {call.status for call in papers} == {200}
    assert line.begun == 0


async def test_slow_senders_hold_nobody_up(wrapped, line):
    work, app = wrapped
    slow = [Call(chunks=[b"answer_1=la"], stuck=True) for _ in range(300)]
    waiting = await start(app, *slow)
    call = Call()

    (task,) = await start(app, call)

    assert (line.begun, work.begun) == (1, 1)
    work.may_end.set()
    await task
    assert call.status == 200
    assert {call.status for call in slow} == {None}
    await let_go(waiting)


async def test_who_does_not_finish_sending_is_let_go(wrapped, monkeypatch):
    monkeypatch.setattr(admission, "BODY_WITHIN", 0.01)
    work, app = wrapped
    call = Call(chunks=[b"answer_1=la"], stuck=True)

    await asyncio.wait_for(call.go(app), 5)

    assert (call.status, work.begun) == (408, 0)
    assert (b"connection", b"close") in call.answer[0]["headers"]


async def test_slow_readers_hold_nobody_up(wrapped, line):
    work, app = wrapped
    work.may_end.set()
    taken = asyncio.Event()

    class Slow(Call):
        async def send(self, message):
            await super().send(message)
            await taken.wait()

    tasks = await start(app, *(Slow(method="GET", path="/") for _ in range(50)))

    assert (work.begun, line.begun) == (50, 0)
    taken.set()
    await asyncio.gather(*tasks)
    assert line.begun == 0


async def test_an_upload_on_its_way_holds_no_place_and_arrives_whole(wrapped, line):
    work, app = wrapped
    pieces = [b"x" * 700] * 5
    uploads = [Call(path="/profil/berkas", chunks=list(pieces), stuck=True) for _ in range(20)]
    waiting = await start(app, *uploads)
    assert (work.begun, line.begun) == (20, 0)
    await let_go(waiting)

    whole = Call(path="/profil/berkas", chunks=list(pieces))
    work.may_end.set()
    await whole.go(app)

    assert (whole.status, work.bodies) == (200, [b"x" * 3500])


async def test_a_full_door_refuses_applications_alone(wrapped, line, door):
    work, app = wrapped
    door.accepting = False
    work.may_end.set()
    apply, other = Call(), Call(path="/profil")

    await apply.go(app)
    await other.go(app)

    assert (apply.status, other.status, line.forms.refused) == (503, 200, 1)


async def test_an_application_is_stamped_before_it_waits_and_waited_for_until_it_is_answered(
    wrapped, clock, door
):
    # Guards P4: a line of our own making must shut nobody out at the closing instant.
    work, app = wrapped
    calls = [Call() for _ in range(5)]
    tasks = await start(app, *calls)
    assert work.begun == 3
    clock.move_to(NOW + timedelta(hours=1))
    drained = asyncio.create_task(door.drain())
    await rounds(10)
    assert not drained.done()

    work.may_end.set()
    await asyncio.gather(*tasks)
    await drained

    assert work.arrived == [NOW] * 5


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/static/anyam.css"])
async def test_watchers_and_files_pass(wrapped, line, path):
    work, app = wrapped
    waiting = await start(app, *(Call() for _ in range(500)))
    call = Call(method="GET", path=path)

    (task,) = await start(app, call)

    assert work.begun == 4
    work.may_end.set()
    await asyncio.gather(task, *waiting)
    assert call.status == 200


async def test_a_place_is_given_back_when_the_work_breaks(layer, line):
    async def breaks(*_):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await layer.handle(
            {"type": "http", "method": "GET", "path": "/", "headers": []}, None, None, breaks
        )

    assert line.begun == 0
