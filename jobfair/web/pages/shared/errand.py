"""The position a visitor applies for by way of registering or signing in."""

from dataclasses import dataclass

from jobfair.errors import NotFound
from jobfair.fairs.rules.state import FairState
from jobfair.web.http.dependencies import AnyRequest
from jobfair.web.pages.shared.draft import POSITION_PAGE
from jobfair.web.pages.shared.fairs import cached_fair


@dataclass(frozen=True)
class Errand:
    """What the strip under the header says is being applied for."""

    fair: FairState
    title: str
    company: str


async def errand_of(request: AnyRequest, ke: str) -> Errand | None:
    """Return the position whose address ``ke`` is, or None."""
    found = POSITION_PAGE.fullmatch(ke)
    if found is None:
        return None
    _, fair_slug, _, slug = found[1].split("/")
    try:
        shown = await cached_fair(request, fair_slug, position=slug)
        position = await shown.position(request.app.state.services.database, slug)
    except NotFound:
        return None
    return Errand(shown.found, position.title, position.company.name)
