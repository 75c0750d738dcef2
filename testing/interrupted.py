"""Runs ``python -m generator`` and has it meet a signal at a chosen moment.

A moment is an event of which Python tells its audit hooks: a module is imported, a file is opened, a program is started.
They are counted, and not timed, so a busy machine changes nothing.

    python testing/interrupted.py COUNT_TO SIGNAL AT ARGUMENT…

The signal is sent before the event ``AT``, counted from the import of the command line (0 is before the package itself is
imported, -1 never). Where the run comes to its end, COUNT_TO holds how many events there were.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

BEGUN = "generator.cli.main"


def main() -> None:
    """Run what the module describes."""
    log, number, at = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    sys.argv[1:] = sys.argv[4:]
    # A script's own folder is not on the path of `-m`.
    sys.path[0] = str(Path(__file__).parent.parent)
    count = 0
    begun = ended = False

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count, begun
        begun = begun or (event == "import" and arguments[0] == BEGUN)
        if begun and not ended:
            count += 1
            if count == at:
                os.kill(os.getpid(), number)

    if at == 0:
        os.kill(os.getpid(), number)
    sys.addaudithook(hook)
    try:
        runpy.run_module("generator", run_name="__main__", alter_sys=True)
    finally:
        ended = True
        log.write_text(str(count))


if __name__ == "__main__":
    main()
