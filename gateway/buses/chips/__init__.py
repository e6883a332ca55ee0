"""Drivers of chips that several kinds use: written here, on the bus that is handed in.

The libraries there are open a bus of their own (Adafruit's through Blinka, Sensirion's through its own transceiver), or
take ours and know nothing of skipped measurements and foreign chips (RPi.bme280, without a release since 2021).
"""
