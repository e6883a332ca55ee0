"""All checks of a gateway on its own machine, every finding at once."""

from collections.abc import Callable
from pathlib import Path

from firmware_config.checks.run import check_path
from firmware_config.gateway import GatewayConfig
from gateway.anchors.sources import BUILT_NS, ntp_error_ns
from gateway.checks.broker import check_broker
from gateway.checks.card import check_card
from gateway.checks.finding import Finding
from gateway.checks.parts import check_parts
from gateway.sensors.pins import ContactPin, Factory, PinsUnavailable, PinUnusable, system_factory
from gateway.status.file import is_running
from sensorhub.clock import BootClock, today, wall_ns
from sensorhub.config import load_toml
from sensorhub.errors import ConfigInvalid
from sensorhub.reading import NS_PER_S
from sensorhub.signing import KeyUnreadable, read_key


def check_gateway(path: Path, factory: Callable[[], Factory] = system_factory) -> list[Finding]:
    """Look at everything that a gateway needs.

    Arguments:
        path: its configuration.
        factory: opens the pins.
    """
    try:
        config = load_toml(path, GatewayConfig)
    except ConfigInvalid as error:
        return [Finding("configuration", "wrong", f"{path}: {finding}") for finding in error.findings]
    running = is_running(config.spool)
    sensors = len(config.sensors)
    return [
        Finding(
            "configuration", "well", f"{path} describes {config.gateway} with {sensors} sensor{'s'[: sensors > 1]}."
        ),
        *_file(path),
        _key(config),
        *check_card(config),
        check_clock(),
        *_inputs(config, factory, running),
        *check_broker(config, login=not running),
    ]


def _file(path: Path) -> list[Finding]:
    """What the checks of a deployment find in this one file; a board that nobody names is a note only."""
    _, found = check_path(path, today())
    return [
        Finding(
            "configuration",
            "wrong" if each.severity == "wrong" and each.fault.at != ("board",) else "note",
            f"{each.fault}.",
        )
        for each in found
    ]


def _inputs(config: GatewayConfig, factory: Callable[[], Factory], running: bool) -> list[Finding]:
    if running:
        return [Finding("pins", "well", "The running gateway has them, and its buses. See: sensorhub watch")]
    try:
        pins = factory()
    except PinsUnavailable as error:
        return [Finding("pins", "wrong", str(error)), *check_parts(config, None)]
    try:
        return [*check_pins(config, pins), *check_parts(config, pins)]
    finally:
        pins.close()


def _key(config: GatewayConfig) -> Finding:
    try:
        read_key(config.key_file)
    except KeyUnreadable as error:
        return Finding("key", "wrong", str(error))
    return Finding("key", "well", f"{config.key_file} is whole. The hub must have the same key.")


def check_clock(sync: Callable[[], int | None] = ntp_error_ns, wall: Callable[[], int] = wall_ns) -> Finding:
    """Whether this machine knows the time."""
    error_ns = sync()
    if error_ns is not None and wall() >= BUILT_NS:
        return Finding("clock", "well", f"NTP is in sync, to {error_ns / NS_PER_S:.3f} s.")
    if wall() < BUILT_NS:
        text = (
            "This machine believes in a date before this software was made. Readings get the hub's time once it "
            "answers; TLS may refuse certificates until then: check `timedatectl`."
        )
        return Finding("clock", "note", text)
    text = "NTP is not in sync. Readings get the hub's time once it answers; see `timedatectl` for why."
    return Finding("clock", "note", text)


def check_pins(config: GatewayConfig, pins: Factory) -> list[Finding]:
    """Whether each contact can be read, and how it is now."""
    findings = []
    for sensor in config.sensors:
        if sensor.entry.reads == "samples":
            continue
        for each, number in zip(sensor.entry.inputs, sensor.pin_of.values(), strict=True):
            subject = f"pin {number}"
            low = each.low_when_active(sensor.active)
            try:
                pin = ContactPin(
                    pins, number, BootClock(), lambda clock_ns, level: None, pull=each.pull, active_low=low
                )
            except PinUnusable as error:
                findings.append(Finding(subject, "wrong", f"{sensor.id}: {error} Is another program using it?"))
                continue
            now = "active" if pin.active() else "idle"
            pin.close()
            findings.append(Finding(subject, "well", f"{sensor.id} can be read; its {each.name} is {now} now."))
    return findings
