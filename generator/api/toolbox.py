"""`tools_report` and `tools_install`: the pinned programs that other operations run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator import tools
from generator.api.call import NONE, Credentials, Progress, silent
from generator.credentials import using
from generator.tools import Installed as Tool
from generator.tools.installation import install

__all__ = ["Tool", "ToolsRequest", "tools_install", "tools_report"]


@dataclass(frozen=True, slots=True)
class ToolsRequest:
    """Tools or groups (none: every tool to report on, the group `core` to install).

    `system` also installs the Debian packages that the local cluster needs, which takes root.
    """

    names: Sequence[str] = ()
    system: bool = False


def tools_report(
    request: ToolsRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> tuple[Tool, ...]:
    """Report where each tool was found, and why other places were not used; nothing is downloaded."""
    with using(credentials):
        progress("looking for tools")
        return tuple(tools.report(list(request.names) or None))


def tools_install(
    request: ToolsRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> tuple[Tool, ...]:
    """Install missing tools. After a failure, the tools that were installed before stay."""
    with using(credentials):
        if request.system:
            tools.system(tools.LOCAL_PACKAGES, install=True, echo=progress)
        return tuple(install(list(request.names) or ["core"], echo=progress))
