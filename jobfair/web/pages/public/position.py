"""One position, as everybody sees it."""

from typing import Any

from litestar import Request, get
from litestar.response import Template

from jobfair.web.http.dependencies import FromPath, Services
from jobfair.web.http.forms import Form
from jobfair.web.pages.shared.draft import DRAFT_COOKIE, read_draft
from jobfair.web.pages.shared.position_page import load_position_page, show_position_page


@get("/{fair_slug:str}/lowongan/{slug:str}")
async def show_position(
    request: Request[Any, Any, Any], fair_slug: FromPath[str], slug: FromPath[str]
) -> Template:
    """Show a position; answers typed before signing in are back in the card."""
    services: Services = request.app.state.services
    now = services.clock.now()
    page = await load_position_page(request, fair_slug=fair_slug, slug=slug, now=now)
    draft = request.cookies.get(DRAFT_COOKIE, "")
    answers = read_draft(draft, services.keys, position_id=page.position.id, now=now)
    given = {f"answer_{at}": answer for at, answer in enumerate(answers, 1)}
    return show_position_page(request, page, form=Form(given))
