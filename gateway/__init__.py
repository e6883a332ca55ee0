"""Runs on the Pi: sensors, spool, uplink."""
