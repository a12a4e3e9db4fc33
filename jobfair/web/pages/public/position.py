"""One position, as everybody sees it."""

from litestar import get
from litestar.response import Template

from jobfair.web.http.dependencies import AnyRequest, FromPath, Services
from jobfair.web.http.forms import Form
from jobfair.web.pages.shared.position_page import (
    load_position_page,
    show_position_page,
    typed_before,
)


@get("/{fair_slug:str}/lowongan/{slug:str}")
async def show_position(
    request: AnyRequest, fair_slug: FromPath[str], slug: FromPath[str]
) -> Template:
    """Show a position; answers typed before are back in the card."""
    services: Services = request.app.state.services
    now = services.clock.now()
    page = await load_position_page(request, fair_slug=fair_slug, slug=slug, now=now)
    return show_position_page(request, page, form=Form(await typed_before(request, page, now)))
