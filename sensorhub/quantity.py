"""The one table of quantities: unit, decimals to show, plausible range, and what each is for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is measured.

    Arguments:
        name: as in `vehicle_count`; grammar in `sensorhub.names`.
        unit: SenML unit, primary (RFC 8428) or secondary (RFC 8798).
        decimals: digits after the point on screens; never applied to what is stored.
        low, high: plausible range in `unit`, inclusive.
        title: the words a reader sees.
        what: what it is, in a sentence without its full stop.
        activity: whether a value above zero means that something was seen (see the states of sensors).
        adds: whether values of neighbouring intervals add up to that of both, as counts and depths do.
        held: of what is 0 or 1: the words for both.
    """

    name: str
    unit: str
    decimals: int
    low: float
    high: float
    title: str
    what: str
    activity: bool = False
    adds: bool = False
    held: tuple[str, str] | None = None


def _count(name: str, title: str, what: str, high: float = 90_000.0) -> Quantity:
    # A closure needs at least the debounce time of 20 ms twice, hence 25 a second: 90,000 in an hour's interval.
    return Quantity(name, "count", 0, 0.0, high, title, what, activity=True, adds=True)


def _held(name: str, title: str, what: str, held: tuple[str, str]) -> Quantity:
    return Quantity(name, "/", 0, 0.0, 1.0, title, what, activity=True, held=held)


def _share(name: str, title: str, what: str, activity: bool = False) -> Quantity:
    return Quantity(name, "/100", 0, 0.0, 100.0, title, what, activity=activity)


