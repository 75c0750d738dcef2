"""`infra_destroy`: destroy an environment in the right order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.api.publishing import OnBranch
from generator.errors import GeneratorError
from generator.infra.teardown import Kept
from generator.spec.model import App
from generator.spec.targets import EKS

if TYPE_CHECKING:
    from generator.clients.argocd import ArgoCd
    from generator.infra.teardown import Bucket, Terraform
    from generator.spec.infra import Place
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class InfraDestroyRequest(OnBranch):
    """An environment to destroy. Nothing is done without `yes`; `timeout` limits each wait, in seconds."""

    environment: str
    directory: Path = Path()
    yes: bool = False
    timeout: float = 1800.0


@dataclass(frozen=True, slots=True)
class BucketToDestroy:
    """A bucket, and the number of its files up to 1000; `more` if it has others.

    With `emptied`, Terraform deletes the files, too, because the pipeline makes them again. Otherwise files in it stop
    the command.
    """

    name: str
    files: int
    more: bool
    emptied: bool


@dataclass(frozen=True, slots=True)
class InfraDestroyResult:
    """The steps that are to be done, or were, in their order.

    `applications` are files, `resources` is the number of resources that Terraform destroys, and `kept` are
    protected resources and buckets with files that nothing here makes again, which stop it. `buckets` are all others,
    `distributions` and `amplify` what serves sites, by name.
    """

    environment: str
    cluster: str
    applications: tuple[str, ...]
    load_balancers: tuple[str, ...]
    resources: int
    kept: tuple[Kept, ...]
    buckets: tuple[BucketToDestroy, ...] = ()
    distributions: tuple[str, ...] = ()
    amplify: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    done: bool = False


def infra_destroy(
    request: InfraDestroyRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> InfraDestroyResult:
    """Return the steps that destroy an environment; with `yes`, run them: git, load balancers, then Terraform."""
    with calling(credentials, request.directory, request.remote):
        return _Run(request, progress).result()


Change = Callable[[str, str, Sequence[str], str], str | None]
_KEPT: Final = (
    "to lose it, take that out where it stands (what `sync: manual` protects: say `sync: auto`, and generate), apply,"
    " and run this again; a bucket that `force_destroy` protects: empty it;"
    " to leave it in AWS: terraform state rm ADDRESS"
)


class _Run:
    def __init__(self, request: InfraDestroyRequest, progress: Progress) -> None:
        from generator.delivery import image
        from generator.infra.teardown import Terraform
        from generator.spec import loader

        self.request, self.progress = request, progress
        self.spec: Spec = loader.load(request.directory)
        self.name = image.environment_named(self.spec, request.environment).name
        infra = self.spec.infra
        if infra is None or self.name not in infra.places:
            raise GeneratorError(f"generator.yaml says nothing of AWS under {self.name}", "there is nothing to destroy")
        self.place: Place = infra.places[self.name]
        self.terraform: Terraform = Terraform(request.directory, self.name, infra.engine)
        self.url, self.branch = request.remote or self.spec.repository, request.branch or self.spec.branch

    def result(self) -> InfraDestroyResult:
        from generator.delivery import teardown

        self.progress("reading the state")
        state = self.terraform.state()
        self.progress(f"reading {self.branch}")
        there = self._there(teardown.files(self.spec, self.name))
        buckets = [self._looked_into(one) for one in state.buckets]
        full = [
            one.place for one, about in zip(state.buckets, buckets, strict=True) if about.files and not about.emptied
        ]
        found = InfraDestroyResult(
            self.name, self.place.cluster.name, tuple(there), tuple(self._balancers()), state.resources,
            tuple(sorted([*state.kept, *full])), tuple(buckets), state.distributions, state.amplify,
        )  # fmt: skip
        return self._done(found) if self.request.yes else found

    def _looked_into(self, bucket: Bucket) -> BucketToDestroy:
        from generator.clients.aws.s3 import Files

        self.progress(f"counting the files of {bucket.name}")
        files, more = Files(self.place.region, bucket.name).count()
        return BucketToDestroy(bucket.name, files, more, bucket.emptied)

    def _done(self, found: InfraDestroyResult) -> InfraDestroyResult:
        if found.kept:
            lines = [f"  {one.address}: {one.field} ({one.file}:{one.line})" for one in found.kept]
            what = f"{self.name} is not destroyed, and nothing was done: Terraform or AWS keeps"
            raise GeneratorError("\n".join([what, *lines]), _KEPT)
        commits = self._out_of_git(found) if found.applications else ()
        self._without_balancers()
        self.progress(f"destroying {found.resources} resources")
        self.terraform.destroy()
        return replace(found, load_balancers=(), commits=commits, done=True)

    def _out_of_git(self, found: InfraDestroyResult) -> tuple[str, ...]:
        from generator.delivery import teardown

        api = self._argocd()
        names = teardown.applications(self.spec, self.name, found.applications)
        teardown.unmarked(api, names)  # each is to be seen, before anything is changed
        first = f"Let Argo CD remove what the apps of {self.name} brought"
        marked = self._pushed(teardown.mark, found, first)
        hint = "does the root Application sync? Then run this again: it goes on where it was"
        self._wait("finalizers in the cluster", lambda: teardown.unmarked(api, names), hint)
        removed = self._pushed(teardown.remove, found, f"Take the apps of {self.name} down")
        self._wait("Applications to go", lambda: teardown.left(api, names), hint)
        return tuple(one for one in (marked, removed) if one)

    def _pushed(self, change: Change, found: InfraDestroyResult, subject: str) -> str | None:
        from generator.delivery import teardown

        self.progress(f"pushing to {self.branch}")
        text = teardown.message(subject, self.spec.subject)
        return change(self.url, self.branch, found.applications, text)

    def _without_balancers(self) -> None:
        hint = f"delete what is left of them in {self.place.region} by hand, and run this again"
        self._wait("load balancers and target groups to go", self._balancers, hint)

    def _wait(self, what: str, look: Callable[[], Sequence[str]], hint: str) -> None:
        from generator.delivery import teardown

        until = time.monotonic() + self.request.timeout
        teardown.wait(what, look, until, self.progress, hint)

    def _balancers(self) -> list[str]:
        """Return those of the environment's cluster: all, or of one that exists those of its own namespaces."""
        from generator.clients.aws.load_balancers import LoadBalancers

        if not self._is_on_eks:
            return []
        own = self.spec.environments[self.name].own_namespaces if self.place.cluster.existing else None
        return LoadBalancers(self.place.region).of_cluster(self.place.cluster.name, own)

    @property
    def _is_on_eks(self) -> bool:
        """Tell whether controllers in a cluster may have made anything; on ECS, Terraform makes all of it."""
        apps = [app for app in self.spec.apps.values() if self.name in app.environments]
        return any(not isinstance(app, App) or app.target_in(self.name) == EKS for app in apps)

    def _there(self, paths: list[str]) -> list[str]:
        from generator.git import history as histories

        if not paths:
            return []
        with histories.clone(self.url, self.branch) as clone:
            clone.fetch()
            return [path for path in paths if clone.read(clone.tip, path) is not None]

    def _argocd(self) -> ArgoCd:
        from generator.clients import argocd

        api = argocd.connect()
        if api is None:
            what = f"the apps of {self.name} are Argo CD's to remove, and ARGOCD_SERVER names none; nothing was done"
            raise GeneratorError(what, "set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN")
        return api
