"""Tests of the kinds of sensors."""
