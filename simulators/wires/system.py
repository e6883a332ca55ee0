"""Simulated files of the system: processor, power and uptime of a gateway."""

from pathlib import Path

from simulators.wires.kernel_file import show

_TEMPERATURE = "sys/class/thermal/thermal_zone0/temp"
_THROTTLED = "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"
_UPTIME = "proc/uptime"

LOW_VOLTAGE = 0x50005
"""What the firmware tells while the voltage is too low; afterwards the upper half stays."""


class SystemTree:
    """The folder under which `sys` and `proc` are.

    Arguments:
        folder: made when it is first written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def set(self, cpu_temperature: float, throttled: int, uptime_s: float) -> None:
        """Write all files.

        Arguments:
            cpu_temperature: Celsius.
            throttled: bits of the firmware.
            uptime_s: since the boot.
        """
        show(self.folder / _TEMPERATURE, f"{round(cpu_temperature * 1_000)}\n")
        show(self.folder / _THROTTLED, f"{throttled:x}\n")
        show(self.folder / _UPTIME, f"{uptime_s:.2f} {uptime_s:.2f}\n")

    def remove(self) -> None:
        """None of the files is there; may be called twice."""
        for name in (_TEMPERATURE, _THROTTLED, _UPTIME):
            (self.folder / name).unlink(missing_ok=True)
