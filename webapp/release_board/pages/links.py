"""Safe links: texts from git may only link to pages of the web."""

from urllib.parse import urlsplit


def safe_url(text: str | None) -> str | None:
    """Return an http or https URL with a host; None for other texts, which pages then show as text."""
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
