"""The names of what may be stale. Actions mark them, feeds wait for them."""


def fair(fair_id: int) -> str:
    """Counters, phase or window of a fair."""
    return f"fair:{fair_id}"


def position(position_id: int) -> str:
    """Arrivals and stages at one position."""
    return f"position:{position_id}"
