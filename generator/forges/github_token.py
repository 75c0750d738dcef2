"""A token of the environment's GitHub App, for git."""

from __future__ import annotations

from typing import Final

from generator.errors import ForgeError, UsageError
from generator.forges import access, github, github_app
from generator.forges.forge import TIMEOUT_SECONDS

# What pushing takes, and what a pull request does, and nothing else.
_RIGHTS: Final = {"contents": "write"}
_REQUEST: Final = {"pull_requests": "write"}
_VARIABLES: Final = ("GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY")


def token(url: str, api: str | None = None, *, requests: bool = False) -> str:
    """A token for the repository at ``url``, for an hour, with the right to push, and to open pull ``requests``.

    ``UsageError`` if the environment names no App, ``ForgeError`` if GitHub refuses it.
    """
    app = github_app.configured()
    if app is None:
        raise UsageError("no GitHub App to get a token for", "set GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY")
    try:
        import github as client
        import jwt
    except ImportError:
        raise access.missing("PyGithub", "github") from None
    server, path = access.place(url, api)
    owner, _, name = path.partition("/")
    try:
        with client.GithubIntegration(
            auth=client.Auth.AppAuth(app.id, app.key),
            base_url=github.api_of(server),
            timeout=int(TIMEOUT_SECONDS),
            retry=access.Patience.usual(),
            verify=access.certificates(),
            user_agent="gitops-generator",
        ) as integration:
            installation = integration.get_repo_installation(owner, name)
            # The client's own call cannot leave out the App's other repositories.
            _, answer = integration.requester.requestJsonAndCheck(
                "POST",
                f"/app/installations/{installation.id}/access_tokens",
                headers={"Authorization": f"Bearer {integration.create_jwt()}"},
                input={"permissions": {**_RIGHTS, **(_REQUEST if requests else {})}, "repositories": [name]},
            )
    except client.GithubException as exc:
        raise access.refusal(server, exc.status, exc.data, *_VARIABLES) from None
    except (jwt.PyJWTError, ValueError):
        raise ForgeError(
            "GITHUB_APP_PRIVATE_KEY is no private key", "it is a private key in PEM, as GitHub gave it"
        ) from None
    except OSError as exc:  # as requests' own errors are
        raise access.unreachable(server, exc) from None
    granted: str = answer["token"]
    return granted
