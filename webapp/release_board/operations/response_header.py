"""Headers that every response carries: pages run only the board's own script and load nothing from elsewhere."""

from flask import Flask, Response, current_app, request

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


# A year. It is for a host that is reached by https, which PUBLIC_URL says.
BY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


def init_app(app: Flask) -> None:
    """Add `HEADERS` to error responses too."""
    is_secure = app.extensions["release_board.settings"].access.is_secure
    app.extensions["release_board.headers"] = HEADERS | (BY_HTTPS if is_secure else {})
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Set each header unless a view has set its own; a page is asked for again, with its ETag."""
    for name, value in current_app.extensions["release_board.headers"].items():
        response.headers.setdefault(name, value)
    fresh = "no-cache" if request.method in {"GET", "HEAD"} and response.status_code < 400 else "no-store"
    response.headers.setdefault("Cache-Control", fresh)
    return response
