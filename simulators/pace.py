"""How the measurement clock of a simulation follows this machine's clock."""

from pydantic import BaseModel, ConfigDict, Field

from sensorhub.reading import NS_PER_S, NS_PER_US

START_NS = 60_000_000_000
"""Boot clock at the start: a boot that is a minute old, as a gateway's is when its first edges come."""


class Pace(BaseModel):
    """Three clocks at one instant, and how fast the simulated one runs.

    `start_ns` of the boot clock, `wall_us` of the readings' times and `machine_ns` of this machine's boot clock are
    the same instant: the start. From there the measurement clock runs `speed` times as fast as the machine's; None:
    as fast as the gateways keep up.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start_ns: int = START_NS
    wall_us: int
    machine_ns: int
    machine_wall_us: int = Field(description="Wall time of this machine at that instant.")
    speed: float | None = Field(gt=0)

    def measured_ns(self, machine_ns: int) -> int | None:
        """Where the measurement clock may stand when this machine's boot clock is at `machine_ns`; None: anywhere."""
        return None if self.speed is None else self.start_ns + round((machine_ns - self.machine_ns) * self.speed)

    def machine_s_until(self, clock_ns: int, machine_ns: int) -> float:
        """Seconds of this machine from `machine_ns` until the measurement clock may stand at `clock_ns`."""
        allowed_ns = self.measured_ns(machine_ns)
        if allowed_ns is None or self.speed is None:
            return 0.0
        return (clock_ns - allowed_ns) / self.speed / NS_PER_S

    def wall_us_at(self, clock_ns: int) -> int:
        """The readings' time at a boot clock, microseconds since 1970 UTC."""
        return self.wall_us + (clock_ns - self.start_ns) // NS_PER_US
