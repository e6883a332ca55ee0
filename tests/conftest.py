"""Settings for the whole suite."""

import os

from hypothesis import HealthCheck, settings

# A slow machine is no fault of the code under test, hence no deadline.
settings.register_profile("local", max_examples=60, deadline=None, print_blob=True)
settings.register_profile(
    "ci",
    max_examples=60,
    deadline=None,
    print_blob=True,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", max_examples=5_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "local"))
