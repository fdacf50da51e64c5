"""How fast a client may ask: so many requests within any second, counted in the memory of the process that answers."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

from billhook.credentials.model import TooFast
from billhook.kernel.ids import Id

_WINDOW: Final = timedelta(seconds=1)
_MOST_CLIENTS: Final = 10_000
"""Whoever asked longest ago is forgotten first: memory is bounded, however many clients there are."""


class Pace:
    """Counts the requests of each client. Several web processes count apart."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._recent: OrderedDict[Id, deque[datetime]] = OrderedDict()

    def step(self, client: Id, now: datetime) -> None:
        """Count a request. Raises TooFast, and then it does not count."""
        recent = self._recent.setdefault(client, deque())
        self._recent.move_to_end(client)
        while recent and not now - _WINDOW < recent[0] <= now:
            recent.popleft()
        if len(recent) >= self.rate:
            raise TooFast(rate=self.rate, wait_seconds=1)
        recent.append(now)
        if len(self._recent) > _MOST_CLIENTS:
            self._recent.popitem(last=False)
