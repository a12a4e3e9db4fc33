"""What every answer says to the browser: strict content rules, nothing framed, nothing sniffed."""

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


class SecureHeaders(ASGIMiddleware):
    """Adds the headers; pages of people who are signed in are never kept by anybody."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, *, https: bool) -> None:
        self._headers = HEADERS | (HTTPS_HEADERS if https else {})

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Send the answer with the headers in front."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in self._headers.items():
                    headers[name] = value
                if "cache-control" not in headers:
                    private = scope.get("user") is not None or "set-cookie" in headers
                    headers["Cache-Control"] = "no-store" if private else "no-cache"
                    headers.add("Vary", "Cookie, HX-Request")
            await send(message)

        await next_app(scope, receive, sending)
