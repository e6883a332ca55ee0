"""Tests of what `sensorhub watch` shows."""
