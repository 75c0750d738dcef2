"""A long random story of a repository, and a model that knows every live edit of it.

People change the spec and edit generated files; builds bump tags; branches that
both regenerate are merged, squashed, rebased and cherry-picked; apps and
environments come, go and get other names. After each regeneration the model
checks that no edit is lost, that everything else is as generated now, and that
a second run would write nothing.

An edit ends where it is legitimately superseded, and nowhere else: its file or
app is pruned and the edit with it, or a conflict is settled for the spec.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import random
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from generator.cli import main as cli
from generator.errors import RepositoryError
from generator.regenerate import merge, planning
from generator.regenerate.merge import Conflict, Side, State
from generator.render import render
from generator.spec import loader

Place = tuple[str, int, int, str]  # kind, environment (0: none), app (0: none), file name
Names = tuple[str, ...]

IMAGES: Final[Names] = ("images",)
VALUES: Final[dict[str, list[Names]]] = {
    "deployment.yaml": [
        ("spec", "strategy", "rollingUpdate", "maxSurge"),
        ("spec", "template", "spec", "containers", "startupProbe", "failureThreshold"),
        ("spec", "template", "spec", "containers", "resources", "requests", "cpu"),
        ("spec", "template", "spec", "containers", "resources", "requests", "memory"),
        ("spec", "replicas"),
    ],
    "application": [("spec", "revisionHistoryLimit"), ("spec", "syncPolicy", "retry", "limit")],
    "pdb.yaml": [("spec", "maxUnavailable")],
}
REMOVABLE: Final[dict[str, list[Names]]] = {
    "deployment.yaml": [
        ("spec", "template", "spec", "containers", "lifecycle"),
        ("spec", "template", "spec", "containers", "startupProbe"),
        ("spec", "strategy"),
    ],
    "application": [("spec", "syncPolicy", "retry")],
}


@dataclass
class Edit:
    """What a person did in one place; ``names`` is the field, without the names of list items."""

    number: int
    kind: str
    place: Place
    names: Names = ()
    value: Any = None


@dataclass
class World:
    """What is true on one branch. Apps and environments go by number, since their names change."""

    environments: dict[int, dict[str, Any]] = field(default_factory=dict)
    apps: dict[int, dict[str, Any]] = field(default_factory=dict)
    edits: dict[int, Edit] = field(default_factory=dict)
    tags: dict[tuple[int, int], tuple[str, str | None]] = field(default_factory=dict)
    moved: dict[Place, str] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    """Files that went from the spec, and that people kept: theirs now."""

    def path(self, place: Place) -> str:
        kind, environment, app, name = place
        name = self.moved.get(place, name)
        env_name = self.environments[environment]["name"] if environment else ""
        app_name = self.apps[app]["name"] if app else ""
        return {
            "base": f"base/{app_name}/{name}",
            "overlay": f"overlays/{env_name}/{app_name}/{name}",
            "application": f"gitops/applications/{env_name}/{app_name}.yaml",
            "project": name,
        }[kind]

    def exists(self, place: Place) -> bool:
        return (not place[1] or place[1] in self.environments) and (not place[2] or place[2] in self.apps)

    def spec(self) -> str:
        """Return ``generator.yaml``, as a user writes it."""
        lines = ["version: 1", "project: shop", "repository: https://git.example.com/acme/shop.git",
                 "registry: registry.example.com", "environments:"]  # fmt: skip
        for environment in self.environments.values():
            fields = {name: value for name, value in environment.items() if name != "name"}
            lines.append(f"  {environment['name']}: {_flow(fields)}")
        lines.append("apps:")
        for app in self.apps.values():
            lines.append(f"  {app['name']}:")
            lines += [f"    {name}: {_flow(value)}" for name, value in app.items() if name not in ("name", "overrides")]
            overrides = {self.environments[e]["name"]: v for e, v in app["overrides"].items() if e in self.environments}
            if overrides:
                lines.append("    environments:")
                lines += [f"      {name}: {_flow(value)}" for name, value in overrides.items()]
        return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


class Lost(AssertionError):
    """An edit was lost, or something else was not as it must be."""


class Story:
    """One repository with its remote. ``say`` takes a line for each step."""

    def __init__(
        self, folder: Path, seed: int, kustomize: Path | None = None, say: Callable[[str], None] = print
    ) -> None:
        self.random = random.Random(seed)
        self.folder, self.kustomize, self.say = folder, kustomize, say
        self.counts: Counter[str] = Counter()
        self.last = 0
        self.world = World()
        self.other: World | None = None
        self.base: World | None = None
        self.branch = "main"
        self.built: set[int] = set()
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        for name in ("dev", "prod"):
            self.world.environments[self.number()] = {"name": name}
        self.new_app()
        self.new_app()
        self.generate()
        self.commit("first")
        self.remote = folder.parent / f"{folder.name}.git"
        self.git("clone", "--quiet", "--bare", folder, self.remote)

    # -- steps --------------------------------------------------------------

    def step(self) -> None:
        """Let something happen; then check everything."""
        name = self.random.choices(list(STEPS), list(STEPS.values()))[0]
        if self.base is not None and name in ALONE:
            return
        getattr(self, name)()
        self.counts[name] += 1

    def number(self) -> int:
        self.last += 1
        return self.last

    def git(self, *words: object, ok: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(["git", "-c", "merge.conflictStyle=merge", *map(str, words)], cwd=self.folder,
                              capture_output=True, text=True, check=False)  # fmt: skip
        if ok and done.returncode:
            raise Lost(f"git {words}: {done.stdout}{done.stderr}")
        return done

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        if self.git("status", "--porcelain").stdout:
            self.git("commit", "--quiet", "-m", message)

    # -- the spec -----------------------------------------------------------

    def new_app(self) -> None:
        number = self.number()
        app: dict[str, Any] = {"name": f"app-{number}", "image": f"shop/app-{number}", "overrides": {}}
        if self.random.random() < 0.8:
            app |= {"port": 8080, "health": "/healthz"}
        self.world.apps[number] = app
        self.write_spec(f"new app {number}")

    def new_environment(self) -> None:
        number = self.number()
        if len(self.world.environments) < 4:
            self.world.environments[number] = {"name": f"env-{number}"}
            self.write_spec(f"new environment {number}")

    def change_app(self) -> None:
        number, app = self.random.choice(list(self.world.apps.items()))
        environment = self.random.choice(list(self.world.environments))
        target = app if self.random.random() < 0.6 else app["overrides"].setdefault(environment, {})
        n = self.number()
        choice = self.random.choice(
            [
                "replicas",
                "cpu",
                "config",
                "env",
                "health",
                "service",
                "less",
                "labels",
                "deadline",
                "autoscale",
                "image",
            ]
        )
        config = dict(target.get("config") or {})
        match choice:
            case "replicas":
                target.pop("autoscale", None)
                target["replicas"] = self.random.randint(1, 6)
            case "autoscale":
                target.pop("replicas", None)
                target["autoscale"] = {"min": self.random.randint(1, 3), "max": 5}
            case "cpu":
                target["resources"] = {"requests": {"cpu": f"{n}m"}}
            case "config":
                target["config"] = {**config, f"KEY_{n % 7}": f"value {n}"}
            case "env":
                target["env"] = {**(target.get("env") or {}), f"VAR_{n % 5}": str(n)}
            case "health" if app.get("port"):
                app["health"] = f"/health/{n}"
            case "service" if app.get("port"):
                app["service"] = {"port": 1000 + n % 1000}
            case "labels":
                app["labels"] = {f"team-{n % 3}": f"t{n}"}
            case "deadline":
                target["progressDeadlineSeconds"] = 100 + n
            case "image":
                app["image"] = f"shop/app-{number}-{n}"
            case "less":
                for name in ("config", "env", "labels", "service", "autoscale", "resources"):
                    if target.get(name) and self.random.random() < 0.5:
                        del target[name]
        self.write_spec(f"{choice} of app {number}")

    def change_environment(self) -> None:
        environment = self.random.choice(list(self.world.environments.values()))
        environment["sync"] = self.random.choice(["auto", "manual"])
        self.write_spec("sync")

    def remove_app(self) -> None:
        if len(self.world.apps) > 2:
            number = self.random.choice(list(self.world.apps))
            self.gone(lambda place: place[2] == number)
            name = self.world.apps.pop(number)["name"]
            self.write_spec(f"no more {name}")

    def remove_environment(self) -> None:
        if len(self.world.environments) > 2:
            number = self.random.choice(list(self.world.environments))
            self.gone(lambda place: place[1] == number)
            name = self.world.environments.pop(number)["name"]
            self.write_spec(f"no more {name}")

    def gone(self, there: Callable[[Place], bool]) -> None:
        """Check that users' own files stay as they are; what becomes of edited ones is seen when it is settled."""
        for number, edit in list(self.world.edits.items()):
            if there(edit.place):
                del self.world.edits[number]
                path = self.world.path(edit.place)
                if edit.kind in ("own", "resource-file"):
                    self.world.kept[path] = edit.value
        self.world.tags = {slot: tag for slot, tag in self.world.tags.items() if not there(("overlay", *slot, ""))}
        self.world.moved = {place: name for place, name in self.world.moved.items() if not there(place)}

    def rename_app(self) -> None:
        app = self.random.choice(list(self.world.apps.values()))
        self.rename(app, "app")

    def rename_environment(self) -> None:
        self.rename(self.random.choice(list(self.world.environments.values())), "env")

    def rename(self, thing: dict[str, Any], kind: str) -> None:
        self.generate()
        for other in [*self.world.apps.values(), *self.world.environments.values()]:
            other.pop("renamed_from", None)
        former, thing["renamed_from"], thing["name"] = thing["name"], thing["name"], f"{kind}-{self.number()}"
        self.world.kept = {self.renamed(path, former, thing["name"]): text for path, text in self.world.kept.items()}
        self.write_spec(f"{thing['renamed_from']} is {thing['name']} now")
        self.generate()

    def renamed(self, path: str, old: str, new: str) -> str:
        """Return where a user's own file goes with the folder of its app."""
        parts = path.split("/")
        apps = {app["name"] for app in self.world.apps.values()} | {old}
        folders = {"base": 2, "overlays": 3}.get(parts[0], 0)
        environments = {environment["name"] for environment in self.world.environments.values()} | {old}
        if not folders or parts[folders - 1] not in apps or (folders == 3 and parts[1] not in environments):
            return path
        return "/".join([*(new if part == old else part for part in parts[:folders]), *parts[folders:]])

    def write_spec(self, note: str) -> None:
        self.say(f"  {note}")
        (self.folder / "generator.yaml").write_text(self.world.spec())

    # -- hand edits ---------------------------------------------------------

    def places(self) -> list[Place]:
        """Return the generated files that are there and that users edit."""
        world, found = self.world, list[Place]()
        for path in sorted(self.rendered()):
            place = self.place_of(path)
            if place and (self.folder / world.path(place)).is_file() and path in self.generated:
                found.append(place)
        return found

    def place_of(self, path: str) -> Place | None:
        apps = {app["name"]: number for number, app in self.world.apps.items()}
        environments = {environment["name"]: number for number, environment in self.world.environments.items()}
        match path.split("/"):
            case ["base", app, name]:
                return "base", 0, apps[app], name
            case ["overlays", environment, app, *rest]:
                return "overlay", environments[environment], apps[app], "/".join(rest)
            case ["gitops", "applications", environment, name]:
                return "application", environments[environment], apps[name.removesuffix(".yaml")], "application"
            case ["gitops", *_]:
                return "project", 0, 0, path
        return None

    def edit(self, place: Place, kind: str, text: str | None, names: Names = (), value: Any = None) -> None:
        """Note an edit; ``text`` is what the file holds now."""
        number = self.number()
        if text is not None:
            (self.folder / self.world.path(place)).write_text(text)
        self.world.edits[number] = Edit(number, kind, place, names, value)
        self.say(f"  {kind} {'.'.join(names)} {value if kind != 'own' else ''} in {self.world.path(place)}")

    def text(self, place: Place) -> str:
        return (self.folder / self.world.path(place)).read_text()

    def edit_comment(self) -> None:
        place = self.random.choice(self.places())
        lines = self.text(place).splitlines(keepends=True)
        at = self.random.randrange(1, len(lines))
        note = f"# note {self.last + 1}"
        if self.random.random() < 0.5 and re.fullmatch(r"[ -]*[\w./-]+: [^|>'\"#{\[]+\n", lines[at]):
            lines[at] = f"{lines[at].rstrip()}  {note}\n"
        else:
            indent = re.match(r" *", lines[at])
            assert indent
            lines.insert(at, f"{indent[0]}{note}\n")
        self.edit(place, "comment", "".join(lines), value=note)

    def edit_annotation(self) -> None:
        place = self.random.choice(self.places())
        name = f"note-{self.last + 1}"
        text = self.text(place)
        if place[3] == "kustomization.yaml":
            names: Names = ("commonAnnotations", name)
            head = "commonAnnotations:\n"
            text = (
                text.replace(head, f"{head}  {name}: here\n", 1)
                if f"\n{head}" in text
                else f"{text}{head}  {name}: here\n"
            )
        elif "\nmetadata:\n" in text:
            names = ("metadata", "annotations", name)
            first, rest = text.split("\nmetadata:\n", 1)
            block = re.match(r"(?:[ #].*\n)*", rest)
            assert block
            if re.search(r"^  annotations:\n", block[0], re.M):
                changed = re.sub(
                    r"^  annotations:\n", f"  annotations:\n    {name}: here\n", block[0], count=1, flags=re.M
                )
            else:
                changed = f"  annotations:\n    {name}: here\n{block[0]}"
            text = f"{first}\nmetadata:\n{changed}{rest[block.end() :]}"
        else:
            return
        self.edit(place, "field", text, names, "here")

    def ours(self, place: Place) -> bool:
        """Return the apps to change values in: each branch has its own while there are two."""
        return self.base is None or place[2] % 2 == (self.branch == "main")

    def edit_value(self) -> None:
        places = [place for place in self.places() if place[3] in VALUES and self.ours(place)]
        if not places:
            return
        place = self.random.choice(places)
        names = self.random.choice(VALUES[place[3]])
        text = self.text(place)
        node = _node(text, names)
        if node is None or not isinstance(node[1], yaml.ScalarNode):
            return
        value: Any = 1000 + self.last
        written = str(value)
        if names[-1] in ("cpu", "memory"):
            written = value = f"{value}{'m' if names[-1] == 'cpu' else 'Mi'}"
        if names[-1] in ("maxSurge", "failureThreshold", "limit", "revisionHistoryLimit", "maxUnavailable", "replicas"):
            value = int(value)
        self.supersede(place, names)
        start, end = node[1].start_mark.index, node[1].end_mark.index
        self.edit(place, "value", text[:start] + written + text[end:], names, value)

    def edit_removal(self) -> None:
        places = [place for place in self.places() if place[3] in REMOVABLE and self.ours(place)]
        if not places:
            return
        place = self.random.choice(places)
        names = self.random.choice(REMOVABLE[place[3]])
        text = self.text(place)
        node = _node(text, names)
        if node is None:
            return
        lines = text.splitlines(keepends=True)
        start, end = node[0].start_mark.line, node[1].end_mark.line
        end = (
            end
            if node[1].end_mark.column == 0
            or not lines[end : end + 1]
            or (node[1].end_mark.line > start and not lines[end][: node[1].end_mark.column].strip())
            else end + 1
        )
        taken = "".join(lines[start:end])
        if "# note" in taken or lines[start].lstrip().startswith("-"):
            return
        self.supersede(place, names)
        self.edit(place, "removal", "".join(lines[:start] + lines[end:]), names)

    def supersede(self, place: Place, names: Names) -> None:
        """Put a user's later edit of the same field in the place of an earlier one."""
        for number, edit in list(self.world.edits.items()):
            if edit.place == place and edit.kind in ("value", "removal") and _related(edit.names, names):
                del self.world.edits[number]

    def edit_item(self) -> None:
        places = [place for place in self.places() if place[3] == "deployment.yaml"]
        if not places:
            return
        place = self.random.choice(places)
        text, name = self.text(place), f"NOTE_{self.last + 1}"
        item = f'        - name: {name}\n          value: "1"\n'
        if "\n        env:\n" in text:
            text = text.replace("\n        env:\n", f"\n        env:\n{item}", 1)
        else:
            text = re.sub(r"(\n        image: .*\n)", lambda found: f"{found[1]}        env:\n{item}", text, count=1)
        self.edit(place, "item", text, ("spec", "template", "spec", "containers", "env"), name)

    def edit_own_file(self) -> None:
        places = [place for place in self.places() if place[3] == "kustomization.yaml"]
        place = self.random.choice(places)
        name = f"note-{self.last + 1}"
        own: Place = (*place[:3], f"{name}.yaml")
        content = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n".encode()
        (self.folder / self.world.path(own)).write_bytes(content)
        self.edit(own, "own", None, value=content)
        if self.random.random() < 0.7:
            text = self.text(place).replace("\nresources:\n", f"\nresources:\n- {name}.yaml\n", 1)
            self.edit(place, "resource", text, ("resources",), f"{name}.yaml")

    def edit_deletion(self) -> None:
        """Delete a file, and the kustomization's line with it."""
        self.without("service-account.yaml", "deleted", None)

    def edit_move(self) -> None:
        """Give a file another name by hand."""
        self.without("service.yaml", "moved", f"svc-{self.last + 1}.yaml")

    def without(self, name: str, kind: str, new: str | None) -> None:
        places = [
            place
            for place in self.places()
            if place[3] == name and place[0] == "base" and place not in self.world.moved
        ]
        if not places:
            return
        place = self.random.choice(places)
        kustomization: Place = (*place[:3], "kustomization.yaml")
        text = self.text(kustomization)
        if f"\n- {name}\n" not in text:
            return
        path = self.folder / self.world.path(place)
        self.edit(
            kustomization,
            "no-resource",
            text.replace(f"\n- {name}\n", f"\n- {new}\n" if new else "\n", 1),
            ("resources",),
            name,
        )
        if new:
            self.edit(kustomization, "resource", None, ("resources",), new)
            self.world.moved[place] = new
            path.rename(self.folder / self.world.path(place))
        else:
            for number, edit in list(self.world.edits.items()):
                if edit.place == place:
                    del self.world.edits[number]
            path.unlink()
            self.edit(place, "deleted", None)

    # -- builds -------------------------------------------------------------

    def bump(self) -> None:
        self.generate()
        slot = self.random.choice([(e, a) for e in self.world.environments for a in self.world.apps])
        if self.base is not None and self.other is not None and self.other.tags.get(slot) != self.base.tags.get(slot):
            return
        number = self.number()
        tag, digest = f"1.{number}", f"sha256:{number:064x}" if self.random.random() < 0.7 else None
        app, environment = self.world.apps[slot[1]]["name"], self.world.environments[slot[0]]["name"]
        words = ["bump", app, "--env", environment, "--tag", tag, *(["--digest", digest] if digest else [])]
        pushed = self.base is None and self.random.random() < 0.3
        if pushed:
            self.commit("before the bump")
            self.git("push", "--quiet", self.remote, "main")
            words += ["--push", "--remote", str(self.remote)]
        self.cli(*words)
        if pushed:
            self.git("pull", "--quiet", "--ff-only", self.remote, "main")
        self.world.tags[slot] = tag, digest
        self.say(f"  {app} in {environment} is {tag}{' (pushed)' if pushed else ''}")

    def cli(self, *words: str, code: int = 0) -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            found = cli.main(["-C", str(self.folder), *words])
        if found != code:
            raise Lost(f"{words}: exit code {found}\n{out.getvalue()}")
        return out.getvalue()

    # -- branches -----------------------------------------------------------

    def switch(self) -> None:
        """Work goes on at the other branch; a new one is made if there is none."""
        self.generate()
        self.commit(f"step {self.last}")
        if self.base is None:
            self.base, self.other = copy.deepcopy(self.world), copy.deepcopy(self.world)
            self.git("checkout", "--quiet", "-B", "branch")
            self.branch = "branch"
        else:
            assert self.other is not None
            self.branch = "main" if self.branch == "branch" else "branch"
            self.git("checkout", "--quiet", self.branch)
            self.world, self.other = self.other, self.world
        self.say(f"  on {self.branch}")

    def join(self) -> None:
        """Make the two branches one again, in one of the ways that git has."""
        if self.base is None or self.other is None:
            return
        self.generate()
        self.commit(f"step {self.last}")
        here, there = self.branch, "main" if self.branch == "branch" else "branch"
        merged = _merged_worlds(self.base, self.world, self.other)
        how = self.random.choice(["merge", "squash", "rebase", "cherry-pick"])
        self.say(f"  {how} of {there} into {here}")
        fork = self.git("merge-base", "main", "branch").stdout.strip()
        self.world = merged
        # Where the spec moves an object from a base to overlays, git would guess that people's edits go along.
        strict = ("--strategy=recursive", "--strategy-option=no-renames")
        match how:
            case "merge":
                done = self.git("merge", *strict, "--quiet", "--no-edit", there, ok=False)
            case "squash":
                done = self.git("merge", *strict, "--quiet", "--squash", there, ok=False)
            case "rebase":
                done = self.git("-c", "core.editor=true", "rebase", *strict, "--quiet", there, ok=False)
            case _:
                done = self.git("cherry-pick", *strict, f"{fork}..{there}", ok=False)
        self.counts[f"{how}, with conflicts" if done.returncode else how] += 1
        for _ in range(60):
            if not ((done.returncode and self.git("diff", "--name-only", "--diff-filter=U").stdout) or self.busy()):
                break
            self.resolve()
            self.git("add", "--all")
            if how == "merge":
                self.git("commit", "--quiet", "--no-edit")
                break
            if how == "squash":
                break
            empty = not self.git("status", "--porcelain", "--untracked-files=no").stdout
            command = "rebase" if how == "rebase" else "cherry-pick"
            done = self.git("-c", "core.editor=true", command, "--skip" if empty else "--continue", ok=False)
        else:
            raise Lost(f"{how} never ends: {done.stdout}{done.stderr}")
        self.base = self.other = None
        self.write_spec("the spec of both")
        for number, edit in list(self.world.edits.items()):
            path = self.world.path(edit.place)
            if edit.kind != "own" and path not in self.rendered() and edit.place not in self.world.moved:
                del self.world.edits[number]
                if (self.folder / path).exists():
                    self.world.kept[path] = (self.folder / path).read_bytes()
        self.generate(settle=_keep_local)
        self.commit(f"{how} done")
        self.git("checkout", "--quiet", "-B", "main")
        self.branch = "main"
        self.git("branch", "--quiet", "-D", "branch", ok=False)
        self.git("push", "--quiet", "--force", self.remote, "main")

    def busy(self) -> bool:
        return any(
            (self.folder / ".git" / name).exists() for name in ("rebase-merge", "CHERRY_PICK_HEAD", "MERGE_HEAD")
        )

    def resolve(self) -> None:
        """Mend by one run of the generator what git could not merge; the spec is for users."""
        self.write_spec("conflicts")
        for path in self.git("diff", "--name-only", "--diff-filter=U").stdout.splitlines():
            known = {loader.FILE_NAME, *self.rendered()}
            if path not in known and not path.startswith(".generator/") and (self.folder / path).exists():
                # Edited on one branch or both, and gone from the spec: people decide.
                self.git("checkout", "--ours", path, ok=False)
                self.git("add", path)
        planned = planning.plan(self.folder, _keep_local)
        planning.check_repository(self.folder)
        planning.apply(self.folder, planned, prune=True)
        for record in (self.folder / ".generator").rglob("*"):
            if record.is_file() and b"<<<<<<<" in record.read_bytes():
                raise Lost(f"{record}: markers are left")

    def clone(self) -> None:
        """Check that a shallow clone knows as much."""
        self.generate()
        self.commit(f"step {self.last}")
        place = self.folder.parent / f"clone-{self.number()}"
        self.git("clone", "--quiet", "--depth=1", f"file://{self.folder}", place)
        self.settled(place)

    # -- regeneration and the checks ------------------------------------------

    def rendered(self) -> dict[str, bytes]:
        spec = loader.parse(self.world.spec())
        return {path: file.text.encode() for path, file in render(spec).items()}

    @property
    def generated(self) -> set[str]:
        """Return what was there at the last generation; the rest is not there to be edited yet."""
        return set(self._generated)

    _generated: Mapping[str, bytes] = {}

    def regenerate(self) -> None:
        self.generate()

    def generate(self, settle: merge.Settle | None = None) -> None:
        """Regenerate, settle what conflicts, and check everything."""
        planned = planning.plan(self.folder)
        if planned.conflicts:
            before = _tree(self.folder)
            self.cli("generate", "--prune", code=4)
            if _tree(self.folder) != before:
                raise Lost("something was written in spite of conflicts")
            self.counts["conflicts"] += len(planned.conflicts)
            sides = {self.key(conflict): self.side(conflict, settle) for conflict in planned.conflicts}
            planned = planning.plan(self.folder, lambda conflict: sides.get(self.key(conflict), Side.LOCAL))
            if planned.conflicts:
                raise Lost(f"still in conflict: {planned.conflicts}")
        orphans = planned.having(State.ORPHANED)
        if orphans:
            self.counts["pruned"] += len(orphans)
            with contextlib.suppress(RepositoryError):
                planning.apply(self.folder, planned, prune=False)
                raise Lost(f"removed without being told to: {orphans}")
        planning.apply(self.folder, planned, prune=True)
        self.counts["generations"] += 1
        self._generated = self.rendered()
        self.settled(self.folder)
        self.check()

    def key(self, conflict: Conflict) -> tuple[str, str]:
        return conflict.path, conflict.field

    def side(self, conflict: Conflict, settle: merge.Settle | None) -> Side:
        """Return which side a conflict is settled for; the model forgets what ends by that."""
        side = (settle(conflict) if settle else None) or self.random.choice(list(Side))
        self.say(f"  conflict, {side} kept: {conflict}")
        place = self.place_of(conflict.path) if conflict.path in self.rendered() else None
        if conflict.updated is None and not conflict.field:  # an edited file that is gone from the spec
            if side is Side.LOCAL:
                self.world.kept[conflict.path] = (self.folder / conflict.path).read_bytes()
            for number, edit in list(self.world.edits.items()):
                if self.world.path(edit.place) == conflict.path:
                    del self.world.edits[number]
            return side
        if conflict.path in self.world.kept:  # … and comes back
            del self.world.kept[conflict.path]
            return Side.UPDATED
        guilty = [edit for edit in self.world.edits.values() if self.world.path(edit.place) == conflict.path]
        if conflict.field:
            guilty = [
                edit for edit in guilty if edit.kind != "comment" and _related(edit.names, _names(conflict.field))
            ]
        if not guilty:
            raise Lost(f"a conflict that nobody made: {conflict} {place}")
        if side is Side.UPDATED:
            for edit in guilty:
                del self.world.edits[edit.number]
        return side

    def settled(self, folder: Path) -> None:
        """Check that a second run would write nothing."""
        planned = planning.plan(folder)
        if planned.changes or planned.record or planned.conflicts or planned.carried or planned.vacated:
            raise Lost(f"a second run would write {planned.changes} {list(planned.record)} {planned.conflicts}")

    def check(self) -> None:
        """Check that every live edit is there, and everything else is as the spec says."""
        texts = {
            path: (self.folder / path).read_text() for path in _tree(self.folder) if path.endswith((".yaml", ".yml"))
        }
        parsed: dict[str, Any] = {path: _first(text) for path, text in texts.items()}
        for path, content in self.world.kept.items():
            if not (self.folder / path).is_file() or (self.folder / path).read_bytes() != content:
                raise Lost(f"{path}: a file of people's own is lost")
        for edit in self.world.edits.values():
            path = self.world.path(edit.place)
            if not _holds(edit, path, texts, parsed.get(path)):
                raise Lost(f"{path}: lost {edit}\n{texts.get(path)}")
        for path, content in self._generated.items():
            place = self.place_of(path)
            if place:
                self.check_file(place, content, texts, parsed)
        for (environment, app), tag in self.world.tags.items():
            path = self.world.path(("overlay", environment, app, "kustomization.yaml"))
            image = parsed[path]["images"][0]
            if (image.get("newTag"), image.get("digest")) != tag:
                raise Lost(f"{path}: {tag} became {image}")

    def check_file(self, place: Place, content: bytes, texts: Mapping[str, str], parsed: Mapping[str, Any]) -> None:
        edits = [edit for edit in self.world.edits.values() if edit.place == place]
        if any(edit.kind == "deleted" for edit in edits):
            return
        path = self.world.path(place)
        if path not in texts:
            raise Lost(f"{path}: is not there")
        pipeline = place[0] == "overlay" and place[3] == "kustomization.yaml"
        if not edits and not pipeline and texts[path].encode() != content:
            raise Lost(f"{path}: nobody edited it, and it is not as generated\n{texts[path]}\n{content.decode()}")
        wanted = dict(_leaves(_first(content.decode())))
        found = dict(_leaves(parsed[path]))
        touched = [edit.names for edit in edits if edit.names] + ([IMAGES] if pipeline else [])
        for leaf in sorted({*wanted, *found}, key=str):
            names = tuple(part for part in leaf if not part.startswith("["))
            same = leaf in wanted and leaf in found and wanted[leaf] == found[leaf]
            if not same and not any(_related(names, other) for other in touched):
                raise Lost(f"{path}: {leaf} is {found.get(leaf)}, should be {wanted.get(leaf)}\n{texts[path]}")

    def build(self, share: float = 1.0) -> int:
        """Run ``kustomize build`` on the spec's overlays, unless the very same has been built; return how many."""
        if self.kustomize is None:
            return 0
        count = 0
        for environment in self.world.environments.values():
            for app in self.world.apps.values():
                folder = self.folder / "overlays" / environment["name"] / app["name"]
                inputs = hash(repr([_tree(folder), _tree(self.folder / "base" / app["name"])]))
                if inputs not in self.built and self.random.random() < share:
                    done = subprocess.run(
                        [self.kustomize, "build", folder], capture_output=True, text=True, check=False
                    )
                    count += 1
                    if done.returncode:
                        raise Lost(f"kustomize build {folder}: {done.stderr}")
                    self.built.add(inputs)
        return count


