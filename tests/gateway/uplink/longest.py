"""Chance that draws the longest wait each time."""

import random


class Longest(random.Random):
    """As said."""

    def random(self) -> float:
        return 1.0
