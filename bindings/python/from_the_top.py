"""A build backend that is hatchling's, at the top of the project."""

import os

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from hatchling.build import *  # noqa: E402, F403