STEPS: Final = {
    "change_app": 20, "change_environment": 2, "new_app": 2, "new_environment": 1, "remove_app": 2, "remove_environment": 1,
    "rename_app": 2, "rename_environment": 1, "edit_comment": 12, "edit_annotation": 8, "edit_value": 10,
    "edit_removal": 4, "edit_item": 4, "edit_own_file": 3, "edit_deletion": 1, "edit_move": 2, "bump": 8,
    "switch": 9, "join": 7, "clone": 1, "regenerate": 25,
}  # fmt: skip
# Not while there are two branches: git merges renames and removals by guessing.
ALONE: Final = ("remove_app", "remove_environment", "rename_app", "rename_environment", "edit_move", "edit_deletion")


@functools.lru_cache(maxsize=4096)
def _first(text: str) -> Any:
    """Return the first document of a file; not to be changed."""
    return next(iter(yaml.load_all(text, yaml.CSafeLoader)), None)


def _keep_local(_: Conflict) -> Side:
    return Side.LOCAL


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def _names(dotted: str) -> Names:
    """Return a field as conflicts name it, without the names of list items."""
    plain = re.sub(r"\[[^\]]*\]", "", dotted)
    parts = re.findall(r'"[^"]*"|[^.]+', plain)
    return tuple(part.strip('"') for part in parts)


