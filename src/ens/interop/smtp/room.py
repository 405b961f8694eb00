"""How many bytes of messages the process holds at once, so that its memory has a bound whatever is sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Room:
    """A number of bytes shared by the sessions of one event loop."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.taken = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def take(self, number: int) -> bool:
        """Take this many bytes now, or nothing."""
        if self.taken + number > self.size:
            return False
        self.taken += number
        return True

    def give_back(self, number: int) -> None:
        self.taken -= number
        self._let_in()

    @asynccontextmanager
    async def hold(self, number: int) -> AsyncIterator[None]:
        """Wait one's turn for this many bytes, first come first served; more than there is takes it all."""
        wanted = min(number, self.size)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, turn))
        self._let_in()
        try:
            await turn
        except asyncio.CancelledError:  # its client left: the place it may just have been given is the next one's
            if turn.done() and not turn.cancelled():
                self.give_back(wanted)
            raise
        try:
            yield
        finally:
            self.give_back(wanted)

    def _let_in(self) -> None:
        while self._waiting:
            wanted, turn = self._waiting[0]
            if turn.cancelled():
                self._waiting.popleft()
            elif self.take(wanted):
                self._waiting.popleft()
                turn.set_result(None)
            else:
                return
