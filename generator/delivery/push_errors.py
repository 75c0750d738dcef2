"""Classify a server's refusal: try again, try again later, or never."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from generator.errors import GitError, PushRefused
from generator.git import plumbing


class Verdict(Enum):
    """Reaction to a refusal."""

    MOVED = "the branch has moved: apply the edit to its new tip"
    DOWN = "the server is down for a moment: ask again"
    FINAL = "nothing that we could do again would change it"


# Patterns for text in lower case.
# What will not change, even where a line beside it sounds as if it would.
FINAL: Final = (
    r"hook declined|protected branch|gh0\d\d|gl-hook-err|tf40\d+|not allowed to|permission|denied"
    r"|authentication failed|could not read username|invalid credentials|access.?denied"
    r"|returned error: 4(?!08|09|2[59])\d\d|repository not found|does not appear to be a git repository"
    r"|deny (?:updating|current)|shallow update not allowed|unpacker error|exceeds|too large"
    r"|does not support (?:--atomic|--signed|push options)|could not read password"
    r"|host key verification failed|certificate"
)
# Rules about commits themselves, which a pull request does not get around, and what meets them.
RULES: Final = (
    (
        r"commit message|message (?:does not|must|should)|change-id|commitlint|conventional commit",
        "say the form that the server asks for: `commits: {subject: …}` in generator.yaml, or bump --subject",
    ),
    (
        r"(?:author|committer)(?:'s)? (?:e-?mail|name)|verified e-?mail",
        "commit as whom the server asks for: git config user.name and user.email, or GIT_AUTHOR_EMAIL and the like",
    ),
    (
        r"verified signature|(?:must be|be|not) signed|unsigned|signed commit",
        "sign it: bump --sign; or let a reviewer merge a pull request, whose merge the forge signs",
    ),
)
GUARDED: Final = r"protected|hook declined|gh0(?:06|13)|gl-hook-err|tf402455|not allowed to push|rule violations"
MOVED: Final = (
    r"non-fast-forward|fetch first|cannot lock ref|failed to lock|incorrect old value provided|stale info"
    r"|remote ref updated since checkout|reference already exists|failed to update ref|atomic push failed"
    r"|atomic transaction failed|remote ref does not exist|needs to be updated|changed while|concurrent"
    r"|unable to (?:lock|update) (?:local )?ref|returned error: 409|reference (?:name )?.*(?:has )?been updated"
    r"|is at [0-9a-f]+ but expected"
)
# A forge whose own parts do not reach each other refuses through a hook.
INSIDE: Final = r"api is not accessible|internal api unreachable|error: 50[0234]\b|internal server error"
DOWN: Final = (
    r"returned error: (?:5\d\d|408|425|429)|rpc failed|early eof|connection (?:was )?(?:reset|refused|timed out|closed)"
    r"|(?:empty|no) reply|remote end hung up|unexpected disconnect|recv failure|send failure|failed to connect"
    r"|couldn't connect|could not resolve host|operation timed out|gnutls|ssl_(?:error|read|write|connect)"
    r"|internal server error|temporarily unavailable|bad gateway|service unavailable|try again|http/2 stream"
    r"|fatal error in commit_refs|rate.?(?:limit|exceeded)|too many requests|throttl|broken pipe|transfer closed"
)

# The lines that tell a reason, and those of them that say no more than that there is one.
_TELLING: Final = r"rejected|remote:|fatal:|error:"
_SILENT: Final = r"^remote:$|^error: failed to push some refs"
# What git adds where ssh has failed, and ssh's own words that are no reason.
_SSH: Final = "Could not read from remote repository"
_SSH_SILENT: Final = (
    rf"{_SSH}|^Please make sure you have the correct access|^and the repository exists|^Warning: Permanently added"
)


def verdict(said: str) -> Verdict:
    """Return the class of a refusal, by the messages of git and the server."""
    lower = said.lower()
    if re.search(INSIDE, lower):
        return Verdict.DOWN
    if re.search(FINAL, lower):
        return Verdict.FINAL
    if re.search(MOVED, lower):
        return Verdict.MOVED
    return Verdict.DOWN if re.search(DOWN, lower) else Verdict.FINAL


def unanswered(exc: GitError) -> bool:
    """Tell whether git got no answer, so that the outcome of the push is unknown."""
    slow = "operation too slow" in exc.stderr.lower() and verdict(exc.stderr) is Verdict.FINAL
    return slow or exc.returncode == plumbing.TIMED_OUT


def refused(branch: str, exc: GitError, tries: int = 1) -> PushRefused:
    """Return the error for a push that is given up, with the server's reason."""
    if isinstance(exc, PushRefused):
        return exc
    message = f"{branch}: the push was refused: {reason(exc)}"
    hint = rule(exc.stderr) or exc.hint or "ask who guards the branch"
    meant = verdict(exc.stderr)
    if unanswered(exc):
        message = f"{branch}: whether the push has landed is not known: {exc.message}"
        hint = "it may still land; run it again, which changes nothing where it has"
    elif meant is Verdict.DOWN:
        message, hint = f"{branch}: the server did not take the push in {_tries(tries)}: {reason(exc)}", plumbing.BUSY
    elif meant is Verdict.MOVED:
        hint = "another push came first: run it again"
    return PushRefused(message, hint, returncode=exc.returncode, stderr=exc.stderr)


def unreachable(branch: str, exc: GitError, tries: int) -> GitError:
    """Return the error for a branch that could not even be read."""
    message = f"{branch}: the server did not answer in {_tries(tries)}: {reason(exc)}"
    return GitError(message, exc.hint or plumbing.BUSY, returncode=exc.returncode, stderr=exc.stderr)


def _tries(count: int) -> str:
    return "1 try" if count == 1 else f"{count} tries"


def rule(said: str) -> str:
    """Return a hint for a rule about commits, if that is why the server refuses; else empty."""
    return next((hint for pattern, hint in RULES if re.search(pattern, said.lower())), "")


def guarded(exc: PushRefused) -> bool:
    """Tell whether the server accepts the login but no push to this branch, so that a pull request may help."""
    return bool(re.search(GUARDED, exc.stderr.lower())) and not rule(exc.stderr)


def reason(exc: GitError) -> str:
    """Return the lines with the reason."""
    said = exc.stderr.splitlines()
    if _SSH in exc.stderr:  # the reason is whatever ssh has said
        return "\n".join([line for line in said if not re.search(_SSH_SILENT, line)] or said)
    lines = [line for line in said if re.search(_TELLING, line) and not re.search(_SILENT, line)]
    # `!`, the references and the reason, with tabs in between, where git writes for programs.
    lines = [line.rpartition("\t")[2] if line.startswith("!\t") else line for line in lines]
    return "\n".join(lines or said[-5:] or [exc.message])
