"""Run the steps and print the table: ``python -m tests.e2e [--only a,b] [--keep]``."""

from __future__ import annotations

import argparse
import signal
import sys
import time
import traceback
from dataclasses import dataclass

from generator.errors import GeneratorError
from tests.e2e.diagnostics import diagnose as save_diagnostics
from tests.e2e.diagnostics import diagnostics_folder
from tests.e2e.kube import KubeError
from tests.e2e.process import Failed
from tests.e2e.steps import STEPS, Step
from tests.e2e.world import World


@dataclass
class Outcome:
    """How a step ended; ``result`` is "ok" or what went wrong, ``note`` what it measured."""

    step: str
    seconds: float
    result: str
    note: str = ""


def say(text: str) -> None:
    """Print progress, with the time."""
    print(f"{time.strftime('%X')} {text}", flush=True)


def main() -> int:
    """Start the world, run what can run, stop the world; 0 only if everything passed."""
    parser = argparse.ArgumentParser(prog="scripts/e2e", description=__doc__, allow_abbrev=False)
    parser.add_argument("--only", metavar="STEPS", help="letters, such as a,b,e; what they need runs, too")
    parser.add_argument("--keep", action="store_true", help="leave everything running after a failure, to look at it")
    args = parser.parse_args()
    wanted = closure(set(args.only.split(",")) if args.only else {step.letter for step in STEPS})
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGHUP, interrupted)

    world = World.create(say)
    outcomes: list[Outcome] = []
    failed = True
    try:
        if any(step.letter in wanted and not step.alone for step in STEPS):
            outcomes.append(attempt(world, Step("up", "the cluster, AWS and the base images", up)))
        for step in STEPS:
            if step.letter in wanted:
                outcomes.append(run_or_skip(world, step, outcomes))
        failed = any(outcome.result != "ok" for outcome in outcomes)
        if failed and args.keep:
            say(f"left running: KUBECONFIG={world.folder}/cluster/kubeconfig; end it with Ctrl-C")
            signal.pause()
    except KeyboardInterrupt:
        say("interrupted")
        outcomes.append(Outcome("interrupted", 0, "failed"))
    finally:
        started = time.monotonic()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        outcomes.append(attempt(world, Step("down", "everything stopped", World.stop), diagnose=False))
        say(f"stopped in {time.monotonic() - started:.1f} s")
    print(table(outcomes))
    return 0 if all(outcome.result == "ok" for outcome in outcomes) else 1


def up(world: World) -> str:
    """Start the world, as a step."""
    world.start()
    return ""


def interrupted(*_: object) -> None:
    """Let a signal unwind the stack, so that everything is stopped."""
    raise KeyboardInterrupt


def closure(letters: set[str]) -> set[str]:
    """Return the steps, and those that they need."""
    known = {step.letter: step for step in STEPS}
    if unknown := letters - set(known):
        sys.exit(f"no such step: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    for step in reversed(STEPS):
        if step.letter in letters:
            letters |= set(step.needs)
    return letters


def run_or_skip(world: World, step: Step, outcomes: list[Outcome]) -> Outcome:
    """Run a step unless one that it needs has failed."""
    failed = {outcome.step.split()[0] for outcome in outcomes if outcome.result != "ok"}
    missing = [letter for letter in ("up", *step.needs) if letter in failed]
    if missing:
        return Outcome(f"{step.letter} {step.title}", 0, f"skipped: {', '.join(missing)} failed")
    return attempt(world, step)


def attempt(world: World, step: Step, *, diagnose: bool = True) -> Outcome:
    """Run one step; a failure is reported with what was seen, and the run goes on."""
    title = f"{step.letter} {step.title}"
    say(f"── {title}")
    started = time.monotonic()
    try:
        note = step.function(world) or ""
    except Exception as exc:  # noqa: BLE001 - whatever a step runs into is its result, and the others still count
        seconds = time.monotonic() - started
        if not isinstance(exc, (Failed, AssertionError, GeneratorError)) or not str(exc):
            traceback.print_exc()
        say(f"FAILED {title}: {exc}")
        if diagnose:
            folder = diagnostics_folder()
            try:
                print(save_diagnostics(world, folder), flush=True)
            except (OSError, GeneratorError, KubeError) as fault:
                say(f"diagnostics are not complete: {fault}")
            say(f"diagnostics: {folder}")
        summary = (str(exc) or type(exc).__name__).splitlines()[0]
        return Outcome(title, seconds, f"FAILED: {summary[:150]}")
    seconds = time.monotonic() - started
    say(f"ok {title} ({seconds:.1f} s) {note}")
    return Outcome(title, seconds, "ok", note)


def table(outcomes: list[Outcome]) -> str:
    """Return step, seconds, result."""
    rows = [("step", "seconds", "result")]
    rows += [(o.step, f"{o.seconds:.1f}", f"{o.result}  {o.note}".rstrip()) for o in outcomes]
    rows.append(("total", f"{sum(o.seconds for o in outcomes):.1f}", ""))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n" + "\n".join(f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c}".rstrip() for a, b, c in rows) + "\n"


if __name__ == "__main__":
    sys.exit(main())
