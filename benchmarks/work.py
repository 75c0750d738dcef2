"""The work that is measured: N apps in three environments, 12 N files, and a bare loop that writes the same bytes."""

from __future__ import annotations

import sys
from pathlib import Path

HEAD = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
environments:
  dev: {}
  staging: {}
  prod: {sync: manual}
apps:
"""
APP = """\
  app-{number:04d}:
    image: shop/app-{number:04d}
    port: 8080
    health: /healthz
    env: {{NUMBER: "{number}"}}
    resources:
      requests: {{cpu: 100m, memory: 128Mi}}
    config: {{LEVEL: info}}
    autoscale: {{min: 2, max: 6}}
    environments:
      prod: {{config: {{LEVEL: warning}}}}
"""


def spec(apps: int) -> str:
    """Return ``generator.yaml`` of ``apps`` apps.

    Each gives a base of six files, three overlays, three Applications.
    """
    return HEAD + "".join(APP.format(number=number) for number in range(apps))


def write(directory: Path, files: Path) -> None:
    """Run the bare loop: load the spec with PyYAML's C loader, write the files that lie in ``files``."""
    import yaml

    yaml.load((directory / "generator.yaml").read_bytes(), yaml.CSafeLoader)
    for path, content in _expected(files):
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def flush(directory: Path, files: Path) -> None:
    """Do the same, and wait until a power cut could lose none of it, as the generator does."""
    import os

    write(directory, files)
    os.sync()


def compare(directory: Path, files: Path) -> None:
    """Run the bare loop that reads and compares instead."""
    import yaml

    yaml.load((directory / "generator.yaml").read_bytes(), yaml.CSafeLoader)
    assert all((directory / path).read_bytes() == content for path, content in _expected(files))


def _expected(files: Path) -> list[tuple[str, bytes]]:
    """Return the bytes to write, from one file, so that reading them costs next to nothing."""
    import marshal

    files_by_path: list[tuple[str, bytes]] = marshal.loads(files.read_bytes())
    return files_by_path


if __name__ == "__main__":
    {"write": write, "flush": flush, "compare": compare}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
