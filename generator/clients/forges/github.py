"""GitHub and GitHub Enterprise, through PyGithub.

Credentials: ``GITHUB_TOKEN``, ``GH_TOKEN`` or ``GIT_TOKEN``; or a GitHub App,
as ``github_app`` has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from generator.backoff import Backoff
from generator.clients import missing
from generator.clients.forges import access, github_app
from generator.clients.forges.forge import TIMEOUT_SECONDS, Labeled, PullRequest, Review, chosen, clipped, people
from generator.errors import ForgeError

if TYPE_CHECKING:
    from github import Github
    from github.NamedUser import NamedUser
    from github.Organization import Organization
    from github.PullRequest import PullRequest as Pull
    from github.Repository import Repository

    from generator.clients.forges.forge import State

TOKENS: Final = ("GITHUB_TOKEN", "GH_TOKEN", "GIT_TOKEN")
PER_PAGE: Final = 100
TITLE_LIMIT: Final = 256
# GitHub's own advice for a secondary limit that names no time.
SECONDARY_SECONDS: Final = 60.0
MERGE_ATTEMPTS: Final = 5
MERGE_BACKOFF: Final = Backoff(first=1.0, longest=5.0)

T = TypeVar("T")


@access.understood
class GitHub:
    """The pull requests of one repository."""

    body_limit = 65_536

    def __init__(self, server: str, path: str, client: Github) -> None:
        self._server = server
        self._path = path
        self._owner = path.partition("/")[0]
        self._repository: Repository = client.get_repo(path)

    def requests(
        self, base: str, prefix: str = "", state: State = "open", *, exact: bool = False, forks: bool = False
    ) -> list[PullRequest]:
        """Implement ``Forge.requests``."""
        query = {"state": "open" if state == "open" else "closed", "base": base}
        if exact:
            query["head"] = f"{self._owner}:{prefix}"
        pulls = self._asked(lambda: list(self._repository.get_pulls(**query, sort="created", direction="desc")))
        wanted = (pull for pull in pulls if chosen(pull.head.ref, prefix, exact=exact) and (forks or _own(pull)))
        found = [_request(pull) for pull in wanted]
        return [request for request in found if request.state == state]

    def open(
        self, head: str, base: str, title: str, body: str, reviewers: Sequence[str] = (), labels: Sequence[str] = ()
    ) -> PullRequest:
        """Implement ``Forge.open``."""
        pull = self._asked(
            lambda: self._repository.create_pull(
                base=base, head=head, title=clipped(title, TITLE_LIMIT), body=clipped(body, self.body_limit)
            )
        )
        if labels:
            # As it is described; PyGithub sends the bare list, which is not.
            fields = {"labels": list(labels)}
            self._asked(lambda: pull.requester.requestJsonAndCheck("POST", f"{pull.issue_url}/labels", input=fields))
        if reviewers:
            self._ask_for_review(pull, reviewers)
        return _request(pull)

    def update(self, request: PullRequest, title: str, body: str) -> PullRequest:
        """Implement ``Forge.update``."""
        pull = self._pull(request)
        self._asked(lambda: pull.edit(title=clipped(title, TITLE_LIMIT), body=clipped(body, self.body_limit)))
        return _request(pull)

    def comment(self, request: PullRequest, text: str, marker: str) -> None:
        """Implement ``Forge.comment``."""
        said = clipped(text, self.body_limit)
        pull = self._pull(request)
        comments = self._asked(lambda: list(pull.get_issue_comments()))
        marked = [comment for comment in comments if marker in (comment.body or "")]
        me = self._me() if marked else ""
        former = next((comment for comment in marked if me and _is(comment.user, me)), None)
        if former is None:
            self._asked(lambda: pull.create_issue_comment(said))
        elif former.body != said:
            self._asked(lambda: former.edit(said))

    def labeled(self, label: str) -> list[Labeled]:
        """Implement ``Forge.labeled``."""
        pulls = self._asked(lambda: list(self._repository.get_pulls(state="open", sort="created", direction="desc")))
        found = [pull for pull in pulls if any(one.name == label for one in pull.labels)]
        return [Labeled(_request(pull), pull.head.sha, self._labeled_at(pull, label)) for pull in found]

    def unlabel(self, request: PullRequest, label: str) -> None:
        """Implement ``Forge.unlabel``."""
        pull = self._pull(request)
        if any(one.name == label for one in pull.labels):
            self._asked(lambda: pull.remove_from_labels(label))

    def _labeled_at(self, pull: Pull, label: str) -> int:
        """Return when a request got a label last; when it was opened, where GitHub does not tell any more."""
        events = self._asked(lambda: list(pull.get_issue_events()))
        times = [one.created_at for one in events if one.event == "labeled" and one.label and one.label.name == label]
        return int(max([pull.created_at, *times]).timestamp())

    def close(self, request: PullRequest, reason: str) -> None:
        """Implement ``Forge.close``."""
        pull = self._pull(request)
        if pull.state == "open":
            self._asked(lambda: pull.edit(state="closed"))
            self._asked(lambda: pull.create_issue_comment(reason))

    def merge(self, request: PullRequest, commit: str) -> PullRequest:
        """Implement ``Forge.merge``, by a merge commit, or squashed or rebased where only that is allowed."""
        pull = self._pull(request)
        if pull.merged_at is not None:
            return _request(pull)
        if pull.state != "open":
            raise ForgeError(f"pull request {request.number} is closed", "open a new one")
        refusals: list[ForgeError] = []
        for method in ("merge", "squash", "rebase"):
            try:
                self._merge(pull, commit, method)
                return _request(self._pull(request))
            except ForgeError as exc:
                refusals.append(exc)
                if "not allowed" not in exc.message:
                    raise
        raise refusals[0]

    def _merge(self, pull: Pull, commit: str, method: str) -> None:
        words: dict[str, Any] = {}
        if method == "squash":
            # The message of the commit, trailers included, is what tells what was released.
            message = self._asked(lambda: self._repository.get_git_commit(commit)).message
            title, _, rest = message.partition("\n")
            words = {"commit_title": title, "commit_message": rest.strip("\n")}
        for attempt in range(1, MERGE_ATTEMPTS + 1):
            try:
                self._asked(lambda: pull.merge(sha=commit, merge_method=method, **words))
                return
            except ForgeError as exc:
                # Another push to the base; GitHub asks to try again.
                if "Base branch was modified" not in exc.message or attempt == MERGE_ATTEMPTS:
                    raise
                access.pause(MERGE_BACKOFF.pause(attempt))

    def reviewed(self, requests: Sequence[PullRequest]) -> list[PullRequest]:
        """Implement ``ReviewingForge.reviewed``, by one query; without the right to it, requests stay as they are."""
        from generator.clients.forges import github_reviews

        try:
            _, answer = self._asked(lambda: self._repository.requester.graphql_query(*github_reviews.query(self._path)))
        except ForgeError:
            return list(requests)
        return github_reviews.added(requests, answer)

    def _me(self) -> str:
        """Return whose our token is, an App's or that of Actions included, of which REST tells nothing.

        Empty if not known.
        """
        try:
            _, answer = self._asked(lambda: self._repository.requester.graphql_query("query { viewer { login } }", {}))
            return str(answer["data"]["viewer"]["login"])
        except (ForgeError, KeyError, TypeError):
            return ""

    def _pull(self, request: PullRequest) -> Pull:
        return self._asked(lambda: self._repository.get_pull(int(request.number)).complete())

    def _ask_for_review(self, pull: Pull, reviewers: Sequence[str]) -> None:
        """Ask all reviewers at once; or, if one of them is unknown, or the author, one by one."""
        users, teams = people(reviewers, self._owner)
        if not teams and not users:
            return
        try:
            self._asked(lambda: pull.create_review_request(reviewers=users, team_reviewers=teams))
        except _Unprocessable:
            for user in users:
                self._try(lambda user=user: pull.create_review_request(reviewers=[user]))  # type: ignore[misc]
            for team in teams:
                self._try(lambda team=team: pull.create_review_request(team_reviewers=[team]))  # type: ignore[misc]

    def _try(self, call: Callable[[], object]) -> None:
        try:
            self._asked(call)
        except _Unprocessable:
            return

    def _asked(self, call: Callable[[], T]) -> T:
        """Return the answer; ask once more after a pause where a secondary limit names no time."""
        from github import RateLimitExceededException

        with _translated(self._server):
            try:
                return call()
            except RateLimitExceededException as exc:
                names = {name.lower() for name in exc.headers or {}}
                if "retry-after" in names or (exc.headers or {}).get("x-ratelimit-remaining") == "0":
                    raise  # waited for already, or too long to wait for
                access.pause(SECONDARY_SECONDS)
                return call()


class _Unprocessable(ForgeError):
    """422: what was asked for does not fit; for a review, an unknown name."""


@contextmanager
def _translated(server: str) -> Iterator[None]:
    import requests
    from github import GithubException

    try:
        yield
    except GithubException as exc:
        error = access.refusal(server, exc.status, exc.data, *TOKENS)
        raise (_Unprocessable(error.message, error.hint) if exc.status == 422 else error) from None
    except requests.RequestException as exc:
        raise access.unreachable(server, exc) from None


def _own(pull: Pull) -> bool:
    """Tell whether its branch is in the repository itself; a fork may be gone."""
    head = pull.head.repo
    return head is not None and head.id == pull.base.repo.id


def _is(user: NamedUser | Organization | None, login: str) -> bool:
    """Tell whether that is the name of a user; GitHub leaves an App's ``[bot]`` out in some places."""
    if user is None:
        return False
    return user.login == login or (user.type == "Bot" and user.login == f"{login}[bot]")


