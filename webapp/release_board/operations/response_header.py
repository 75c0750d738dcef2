"""Headers of all responses: pages run only the board's own script and load nothing from other hosts."""

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


# A year. The header is only sent if PUBLIC_URL says that browsers use https.
BY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


def init_app(app: Flask) -> None:
    """Add `HEADERS` to all responses, including errors."""
    is_secure = app.extensions["release_board.settings"].access.is_secure
    app.extensions["release_board.headers"] = HEADERS | (BY_HTTPS if is_secure else {})
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Set each header unless the view has set it. Browsers must revalidate pages by their ETags."""
    for name, value in current_app.extensions["release_board.headers"].items():
        response.headers.setdefault(name, value)
    fresh = "no-cache" if request.method in {"GET", "HEAD"} and response.status_code < 400 else "no-store"
    response.headers.setdefault("Cache-Control", fresh)
    return response
