"""How numbers, ages, times and states are written for a reader. Times on screen are British local time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cloud.view import SensorNow
from sensorhub.quantity import Quantity, on_screen
from sensorhub.reading import US_PER_S
from sensorhub.states import Cause

LONDON = ZoneInfo("Europe/London")
NBSP = "\u00a0"
NO_VALUE = "–"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def number(value: float, decimals: int) -> str:
    """A number with a comma in thousands and a true minus; never "minus nothing"."""
    text = f"{value:,.{decimals}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


def value(quantity: Quantity, value: float) -> tuple[str, str]:
    """A value and the unit after it, as in 45 and mph; of what is 0 or 1 its word."""
    if quantity.held is not None:
        return quantity.held[value != 0], ""
    shown, unit = on_screen(quantity.unit, value)
    return number(shown, quantity.decimals), unit if unit in ("", "%", "°") else f"{NBSP}{unit}"


def local(time_us: int) -> datetime:
    """A time as the clocks in Essex show it."""
    return (_EPOCH + timedelta(microseconds=time_us)).astimezone(LONDON)


def clock(time_us: int) -> str:
    """Such as 14:32:07."""
    return f"{local(time_us):%H:%M:%S}"


def zone(time_us: int) -> str:
    """GMT or BST."""
    return local(time_us).tzname() or ""


def day_and_clock(time_us: int) -> str:
    """Such as 15 Apr 2024, 13:24:10."""
    moment = local(time_us)
    return f"{moment.day} {moment:%b %Y, %H:%M:%S}"


def since(time_us: int, now_us: int) -> str:
    """Such as 13:17; with its day where that is not today."""
    moment = local(time_us)
    if moment.date() == local(now_us).date():
        return f"{moment:%H:%M}"
    return f"{moment.day} {moment:%b}, {moment:%H:%M}" if moment.year == local(now_us).year else day_and_clock(time_us)


def span(length_us: int) -> str:
    """A length in words, with what is left over: 3 min 20 s, 1 h 24 min."""
    minutes, seconds = divmod(round(length_us / US_PER_S), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (seconds if not hours else 0, "s")]
    return NBSP.join(f"{amount}{NBSP}{unit}" for amount, unit in parts if amount) or f"0{NBSP}s"


def age(length_us: int) -> str:
    """How old something is: 0.4 s, 47 s, 6 min, 1 h 24 min, 3 days; the page's script writes it the same way."""
    seconds = max(length_us, 0) / US_PER_S
    if seconds < 9.95:
        return f"{seconds:.1f}{NBSP}s"
    if seconds < 60:
        return f"{int(seconds)}{NBSP}s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min"
    hours = minutes // 60
    if hours < 24:
        return f"{hours}{NBSP}h" + (f"{NBSP}{minutes % 60}{NBSP}min" if minutes % 60 else "")
    return f"{hours // 24}{NBSP}day{'' if hours < 48 else 's'}"


def note(sensor: SensorNow, now_us: int) -> str:
    """The words beside a state, as a sentence without its full stop; empty where there is nothing to say."""
    words = _cause(sensor, now_us)
    if sensor.judgement.as_of_us is None:
        return words
    as_of = f"As of {clock(sensor.judgement.as_of_us)}, waiting"
    return f"{as_of}. {words}" if words else as_of


def _cause(sensor: SensorNow, now_us: int) -> str:
    newest = clock(sensor.newest_us) if sensor.newest_us is not None else ""
    match sensor.judgement.cause:
        case Cause.NEVER_KNOWN:
            return "Waiting: the hub has just started"
        case Cause.NEVER_SEEN:
            return "Never seen"
        case Cause.NO_TIME:
            return "Its gateway has no time yet"
        case Cause.FAULT if sensor.fault is not None:
            return f"Fault: {sensor.fault.text} since {since(round(sensor.fault.since * US_PER_S), now_us)}"
        case Cause.RECORDING_ENDED:
            return "Recording ended"
        case Cause.NOTHING_COMES | Cause.GATEWAY_GONE:
            return _gateway(sensor, now_us)
        case Cause.CLOCK_AHEAD:
            return f"Its clock is ahead: newest reading {newest}"
        case Cause.FILLING:
            return f"Filling history, {number(sensor.backlog, 0)} records still to come"
        case Cause.SLOW_LINK:
            return f"Slow link: newest reading {newest}"
        case Cause.OVERDUE:
            return f"Overdue: newest reading {newest}"
        case Cause.AT_REST if sensor.active_us is not None:
            return f"Working, nothing seen since {since(sensor.active_us, now_us)}"
        case Cause.AT_REST if sensor.oldest_us is not None:
            return f"Working, nothing seen since before {since(sensor.oldest_us, now_us)}"
    return ""


_GONE = {"lost": ("lost", "at"), "disconnected": ("stopped", "at"), "sleeping": ("asleep", "since")}


def _gateway(sensor: SensorNow, now_us: int) -> str:
    if sensor.gateway_state in _GONE:
        what, at = _GONE[sensor.gateway_state]
        when = f" {at} {since(sensor.gateway_since_us, now_us)}" if sensor.gateway_since_us is not None else ""
        return f"Gateway {what}{when}. It keeps what it measures"
    if sensor.gateway_state == "init":
        return "Its gateway is starting"
    if sensor.gateway_state == "ready":
        return "Its gateway is ready but sends nothing of it"
    return "Unknown: its gateway says nothing"
