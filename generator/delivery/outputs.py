"""Write Terraform's outputs of an environment into its file: here, or on the remote's branch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from generator.delivery import commit_message, push
from generator.files import work_tree
from generator.git import checkout
from generator.git import history as histories

if TYPE_CHECKING:
    from generator.delivery.change import Read


def in_work_tree(directory: Path, path: str, content: bytes, message: str, *, commit: bool) -> tuple[bool, str | None]:
    """Write the file here, and commit it if requested; return whether anything changed, and the commit."""
    with work_tree.locked(directory):
        changes = work_tree.read(directory, [path]).get(path) != content
        if changes:
            work_tree.write(directory, {path: content})
    if commit and checkout.changed(directory, path):
        return True, checkout.commit(directory, message, [path])
    return changes, None


def pushed(url: str, branch: str, path: str, content: bytes, message: str) -> str | None:
    """Push the file to the remote's branch; return the commit, or ``None`` if it is there already."""

    def edit(read: Read) -> Mapping[str, bytes]:
        return {} if read(path) == content else {path: content}

    return push.publish(url, branch, edit, message, paths=[path]).commit


def there(url: str, branch: str, path: str) -> bytes | None:
    """Return the file on the remote's branch."""
    with histories.clone(url, branch) as clone:
        clone.fetch()
        return clone.read(clone.tip, path)


def message(environment: str, form: str) -> str:
    """Return the commit's message, which contains no value."""
    text = commit_message.compose(f"Take over what Terraform gave {environment}", [], form=form)
    return f"{text}\n{commit_message.OUTPUTS}: {environment}\n"
