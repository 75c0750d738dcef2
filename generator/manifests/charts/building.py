"""Build the manifests of an overlay that is a chart: locked, fetched, rendered."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generator import tools
from generator.errors import SpecError
from generator.manifests.charts import archive, lock, values
from generator.manifests.charts.archive import FetchError
from generator.manifests.charts.deployed import inputs
from generator.manifests.charts.template import RefusedByHelm, Rendering, TemplateError, render
from generator.spec.layout import CHART_LOCK

if TYPE_CHECKING:
    from generator.errors import Fault
    from generator.manifests.charts.deployed import Deployed
    from generator.manifests.sources import Rules


def build(directory: Path, chart: Deployed, rules: Rules) -> str:
    """Render the chart of an overlay as Argo CD would. Raises ``TemplateError``, and ``ToolError`` without Helm.

    The problems of a ``TemplateError`` have their places in the repository's files, where these are known.
    """
    if chart.reference not in rules.charts:
        raise TemplateError(
            f"{chart.file}: {chart.reference} is not fetched, since no app of generator.yaml is this chart; "
            "regenerate it: python -m generator"
        )
    helm = tools.find("helm")
    try:
        file = archive.obtain(chart, _digest(directory, chart), helm)
    except FetchError as exc:
        raise TemplateError(f"{exc.message}; {exc.hint}") from exc
    wanted = Rendering(chart, file, inputs(directory, chart), helm, rules.kubernetes)
    try:
        return render(wanted)
    except RefusedByHelm as exc:
        found = values.faults(_reader(directory, rules), chart, wanted.contents, file, exc.said)
        if not found:
            raise
        raise TemplateError(*map(_told, found)) from exc


def _reader(directory: Path, rules: Rules) -> values.ReadSpec | None:
    return partial(rules.read_spec, directory) if rules.read_spec else None


def _told(fault: Fault) -> str:
    return f"{fault}; {fault.hint}" if fault.hint else str(fault)


def _digest(directory: Path, chart: Deployed) -> str:
    """Return the digest that the lock or the Application names; they must agree."""
    try:
        locked = lock.digest_of(lock.read(directory), chart)
    except SpecError as exc:
        raise TemplateError(*(f"{fault}; {fault.hint}" for fault in exc.faults)) from exc
    if locked and chart.digest and locked != chart.digest:
        raise TemplateError(
            f"{chart.file}: {chart.name} {chart.version} is {chart.digest} here, and {locked} in {CHART_LOCK}; "
            f"mend the wrong one, then {lock.COMMAND}"
        )
    if found := locked or chart.digest:
        return found
    raise TemplateError(f"{chart.name} {chart.version} is not in {CHART_LOCK}; lock it: {lock.COMMAND}")
