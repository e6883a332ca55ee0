"""mqtt-io with mock pins that are moved; run by the benchmarks inside an environment of its own that has mqtt-io.

`python -m benchmarks.mqtt_io_driven pace|burst CONFIG NUMBER`: as `benchmarks.driven` does it. mqtt-io itself runs
unchanged: its own configuration file, its gpiozero module, gpiozero's mock pins, logging at WARNING.
"""

import asyncio
import sys
import threading
from typing import Any

from benchmarks import driver


def main() -> None:
    """Run as told."""
    how, config, number = sys.argv[1], sys.argv[2], float(sys.argv[3])
    from gpiozero import Device
    from mqtt_io.__main__ import load_config  # type: ignore[import-not-found]  # not in the product's environment
    from mqtt_io.config import validate_and_normalise_main_config  # type: ignore[import-not-found]
    from mqtt_io.server import MqttIo  # type: ignore[import-not-found]

    asyncio.set_event_loop(asyncio.new_event_loop())
    server: Any = MqttIo(validate_and_normalise_main_config(load_config(config, "")))
    ended = threading.Event()

    def move() -> None:
        server.running.wait()
        pins = driver.mock_pins(Device.pin_factory)
        if how == "burst":
            print(driver.burst(pins, int(number)), flush=True)
        else:
            driver.pace(pins, number, ended)

    threading.Thread(target=move, daemon=True).start()
    try:
        server.run()
    finally:
        ended.set()


if __name__ == "__main__":
    main()
