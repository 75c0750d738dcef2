"""Safe links: text from git may only link to the web."""

from urllib.parse import urlsplit


def safe_url(text: str | None) -> str | None:
    """Return a URL of http or https that names a host; None for anything else, which is then shown as text."""
    if not text or any(ord(character) <= 32 or ord(character) == 127 for character in text):
        return None
    try:
        parts = urlsplit(text)
        named = parts.hostname
    except ValueError:
        return None
    return (
        text if parts.scheme in {"http", "https"} and named and "\\" not in text and "@" not in parts.netloc else None
    )
