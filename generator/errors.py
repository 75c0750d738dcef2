"""Every error that the generator raises on purpose.

GeneratorError                    exit 1: something for the user to fix
├── UsageError                    exit 2: the command line is off
├── SpecError                     faults in generator.yaml, all of one run
├── RepositoryError               the repository is not in a state to work on
│   ├── Conflicts                 exit 4: hand edits and the spec disagree
│   └── Moved                     what somebody looked at has changed since
├── ProcessError                  a program that we ran failed
│   └── GitError                  … and it was git
│       └── PushRefused           … and no retry will help
├── ToolError                     a pinned tool is missing or unfit
│   └── ChecksumMismatch          a download is not what was recorded
├── ArgoCdError                   Argo CD cannot be reached, or what it runs is not well
├── ForgeError                    a forge refused a pull request, or cannot be reached
│   └── NoForge                   … since nothing tells which it is, or no credentials are set
└── ClusterError                  the local cluster cannot do what was asked

``cli.main`` prints ``error: <message>`` and ``hint: <hint>`` and exits with
``exit_code``. Anything else that escapes is a bug in here and exits 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple


class GeneratorError(Exception):
    """Something for the user to fix.

    ``message`` says what and where; ``hint`` is the next command or edit,
    without a full stop.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GeneratorError):
    """The command line asks for something that cannot be."""

    exit_code = 2


def reason(error: GeneratorError) -> str:
    """Return an error with what to do on one line: the first fault of a file's, or another error's message."""
    fault = error.faults[0] if isinstance(error, SpecError) and error.faults else None
    message, hint = (str(fault), fault.hint) if fault else (error.message, error.hint)
    return f"{message} ({hint})" if hint else message


class Fault(NamedTuple):
    """One thing wrong in a file: where (1-based line and column), what, and what to do.

    ``excerpt`` shows the lines around it, where the place alone does not tell.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    hint: str = ""
    excerpt: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        subject = f" {self.path}:" if self.path else ":"
        return f"{where}{subject} {self.message}"


class Conflict(NamedTuple):
    """A place where a person and the generator disagree.

    ``line`` (from 1) is where it stands in the local file, ``field`` the path
    within it, empty for the whole file. The values are as YAML on one line;
    ``None`` where there is nothing. ``author`` is who changed the local one
    (commit, name, subject), where that was asked.
    """

    path: str
    line: int
    field: str
    original: str | None
    local: str | None
    updated: str | None
    author: str = ""


class SpecError(GeneratorError):
    """The spec, or a file that users edit, has faults; ``faults`` holds every one of this run, in order."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        count = len(faults)
        files = sorted({fault.file for fault in faults})
        super().__init__(f"{count} fault{'s' if count != 1 else ''} in {', '.join(files)}; nothing was written")


class RepositoryError(GeneratorError):
    """The repository is missing something, or is not in a state to be worked on."""


class Moved(RepositoryError):
    """What a person had looked at, and asked for, has changed meanwhile; nothing was done."""


class Conflicts(RepositoryError):
    """A person and the spec changed the same thing differently; nothing was written."""

    exit_code = 4

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = list(conflicts)
        count = len(self.conflicts)
        super().__init__(
            f"{count} conflict{'s' if count != 1 else ''} between hand edits and the spec; nothing was written",
            "keep one side: python -m generator generate --keep local|updated [PATH…]; "
            "or --interactive, to decide one by one",
        )


class ProcessError(GeneratorError):
    """A program failed; ``returncode`` is its exit status (negative: a signal), ``stderr`` what it said."""

    def __init__(self, message: str, hint: str = "", *, returncode: int = 1, stderr: str = "") -> None:
        super().__init__(message, hint)
        self.returncode = returncode
        self.stderr = stderr


class GitError(ProcessError):
    """A git command failed."""


class PushRefused(GitError):
    """The remote refused a push for a reason that no retry will change."""


class ToolError(GeneratorError):
    """A pinned tool is missing, of the wrong version, or cannot be installed."""


class ChecksumMismatch(ToolError):
    """A download differs from the checksum that was published or recorded."""


class ForgeError(GeneratorError):
    """A forge refused what was asked of it, or cannot be reached."""


class NoForge(ForgeError):
    """No forge is known for the repository, or no credentials for it: there is nothing to ask."""


class ArgoCdError(GeneratorError):
    """Argo CD refuses, cannot be reached, or does not run what it should; ``passing``: asking again may help."""

    def __init__(self, message: str, hint: str = "", *, passing: bool = False) -> None:
        super().__init__(message, hint)
        self.passing = passing


class DeployError(GeneratorError):
    """An app cannot be made to run on ECS or does not come to run there, or a site's files do not come to browsers."""


class ClusterError(GeneratorError):
    """The local cluster cannot be started, stopped or reached."""
