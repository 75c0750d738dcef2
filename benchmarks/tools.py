"""``validate`` beside the bare tools: kustomize and kubeconform on every overlay, one on each core."""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path

from benchmarks.measure import Series, generator, run
from generator import tools
from generator.tools import schemas

ONE_EACH, BATCHED = "bare tools, a kubeconform each", "bare tools, one kubeconform"
FIRST, SECOND = "validate, first", "validate, second"


def measure(directory: Path, runs: int) -> dict[str, Series]:
    """Measure every row, in turns; the cache of ours is empty before the first."""
    rows = {row: Series() for row in (ONE_EACH, BATCHED, FIRST, SECOND)}
    kustomize = shlex.quote(str(tools.find("kustomize")))
    conform = shlex.join([str(tools.find("kubeconform")), *schemas.kubeconform_arguments(), "-summary"])
    each = f"ls -d {shlex.quote(str(directory))}/overlays/*/* | xargs -P{os.cpu_count()} -I{{}} sh -c"
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as scratch:
            one = shlex.quote(f"{kustomize} build $0 | {conform} -")
            run(["bash", "-c", f"{each} {one} {{}}"], rows[ONE_EACH])
            build = shlex.quote(f"{kustomize} build $0 -o {scratch}/$(echo $0 | tr / -).yaml")
            run(["bash", "-c", f"{each} {build} {{}} && {conform} {scratch}"], rows[BATCHED])
            # The tools themselves, of the real cache, have to be found on PATH then.
            path = os.pathsep.join(str(tools.find(name).parent) for name in ("kustomize", "kubeconform"))
            cache = Path(scratch, "cache")
            cache.mkdir()
            (cache / "schemas").symlink_to(schemas.location().parent)
            env = {"GENERATOR_CACHE": str(cache), "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}
            run(generator(directory, "validate"), rows[FIRST], env=env)
            run(generator(directory, "validate"), rows[SECOND], env=env)
    return rows
