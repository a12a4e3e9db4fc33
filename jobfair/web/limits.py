"""How often somebody may try: signing in, registering, opening sockets.

Addresses get a wide budget, for whole labour offices and mobile carriers share one.
"""

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from jobfair.errors import Refused

SIGN_IN_PER_NAME = RateLimitItemPerMinute(5, 5)
SIGN_IN_PER_ADDRESS = RateLimitItemPerMinute(60, 1)
REGISTER_PER_ADDRESS = RateLimitItemPerHour(200, 1)
SOCKETS_PER_SESSION = 5
SOCKETS_PER_ADDRESS = 200


class Limits:
    """Budgets of this process, forgotten when it stops."""

    def __init__(self) -> None:
        self._budgets = MovingWindowRateLimiter(MemoryStorage())
        self._sockets: dict[str, int] = {}

    def spend(self, budget: RateLimitItem, *names: str) -> None:
        """Take one from a budget, or raise ``Refused`` with code ``too_many``."""
        if not self._budgets.hit(budget, *names):
            raise Refused(
                "too_many",
                "Terlalu banyak percobaan. Tunggu %(minutes)s menit lalu coba lagi.",
                minutes=max(1, budget.get_expiry() // 60),
            )

    def take_socket(self, owner: str, most: int) -> bool:
        """Count a socket of an owner, or say no when it has too many."""
        if self._sockets.get(owner, 0) >= most:
            return False
        self._sockets[owner] = self._sockets.get(owner, 0) + 1
        return True

    def give_socket(self, owner: str) -> None:
        """Give a counted socket back."""
        self._sockets[owner] -= 1
        if not self._sockets[owner]:
            del self._sockets[owner]
