"""Whether the intervals of all sensors are whole in a run: what is in none is not stored, and would be missed."""

from collections.abc import Sequence
from math import lcm

from firmware_config.gateway import GatewayConfig, with_its_own
from sensorhub.clock import rfc3339
from sensorhub.errors import AskedWrong
from sensorhub.reading import US_PER_S

_S_PER_H = 3_600


def check_span(configs: Sequence[GatewayConfig], start_us: int, seconds: int) -> None:
    """Refuse a run that begins or ends within an interval of a sensor.

    Arguments:
        configs: the gateways that run.
        start_us: when it begins, microseconds since 1970 UTC.
        seconds: how long it is to be.

    Raises:
        AskedWrong: with the shortest run that can be compared, and with the nearest start.
    """
    periods_s = {
        f"{config.gateway}/{sensor.id}": sensor.period_s
        for config in configs
        for sensor in with_its_own(config).sensors
        if sensor.entry.reads != "level"
    }
    longest = max(periods_s, key=lambda name: periods_s[name])
    why = f"Only whole intervals can be compared, and {longest} has one of {periods_s[longest]} s"
    step_s = lcm(*periods_s.values())
    hours = f"{step_s / _S_PER_H:.6g}"
    if seconds < 1 or seconds % step_s:
        raise AskedWrong(
            f"{why}: the shortest run of these gateways is {step_s} s, as with --hours {hours} (in a scenario: hours = "
            f"{hours}), and all others are whole multiples of it; {seconds} s is none."
        )
    step_us = step_s * US_PER_S
    if start_us % step_us:
        begin = rfc3339(start_us // step_us * step_us)
        raise AskedWrong(f"{why}: begin at a whole multiple of {step_s} s, as with --start {begin}.")
