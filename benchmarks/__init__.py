"""Where the figures of the README come from: a command each, printing both sides of one run and a line of JSON."""
