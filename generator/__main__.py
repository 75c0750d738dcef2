"""``python -m generator``, and ``gitops-generator``, which is the same.

Python puts the current folder first where it looks for modules: a ``yaml.py``
beside a repository's ``generator.yaml`` would run, with the token that is in the
environment. So that folder is left before anything else is imported.
"""

import gc
import os
import sys


def main() -> None:
    """Run the command line, and end with its exit code."""
    try:
        _distrust(os.getcwd())  # noqa: PTH109 (pathlib would be looked for in that folder)
        from generator.cli.main import main as run

        code = run()
    except KeyboardInterrupt:
        # Ctrl-C may come while modules are loaded, which takes longer than some commands.
        sys.stderr.write("interrupted\n")
        code = 130
    # Before it ends, Python would look through all that there is for cycles, which takes as long as its start.
    gc.freeze()
    sys.exit(code)


def _distrust(folder: str) -> None:
    """Look for no module in ``folder``; where the generator itself lies there, only for what is nowhere else."""
    there = os.path.realpath(folder)
    kept = [entry for entry in sys.path if entry and os.path.realpath(entry) != there]
    own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
    sys.path[:] = [*kept, there] if own == there else kept


if __name__ == "__main__":
    main()
