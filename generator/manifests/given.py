"""Find references to outputs of Terraform that have no value yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from generator.manifests import stream
from generator.spec import infra_reference

if TYPE_CHECKING:
    from generator.manifests.stream import Document

_HINT = "apply infra/environments/{0}, then run: python -m generator outputs --env {0} --push"


def problems(documents: Sequence[Document], environment: str) -> Iterator[str]:
    """Yield a problem for each manifest with such a reference; Argo CD would apply it as it is."""
    for one in documents:
        if found := infra_reference.names(one.data) if infra_reference.START in one.text else []:
            about = f"Terraform has not given {', '.join(found)} yet, and Argo CD would sync it without"
            yield f"{stream.title(one.data)}: {about}; {_HINT.format(environment)}"
