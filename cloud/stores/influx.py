"""The InfluxDB store: ranges claimed in the state database, points on the server, then the claim is stored."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from cloud.claims import Claimed, Written
from cloud.letters import DeadLetter
from cloud.settings import StoreSettings
from cloud.state import State
from cloud.stores.influx_lines import MEASUREMENT, QUALITY_SUFFIX, Line, halves, lines_of, refused_ranges
from cloud.stores.influx_server import InfluxServer, LinesRefused
from cloud.stores.protocol import (
    Fate,
    Kept,
    NotedMarker,
    Outcome,
    Query,
    StoredReading,
    StorePack,
    StoreUnavailable,
    Wanted,
    draw_id,
)
from sensorhub.errors import AskedWrong
from sensorhub.names import is_id, is_quantity
from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import NS_PER_US, Quality, Reading, parse_quality
from sensorhub.topics import PackId, pack_topic

LINES_PER_REQUEST_MAX = 5_000
"""What InfluxDB advises; more costs memory on both sides and saves nothing."""

_TIME_US_MAX = (2**63 - 1) // NS_PER_US
"""The last time that InfluxDB can name, in the year 2262; the first one lies as far before 1970."""

_BUCKET_KEY = "influx_bucket"


class InfluxStore:
    """A Store (see the protocol) on an InfluxDB server, with its ranges in the state database.

    Arguments:
        settings: of the hub, with all of influx_*.
        state: the hub's state database.
        read_only: write nothing, neither there nor here (default False).
        server: where the points are (default: what the settings name).
        make_id: draws the store's id (default 16 random hex digits).

    Raises:
        AskedWrong: the token or bucket is refused, or the hub's folder belongs to another bucket.
        StoreUnavailable: the server does not answer.
    """

    def __init__(
        self,
        settings: StoreSettings,
        state: State,
        *,
        read_only: bool = False,
        server: InfluxServer | None = None,
        make_id: Callable[[], str] = draw_id,
    ) -> None:
        self._state = state
        self._server = server or _server_of(settings)
        where = f"{settings.influx_org}/{settings.influx_bucket}"
        before = state.noted(_BUCKET_KEY)
        if before not in {None, where}:
            raise AskedWrong(
                f"This hub's folder knows what is stored in the bucket {before}, not in {where}: its receipts would be "
                f"wrong. Go back to {before}, or give the hub a new folder."
            )
        self._server.check(write=not read_only)
        self._make_id = make_id
        self.id = make_id()
        """Another one at each start, so a state database that was copied back can never pass for the current one."""
        if not read_only:
            state.note(_BUCKET_KEY, where)

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        settled = self._state.claims.claim(packs)
        claimed: dict[PackId, StorePack] = {}
        renewed: set[PackId] = set()
        for pack, outcome in zip(packs, settled, strict=True):
            if isinstance(outcome, Claimed):
                claimed.setdefault(pack.id, _without(pack, outcome.refused) if outcome.renewed else pack)
                if outcome.renewed:
                    renewed.add(pack.id)
        bad = self._send([line for pack in claimed.values() for line in lines_of(pack)])
        self._state.add_dead_letters([letter for letters in bad.values() for letter in letters])
        written = {
            pack.id: Written(
                pack,
                refused_ranges(pack, [letter.sequence or 0 for letter in bad.get(pack.id, ())]),
                renewed=pack.id in renewed,
            )
            for pack in claimed.values()
        }
        self._state.claims.store(list(written.values()))
        outcomes: list[Outcome] = []
        for pack, outcome in zip(packs, settled, strict=True):
            if isinstance(outcome, Outcome):
                outcomes.append(outcome)
                continue
            # A range that comes twice in one group is written once and repeated then.
            fresh = Fate.RENEWED if pack.id in renewed else Fate.STORED
            fate = fresh if claimed.pop(pack.id, None) else Fate.DUPLICATE
            outcomes.append(Outcome(fate, written[pack.id].refused))
        return outcomes

    def _send(self, lines: list[Line]) -> dict[PackId, list[DeadLetter]]:
        """Write all lines but the bad ones; these come back as dead letters."""
        bad: dict[PackId, list[DeadLetter]] = {}
        waiting = [lines[at : at + LINES_PER_REQUEST_MAX] for at in range(0, len(lines), LINES_PER_REQUEST_MAX)]
        waiting.reverse()
        while waiting:
            batch = waiting.pop()
            try:
                self._server.write(b"\n".join(line.encode() for line in batch))
            except LinesRefused as refusal:
                parts = halves(batch)
                if parts is not None:
                    waiting += reversed(parts)
                elif refusal.status == 413:
                    raise StoreUnavailable(
                        "Something before InfluxDB refuses a message of one line as too large (413). "
                        "Raise the limit of the proxy there; until then the gateways keep their data."
                    ) from refusal
                else:
                    bad.setdefault(batch[0].pack.id, []).append(_dead_letter(batch[0], refusal))
        return bad

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        return self._state.claims.kept(gateway, epoch, first, last)

    def here(self, gateway: str, epoch: str) -> RangeSet:
        return self._state.claims.here(gateway, epoch)

    def marked(self) -> list[tuple[str, str]]:
        return self._state.claims.marked()

    def markers(self, gateway: str, epoch: str) -> list[NotedMarker]:
        return self._state.claims.markers(gateway, epoch)

    def around(self, gateway: str, epoch: str, first: int, last: int) -> tuple[int | None, int | None]:
        return self._state.claims.around(gateway, epoch, first, last)

    def forget_hashes(self, before_us: int, ranges_max: int) -> int:
        return self._state.claim_upkeep.forget_hashes(before_us, ranges_max)

    def want(self, since_us: int, gateway: str | None = None) -> None:
        self._state.claim_upkeep.want(since_us, gateway)
        self.id = self._make_id()

    def wanted(self) -> list[Wanted]:
        return self._state.claim_upkeep.wanted()

    def read(self, query: Query) -> Iterator[StoredReading]:
        influxql = _influxql(query)
        if influxql is None:
            return
        instant: list[StoredReading] = []
        for series in self._server.select(influxql):
            columns: list[str] = series["columns"]
            for values in series["values"]:
                row = dict(zip(columns, values, strict=True))
                readings = list(_readings(row, query.quantity))
                # Points come by time; those of one microsecond are put in order here.
                if instant and readings and readings[0].reading.time_us != instant[0].reading.time_us:
                    yield from sorted(instant, key=_order)
                    instant = []
                instant += readings
        yield from sorted(instant, key=_order)

    def arrivals(self) -> dict[tuple[str, str], int]:
        return self._state.claims.arrivals()

    def close(self) -> None:
        self._server.close()


def _without(pack: StorePack, refused: tuple[Range, ...]) -> StorePack:
    """A pack that comes again, with what was refused of it when it came first: that stays a dead letter."""
    noted = RangeSet(refused)
    records = tuple((sequence, record) for sequence, record in pack.records if sequence not in noted)
    return replace(pack, records=records, refused=refused)


def _server_of(settings: StoreSettings) -> InfluxServer:
    assert settings.influx_url and settings.influx_org and settings.influx_bucket and settings.influx_token_file
    return InfluxServer(settings.influx_url, settings.influx_org, settings.influx_bucket, settings.influx_token_file)


def _dead_letter(line: Line, refusal: LinesRefused) -> DeadLetter:
    pack = line.pack
    ((sequence, _),) = line.fields
    return DeadLetter(
        pack.id.gateway,
        pack_topic(pack.topic_root, pack.id),
        sequence,
        f"record {sequence}: InfluxDB does not take it: {refusal.reason}",
        line.encode(),
        pack.arrived_us,
    )


def _influxql(query: Query) -> str | None:
    """The query in InfluxQL; None where a name is none, so nothing can have it (and nothing needs escaping)."""
    for tag in (query.gateway, query.sensor):
        if tag is not None and not is_id(tag):
            return None
    if query.quantity is not None and not is_quantity(query.quantity):
        return None
    name = query.quantity
    fields = "*" if name is None else f'"{name}","{name}{QUALITY_SUFFIX}","gateway","sensor"'
    asked = {
        f"\"gateway\" = '{query.gateway}'": query.gateway,
        f"\"sensor\" = '{query.sensor}'": query.sensor,
        f"time >= {_ns(query.from_us)}": query.from_us,
        f"time < {_ns(query.to_us)}": query.to_us,
    }
    conditions = [condition for condition, value in asked.items() if value is not None]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f'SELECT {fields} FROM "{MEASUREMENT}"{where}'  # noqa: S608


def _ns(time_us: int | None) -> int:
    return max(-_TIME_US_MAX, min(time_us or 0, _TIME_US_MAX)) * NS_PER_US


def _readings(row: dict[str, object], quantity: str | None) -> Iterator[StoredReading]:
    time_ns, gateway, sensor = row.pop("time"), row.pop("gateway"), row.pop("sensor")
    for name in [quantity] if quantity else row:
        value = row[name]
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            words = row.get(name + QUALITY_SUFFIX)
            quality = parse_quality(str(words)) if words else Quality.GOOD
            reading = Reading(str(sensor), name, int(str(time_ns)) // NS_PER_US, float(value), quality)
            yield StoredReading(str(gateway), reading, None)


def _order(stored: StoredReading) -> tuple[str, str, str]:
    return stored.gateway, stored.reading.sensor, stored.reading.quantity
