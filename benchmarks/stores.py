"""Measure apps with stores in AWS, half of them on ECS: a first generation, nothing to do, and one app changed.

Each is told beside the same apps without stores, in turns, so that what else the machine does falls on both:

    python -m benchmarks.stores --apps 300 --runs 5
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.measure import Series, generator, run, table

_HEAD: Final = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {}, prod: {sync: manual}}
infra: {region: eu-west-1, accounts: "123456789012"}
apps:
"""
_APP: Final = (
    "  app-{number:04d}: {{image: shop/app-{number:04d}, port: 8080, target: {target}, "
    "config: {{LEVEL: info}}{stores}}}\n"
)
_STORES: Final = ", tables: {items: {key: id}}, buckets: {files: {}}, queues: {jobs: {}}, databases: {main: {in: rds}}"
_ROWS: Final = ("first generation", "nothing to do", "one app changed")


def spec(apps: int, *, stores: bool) -> str:
    """Return ``generator.yaml`` of ``apps`` apps, every other one on ECS."""
    said = _STORES if stores else ""
    targets = ("eks", "ecs")
    made = (_APP.format(number=number, target=targets[number % 2], stores=said) for number in range(apps))
    return _HEAD + "".join(made)


class _Case:
    """A repository of these apps, generated anew in each turn."""

    def __init__(self, folder: Path, text: str) -> None:
        self._folder, self._text, self._turn = folder, text, 0
        self.series = {name: Series() for name in _ROWS}

    def turn(self) -> None:
        """Measure each row once."""
        self._turn += 1
        place = self._folder / str(self._turn)
        place.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", place], check=True)
        file = place / "generator.yaml"
        file.write_text(self._text)
        run(generator(place, "-q"), self.series["first generation"])
        run(generator(place, "-q"), self.series["nothing to do"])
        file.write_text(self._text.replace("LEVEL: info", "LEVEL: debug", 1))
        run(generator(place, "-q"), self.series["one app changed"])


def _rows(without: _Case, with_stores: _Case) -> Iterator[list[str]]:
    for name in _ROWS:
        before, now = without.series[name], with_stores.series[name]
        first = with_stores.series["first generation"]
        yield [
            name,
            *(f"{min(one.processor):.2f} / {one.best:.2f}" for one in (before, now)),
            f"{min(now.processor) / min(before.processor):.2f}×",
            f"{min(now.processor) / min(first.processor):.2f}×",
            f"{now.megabytes:.0f} MB",
        ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apps", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the repositories are made; a temporary folder otherwise")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        cases = [_Case(Path(folder) / str(stores), spec(options.apps, stores=stores)) for stores in (False, True)]
        for _ in range(options.runs):
            for case in cases:
                case.turn()
        head = ["seconds of the processor / in all", "without stores", "with stores", "ratio", "of the first", "memory"]
        table(f"{options.apps} apps, half on ECS", head, _rows(*cases))


if __name__ == "__main__":
    main()
