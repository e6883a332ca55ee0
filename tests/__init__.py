"""Tests; the folders mirror the packages, and tests/system/ runs the whole path."""
