"""Tests of what goes wrong in a simulated county."""
