"""Statuses are questions: which answer counts, when to ask again, what time it gives, and when the hub is silent."""

from collections.abc import Callable

from gateway.spool import Anchor, AnchorKind
from gateway.uplink.lane import RESEND_FIRST_S, RESEND_MAX_S
from sensorhub.receipt import Receipt

ANSWER_FRESH_S = 10.0
"""An answer to an older status tells nothing about the time."""

SILENCE_FIRST_S = 3 * RESEND_FIRST_S
"""When a status has no answer for this long, and no receipt comes either, the connection is rebuilt: it may be dead and
look alive. Doubles up to RESEND_MAX_S, since the hub may just be down."""


class Asking:
    """The newest status and its answer; all `now_s` are the machine clock.

    Arguments:
        clock_ns: the measurement clock, for anchors.
    """

    def __init__(self, clock_ns: Callable[[], int]) -> None:
        self._clock_ns = clock_ns
        self._nonce: str | None = None
        self._store = ""
        self._spent = ""
        self._asked_s = 0.0
        self._asked_clock_ns = 0
        self._unanswered_s: float | None = None
        self._missed = False
        self._wait_s = RESEND_FIRST_S
        self._timed = False
        self.heard_s = 0.0
        """When the hub last gave a sign."""
        self._silence_s = SILENCE_FIRST_S

    def connected(self, now_s: float) -> None:
        """A connection is up; answers to statuses of the last one count no more."""
        self._nonce = None
        self.heard_s = now_s
        self._unanswered_s = None
        self._missed = False
        self._wait_s = RESEND_FIRST_S

    def asked(self, nonce: str, now_s: float) -> None:
        """A status with this nonce is about to be published."""
        if self._unanswered_s is None:
            self._unanswered_s = now_s
        else:
            self._missed = True
        self._nonce = nonce
        self._store = ""
        self._asked_s = now_s
        self._asked_clock_ns = self._clock_ns()
        self._timed = False

    def is_answered_by(self, receipt: Receipt) -> bool:
        """Whether a receipt is (a part of) the answer to the newest status, and the status not used up by it.

        A status is retained, so a hub that starts with another store answers it once more. Which of the two answers is
        the later one nobody can tell: then neither counts, and only the answer to a new status does.
        """
        if receipt.nonce != self._nonce:
            return False
        if self._store not in ("", receipt.store):
            self._nonce, self._spent = None, receipt.nonce
            return False
        self._store = receipt.store
        return True

    def is_doubled_by(self, receipt: Receipt) -> bool:
        """Whether a receipt is one of the answers of two stores to the newest status, which counts no more."""
        return self._nonce is None and receipt.nonce == self._spent

    def answered(self, now_s: float) -> bool:
        """That answer has come; returns whether an earlier status had none, so that the hub was away."""
        missed, self._missed = self._missed, False
        self._unanswered_s = None
        self.heard_s = now_s
        self._silence_s = SILENCE_FIRST_S
        return missed

    def receipted(self, now_s: float) -> None:
        """A receipt for a pack has come. Only now is asking cheap again: a hub may answer and take no packs."""
        self.heard_s = now_s
        self._silence_s = SILENCE_FIRST_S
        self._wait_s = RESEND_FIRST_S

    def anchor(self, receipt: Receipt, now_s: float) -> Anchor | None:
        """The anchor that an answer gives: once for each status, and while it is fresh."""
        if self._timed or now_s - self._asked_s >= ANSWER_FRESH_S:
            return None
        self._timed = True
        half_ns = (self._clock_ns() - self._asked_clock_ns) // 2
        return Anchor(self._asked_clock_ns + half_ns, receipt.time_us * 1_000, half_ns, AnchorKind.RECEIPT)

    def again(self, now_s: float, *, waiting: bool, late: bool) -> bool:
        """Whether to ask now, since something has no answer; each time it waits twice as long.

        Arguments:
            waiting: packs wait for an answer.
            late: packs had to be sent again.
        """
        if not waiting and not (late and now_s - self.heard_s > SILENCE_FIRST_S):
            return False
        if now_s - self._asked_s < self._wait_s:
            return False
        self._wait_s = min(self._wait_s * 2, RESEND_MAX_S)
        return True

    def silent(self, now_s: float) -> bool:
        """Whether the hub was asked and gives no sign for so long that the connection should be rebuilt."""
        if self._unanswered_s is None or now_s - max(self._unanswered_s, self.heard_s) <= self._silence_s:
            return False
        self._silence_s = min(self._silence_s * 2, RESEND_MAX_S)
        return True
