"""Simulated chips: they answer with registers, calibration words and checksums, as the data sheets say."""
