"""What Litestar hands to a handler, under the name of the parameter.

``session`` is the writing transaction of a request and commits before the reply is sent;
``snapshot`` reads one consistent state. A handler asks for one of them, never for both.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from jobfair.clock import Clock
from jobfair.credentials.rules import ContactKind
from jobfair.db import Database, Session
from jobfair.intake.door import Door
from jobfair.intake.timekeeper import Timekeeper
from jobfair.keys import Keys
from jobfair.live.bus import Bus
from jobfair.live.feed import Hub
from jobfair.people.queries import SignedIn
from jobfair.reporting.press import Press
from jobfair.store import Store
from jobfair.tally.queries.recounts import Recounts
from jobfair.web.http.admission_queue import AdmissionQueue
from jobfair.web.http.limits import Limits
from jobfair.web.http.metrics import Requests
from jobfair.web.http.passwords import Passwords
from jobfair.web.http.uploads import Uploads


@dataclass
class Services:
    """What a process has one of; made by ``app`` and handed to handlers."""

    database: Database
    clock: Clock
    door: Door
    hub: Hub
    keys: Keys
    base_url: str
    proxy: str
    metrics_token: str
    store: Store
    """Where documents lie."""
    channels: frozenset[ContactKind] = frozenset()
    """Kinds of contacts that codes can be sent to; empty while no way out is connected."""
    organisers_need_code: bool = False
    """Without an authenticator an organiser may only set one up."""
    uploads: Uploads = field(default_factory=Uploads)
    passwords: Passwords = field(default_factory=Passwords)
    limits: Limits = field(init=False)
    bus: Bus | None = None
    timekeeper: Timekeeper | None = None
    data: Path = Path()
    """The folder whose disk must not fill up."""
    requests: Requests = field(default_factory=Requests)
    recounts: Recounts = field(default_factory=Recounts)
    line: AdmissionQueue = field(default_factory=AdmissionQueue)
    press: Press = field(init=False)

    def __post_init__(self) -> None:
        """Make what follows from the settings."""
        self.limits = Limits(self.database, self.keys)
        self.press = Press(self.base_url, self.data / "papers")


AnyRequest: TypeAlias = Request[Any, Any, Any]
SessionDep: TypeAlias = NamedDependency[Session]
SnapshotDep: TypeAlias = NamedDependency[Session]
NowDep: TypeAlias = NamedDependency[datetime]
ServicesDep: TypeAlias = NamedDependency[Services]
AccountDep: TypeAlias = NamedDependency[SignedIn]
"""Only behind a role guard, where an account is certain."""

__all__ = [
    "AccountDep",
    "AnyRequest",
    "FromPath",
    "FromQuery",
    "NowDep",
    "Services",
    "ServicesDep",
    "SessionDep",
    "SignedIn",
    "SnapshotDep",
]
