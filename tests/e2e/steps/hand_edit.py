"""A person, the pipeline and the generator write to one file."""

from __future__ import annotations

from tests.e2e.forge import Checkout
from tests.e2e.steps.step import check
from tests.e2e.world import (
    APP,
    World,
    name_of,
    namespace_of,
)


def edit_by_hand(world: World) -> str:
    """Edit an overlay by hand, bump on top of it, then ``generate``: neither is lost."""
    checkout: Checkout = world.values["checkout"]
    tag, digest = world.values["first"]
    checkout.update()
    path = f"overlays/dev/{APP}/kustomization.yaml"
    patch = (
        "\n# Asked for by support: see who is calling.\n"
        "commonAnnotations:\n  example.com/asked-by: support  # until the end of the year\n"
    )
    checkout.write(path, checkout.read(path).rstrip("\n") + "\n" + patch)
    checkout.commit("Annotate webapp in dev")
    checkout.push()

    other = Checkout.clone(world.url, world.folder / "other", world.git_environment)
    other.generator("bump", APP, "--env", "dev", "--tag", tag, "--digest", digest, "--push")
    checkout.update()
    before = checkout.read(path)
    check(patch in before and tag in before and digest in before, f"the bump lost the edit:\n{before}")

    checkout.splice("generator.yaml", rf"^  {APP}:\n", f"  {APP}:\n    labels: {{example.com/team: shop}}\n")
    generated = checkout.generator("generate", ok=(0, 4))
    after = checkout.read(path)
    check(patch in after and tag in after and digest in after, f"generate lost an edit or a bump:\n{after}")
    check(world.released(checkout, "dev") == (tag, digest), "status does not say what the pipeline set")
    if generated.returncode == 0:
        check("example.com/team" in checkout.read(f"base/{APP}/deployment.yaml"), "generate did not take the new label")
    checkout.commit("Label webapp")
    checkout.push()
    again = checkout.generator("generate", ok=(0, 4))
    check(checkout.git("status", "--porcelain") == "", f"the second generate wrote: {again.stdout}")

    world.wait_for_digest("dev", digest)
    world.wait_for_application(name_of("dev"), revision=checkout.head)
    deployment = world.kube.get(f"/apis/apps/v1/namespaces/{namespace_of('dev')}/deployments/{APP}")
    asked = deployment["metadata"]["annotations"].get("example.com/asked-by")
    check(asked == "support", "the hand edit is not in the cluster")
    return (
        "edit, bump and new spec are all in the cluster" if generated.returncode == 0 else "generate refused, by name"
    )
