"""The door to the house: the fairs of this installation, and the choice of language."""

from litestar import get
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template

from jobfair.errors import NotFound
from jobfair.fairs.queries import published_fairs
from jobfair.web.http.dependencies import AnyRequest, FromPath, FromQuery, NowDep, SnapshotDep
from jobfair.web.http.guards import local_path
from jobfair.web.http.templating import LANGUAGE_COOKIE, show
from jobfair.wording.language import LANGUAGES

YEAR = 365 * 86400


@get("/")
async def show_front(
    request: AnyRequest, snapshot: SnapshotDep, now: NowDep, semua: FromQuery[str] = ""
) -> Template | Redirect:
    """List the published fairs; a single one is shown at once, unless all are asked for."""
    fairs = await published_fairs(snapshot)
    if len(fairs) == 1 and semua != "1":
        return Redirect(f"/{fairs[0].slug}", status_code=303)
    return show(request, "public/front.html", fairs=[(found, found.phase(now)) for found in fairs])


@get("/bahasa/{language:str}")
async def choose_language(language: FromPath[str], ke: FromQuery[str] = "/") -> Redirect:
    """Remember the language in this browser and go back to the page."""
    if language not in LANGUAGES:
        raise NotFound
    cookie = Cookie(
        key=LANGUAGE_COOKIE, value=language, path="/", max_age=YEAR, samesite="lax", secure=True
    )
    return Redirect(local_path(ke) or "/", status_code=303, cookies=[cookie])
