"""A world without hardware that drives the real gateway code."""
