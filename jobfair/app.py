"""Puts the parts together: the only module that knows all of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar, Request
from litestar.di import Provide
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig

from jobfair.clock import AnchoredClock, Clock
from jobfair.db import Database, Session
from jobfair.intake.door import Door
from jobfair.intake.timekeeper import Timekeeper
from jobfair.jobs.runner import keep_the_clock
from jobfair.jobs.schedule import Tools
from jobfair.keys import Keys, read_keys
from jobfair.live.bus import Bus
from jobfair.live.feed import Hub
from jobfair.mailing.channels import Transport
from jobfair.mailing.email import MailFolder, SmtpServer, SmtpTransport
from jobfair.mailing.gateway import GatewayTransport
from jobfair.mailing.letters import Letters
from jobfair.mailing.sender import Sender
from jobfair.settings import Settings
from jobfair.store import Store
from jobfair.store.folder import FolderStore
from jobfair.store.signing import Access
from jobfair.web.http import health
from jobfair.web.http.admission import Admission
from jobfair.web.http.authentication import AuthenticationMiddleware
from jobfair.web.http.dependencies import Services, ServicesDep, SignedIn
from jobfair.web.http.errors import HANDLERS
from jobfair.web.http.forms import FormRequest
from jobfair.web.http.guards import every_request
from jobfair.web.http.headers import SecureHeaders
from jobfair.web.http.page_cache import PageCache
from jobfair.web.http.protocol import NormalizeRequests
from jobfair.web.http.sockets import LiveSockets, log_unforeseen
from jobfair.web.http.static_files import static_files
from jobfair.web.http.templating import fingerprint
from jobfair.web.pages import applicant, company, organiser, public
from jobfair.web.pages.shared.busy import BusyPages
from jobfair.web.pages.shared.environment import make_environment
from jobfair.web.pages.shared.fair_cache import FairCache
from jobfair.web.pages.shared.frame import frame_of

FORM_LIMIT = 64 * 1024
GOODBYE = 5.0
"""Seconds for what runs beside the requests to end; it ends at once unless the database hangs."""


def store_of(settings: Settings) -> Store:
    """Return the bucket at an address, or the folder of a path; nothing is asked of it yet."""
    place = settings.documents_place
    if urlsplit(place).scheme not in ("http", "https"):
        return FolderStore(Path(place))
    from jobfair.store.s3 import S3Store  # noqa: PLC0415 - its client costs 0.1 s of every start

    key = settings.documents_access, settings.documents_secret, settings.documents_region
    return S3Store(place, Access(*key))


def transports_of(settings: Settings, clock: Clock) -> list[Transport]:
    """Return the channels that are connected; without any there are the inbox and the telephone."""
    found: list[Transport] = []
    if settings.smtp_host:
        server = SmtpServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_from,
            user=settings.smtp_user,
            password=settings.smtp_password,
            tls=settings.smtp_tls,
        )
        found.append(SmtpTransport(server, per_minute=settings.smtp_per_minute))
    elif settings.mail_folder:
        found.append(MailFolder(Path(settings.mail_folder), sender="noreply@localhost"))
    if settings.gateway_url:
        pace, key = settings.gateway_per_minute, settings.gateway_key
        found.append(GatewayTransport(settings.gateway_url, key, per_minute=pace, now=clock.now))
    return found


def make_services(
    settings: Settings, *, clock: Clock | None = None, keys: Keys | None = None
) -> Services:
    """Return what a process has one of, with the door wired to the live feeds.

    Without a ``clock`` of its own the process keeps true time: on PostgreSQL, the database's.
    """
    database = Database(settings.database)
    hub = Hub()
    database.announce = hub.announce
    steered, shared = AnchoredClock(), not database.is_sqlite
    keys = keys or read_keys(settings.keys)
    door = Door(database, clock or steered, keys)
    return Services(
        database=database,
        clock=clock or steered,
        door=door,
        hub=hub,
        bus=Bus(database, hub) if shared else None,
        timekeeper=Timekeeper(database, steered, door) if shared and clock is None else None,
        data=Path(database.url.database or "").parent if database.is_sqlite else settings.data,
        keys=keys,
        base_url=settings.base_url.rstrip("/"),
        proxy=settings.proxy,
        metrics_token=settings.metrics_token,
        organisers_need_code=settings.second_factor == "organisers",
        store=store_of(settings),
    )


async def provide_session(services: ServicesDep) -> AsyncIterator[Session]:
    """Give a handler its transaction; it commits before the answer is sent."""
    async with services.database.transaction() as session:
        yield session


async def provide_snapshot(services: ServicesDep) -> AsyncIterator[Session]:
    """Give a handler one consistent state to read."""
    async with services.database.snapshot() as session:
        yield session


def create_app(services: Services, settings: Settings, *, scheduled: bool = True) -> Litestar:
    """Return the application. ``scheduled`` is false where a test or a replay keeps the clock."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        if services.timekeeper is not None:
            await services.timekeeper.follow()
        works = [services.door.run()]
        if services.timekeeper is not None:
            works.append(services.timekeeper.run())
        if services.bus is not None:
            works.append(services.bus.run())
        if scheduled:
            tools = Tools(
                services.database,
                services.clock,
                services.door,
                services.store,
                services.press,
                services.keys,
                app.state.sender,
                app.state.fairs.words,
            )
            works.append(keep_the_clock(tools, lambda: services.bus is None or services.bus.leads))
        tasks = [asyncio.create_task(work) for work in works]
        try:
            yield
        finally:
            await services.door.drain()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=GOODBYE)
            await services.press.close()
            await services.database.close()
            await services.store.close()

    def provide_services() -> Services:
        return services

    def provide_now() -> datetime:
        return services.clock.now()

    def provide_account(request: Request[Any, Any, Any]) -> SignedIn:
        user: SignedIn = request.scope["user"]
        return user

    environment = make_environment(settings.content)
    app = Litestar(
        route_handlers=[
            *public.HANDLERS,
            *applicant.HANDLERS,
            *company.HANDLERS,
            *organiser.HANDLERS,
            *health.HANDLERS,
            static_files(settings.content),
        ],
        dependencies={
            "services": Provide(provide_services, sync_to_thread=False),
            "now": Provide(provide_now, sync_to_thread=False),
            "account": Provide(provide_account, sync_to_thread=False),
            "session": Provide(provide_session),
            "snapshot": Provide(provide_snapshot),
        },
        guards=[every_request],
        exception_handlers=HANDLERS,
        after_exception=[log_unforeseen],
        before_send=[services.requests.observe],
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment)),
        lifespan=[lifespan],
        request_max_body_size=FORM_LIMIT,
        request_class=FormRequest,
        openapi_config=None,
    )
    app.state.services = services
    app.state.fairs = FairCache(services.database, settings.content)
    app.state.letters = Letters(environment, services.base_url, services.keys)
    app.state.sender = Sender(
        services.database,
        services.clock,
        app.state.letters,
        transports_of(settings, services.clock),
        host=urlsplit(services.base_url).hostname or "localhost",
    )
    app.state.frame_of = frame_of
    app.state.busy = BusyPages(environment, services.clock)
    # Around the router, so that a page that does not exist is answered like one that somebody
    # may not see: to the same person, with the same headers. Who is refused is not looked up.
    secure = SecureHeaders(https=settings.base_url.startswith("https:"))
    cache = app.state.page_cache = PageCache(fingerprint(settings.content, settings.base_url))
    busy_page = app.state.busy.page
    admission = Admission(services.line, busy_page, body_limit=FORM_LIMIT, door=services.door)
    pages = secure(admission(AuthenticationMiddleware()(cache(app.asgi_handler))))
    app.asgi_handler = NormalizeRequests(LiveSockets(pages, services))
    return app
