"""`cabinet-door`: a magnet contact at the door of a cabinet."""

QUANTITY = "door_open"
