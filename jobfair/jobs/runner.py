"""One runner at a time."""

import asyncio

from jobfair.web.given import Services


async def keep_the_clock(services: Services) -> None:
    """Placeholder."""
    await asyncio.Event().wait()
