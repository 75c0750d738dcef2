"""Free TCP ports on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import ExitStack


def free(names: Iterable[str]) -> dict[str, int]:
    """Find a different free port for each name.

    All ports stay open until the last one is found, so that they differ. They are
    tested on all addresses, because some components listen on all of them.
    """
    with ExitStack() as stack:
        sockets = {name: stack.enter_context(socket.socket()) for name in names}
        for opened in sockets.values():
            opened.bind(("", 0))
        return {name: opened.getsockname()[1] for name, opened in sockets.items()}