def _related(one: Names, other: Names) -> bool:
    """Tell whether one field is, holds or is within the other."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _node(text: str, names: Names) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the key and value nodes of a field, in the first document, through the first item of lists."""
    node: yaml.Node = next(iter(yaml.compose_all(text, yaml.CSafeLoader)))
    pair: tuple[yaml.Node, yaml.Node] | None = None
    for name in names:
        if isinstance(node, yaml.SequenceNode):
            node = node.value[0]
        if not isinstance(node, yaml.MappingNode):
            return None
        pair = next(((key, value) for key, value in node.value if key.value == name), None)
        if pair is None:
            return None
        node = pair[1]
    return pair


def _leaves(value: Any, path: Names = ()) -> Iterator[tuple[Names, Any]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            name = item.get("name", item.get("path", index)) if isinstance(item, dict) else item
            yield from _leaves(item, (*path, f"[{name}]"))
    else:
        yield path, value


def _holds(edit: Edit, path: str, texts: Mapping[str, str], data: Any) -> bool:
    """Tell whether an edit is still there."""
    text = texts.get(path)
    if edit.kind == "deleted":
        return text is None
    if text is None:
        return False
    if edit.kind == "comment":
        return re.search(rf"{re.escape(edit.value)}$", text, re.M) is not None
    if edit.kind == "own":
        return bool(text.encode() == edit.value)
    if edit.kind == "resource":
        return edit.value in data["resources"]
    if edit.kind == "no-resource":
        return edit.value not in data["resources"]
    for name in edit.names:
        data = data[0] if isinstance(data, list) else data
        data = data.get(name) if isinstance(data, dict) else None
    if edit.kind == "removal":
        return data is None
    if edit.kind == "item":
        return any(item.get("name") == edit.value for item in data or ())
    return bool(data == edit.value)


def _merged_worlds(base: World, one: World, other: World) -> World:
    """Return what is true after both branches: each has what only it has changed."""
    apps = _merged(base.apps, one.apps, other.apps)
    for app in apps.values():
        app.setdefault("overrides", {})
        for fields in (app, *app["overrides"].values()):
            if "autoscale" in fields:
                fields.pop("replicas", None)
    return World(
        environments=_merged(base.environments, one.environments, other.environments),
        apps=apps,
        edits=_merged(base.edits, one.edits, other.edits),
        tags=_merged(base.tags, one.tags, other.tags),
        moved=_merged(base.moved, one.moved, other.moved),
        kept=_merged(base.kept, one.kept, other.kept),
    )


def _merged(base: Any, one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        before = base if isinstance(base, dict) else {}
        result = {}
        for key in {**one, **other}:
            value = _merged(before.get(key), one.get(key), other.get(key))
            if value is not None:
                result[key] = value
        return result
    return copy.deepcopy(one if other == base else other)
