"""失败次数 Wrong keys, counted by key and by address, so that guessing soon stops (GB/T 22239-2019 8.1.4.1 b).

A key is locked for the address that keeps failing with it, not for others: nobody can lock the holder out from
elsewhere. Administrators' keys are counted and noted, never locked: the three together must always be able to come in,
even from behind one address with whoever guesses. What protects a key is its 256 bits; this keeps the noise down.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

FREE = 5
"""Failures with one key from one address before it is locked there."""
FREE_OF_ADDRESS = 20
"""Failures with any keys from one address before it is locked for keys that did not come in from there lately."""
LONGEST_LOCK = 60.0
"""Seconds; each failure doubles the lock, from one second on, up to this."""
FORGOTTEN_AFTER = 300.0
"""Seconds without another failure after which it is counted from the beginning."""
LATELY = 3600.0
"""Seconds for which an address from which a key came in is known to it."""
MOST = 10_000
"""Keys and addresses that are remembered; those not seen for longest go first."""


class LockedOutError(Exception):
    """Too many wrong keys. `seconds`: how long nothing more is tried."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f}")
        self.seconds = seconds


class Attempts:
    """What failed lately, in this process. May be used by many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()
        self._came_in: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, key_id: str, address: str) -> None:
        """Raises LockedOutError while nothing is tried with this key from this address."""
        with self._lock:
            now = self._clock()
            left = self._left((key_id, address), FREE, now)
            if now - self._came_in.get((key_id, address), float("-inf")) > LATELY:
                left = max(left, self._left(("", address), FREE_OF_ADDRESS, now))
        if left > 0:
            raise LockedOutError(left)

    def failed(self, key_id: str, address: str) -> int:
        """Count a failure; gives how many there were with this key from this address."""
        with self._lock:
            now = self._clock()
            self._count(("", address), now)
            return self._count((key_id, address), now)

    def came_in(self, key_id: str, address: str) -> None:
        """The key was right: its failures from this address are forgotten."""
        with self._lock:
            self._failed.pop((key_id, address), None)
            self._came_in[key_id, address] = self._clock()
            self._came_in.move_to_end((key_id, address))
            if len(self._came_in) > MOST:
                self._came_in.popitem(last=False)

    def _count(self, which: tuple[str, str], now: float) -> int:
        count, last = self._failed.get(which, (0, now))
        count = 1 if now - last > FORGOTTEN_AFTER else count + 1
        self._failed[which] = count, now
        self._failed.move_to_end(which)
        if len(self._failed) > MOST:
            self._failed.popitem(last=False)
        return count

    def _left(self, which: tuple[str, str], free: int, now: float) -> float:
        count, last = self._failed.get(which, (0, now))
        if count < free or now - last > FORGOTTEN_AFTER:
            return 0.0
        return last + min(2.0 ** min(count - free, 10), LONGEST_LOCK) - now
