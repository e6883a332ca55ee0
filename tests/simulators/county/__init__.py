"""Tests of runs of the simulated county."""
