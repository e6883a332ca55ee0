"""What a recording says, computed from its file by SQL alone: the product's code has no part in it."""

import gzip
from itertools import islice
from pathlib import Path

import duckdb

SHIPPED = Path(__file__).parent.parent.parent / "simulators" / "recordings" / "detector_events.csv.gz"

Values = dict[tuple[str, str, str], float]
"""By sensor, quantity and time (RFC 3339, UTC)."""

# An event that repeats the one before it says nothing; the first event tells what the detector was before it.
_CHANGES = """
CREATE TEMP TABLE changes AS
WITH events AS (
    SELECT row_number() OVER () AS line, epoch_us(timestamp) AS moment, event = 82 AS closed, detector
    FROM read_csv($file, header = true, types = {'timestamp': 'TIMESTAMP'})
    WHERE event IN (81, 82)
)
SELECT *, closed IS NOT DISTINCT FROM lag(closed) OVER by_detector AS repeated
FROM events
WINDOW by_detector AS (PARTITION BY detector ORDER BY moment, line)
"""

_SPAN = """
CREATE TEMP TABLE minutes AS
SELECT unnest(range(min(moment) // $step * $step, max(moment) + 1, $step)) AS start, start + $step AS finish
FROM changes
"""

_ON_TIMES = """
CREATE TEMP TABLE on_times AS
WITH states AS (
    SELECT detector, closed, moment AS start, lead(moment) OVER by_detector AS finish
    FROM changes WHERE NOT repeated
    WINDOW by_detector AS (PARTITION BY detector ORDER BY moment, line)
), first_events AS (
    SELECT detector, arg_min(closed, line) AS closed, min(moment) AS moment
    FROM changes WHERE NOT repeated
    GROUP BY detector
)
SELECT detector, start, coalesce(finish, (SELECT max(finish) FROM minutes)) AS finish,
       true AS began, finish IS NOT NULL AS ended
FROM states WHERE closed
UNION ALL
SELECT detector, (SELECT min(start) FROM minutes), moment, false, true FROM first_events WHERE NOT closed
"""

_VALUES = """
WITH cells AS (SELECT * FROM (SELECT DISTINCT detector FROM changes), minutes),
parts AS (
    SELECT c.detector, c.start, c.finish,
           CASE WHEN o.start IS NULL THEN 0 ELSE least(o.finish, c.finish) - greatest(o.start, c.start) END AS inside,
           o.began AND o.start >= c.start AS closure,
           CASE WHEN o.began AND o.ended AND o.finish < c.finish THEN o.finish - o.start END AS length
    FROM cells c LEFT JOIN on_times o ON o.detector = c.detector AND o.start < c.finish AND o.finish >= c.start
), numbers AS (
    SELECT detector, finish,
           count(*) FILTER (closure) AS actuation_count,
           sum(inside) * 100 / any_value(finish - start) AS occupancy,
           avg(length) / 1e6 AS mean_on_time
    FROM parts GROUP BY detector, finish
)
SELECT 'detector-' || detector, quantity, strftime(make_timestamp(finish), '%Y-%m-%dT%H:%M:%SZ'), value
FROM (
    UNPIVOT (SELECT detector, finish, actuation_count::DOUBLE AS actuation_count, occupancy, mean_on_time FROM numbers)
    ON actuation_count, occupancy, mean_on_time INTO NAME quantity VALUE value
)
"""

_CLOSURES = """
SELECT 'detector-' || detector, count(*) FILTER (closed AND NOT repeated) FROM changes GROUP BY detector
"""


class Truth:
    """A recording's readings in intervals of `interval_s`, and the numbers of a whole run."""

    def __init__(self, recording: Path, interval_s: int = 60) -> None:
        with duckdb.connect() as database:
            database.execute(_CHANGES, {"file": str(recording)})
            database.execute(_SPAN, {"step": interval_s * 1_000_000})
            database.execute(_ON_TIMES)
            self.values: Values = {(row[0], row[1], row[2]): row[3] for row in database.execute(_VALUES).fetchall()}
            self.closures: dict[str, int] = dict(database.execute(_CLOSURES).fetchall())
            skipped = database.execute("SELECT count(*) FROM changes WHERE repeated").fetchone()
            assert skipped is not None
            self.skipped: int = skipped[0]


def write_beginning(path: Path, lines: int) -> Path:
    """Write a shorter recording: the first so many events of the one that comes with the product."""
    with gzip.open(SHIPPED, "rt") as whole, gzip.open(path, "wt") as beginning:
        beginning.writelines(islice(whole, 1 + lines))
    return path