def _request(pull: Pull) -> PullRequest:
    # Fields that a list leaves out are not asked for: that would be a request for each.
    mergeable: bool | None = pull._mergeable.value
    merged = pull.merged_at is not None
    state: State = "merged" if merged else "open" if pull.state == "open" else "closed"
    return PullRequest(
        number=str(pull.number),
        url=pull.html_url,
        title=pull.title,
        body=pull.body or "",
        head=pull.head.ref,
        base=pull.base.ref,
        state=state,
        mergeable=mergeable if state == "open" else None,
        merge_commit=pull.merge_commit_sha if merged else None,
        review=_review(pull),
    )


def _review(pull: Pull) -> Review:
    """Return what a list has of it."""
    user, created = pull._user.value, pull._created_at.value
    people, teams = pull._requested_reviewers.value, pull._requested_teams.value
    asked = None if people is None else (*(one.login for one in people), *(team.slug for team in teams or ()))
    return Review(user.login if user else None, int(created.timestamp()) if created else None, pull._draft.value, asked)


def api_of(server: str) -> str:
    """Return where the API of a GitHub at this address is.

    Github.com, a tenant of ghe.com, or a server of one's own.
    """
    host = access.host_of(server)
    if host in ("github.com", "www.github.com"):
        return "https://api.github.com"
    if host.endswith(".ghe.com"):
        return f"https://api.{host}"
    return f"{server}/api/v3"


