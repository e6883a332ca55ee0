"""Tests of buses and of the chips on them."""
