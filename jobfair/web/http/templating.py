"""What every page is given, and how a page answers a request or a part a socket.

``show`` answers with a page for a request; ``render`` makes the same part for a socket.
"""

from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

from jinja2 import Environment
from litestar.response import Template
from litestar.types import ASGIApp, Receive, Scope, Send

import jobfair
from jobfair.clock import WIB
from jobfair.content import content_root
from jobfair.web.http.dependencies import AnyRequest, SignedIn
from jobfair.web.http.guards import here
from jobfair.web.http.headers import Headers, header

LANGUAGE_COOKIE = "bahasa"


def content_folders(extra: str, name: str) -> tuple[Path, ...]:
    """Return where a kind of content is looked for: the office's own folder first."""
    own = (Path(extra) / name,) if extra and (Path(extra) / name).is_dir() else ()
    return (*own, content_root() / name)


def fingerprint(extra_content: str, base_url: str) -> bytes:
    """Return a digest of this program, its texts and templates: every ETag depends on it."""
    digest = blake2b(base_url.encode(), digest_size=16)
    contents = (content_folders(extra_content, name) for name in ("templates", "static"))
    for folder in (Path(jobfair.__file__).parent, *chain(*contents)):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    for folder in content_folders(extra_content, "events"):
        words = folder / "synonyms.toml"
        digest.update(words.read_bytes() if words.is_file() else b"")
    return digest.digest()


def language_in(headers: Headers) -> str:
    """Return the language a browser chose, from its cookies; Bahasa Indonesia unless English."""
    cookies = header(headers, b"cookie").split(";")
    return "en" if f"{LANGUAGE_COOKIE}=en" in map(str.strip, cookies) else "id"


def language_of(request: AnyRequest | Any) -> str:
    """Return the language of a request or a socket."""
    return language_in(request.scope["headers"])


def is_part(headers: Headers) -> bool:
    """Tell whether htmx asks for a part of the page rather than for a whole one."""
    kind = header(headers, b"hx-request-type", "partial")
    return header(headers, b"hx-request") == "true" and kind == "partial"


class FramedPage(Template):
    """A page that is not about one fair: it stands in the header and footer of the nearest one.

    The fair is looked up while the page is sent, so that a page that says why not has it too.
    """

    def to_asgi_response(self, app: Any, request: AnyRequest, **how: Any) -> ASGIApp:  # type: ignore[override]
        """Return what finds the fair, renders the page and sends it."""
        make = super().to_asgi_response

        async def send_page(scope: Scope, receive: Receive, send: Send) -> None:
            frame = await request.app.state.frame_of(request, self.context)
            if frame is not None:
                self.context |= {"frame": frame, "zone": frame.zone}
            await make(app, request, **how)(scope, receive, send)

        return send_page


def show(request: AnyRequest, name: str, *, status_code: int = 200, **context: Any) -> Template:
    """Answer with a page or part.

    Besides ``context`` every template knows: ``lang``, ``zone`` (of ``fair`` when one is given,
    else WIB), ``now``, ``account`` (:class:`SignedIn` or None), ``form_token``, ``base_url``,
    ``path``, ``here`` (path and query), ``fair`` (:class:`jobfair.fairs.queries.FairState` or
    None), and ``frame``: the fair that header and footer name, which is the nearest one where the
    page itself is about none.
    """
    services = request.app.state.services
    account: SignedIn | None = request.scope.get("user")
    fair = context.get("fair")
    if fair and fair.timetable.published_at is not None:
        closes_at = fair.timetable.closes_at
        request.app.state.busy.note_closing(fair.slug, closes_at, fair.zone)
    everywhere = {
        "lang": language_of(request),
        "zone": fair.zone if fair else WIB,
        "now": services.clock.now(),
        "account": account,
        "form_token": services.keys.form_token(str(request.scope.get("form_cookie", ""))),
        "base_url": services.base_url,
        "path": request.url.path,
        "here": here(request),
        "fair": fair,
        "frame": fair,
    }
    kind = Template if fair or is_part(request.scope["headers"]) else FramedPage
    return kind(name, context=everywhere | context, status_code=status_code)


def render(environment: Environment, name: str, *, lang: str, zone: Any, **context: Any) -> str:
    """Return a part as text, for a socket; it knows ``lang`` and ``zone`` and what is given."""
    return environment.get_template(name).render(lang=lang, zone=zone, **context)
