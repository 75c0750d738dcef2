"""``list``: list the apps, environments or products of the spec."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import Spec

HELP: Final = "list the apps, the environments or the products of generator.yaml"
EXAMPLE: Final = """\
  python -m generator list
  python -m generator list environments
  python -m generator list apps --product shop
  python -m generator list -o name            for scripts and completions"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    kinds = ("apps", "environments", "products")
    parser.add_argument("what", nargs="?", choices=kinds, default="apps", help="apps if left out")
    parser.add_argument("--product", metavar="PRODUCT", help="only the apps of this product")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import listing as output

    spec = generator.load_spec(options.directory)
    apps = _chosen(spec, options.product)
    if options.what == "apps":
        found = output.apps(spec, apps, json=options.json)
    else:
        found = output.environments(spec) if options.what == "environments" else output.products(spec)
    if options.json:
        console.emit({options.what: found})
        return 0
    head = list(found[0]) if found else ["name"]
    console.table(head, [[output.cell(value) for value in row.values()] for row in found])
    return 0


def _chosen(spec: Spec, product: str | None) -> tuple[str, ...]:
    import generator

    if product is None:
        return tuple(spec.apps)
    if product not in spec.products:
        hint = f"known here: {', '.join(spec.products)}" if spec.products else "name it in `products:`"
        raise generator.errors.UsageError(f"no product {product!r} in the spec", hint)
    return spec.products[product]
