"""Write server-sent events in the HTML standard's format `text/event-stream`."""

import re

# The line ends of a stream; other line separators of Unicode do not count.
LINE_END = re.compile(r"\r\n|\r|\n")
HEARTBEAT = b":\n\n"


def event(name: str, data: str, number: int | None = None) -> bytes:
    """Return an event; a browser sends `number` back when it connects again. Empty lines are left out."""
    lines = [f"event: {name}"]
    if number is not None:
        lines.append(f"id: {number}")
    lines += [f"data: {line}" for line in LINE_END.split(data) if line.strip()] or ["data:"]
    return ("\n".join(lines) + "\n\n").encode()


def retry(milliseconds: int) -> bytes:
    """Return a message that tells the browser how long to wait before it connects again."""
    return f"retry: {milliseconds}\n\n".encode()
