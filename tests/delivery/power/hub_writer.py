"""A process that is a hub on an image until it is killed, and says outside of the image what it has receipted."""

import os
import signal
import sys
from pathlib import Path
from random import Random

from tests.delivery.power.hub_traffic import GATEWAYS, Offer, clash, offer, stranger
from tests.delivery.power.hub_world import HubOnCard
from tests.delivery.power.ledger import LedgerWriter

MESSAGES_MAX = 6


def draw_group(rng: Random, seed: int, numbers: dict[str, int]) -> list[Offer]:
    """The messages of one group: new packs, old ones again, copied cards, and strangers.

    Arguments:
        numbers: for each gateway its next pack; rises here.
    """
    group: list[Offer] = []
    for _ in range(1 + rng.randrange(MESSAGES_MAX)):
        gateway = rng.choice(GATEWAYS)
        draw = rng.random()
        if draw < 0.15 and numbers[gateway]:
            group.append(offer(seed, gateway, rng.randrange(numbers[gateway])))
        elif draw < 0.20 and numbers[gateway]:
            group.append(clash(seed, gateway, rng.randrange(numbers[gateway])))
        elif draw < 0.25:
            group.append(stranger(gateway, rng.randrange(1000)))
        else:
            group.append(offer(seed, gateway, numbers[gateway]))
            numbers[gateway] += 1
    return group


def main() -> None:
    """Arguments: kind (`duckdb`, `state`), folder, keys, ledger, seed of the traffic, seed, `recovery` or `later` for
    when it is ready, next pack numbers."""
    kind, data, keys, ledger_path, traffic, seed, ready, *starts = sys.argv[1:]
    rng = Random(int(seed))
    ledger = LedgerWriter(Path(ledger_path))
    numbers = dict(zip(GATEWAYS, map(int, starts), strict=True))
    take_points = None if kind == "duckdb" else lambda body: ledger.say("points", body)
    if ready == "recovery":
        os.kill(os.getpid(), signal.SIGSTOP)  # all is loaded: what follows is the hub's own start
    hub = HubOnCard.open(Path(data), Path(keys), take_points)
    ledger.say("opened", hub.store.id)
    while True:
        group = draw_group(rng, int(traffic), numbers)
        ledger.say("offering", group, dict(numbers))
        ledger.say("receipts", hub.handle(group))
        if ready == "later":
            ready = ""
            os.kill(os.getpid(), signal.SIGSTOP)
        if rng.random() < 0.06:
            hub.close()
            hub = HubOnCard.open(Path(data), Path(keys), take_points)
            ledger.say("opened", hub.store.id)


if __name__ == "__main__":
    main()