_TABLE = (
    # contacts over roads
    _count("actuation_count", "Closures", "closures that began in the interval"),
    _share("occupancy", "Occupancy", "share of the interval during which the contact was closed, in %; of the observed "
           "part where the reading is `partial`", activity=True),
    Quantity("mean_on_time", "s", 2, 0.0, 86_400.0, "Mean on-time", "mean length of the closures that ended in the "
             "interval and whose beginning was seen; left out where there are none"),
    _share("coverage", "Coverage", "share of the interval that was observed; goes with a `partial` reading"),
    # traffic
    _count("vehicle_count", "Vehicles", "vehicles that left the detector in the interval"),
    _count("reverse_count", "Against the direction", "those among them that came against the direction of the lane"),
    _count("vehicle_count_to_520cm", "To 5.2 m", "vehicles of up to 5.20 m"),
    _count("vehicle_count_521_660cm", "5.2 to 6.6 m", "vehicles above 5.20 up to 6.60 m"),
    _count("vehicle_count_661_1160cm", "6.6 to 11.6 m", "vehicles above 6.60 up to 11.60 m"),
    _count("vehicle_count_over_1160cm", "Over 11.6 m", "vehicles above 11.60 m"),
    Quantity("mean_speed", "km/h", 0, 0.0, 250.0, "Mean speed", "arithmetic mean of the speeds of those counted; left "
             "out where there are none"),
    Quantity("speed_85", "km/h", 0, 0.0, 250.0, "85th percentile speed", "speed that 85 % of those counted did not "
             "exceed, nearest rank; left out below 30 of them"),
    Quantity("mean_headway", "s", 1, 0.0, 86_400.0, "Mean headway", "mean time from front to front of those counted"),
    Quantity("mean_gap", "s", 1, 0.0, 86_400.0, "Mean gap", "mean time from rear to front of those counted"),
    Quantity("mean_vehicle_length", "m", 1, 0.0, 40.0, "Mean length", "mean length of the vehicles counted"),
    _count("cycle_count", "Cycles", "cycles in the direction of the lane"),
    _count("cycle_reverse_count", "Cycles, other way", "cycles against the direction of the lane"),
    _held("bay_occupied", "Bay", "1 where a vehicle stands in the bay, by most samples of the interval",
          ("free", "occupied")),
    Quantity("distance", "mm", 0, 0.0, 10_000.0, "Distance", "distance from the sensor to what is before it"),
    Quantity("road_temperature", "Cel", 1, -40.0, 70.0, "Road temperature", "temperature of the road surface"),
    # water, structures, cabinets
    Quantity("water_level", "mm", 0, -1_000.0, 20_000.0, "Water level", "height of the water above the sensor's datum"),
    _held("float_active", "Float", "1 while the float is lifted", ("dry", "lifted")),
    Quantity("rain_depth", "mm", 1, 0.0, 200.0, "Rain", "rain that fell in the interval", activity=True, adds=True),
    Quantity("rain_rate", "mm/h", 1, 0.0, 500.0, "Heaviest rain", "highest intensity between two tips, the second "
             "in the interval; 0 without a tip"),
    Quantity("wind_speed", "m/s", 1, 0.0, 75.0, "Wind speed", "mean wind speed"),
    Quantity("wind_gust", "m/s", 1, 0.0, 100.0, "Gust", "highest mean of 3 s"),
    Quantity("wind_direction", "deg", 0, 0.0, 360.0, "Wind from", "where the wind comes from, mean by vectors"),
    _held("door_open", "Door", "1 while the door is open", ("shut", "open")),
    Quantity("tilt_x", "deg", 2, -90.0, 90.0, "Tilt along", "tilt along the structure"),
    Quantity("tilt_y", "deg", 2, -90.0, 90.0, "Tilt across", "tilt across the structure"),
    # air, noise, bins, energy
    Quantity("air_temperature", "Cel", 1, -40.0, 60.0, "Air temperature", "temperature of the air"),
    Quantity("relative_humidity", "%RH", 0, 0.0, 100.0, "Humidity", "relative humidity"),
    Quantity("air_pressure", "hPa", 0, 850.0, 1_100.0, "Pressure", "at the sensor, not reduced to sea level"),
    Quantity("pm1", "ug/m3", 0, 0.0, 1_000.0, "PM1", "mass of particles below 1 um"),
    Quantity("pm2_5", "ug/m3", 0, 0.0, 1_000.0, "PM2.5", "mass of particles below 2.5 um"),
    Quantity("pm10", "ug/m3", 0, 0.0, 2_000.0, "PM10", "mass of particles below 10 um"),
    Quantity("no2", "ug/m3", 0, -50.0, 2_000.0, "NO2", "nitrogen dioxide at 20 Cel and 101,325 Pa"),
    Quantity("no2_working", "mV", 1, 0.0, 5_000.0, "NO2 working electrode", "voltage of the working electrode"),
    Quantity("no2_auxiliary", "mV", 1, 0.0, 5_000.0, "NO2 auxiliary electrode", "voltage of the auxiliary electrode"),
    Quantity("laeq", "dB", 1, 20.0, 140.0, "LAeq", "A-weighted equivalent level of the interval"),
    Quantity("la10", "dB", 1, 20.0, 140.0, "LA10", "A-weighted level exceeded for a tenth of the interval"),
    Quantity("lamax", "dB", 1, 20.0, 140.0, "LAmax", "highest A-weighted level of the interval"),
    _share("fill_level", "Full", "how full the bin is"),
    Quantity("energy", "Wh", 0, 0.0, 1_000_000.0, "Energy", "energy used in the interval", activity=True, adds=True),
    # people and rooms
    _count("people_in_count", "In", "people who came in"),
    _count("people_out_count", "Out", "people who went out"),
    Quantity("co2", "ppm", 0, 300.0, 10_000.0, "CO2", "carbon dioxide"),
    _share("activity", "Activity", "share of the interval with movement in the room", activity=True),
    # the gateway itself
    Quantity("cpu_temperature", "Cel", 0, -40.0, 110.0, "CPU temperature", "temperature of the gateway's processor"),
    Quantity("throttled", "/", 0, 0.0, 1.0, "Throttled", "1 where the gateway ran short of power or too hot",
             held=("no", "yes")),
    Quantity("under_voltage", "/", 0, 0.0, 1.0, "Under-voltage", "1 where the gateway's supply was below 4.63 V",
             held=("no", "yes")),
    _share("disk_used", "Card used", "how full the card's partition is"),
    Quantity("clock_error", "s", 3, 0.0, 1e9, "Clock error", "how far the gateway's time may be off"),
    _share("spool_used", "Spool used", "how full the spool is"),
    Quantity("uptime", "s", 0, 0.0, 1e9, "Uptime", "time since the gateway started"),
)  # fmt: skip

QUANTITIES = {quantity.name: quantity for quantity in _TABLE}

SCREEN_UNITS = {"/100": "%", "count": "", "/": "", "%RH": "%", "Cel": "°C", "ug/m3": "µg/m³", "deg": "°"}
"""How a unit is written for a reader, where that differs from SenML's name for it."""


_KM_PER_MILE = 1.609344
_IN_MILES = {"km/h": 1 / _KM_PER_MILE, "m/s": 3.6 / _KM_PER_MILE}


def screen_unit(unit: str) -> str:
    """Return a SenML unit as a reader expects it; one that needs no change comes back as it is."""
    return SCREEN_UNITS.get(unit, unit)


def in_words(quantity: Quantity, value: float) -> str:
    """A quantity with its value, as on a terminal: `Mean speed 45 mph`, `Throttled no`."""
    if quantity.held is not None:
        return f"{quantity.title} {quantity.held[value != 0]}"
    shown, unit = on_screen(quantity.unit, value)
    apart = " " if unit not in ("", "%", "°") else ""
    return f"{quantity.title} {shown:,.{quantity.decimals}f}{apart}{unit}"


def on_screen(unit: str, value: float) -> tuple[float, str]:
    """A value as British readers expect it, with its unit: speeds in mph. For screens only, never for what is kept."""
    return (value * _IN_MILES[unit], "mph") if unit in _IN_MILES else (value, screen_unit(unit))
