"""A ``git`` on PATH that counts how often it is started, and can do something at one of these moments."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

GIT = shutil.which("git") or "git"
SHIM = """\
#!/bin/sh
# $STEPS is the log: one line for each git that the process under test has started.
test -n "$STEPS" || exec {git} "$@"
echo "$*" >> "$STEPS"
now=1
until mkdir "$STEPS.$now" 2>/dev/null; do now=$((now + 1)); done  # some start at once, and each has its number
case " $* " in *" push "*)
    test -z "$RIVAL" || test -e "$STEPS.rival" || {{ touch "$STEPS.rival"; env -u GIT_DIR STEPS= sh -c "$RIVAL"; }};;
esac
if [ "$now" = "$KILL_AT" ]; then
    kill -9 "$PPID"
    test "$KILL_GIT" = yes && exit 1
fi
exec {git} "$@"
"""


def shim(folder: Path) -> dict[str, str]:
    """Return the environment in which that ``git`` is found first."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "git").write_text(SHIM.format(git=GIT))
    (folder / "git").chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def rival(bare: Path) -> str:
    """Return a command that commits to a file of its own on ``main`` of a bare repository."""
    return (
        f'cd {bare} && t=$( (git ls-tree main; printf "100644 blob %s\\tnotes.md\\n" "$(date +%N | git hash-object -w --stdin)")'
        ' | git mktree) && c=$(git -c user.name=Rival -c user.email=r@example.com commit-tree "$t" -p main -m Rival)'
        ' && git update-ref refs/heads/main "$c"'
    )
