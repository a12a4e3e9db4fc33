"""Names of live topics. No other module spells one.

An action marks a topic when what it stands for has changed; feeds and sockets subscribe to it.
"""

_RIGHTS = ("browser:", "account:", "company:")


def fair(fair_id: int) -> str:
    """Return the topic of a fair's counters, phase and window."""
    return f"fair:{fair_id}"


def position(position_id: int) -> str:
    """Return the topic of applications and stages at one position."""
    return f"position:{position_id}"


def browser(cookie_hash: bytes) -> str:
    """Return the topic of one signed-in browser: what is stored of its cookie."""
    return f"browser:{cookie_hash.hex()}"


def account(account_id: int) -> str:
    """Return the topic of an account's right to be signed in."""
    return f"account:{account_id}"


def company(company_id: int) -> str:
    """Return the topic of a company's right to its desk."""
    return f"company:{company_id}"


def inbox(account_id: int) -> str:
    """Return the topic of the messages of one person."""
    return f"inbox:{account_id}"


def ends_rights(topic: str) -> bool:
    """Tell whether a change of the topic may end what a socket is allowed to watch."""
    return topic.startswith(_RIGHTS)
