"""``python -m testing.release_history FOLDER``: make the repositories, and print what is in them."""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from testing.release_history import Plan, make
from testing.release_history.plan import NOW


def main() -> None:
    """Make them."""
    parser = argparse.ArgumentParser(
        prog="python -m testing.release_history", description="Make a long release history."
    )
    parser.add_argument("folder", type=Path, help="gets gitops.git and sources.git")
    parser.add_argument("--apps", type=int, default=40, metavar="N")
    parser.add_argument("--days", type=int, default=730, metavar="N")
    parser.add_argument("--seed", type=int, default=7, metavar="N")
    parser.add_argument("--pace", type=float, default=0.7, metavar="X", help="releases of an app in a week")
    parser.add_argument("--now", default=datetime.fromtimestamp(NOW, UTC).isoformat(), metavar="TIME", help="its end")
    parser.add_argument("--commits", type=int, default=0, metavar="N", help="end it after so many")
    parser.add_argument("--hostile", action="store_true", help="with text that tries to be taken for HTML or code")
    options = parser.parse_args()
    now = int(datetime.fromisoformat(options.now).timestamp())
    plan = Plan(options.apps, options.days, options.seed, now, options.pace, options.hostile, commits=options.commits)
    truth = make(options.folder, plan)
    print(f"{truth.gitops}: {truth.commits} commits on main, {len(truth.open_requests)} requests open")
    print(f"{truth.sources}: {len({one.id for some in truth.commits_of.values() for one in some})} commits")
    print(f"{len(truth.apps)} apps ({len(truth.later)} came later, {len(truth.removed)} more are gone)")
    for (environment, action), number in sorted(
        Counter((one.environment, one.action) for one in truth.changes).items()
    ):
        print(f"{environment:8} {action:12} {number}")
    for (environment, evidence), number in sorted(
        Counter((one.environment, one.evidence) for one in truth.failures).items()
    ):
        print(f"{environment:8} failed: {evidence:8} {number}")


if __name__ == "__main__":
    main()
