"""A token of the environment's GitHub App, for git."""

from __future__ import annotations

import json
import re
from typing import Final

from generator.clients import forges, missing
from generator.clients.forges import access, github, github_app
from generator.clients.forges.forge import TIMEOUT_SECONDS
from generator.errors import ForgeError, UsageError
from generator.git import plumbing

# What pushing takes, and what a pull request does, and nothing else.
_RIGHTS: Final = {"contents": "write"}
_REQUEST: Final = {"pull_requests": "write"}
_VARIABLES: Final = ("GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY")
_ADDRESS: Final = re.compile(r"https?://([\w.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(/\S*)?", re.IGNORECASE)


def token(url: str, api: str | None = None, *, requests: bool = False) -> str:
    """Return a token for the repository at ``url``, for an hour, with the right to push, and to open pull ``requests``.

    Raises:
        UsageError: the environment names no App, or ``api`` is no address.
        ForgeError: GitHub refuses it.
    """
    _require_github(url) if api is None else _require_address(api)
    app = github_app.configured()
    if app is None:
        raise UsageError("no GitHub App to get a token for", "set GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY")
    try:
        import jwt

        client = github.client()
    except ImportError:
        raise missing.library("PyGithub", "github") from None
    server, path = access.place(url, api, *_VARIABLES)
    owner, _, name = path.partition("/")
    signing = client.Auth.AppAuth(app.id, app.key)
    try:
        with client.GithubIntegration(
            auth=signing,
            base_url=github.api_of(server),
            timeout=int(TIMEOUT_SECONDS),
            retry=access.Patience.usual(),
            verify=access.certificates(),
            user_agent="gitops-generator",
        ) as integration:
            as_app = {"Authorization": f"Bearer {signing.create_jwt()}"}
            ask = integration.requester.requestJsonAndCheck
            _, installation = ask("GET", f"/repos/{owner}/{name}/installation", headers=as_app)
            # The client's own call cannot leave out the App's other repositories.
            _, answer = ask(
                "POST",
                f"/app/installations/{_field(server, installation, 'id', int)}/access_tokens",
                headers=as_app,
                input={"permissions": {**_RIGHTS, **(_REQUEST if requests else {})}, "repositories": [name]},
            )
    except client.GithubException as exc:
        raise access.refusal(server, exc.status, exc.data, *_VARIABLES) from None
    except (json.JSONDecodeError, RecursionError, LookupError, TypeError, AttributeError):
        raise _strange(server) from None
    except (jwt.PyJWTError, ValueError):
        raise ForgeError(
            "GITHUB_APP_PRIVATE_KEY is no private key", "it is a private key in PEM, as GitHub gave it"
        ) from None
    except OSError as exc:  # as requests' own errors are
        raise access.unreachable(server, exc) from None
    return str(_field(server, answer, "token", str))


def _require_address(api: str) -> None:
    if not _ADDRESS.fullmatch(api):
        raise UsageError(
            f"{plumbing.without_passwords(api)}: no address of a GitHub", "like https://github.example.com"
        )


def _require_github(url: str) -> None:
    """Refuse a name that tells another forge first: the App's key has no business there."""
    try:
        kind = forges.kind_of(url)
    except ForgeError:  # a server of one's own may have any name
        return
    if kind != "github":
        where = plumbing.without_passwords(url)
        raise ForgeError(f"{where}: this is {kind}, and no GitHub", "only GitHub has Apps; is `repository:` right?")


def _field(server: str, answer: object, name: str, kind: type) -> object:
    """Return a field of an answer; a page in place of one, as a proxy's, has none."""
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, kind):
        raise _strange(server)
    return found


def _strange(server: str) -> ForgeError:
    return ForgeError(
        f"{access.host_of(server)}: its answer is not GitHub's", "does `--api`, or `repository:`, lead to a GitHub?"
    )
