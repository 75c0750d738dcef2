"""The long random story of ``testing/story.py``, for minutes; after every step all is checked and built by kustomize.

    python -m benchmarks.story [--steps 3000] [--seed 1] [--verbose]

A new repository is begun every 250 steps. It stops at the first thing that is lost, with the seed and the step.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from generator import tools
from testing.story import Story

LENGTH = 250


def main() -> int:
    """Run what the module describes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="print every step")
    options = parser.parse_args()
    os.environ |= {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                   for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"))}  # fmt: skip
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    counts: Counter[str] = Counter()
    start, steps, seed = time.monotonic(), 0, options.seed
    while steps < options.steps:
        with tempfile.TemporaryDirectory(prefix="story-") as folder:
            tell(Path(folder), seed, min(LENGTH, options.steps - steps), counts, verbose=options.verbose)
        steps += LENGTH
        seed += 1
        print(f"seeds {options.seed} to {seed - 1}: {min(steps, options.steps)} steps, nothing lost, "
              f"{time.monotonic() - start:.0f} s", flush=True)  # fmt: skip
    for name, count in counts.most_common():
        print(f"{count:7} {name}")
    return 0


def tell(folder: Path, seed: int, steps: int, counts: Counter[str], *, verbose: bool) -> None:
    """Tell one story; what it was about is added to ``counts``."""
    lines: list[str] = []
    story = Story(folder / "shop", seed, tools.find("kustomize"), print if verbose else lines.append)
    step = 0
    try:
        for step in range(steps):
            lines.append(f"step {step}")
            story.step()
            story.generate()
            counts["overlays built"] += story.build()
    except BaseException:
        print("\n".join(lines[-40:]), f"\nseed {seed}, step {step}", file=sys.stderr)
        raise
    counts.update(story.counts)


if __name__ == "__main__":
    sys.exit(main())
