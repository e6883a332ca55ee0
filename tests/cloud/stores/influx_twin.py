"""An InfluxDB server in memory: keeps the lines it takes, and lets a hub die before or after it took them."""

from cloud.stores.influx_server import InfluxServer, LinesRefused


class Killed(Exception):
    """The hub ends here, as by SIGKILL: nothing that comes after happens."""


class TwinServer(InfluxServer):
    """A server that keeps the lines it takes, and before or after which the hub may die."""

    def __init__(self) -> None:
        self.points: dict[tuple[bytes, bytes], bytes] = {}
        self.dies = ""

    def check(self, *, write: bool) -> None:
        pass

    def write(self, lines: bytes) -> None:
        if self.dies == "before points":
            raise Killed
        if b"666.0" in lines:
            raise LinesRefused(400, "field type conflict")
        for line in lines.splitlines():
            series, fields, time = line.split(b" ")
            self.points[series + fields.split(b"=")[0], time] = fields
        if self.dies == "after points":
            raise Killed

    def close(self) -> None:
        pass
