"""The state of an input as the pages would show it, judged by the one function that decides states."""

from firmware_config.catalogue import entry_of
from gateway.watching.inputs import GatewayNow, InputNow
from sensorhub.reading import US_PER_S
from sensorhub.states import Evidence, State, judge, quiet_window_us


def state_of(gateway: GatewayNow, each: InputNow) -> State:
    """Live, quiet, late or silent: what the hub shows once all that is here has reached it."""
    now_us = gateway.time_us or 0
    period_us = round(each.period_s * US_PER_S)
    known = entry_of(each.kind)
    held = known is not None and known.reads == "level"
    newest_us = None if each.age_s is None else now_us - round(each.age_s * US_PER_S)
    quiet_us = 0 if each.quiet_s is None else round(each.quiet_s * US_PER_S)
    return judge(
        Evidence(
            now_us=now_us,
            period_us=period_us,
            pack_us=round(gateway.status.pack_s * US_PER_S),
            newest_us=newest_us,
            arrived_us=newest_us,
            gateway=gateway.status.state,
            anchored=gateway.time_us is not None,
            faulty=bool(each.fault),
            at_rest=quiet_us >= quiet_window_us(period_us, held=held),
        )
    ).state
