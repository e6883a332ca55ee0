"""How much may be under way: the window of all lanes together, and the pace of the backlog.

Live packs go whenever the window has room. Backlog packs also wait until what is under way is no more than the link
holds by itself, goodput x trip; then the next one goes. So at most about one backlog pack stands in a queue before a
live one, and the link does not run dry.

A rate of 80 % of the measured goodput would do the same once, but it measures its own pace: 0.8, then 0.64, and so on
to nothing. Here goodput bounds what is under way and never how often something is sent. It is measured as BBR does
(Cardwell and others, ACM Queue 14(5), 2016): the most that was delivered between two receipts, over the last 16
backlog packs or 10 s; a sample begins with the receipt before its pack was sent, so that receipts that come in one
burst do not count as speed. The trip is what a pack takes that was alone under way, less its own bytes at that
goodput; at least every 30 s the backlog waits until one is. Every eighth time one pack more than the bound goes, to
find out whether the link has become faster, unless a live pack is due soon.

Measured on a simulated link (tests/gateway/uplink/test_pace.py): 32 kbit/s with 600 ms round trip is used to 83 %,
with 50 ms to 91 %, 64 kbit/s to 79 and 86 %; a live pack waits 0.06 to 0.19 s on average and never longer than one
backlog pack takes, which is half a second. On 10 Mbit/s the window of 2,000 records is the bound.
"""

from collections import deque
from dataclasses import dataclass

from sensorhub.pack import MESSAGE_BYTES_MAX

WINDOW_RECORDS = 2_000
WINDOW_BYTES = 262_144
"""What may be without a receipt: two full packs, so that memory stays small and a resend is cheap."""

FRAME_BYTES = 120
"""What MQTT, TCP and IP add to a pack: topic, headers, one or two segments."""

SLOWEST_BYTES_S = 4_000
"""Before anything is measured a link counts as 32 kbit/s, the slowest that we serve."""

PACK_S = 0.5
"""A backlog pack takes about so long on the link, seconds: what a live pack may have to wait for."""

PACK_BYTES_MIN = 1_500
"""Smaller ones would mostly be headers."""

QUEUE_S = 0.1
"""A queue so short, in seconds, is nobody's delay: fast links are not measured to the last byte."""

SLACK = 1.25
RATES_MAX = 16
RATES_MIN = 4
RATES_S = 10.0
"""A link that has become slower is believed after so long, once some packs have shown it."""

GROWTH = 1.1
FLAT_MAX = 3
PROBE_EVERY = 8
ALONE_MAX = 3
ALONE_EVERY_S = 30.0
ALONE_SHARE = 20
"""The link runs dry for one trip in at least twenty, so that a far hub is not left waiting."""

ALONE_WAIT_S = 5.0

BACKLOG_ROOM_MIN = 100
"""A window that is nearly full waits for the next receipt rather than be filled with crumbs, records."""


@dataclass(frozen=True, slots=True)
class Trip:
    """One pack under way, with what was known when it went.

    Arguments:
        count, size: records, and bytes on the link.
        sent_s: when it went.
        delivered, delivered_s: bytes delivered until then, and when the last of them were.
        first_sent_s: when those were sent.
        alone: whether nothing else was under way.
        backlog: whether the link was kept busy.
    """

    count: int
    size: int
    sent_s: float
    delivered: int
    delivered_s: float
    first_sent_s: float
    alone: bool
    backlog: bool


