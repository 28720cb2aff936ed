"""Settings of the whole suite."""

import os

from hypothesis import settings

# A first call compiles, so there is no deadline. In CI the examples are the same at every run; at home they are new.
settings.register_profile("lassofit", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("lassofit")
