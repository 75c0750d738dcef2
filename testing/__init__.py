"""The kit for tests: repositories, programs, servers, terminals, and ways to kill processes."""

from pathlib import Path
from typing import Final

# The top of this repository.
ROOT: Final = Path(__file__).parent.parent
