"""The kit that tests stand on: repositories, programs, servers, terminals, and ways to kill what runs."""

from pathlib import Path
from typing import Final

# The top of this repository.
ROOT: Final = Path(__file__).parent.parent
