"""Headers that every response carries: pages run only the board's own script and load nothing from elsewhere."""

from flask import Flask, Response, request

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def init_app(app: Flask) -> None:
    """Add `HEADERS` to error responses too."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Set each header unless a view has set its own; a page is asked for again, with its ETag."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    fresh = "no-cache" if request.method in {"GET", "HEAD"} and response.status_code < 400 else "no-store"
    response.headers.setdefault("Cache-Control", fresh)
    return response
