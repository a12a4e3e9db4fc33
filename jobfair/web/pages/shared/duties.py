"""What is asked before a page besides the role: a duty, an authenticator, a fresh proof."""

from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard

from jobfair.errors import NotAllowed
from jobfair.people.queries import SignedIn
from jobfair.people.rules import PROOF_GOOD_FOR, Duty, Role
from jobfair.web.http.dependencies import Services
from jobfair.web.http.guards import SAFE_METHODS, Connection, SignInFirst, onward, signed_in_as


class ProveFirst(SignInFirst):
    """The password or code was given too long ago for what is asked."""

    page = "/buktikan"


class SetUpCodeFirst(SignInFirst):
    """This office's organisers need an authenticator, and this one has none yet."""

    page = "/keamanan/autentikator"


def _with_duty(*, reading: frozenset[Duty], acting: frozenset[Duty]) -> Guard:
    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        user = signed_in_as(connection, Role.ORGANISER)
        services: Services = connection.app.state.services
        if services.organisers_need_code and user.totp_at is None:
            raise SetUpCodeFirst("")
        reads = connection.scope.get("method", "GET") in SAFE_METHODS
        if user.duty not in (reading if reads else acting):
            raise NotAllowed("Tugas Anda di kantor ini tidak mencakup hal itu. Minta panitia.")

    return guard


async def proved_recently(connection: Connection, _: BaseRouteHandler) -> None:
    """Ask for the password or a code again where many people's data leave at once."""
    user: SignedIn | None = connection.scope.get("user")
    services: Services = connection.app.state.services
    now = services.clock.now()
    if user and (user.proved_at is None or now - user.proved_at > PROOF_GOOD_FOR):
        raise ProveFirst(onward(connection))


ANY, COMMITTEE = frozenset(Duty), frozenset({Duty.COMMITTEE})
COUNTER = COMMITTEE | {Duty.COUNTER}
organisers_only = _with_duty(reading=COMMITTEE | {Duty.OBSERVER}, acting=COMMITTEE)
any_organiser = _with_duty(reading=ANY, acting=frozenset())
counter_only = _with_duty(reading=COUNTER, acting=COUNTER)
committee_only = _with_duty(reading=COMMITTEE, acting=COMMITTEE)
