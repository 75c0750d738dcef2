"""A folder of Terraform with its own state: its files, and the modules that it calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from generator.render.file import HEADER, File
from generator.render.outputs.infra.hcl import Block, Item, Raw, Value, document
from generator.spec.infra import Infra

ROOT: Final = "infra"
# The lowest versions with all used blocks and attributes.
TERRAFORM: Final = ">= 1.10.0"
PROVIDER: Final = "~> 6.44"


@dataclass(frozen=True, slots=True)
class Module:
    """A call of a module: its name, the folder in ``infra/modules``, and its arguments.

    ``file`` is the name of the file with the call; empty for ``main``.
    """

    name: str
    source: str
    arguments: Mapping[str, Value]
    providers: Mapping[str, Value] = field(default_factory=dict)
    comment: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a configuration; never a secret. ``file`` is the name of its file, as for a module."""

    name: str
    about: str
    value: Value
    file: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A folder below ``infra/``.

    Attributes:
        key: The key of its state in the bucket.
        variables: Its input variables by name, with their descriptions and values.
        blocks: The blocks of `main.tf` other than modules.
    """

    folder: str
    key: str
    about: str
    variables: Mapping[str, tuple[str, str]]
    providers: Sequence[Block]
    modules: Sequence[Module]
    outputs: Sequence[Output]
    blocks: Sequence[Block] = ()

    @property
    def path(self) -> str:
        """Return the folder in the repository."""
        return f"{ROOT}/{self.folder}"

    def files(self, infra: Infra) -> Iterator[File]:
        """Yield the files of the folder."""
        depth = "../" * (self.folder.count("/") + 1)
        calls = [_call(module, f"{depth}modules") for module in self.modules]
        outputs = [_output(one) for one in self.outputs]
        about = "".join(f"# {line}\n" for line in self.about.splitlines())
        yield self._file("main", about, [*self.providers, *_in("", [*self.blocks, *calls])])
        yield self._file("variables", "", [_variable(name, *given) for name, given in self.variables.items()])
        yield self._file("outputs", "", _in("", outputs))
        apart = [*self.blocks, *calls, *outputs]
        for name in dict.fromkeys(one.file for one in apart if one.file):
            what, _, own = name.partition("-")
            yield self._file(name, f"# What the {what} {own} has for itself.\n", _in(name, apart))
        yield self._file("versions", "", [versions()])
        yield self._file("backend", _BACKEND.format(program=infra.program), [backend(infra, self.key)])

    def _file(self, name: str, about: str, blocks: Sequence[Block]) -> File:
        return File(f"{self.path}/{name}.tf", document(HEADER + about, blocks))


_BACKEND: Final = """\
# The first time: {program} init. Without the bucket, as in a check: {program} init -backend=false
"""


def of_app(name: str) -> str:
    """Return the name of an app's file; each app has its own, so that its changes are in one file."""
    return f"app-{name}"


def of_site(name: str) -> str:
    """Return the name of a static front end's file."""
    return f"site-{name}"


def _in(file: str, blocks: Sequence[Block]) -> list[Block]:
    return [block for block in blocks if block.file == file]


def _call(module: Module, modules: str) -> Block:
    apart = [""] if module.arguments else []
    providers: list[Item] = [("providers", module.providers), *apart] if module.providers else []
    source: list[Item] = [("source", f"{modules}/{module.source}"), *([""] if module.arguments or providers else [])]
    body = [*source, *providers, *module.arguments.items()]
    return Block(f'module "{module.name}"', body, module.comment, module.file)


def _variable(name: str, about: str, default: str) -> Block:
    return Block(f'variable "{name}"', [("description", about), ("type", Raw("string")), ("default", default)])


def _output(output: Output) -> Block:
    return Block(f'output "{output.name}"', [("description", output.about), ("value", output.value)], file=output.file)


def versions() -> Block:
    """Return the block with the required versions of Terraform and its provider."""
    aws = Block("required_providers", [("aws", {"source": "hashicorp/aws", "version": PROVIDER})])
    return Block("terraform", [("required_version", TERRAFORM), aws])


def backend(infra: Infra, key: str) -> Block:
    """Return the backend block: the place of the state, and its lock."""
    locks: list[Item] = [("use_lockfile", True)] if infra.lock in ("s3", "both") else []
    if infra.lock in ("dynamodb", "both"):
        locks.append(("dynamodb_table", infra.bucket))
    at: list[Item] = [("bucket", infra.bucket), ("key", key), ("region", infra.region), ("encrypt", True)]
    return Block("terraform", [Block('backend "s3"', [*at, *locks])])


def provider(
    infra: Infra, account: str, tags: Mapping[str, Value], *, region: Value, alias: str = "", assumed: bool = False
) -> Block:
    """Return the provider block of an account. It refuses to run in other accounts."""
    named: list[Item] = [("alias", alias)] if alias else []
    taken: list[Item] = []
    if assumed:
        role = Raw(f'"arn:{infra.partition}:iam::{account}:role/${{var.admin_role}}"')
        taken = [Block("assume_role", [("role_arn", role)])]
    own: list[Item] = [("region", region), ("allowed_account_ids", [account])]
    return Block('provider "aws"', [*named, *own, *taken, Block("default_tags", [("tags", tags)])])
