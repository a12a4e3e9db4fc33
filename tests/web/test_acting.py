"""What becomes of an act: the same page again with its status, or the way success leads."""

from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from jobfair.db import Clash
from jobfair.errors import Invalid, NotFound, Overloaded, Problem, Refused, TemporarilyUnavailable
from jobfair.web.http import acting
from jobfair.web.http.errors import CLASH
from jobfair.web.http.forms import Form

pytestmark = pytest.mark.anyio

TYPED = Form({"name": "Siti"})
WRONG = {"name": Problem("Isi nama.")}


def constraint(**cause):
    return Clash("insert", {}, type("Cause", (Exception,), cause)("constraint"))


@pytest.fixture
def perform(monkeypatch):
    """Perform an act; returns the answer and what its transaction came to."""
    ended = []

    @asynccontextmanager
    async def transaction():
        try:
            yield "session"
        except BaseException:
            ended.append("rolled back")
            raise
        ended.append("committed")

    async def read_form(_request):
        return TYPED

    async def page(form):
        return SimpleNamespace(form=form, headers={})

    monkeypatch.setattr(acting, "read_form", read_form)
    services = SimpleNamespace(database=SimpleNamespace(transaction=transaction))
    app = SimpleNamespace(state=SimpleNamespace(services=services))

    async def run(error=None, done="/sesudah"):
        async def act(_session, form):
            assert form is TYPED
            if error is not None:
                raise error
            return "result"

        answer = await acting.perform(SimpleNamespace(app=app), act, page=page, done=done)
        return answer, ended

    return run


UNIQUE = constraint(sqlstate="23505")
CHECK = constraint(sqlstate="23514")


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (Invalid(WRONG), 422, None),
        (Refused("closed", "Sudah ditutup."), 409, None),
        (Refused("too_many", "Terlalu sering."), 429, None),
        (Overloaded(5), 503, "5"),
        (TemporarilyUnavailable(7, "Coba lagi dalam %(seconds)s detik."), 503, "7"),
        (UNIQUE, 409, None),
        (constraint(sqlite_errorname="SQLITE_CONSTRAINT_UNIQUE"), 409, None),
    ],
    ids=["invalid", "refused", "too many", "overloaded", "unavailable", "unique", "sqlite unique"],
)
async def test_what_goes_wrong_is_told_on_the_same_page(perform, error, status, retry):
    answer, ended = await perform(error)

    form = answer.form
    assert (form.status_code, answer.headers.get("Retry-After")) == (status, retry)
    assert form.given == {"name": "Siti"}
    assert form.problems == (WRONG if isinstance(error, Invalid) else {})
    notice = CLASH if isinstance(error, Clash) else None if isinstance(error, Invalid) else error
    assert form.notice is notice
    assert ended == ["rolled back"]


@pytest.mark.parametrize(
    "error",
    [CHECK, constraint(sqlite_errorname="SQLITE_CONSTRAINT_CHECK"), NotFound()],
    ids=["check", "sqlite check", "not found"],
)
async def test_what_the_form_cannot_mend_goes_on(perform, error):
    with pytest.raises(type(error)) as raised:
        await perform(error)
    assert raised.value is error


async def test_success_leads_on_after_the_commit(perform):
    seen = []

    async def done(result):
        seen.append(result)
        return "answer"

    led, ended = await perform()
    assert (led.status_code, led.url, ended) == (303, "/sesudah", ["committed"])
    assert await perform(done=done) == ("answer", ["committed"] * 2)
    assert seen == ["result"]