def client() -> Any:
    """Return PyGithub, whose sessions have our bounds of time and size."""
    try:
        import github
        from github import Requester
    except ImportError:
        raise missing.library("PyGithub", "github") from None

    class Http(Requester.HTTPRequestsConnectionClass):
        """Over http."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            access.bound(self.session, int(self.timeout or TIMEOUT_SECONDS))

    class Https(Requester.HTTPSRequestsConnectionClass):
        """Over https."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            access.bound(self.session, int(self.timeout or TIMEOUT_SECONDS))

    Requester.Requester.injectConnectionClasses(Http, Https)
    return github


def connect(url: str, api: str | None = None, timeout: int = TIMEOUT_SECONDS) -> GitHub:
    """Return the repository at this URL; ``api`` is the address of a GitHub Enterprise server."""
    server, path = access.place(url, api, *TOKENS, *github_app.VARIABLES)
    # Before the library, which nobody needs without credentials.
    app = github_app.configured()
    token = access.needed_token(*TOKENS) if app is None else ""
    github = client()
    options: dict[str, Any] = {
        "base_url": api_of(server), "timeout": timeout, "retry": access.Patience.usual(),
        "verify": access.certificates(), "seconds_between_requests": None, "seconds_between_writes": None,
        "user_agent": "gitops-generator",
    }  # fmt: skip
    auth: Any
    if app is not None:
        with _translated(server):
            auth = app.authentication(path, options)
    else:
        auth = github.Auth.Token(token)
    return GitHub(server, path, github.Github(auth=auth, per_page=PER_PAGE, lazy=True, **options))
