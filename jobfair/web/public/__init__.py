"""Pages everybody may see."""

from typing import Any

from jobfair.web.public import landing

HANDLERS: list[Any] = [landing.show_landing, landing.stream_landing]
