"""Tests of the whole path, with real programs."""
