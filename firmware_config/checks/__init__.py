"""Checks of a deployment's files: what each value alone cannot show."""
