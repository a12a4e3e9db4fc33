"""Which positions are saved: a guest's in a cookie, an applicant's in the database."""

from litestar.datastructures import Cookie

from jobfair.people.rules import Role
from jobfair.positions.queries import saved_ids
from jobfair.web.http.authentication import host_cookie
from jobfair.web.http.dependencies import AnyRequest, Services, SignedIn

SAVED_COOKIE = "__Host-simpanan"
GUEST_MOST = 50
DIGITS_MOST = 9


def guest_saved(request: AnyRequest) -> list[int]:
    """Return the ids in a guest's cookie, the oldest first; what is no id is left out."""
    parts = request.cookies.get(SAVED_COOKIE, "").split(".")[:GUEST_MOST]
    return [int(p) for p in parts if p.isascii() and p.isdigit() and len(p) <= DIGITS_MOST]


def guest_cookie(ids: list[int]) -> Cookie:
    """Return the cookie that keeps a guest's saved positions; an empty list ends it."""
    kept = list(dict.fromkeys(ids))[-GUEST_MOST:]
    return host_cookie(SAVED_COOKIE, ".".join(map(str, kept)), keep=bool(kept))


async def saved_by(request: AnyRequest) -> frozenset[int]:
    """Return the positions saved by who asks; staff save none."""
    account: SignedIn | None = request.scope.get("user")
    if account is None:
        return frozenset(guest_saved(request))
    if account.role is not Role.APPLICANT:
        return frozenset()
    services: Services = request.app.state.services
    async with services.database.snapshot() as session:
        return await saved_ids(session, account.account_id)
