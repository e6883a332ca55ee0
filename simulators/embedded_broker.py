"""The embedded broker, for machines without mosquitto. The only file that knows amqtt; MQTT 3.1.1, demo only.

Run as `python -m simulators.embedded_broker --folder FOLDER --port PORT`; the password is in `FOLDER/password`.
"""

import argparse
import asyncio
import logging
import signal
from pathlib import Path
from typing import Any

from simulators.broker import USER
from simulators.files import write_whole
from simulators.programs import LOOPBACK


def configuration(folder: Path, port: int) -> dict[str, Any]:
    """What amqtt is told: one listener, one user. A client without a name would have no session."""
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"{LOOPBACK}:{port}"}},
        "plugins": {"amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(folder / "passwords")}},
    }


async def serve(folder: Path, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    from amqtt.broker import Broker
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    password = (folder / "password").read_text().strip()
    # The password has 192 random bits: a costly hash adds nothing, and each connect pays it.
    hashed = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)).hash(password)
    write_whole(folder / "passwords", f"{USER}:{hashed}\n".encode(), 0o600)
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    broker = Broker(configuration(folder, port))
    await broker.start()
    await asked_to_stop.wait()
    await broker.shutdown()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(serve(arguments.folder, arguments.port))


if __name__ == "__main__":
    main()
