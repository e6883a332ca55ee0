"""Looks at all inputs of a gateway: from the recorder, the poller and the faults to what is shown."""

from collections.abc import Mapping

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.anchors.times import wall_at
from gateway.recorder.faults import Faults
from gateway.recorder.recorder import Recorder
from gateway.sensors.part import Sample
from gateway.watching.inputs import GatewayNow, InputNow, PinNow, ValueNow
from sensorhub.clock import MeasurementClock
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import NS_PER_S, NS_PER_US, quality_words
from sensorhub.status import Status


class Look:
    """Called in the event loop, where edges are taken.

    Arguments:
        config: of the gateway.
        clock: the measurement clock.
        recorder: what measures.
        faults: what is wrong.
    """

    def __init__(self, config: GatewayConfig, clock: MeasurementClock, recorder: Recorder, faults: Faults) -> None:
        self._config = config
        self._clock = clock
        self._recorder = recorder
        self._faults = faults

    def now(self, status: Status, samples: Mapping[str, tuple[int, Sample]], *, connected: bool) -> GatewayNow:
        """All inputs now.

        Arguments:
            status: the gateway's own.
            samples: the newest of each part, with the boot clock of its read.
            connected: whether the broker is reached.
        """
        now_ns, anchor = self._clock.now_ns(), self._recorder.newest_anchor
        return GatewayNow(
            gateway=self._config.gateway,
            time_us=None if anchor is None else wall_at(anchor, now_ns) // NS_PER_US,
            connected=connected,
            percent=self._recorder.fullness.percent,
            status=status,
            inputs=tuple(self._input(sensor, samples, now_ns) for sensor in self._config.sensors),
        )

    def _input(self, sensor: SensorConfig, samples: Mapping[str, tuple[int, Sample]], now_ns: int) -> InputNow:
        known = sensor.entry
        contact = self._recorder.contacts.get(sensor.id)
        pins: tuple[PinNow, ...] = ()
        if contact is not None and not known.is_care:  # no single movement is shown anywhere
            each = zip(sensor.pin_of.items(), contact.levels, strict=True)
            pins = tuple(PinNow(name=name, number=number, active=active) for (name, number), active in each)
        reading = self._recorder.newest.get(sensor.id)
        clock_ns, values = (reading.clock_ns, reading.values) if reading else samples.get(sensor.id, (None, ()))
        fault = self._faults.get(sensor.id)
        active_ns = self._recorder.active_ns.get(sensor.id)
        counts = any(QUANTITIES[name].activity for name in known.quantities)
        return InputNow(
            id=sensor.id,
            kind=sensor.kind,
            title=sensor.title,
            period_s=sensor.period_s,
            bus=f"{sensor.bus} 0x{sensor.unit:02x}" if sensor.bus and sensor.unit else sensor.bus or "",
            pins=pins,
            edges=contact.closures if contact is not None and not known.is_care else None,
            values=tuple(
                ValueNow(quantity=one.quantity, value=one.value, quality=quality_words(one.quality)) for one in values
            ),
            age_s=None if clock_ns is None else max(0.0, (now_ns - clock_ns) / NS_PER_S),
            quiet_s=(now_ns - active_ns) / NS_PER_S if counts and active_ns is not None else None,
            fault=fault.text if fault is not None else "",
        )
