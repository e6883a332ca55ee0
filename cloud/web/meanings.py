"""What each word of the page means: of a state, and of what stands beside a reading; the page says it at its foot."""

from collections.abc import Mapping

from cloud.view import Source
from sensorhub.reading import Quality, quality_words
from sensorhub.states import State

STATES: Mapping[State, str] = {
    State.SILENT: "nothing comes, or the sensor has a fault; the note says what is known",
    State.LATE: "readings come, but the newest is older than it should be; the note says why",
    State.LIVE: "readings come as they should",
    State.QUIET: "the sensor works, and there has been nothing to see for some minutes",
}

WAITING = "waiting"

UNCOMMITTED = "before the commit"

QUALITIES: Mapping[Quality, str] = {
    Quality.PARTIAL: "the sensor was not watched for the whole interval",
    Quality.SUSPECT: (
        "the value is beyond what the sensor can measure or what is plausible; or the air is so damp that droplets "
        "are counted as particles"
    ),
    Quality.INDICATIVE: "by an uncalibrated kit: good for comparing days and places, not for legal limits",
    Quality.ESTIMATED_TIME: "when it was is known only between two bounds",
    Quality.SUBSTITUTED: "put in place of a value that was not measured",
}
"""In the order in which a row names them; a bad reading is not shown."""

BESIDE: Mapping[str, str] = {
    Source.SIMULATED: "not measured: made up by a simulation, as if it were now",
    Source.PLAYED: "not measured now: a recording, or a simulation with a clock of its own",
    WAITING: "the hub cannot know the state now: it has just started, or takes no data",
    **{quality_words(quality): meaning for quality, meaning in QUALITIES.items()},
    UNCOMMITTED: "shown as it came, and not stored yet",
}
"""What may stand beside a sensor, a state or a reading, by its word."""
