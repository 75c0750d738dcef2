"""``python -m benchmarks.cost``: what one bump costs over smart HTTP, beside the usual recipes and the floor."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Series, run, table
from testing import fleet
from testing.servers import git_http as serve

FLOOR, PYTHON = "git plumbing alone, blob:none", "starting Python"
OURS = "bump --push"
EDIT = 'sed -i "s/newTag: .*/newTag: $TAG/" "$FILE"'
RECIPES = {
    "clone, edit, push": f'git clone -q "$URL" w && cd w && {EDIT} && git commit -qam "$TAG" && git push -q',
    "clone at depth 1, sparse": 'git clone -q --depth=1 --filter=blob:none --sparse "$URL" w && cd w'
    f' && git sparse-checkout set "$(dirname "$FILE")" && {EDIT} && git commit -qam "$TAG" && git push -q',
    FLOOR: """git init -q --bare w && cd w && git config remote.o.url "$URL" && git config gc.auto 0
git fetch -q --depth=1 --filter=blob:none --no-tags o +refs/heads/main:refs/tip
git cat-file blob "refs/tip:$FILE" | sed "s/newTag: .*/newTag: $TAG/" >f
git read-tree refs/tip
git update-index --cacheinfo "100644,$(git hash-object -w f),$FILE"
git push -q o "$(git commit-tree "$(git write-tree --missing-ok)" -p refs/tip -m "$TAG"):refs/heads/main\"""",
}


def main() -> None:
    """Run what the module describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description="Measure one bump.")
    parser.add_argument("--apps", type=int, nargs="+", default=[10, 1000, 5000], metavar="N")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--memory", type=Path, default=Path("/dev/shm"), help="a folder in memory")
    options = parser.parse_args()
    print(f"Best / median of {options.runs}; requests of one run, without those that are asked for the password")
    for apps in options.apps:
        with tempfile.TemporaryDirectory(dir=options.memory) as folder:
            _measure(Path(folder), apps, options.runs)


def _measure(folder: Path, apps: int, runs: int) -> None:
    fleet.make(folder / "fleet.git", apps)
    (folder / "home").mkdir()
    rows = {name: Series() for name in (PYTHON, *RECIPES, OURS)}
    requests: dict[str, int] = {}
    with serve.Server(folder) as server:
        environment = _environment(folder, server)
        for turn in range(runs):
            run([sys.executable, "-c", ""], rows[PYTHON], env=environment)
            for name, text in RECIPES.items():
                server.asked.clear()
                _recipe(rows[name], text, environment, turn)
                requests[name] = len(server.asked)
            server.asked.clear()
            words = [sys.executable, "-m", "generator", "-C", folder / "home", "bump", "app3", "--env", "dev"]
            run([*words, "--tag", f"v{turn}", "--push", "--remote", environment["URL"]], rows[OURS], env=environment)
            requests[OURS] = len(server.asked)
    floor, python = rows[FLOOR], rows[PYTHON]
    lines = []
    for name, series in rows.items():
        over = (series.best - python.best) / floor.best if name == OURS else series.best / floor.best
        ratio = f"{over:.2f}×{' without starting Python' if name == OURS else ''}" if name != PYTHON else ""
        seconds = f"{series.best:.3f} / {series.median:.3f}"
        lines.append((name, seconds, f"{min(series.processor):.3f}", str(requests.get(name, "")), ratio))
    head = ("one bump", "seconds", "on our processor", "requests", f"seconds, of {FLOOR}")
    table(f"{apps * fleet.FILES_PER_APP} files, over smart HTTP", head, lines)


def _recipe(series: Series, text: str, environment: dict[str, str], turn: int) -> None:
    script = f'set -e; cd "$(mktemp -d -p "$HOME")"; {text}'
    run(["sh", "-c", script], series, env={**environment, "TAG": f"r{os.urandom(4).hex()}-{turn}"})


def _environment(folder: Path, server: serve.Server) -> dict[str, str]:
    """Give each client the password in the same way: from a helper, once for each git that asks."""
    config = folder / "home" / ".gitconfig"
    config.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.com\n[credential]\n"
        f'\thelper = "!f() {{ echo username={serve.USER}; echo password=$GIT_TOKEN; }}; f"\n'
    )
    return {
        "HOME": str(folder / "home"), "GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1",
        "URL": f"{server.url}/fleet.git", "FILE": fleet.overlay("app3", "dev"), "NO_PROXY": "127.0.0.1",
        "GIT_USERNAME": serve.USER, "GIT_TOKEN": serve.TOKEN, "no_proxy": "127.0.0.1",
    }  # fmt: skip


if __name__ == "__main__":
    main()
