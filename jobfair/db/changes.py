"""Topics that may be stale, marked by actions and announced only after the commit."""

from sqlalchemy.ext.asyncio import AsyncSession

KEY = "changed"


def mark_changed(session: AsyncSession, topic: str) -> None:
    """Announce ``topic`` if, and only if, this transaction commits."""
    session.info.setdefault(KEY, set()).add(topic)


def take_changes(session: AsyncSession) -> frozenset[str]:
    """Return what was marked in this session, and forget it."""
    return frozenset(session.info.pop(KEY, ()))
