"""One step of one peer, by the interpreter that has its library: ``-m benchmarks.peers MODULE STEP FOLDER``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    getattr(import_module(f"benchmarks.peers.{sys.argv[1]}"), sys.argv[2])(Path(sys.argv[3]))
