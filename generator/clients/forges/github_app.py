r"""Authentication as a GitHub App, with tokens that last an hour and belong to no user.

``GITHUB_APP_ID`` says which one. Its private key (PEM) is in
``GITHUB_APP_PRIVATE_KEY`` (line ends may be written ``\n``), in the file that
``GITHUB_APP_PRIVATE_KEY_FILE`` names, or in the AWS Secrets Manager secret that
``GITHUB_APP_PRIVATE_KEY_SECRET`` names.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.clients.forges import access
from generator.errors import ForgeError

if TYPE_CHECKING:
    from github.Auth import AppInstallationAuth

VARIABLES = ("GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_PRIVATE_KEY_FILE", "GITHUB_APP_PRIVATE_KEY_SECRET")


@dataclass(frozen=True, slots=True)
class App:
    """``key`` is the private key; it is never shown."""

    id: str
    key: str

    def __repr__(self) -> str:
        return f"App({self.id})"

    def authentication(self, path: str, options: Mapping[str, Any]) -> AppInstallationAuth:
        """Authenticate as the App's installation for this repository, with the rights for pull requests."""
        import github

        owner, _, name = path.partition("/")
        as_app = github.Auth.AppAuth(self.id, self.key)
        try:
            as_app.create_jwt()
        except Exception:  # noqa: BLE001 (whatever the key's reader raises quotes parts of it)
            raise ForgeError("the private key of the GitHub App cannot be read", "it is PEM: -----BEGIN …") from None
        with github.GithubIntegration(auth=as_app, **options) as integration:
            installation = integration.get_repo_installation(owner, name)
        rights = {"contents": "write", "pull_requests": "write"}
        return as_app.get_installation_auth(installation.id, rights)


def configured() -> App | None:
    """Return the App of the environment, if there is one."""
    app_id = access.token("GITHUB_APP_ID")
    if app_id is None:
        return None
    return App(app_id, _key())


def _key() -> str:
    if written := access.given("GITHUB_APP_PRIVATE_KEY"):
        return written.replace("\\n", "\n")
    if file := access.token("GITHUB_APP_PRIVATE_KEY_FILE"):
        try:
            return Path(file).read_text()
        except OSError as exc:
            raise ForgeError(
                f"{file}: {os.strerror(exc.errno or 0)}", "GITHUB_APP_PRIVATE_KEY_FILE names the private key's file"
            ) from exc
        except ValueError:  # its words would quote the file
            raise ForgeError(f"{file}: is no text", "GITHUB_APP_PRIVATE_KEY_FILE names a private key in PEM") from None
    if secret := access.token("GITHUB_APP_PRIVATE_KEY_SECRET"):
        from generator.clients.aws import session

        return session.secret(secret)
    raise ForgeError("GITHUB_APP_ID is set, but no private key", f"set one of {', '.join(VARIABLES)}")
