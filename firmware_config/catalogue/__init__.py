"""The catalogue: one file for each kind of sensor, and the only list of kinds."""

from firmware_config.catalogue.entry import Bus, Entry, Input, Wire
from firmware_config.catalogue.items import Constant, Measure
from firmware_config.catalogue.shelf import KindUnknown, entry, entry_of, kinds

__all__ = ["Bus", "Constant", "Entry", "Input", "KindUnknown", "Measure", "Wire", "entry", "entry_of", "kinds"]
