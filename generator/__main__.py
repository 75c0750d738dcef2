"""``python -m generator``."""

import gc
import sys

from generator.cli import main

code = main()
# Before it ends, Python would look through all that there is once more for cycles, which takes as long as its start.
gc.freeze()
sys.exit(code)
