"""`python -m sensorhub`: the same as the command `sensorhub`."""

from sensorhub.cli import main

main()
