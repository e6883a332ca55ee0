"""Runs anywhere: ingest, store, live feed and pages."""
