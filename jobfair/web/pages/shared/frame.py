"""The fair that header and footer name on a page that is about none itself."""

import re
from collections.abc import Mapping
from typing import cast

from jobfair.applications.queries.receipts import newest_fair_of
from jobfair.db import DBAPIError, NoConnection
from jobfair.errors import NotFound
from jobfair.fairs.queries import published_fairs
from jobfair.fairs.rules.details import RESERVED
from jobfair.fairs.rules.state import FairState
from jobfair.people.rules import Role
from jobfair.web.http.dependencies import AnyRequest, Services, SignedIn
from jobfair.web.http.forms import Form
from jobfair.web.http.page_cache import FAIR_VERSION
from jobfair.web.pages.shared.fairs import cached_fair

FIRST_WORD = re.compile(r"/([a-z0-9-]+)(?:[/?#]|$)")


async def frame_of(request: AnyRequest, context: Mapping[str, object]) -> FairState | None:
    """Return the nearest fair, or None where several are as near or the database is silent.

    Near is the fair whose address the page has, then the one it leads back to (``ke``), then that
    of the newest application, then the only one that runs.
    """
    form = context.get("form")
    typed = form.given.get("ke", "") if isinstance(form, Form) else ""
    back = request.query_params.get("ke") or typed
    try:
        for text in (request.url.path, back):
            if (found := await _fair_at(request, text)) is not None:
                return found
        return await _likely(request)
    except (DBAPIError, NoConnection):
        return None


async def _likely(request: AnyRequest) -> FairState | None:
    services: Services = request.app.state.services
    account: SignedIn | None = request.scope.get("user")
    async with services.database.snapshot() as session:
        newest = None
        if account is not None and account.role is Role.APPLICANT:
            newest = await newest_fair_of(session, account.account_id)
        published = await published_fairs(session)
    own = [fair for fair in published if fair.slug == newest]
    running = [fair for fair in published if fair.latched_at is None]
    near = own or running or published
    return near[0] if len(near) == 1 else None


async def _fair_at(request: AnyRequest, address: str) -> FairState | None:
    """Return the fair whose pages an address belongs to, as far as this person may know of it."""
    found = FIRST_WORD.match(address)
    if found is None or found[1] in RESERVED:
        return None
    try:
        return (await cached_fair(request, found[1])).found
    except NotFound:
        cast("dict[str, object]", request.scope).pop(FAIR_VERSION, None)  # that of another fair
        return None
