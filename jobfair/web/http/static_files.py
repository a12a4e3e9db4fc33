"""Static files: cached for ever under an address that carries their hash."""

from litestar.datastructures import CacheControlHeader
from litestar.router import Router
from litestar.static_files import create_static_files_router

from jobfair.web.http.templating import content_folders


def static_files(extra_content: str) -> Router:
    """Return the router for ``/static``; the office's own folder is looked at first."""
    return create_static_files_router(
        "/static",
        [*content_folders(extra_content, "static")],
        cache_control=CacheControlHeader(max_age=31536000, public=True, immutable=True),
    )
