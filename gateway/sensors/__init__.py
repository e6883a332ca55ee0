"""The kinds of sensors: one module each, named as the kind."""