class Pace:
    """What is under way on one connection, and how fast it is delivered; all `now_s` are the machine clock."""

    def __init__(self) -> None:
        self.begin(0.0)

    def begin(self, now_s: float) -> None:
        """A new connection: nothing is under way, and its link is not known."""
        self.records = self.bytes = self.packs = 0
        self._proved = False
        self._unproved_max = 1
        self._rates: deque[tuple[float, float]] = deque(maxlen=RATES_MAX)
        self._alone: deque[tuple[float, int]] = deque(maxlen=ALONE_MAX)
        self._alone_s = now_s
        self.delivered = 0
        """Bytes that receipts have named on this connection."""
        self._delivered_s = self._first_sent_s = now_s
        self._flat = self._since_probe = 0
        self._backlog_size = 0

    @property
    def goodput(self) -> float:
        """What the link delivers, bytes per second; 0 while nothing is known."""
        return max((rate for _, rate in self._rates), default=0.0)

    @property
    def trip_s(self) -> float:
        """What a pack takes to its receipt beside its own bytes, seconds; 0 while nothing is known."""
        goodput = self.goodput
        return max(0.0, min((took_s - size / goodput for took_s, size in self._alone), default=0.0)) if goodput else 0.0

    @property
    def backlog_bytes(self) -> int:
        """How large a backlog pack may be."""
        return min(MESSAGE_BYTES_MAX, max(PACK_BYTES_MIN, int((self.goodput or SLOWEST_BYTES_S) * PACK_S)))

    def expected_s(self, size: int) -> float:
        """By when the receipt of a pack of `size` bytes that goes now may be expected, seconds from now."""
        return (self.bytes + size + FRAME_BYTES) / (self.goodput or SLOWEST_BYTES_S) + self.trip_s

    def live_room(self) -> int:
        """How many records a live pack may have now; until the first receipt one pack goes at a time."""
        if self.bytes + MESSAGE_BYTES_MAX > WINDOW_BYTES:
            return 0
        if not self._proved and self.packs >= self._unproved_max:
            return 0
        return max(0, WINDOW_RECORDS - self.records)

    def try_another(self) -> None:
        """The hub is there and a pack has no receipt: before the first receipt, let one more go."""
        self._unproved_max += 1

    def backlog_room(self, now_s: float, *, calm: bool, spare: int = 0) -> int:
        """How many records a backlog pack may have now.

        Arguments:
            calm: whether no live pack comes soon, so that the link may be tried out.
            spare: so many records of the window are left to live packs (default none).
        """
        room = max(0, self.live_room() - spare)
        if not self.packs:
            return room
        if room < BACKLOG_ROOM_MIN or self._waits_for_one_alone(now_s):
            return 0
        bound = self._bound()
        if calm and (self._flat < FLAT_MAX or self._since_probe >= PROBE_EVERY):
            bound += self._backlog_size
        return room if self.bytes <= bound else 0

    def _waits_for_one_alone(self, now_s: float) -> bool:
        over_s = now_s - self._alone_s - max(ALONE_EVERY_S, ALONE_SHARE * self.trip_s)
        if over_s > ALONE_WAIT_S + 2 * self.trip_s:
            self._alone_s = now_s  # live packs follow each other too closely: next time perhaps
            return False
        return over_s > 0

    def sent(self, count: int, payload_bytes: int, now_s: float, *, backlog: bool) -> Trip:
        """Note that a pack goes; returns what `freed` wants."""
        size = payload_bytes + FRAME_BYTES
        if not self.packs:
            self._delivered_s = self._first_sent_s = now_s
        trip = Trip(count, size, now_s, self.delivered, self._delivered_s, self._first_sent_s, not self.packs, backlog)
        if backlog:
            self._backlog_size = size
            if self.packs and self.bytes > self._bound():
                self._since_probe = 0
        self.packs += 1
        self.records += count
        self.bytes += size
        return trip

    def freed(self, trip: Trip, now_s: float, *, measured: bool) -> None:
        """A receipt has named a pack.

        Arguments:
            measured: whether it went once; of one sent again nobody knows which was answered.
        """
        self.forget(trip)
        self._proved = True
        self.delivered += trip.size
        self._delivered_s = now_s
        self._first_sent_s = max(self._first_sent_s, trip.sent_s)
        self._since_probe += 1
        if measured and now_s > trip.sent_s:
            self._measure(trip, now_s)

    def forget(self, trip: Trip) -> None:
        """A pack is no longer under way."""
        self.packs -= 1
        self.records -= trip.count
        self.bytes -= trip.size

    def _measure(self, trip: Trip, now_s: float) -> None:
        before = self.goodput
        over_s = max(now_s - trip.delivered_s, trip.sent_s - trip.first_sent_s)
        rate = (self.delivered - trip.delivered) / over_s
        if trip.backlog or rate > before:  # a link that has little to do shows no speed
            self._rates.append((now_s, rate))
            while len(self._rates) > RATES_MIN and now_s - self._rates[0][0] > RATES_S:
                self._rates.popleft()
        if trip.backlog:
            self._flat = 0 if rate > before * GROWTH else self._flat + 1
        if trip.alone:
            self._alone.append((now_s - trip.sent_s, trip.size))
            self._alone_s = now_s

    def _bound(self) -> float:
        return self.goodput * max(self.trip_s * SLACK, QUEUE_S)
