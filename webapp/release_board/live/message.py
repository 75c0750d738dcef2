"""Write server-sent events, as the HTML standard defines `text/event-stream`."""

import re

# What ends a line of a stream; other line separators of Unicode do not.
LINE_END = re.compile(r"\r\n|\r|\n")
HEARTBEAT = b":\n\n"


def event(name: str, data: str, number: int | None = None) -> bytes:
    """Write an event; `number` is the id that a browser sends back when it connects again. Empty lines are left out."""
    lines = [f"event: {name}"]
    if number is not None:
        lines.append(f"id: {number}")
    lines += [f"data: {line}" for line in LINE_END.split(data) if line.strip()] or ["data:"]
    return ("\n".join(lines) + "\n\n").encode()


def retry(milliseconds: int) -> bytes:
    """Tell the browser how long to wait before it connects again."""
    return f"retry: {milliseconds}\n\n".encode()
