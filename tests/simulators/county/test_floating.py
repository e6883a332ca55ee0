"""A contact to ground whose resistor was not fitted: its pin floats, and the gateway says that something is wrong."""

import asyncio
from pathlib import Path

import pytest

from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import Contact
from gateway.recorder.contacts import Contacts
from gateway.recorder.faults import Faults
from gateway.recorder.kinds import sensed
from gateway.recorder.sampler import Sampler
from gateway.recorder.watch import ContactWatch
from sensorhub.reading import NS_PER_S
from simulators.county.cabinet import Cabinet
from simulators.county.driver import Driver
from simulators.pace import START_NS
from tests.simulators.county.street import cabinet, pace

METER = SensorConfig(id="meter", kind="energy-pulse", pin=5)
"""Its output only pulls down, and its kind needs a resistor outside the board."""


class WatchingGateway:
    """What a gateway is as far as contacts and their faults go; it takes at once what was driven."""

    outstanding = 0
    next_poll_ns = None

    def __init__(self, made: Cabinet, sensor: SensorConfig) -> None:
        self._clock = made.clock
        contact = sensed(sensor, AnchorBook())
        assert isinstance(contact, Contact)
        self.faults = Faults()
        self._sampler = Sampler(made.clock, [contact])
        self._contacts = Contacts([sensor], made.clock, made.factory, self._sampler, self.faults)
        for found in self._contacts.watch():
            self._sampler.observe(found.sensor, found.levels)
        self._watch = ContactWatch([sensor], {sensor.id: contact}, self.faults, AnchorBook())
        self.driver = Driver(made, pace())

    def due(self, clock_ns: int) -> list[str]:
        return []

    async def poll(self) -> None:
        """There is nothing on a bus."""

    def hurry(self) -> None:
        self._sampler.tick()
        self._watch.look(self._clock.now_ns())
        self.driver.accepted([], self._clock.now_ns())


@pytest.mark.parametrize("fitted", [True, False])
def test_contact_without_its_resistor_floats_and_is_told_as_chatter(fitted: bool, tmp_path: Path) -> None:
    made = cabinet(tmp_path, METER)
    made.factory.contact(5).pull_up(fitted=fitted)
    gateway = WatchingGateway(made, METER)
    asyncio.run(gateway.driver.drive(gateway, START_NS + 600 * NS_PER_S))
    gateway.hurry()
    texts = [fault.text for fault in gateway.faults.values()]
    assert len(texts) == (0 if fitted else 1)
    assert all(text.startswith("Chattering: 2") for text in texts)  # some 25 closures a second
    made.close()
