"""Repositories as former versions wrote them."""

from __future__ import annotations

from pathlib import Path

from testing.repository import edit


def former(place: Path) -> None:
    """Make a repository from the time when all environments shared one AppProject."""
    project = (place / "gitops/projects/shop.dev.yaml").read_text().replace("name: shop.dev\n", "name: shop\n")
    start, _, rest = project.partition("  destinations:\n")
    own, lists, rest = rest.partition("  namespaceResourceWhitelist:\n")
    places, between, kinds = own.partition("  clusterResourceWhitelist:\n")
    names = ("shop-dev", "shop-staging", "shop-prod")
    every = ["".join(part.replace("shop-dev", name) for name in names) for part in (places, kinds)]
    project = f"{start}  destinations:\n{every[0]}{between}{every[1]}{lists}{rest}"
    for name in ("dev", "staging", "prod"):
        (place / f"gitops/projects/shop.{name}.yaml").unlink()
        edit(place, f"gitops/applications/{name}/web.yaml", (f"project: shop.{name}\n", "project: shop\n"))
        edit(place, ".generator/apps/web", (f"project: shop.{name}\n", "project: shop\n"))
    (place / "gitops/projects/shop.yaml").write_text(project)
    record = (place / ".generator/project").read_text()
    start, *parts = record.split("-- gitops/projects/")
    rest = [part.partition("\n-- ")[2] for part in parts][-1]
    body = project.partition("\n")[2]
    tail = f"-- {rest}" if rest else ""
    (place / ".generator/project").write_text(f"{start}-- gitops/projects/shop.yaml --\n{body}{tail}")
