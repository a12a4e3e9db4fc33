"""Notifications between nodes (PostgreSQL only): these topics may be stale.

One is sent in the transaction that made the change, so it is delivered after the commit and never
without it. It names its sender, which ignores it. It is only a hint: feeds read again.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL = "jobfair_changes"
LONGEST = 7900
"""Bytes; PostgreSQL refuses 8,000, and with it the whole transaction."""
RESYNC_ALL = "*"


def write_note(node: str, topics: frozenset[str]) -> str:
    """Return what is sent: the node, then the topics, or a star where they are too many."""
    note = " ".join((node, *sorted(topics)))
    return note if len(note.encode()) <= LONGEST else f"{node} {RESYNC_ALL}"


def read_note(note: str, own: str) -> frozenset[str] | None:
    """Return the topics another node has changed; None means that any may have.

    A note of our own, which has been announced here already, carries nothing.
    """
    node, *topics = note.split(" ")
    if node == own:
        return frozenset()
    return None if RESYNC_ALL in topics else frozenset(topics)


async def send_note(session: AsyncSession, node: str, topics: frozenset[str]) -> None:
    """Tell the other nodes if, and only if, this transaction commits."""
    await session.execute(
        text("select pg_notify(:channel, :note)"),
        {"channel": CHANNEL, "note": write_note(node, topics)},
    )
