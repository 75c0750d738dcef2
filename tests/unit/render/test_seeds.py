"""What a spec says once and for the start: the digest of an image, and kinds of one's own."""

from __future__ import annotations

from typing import Any

import yaml

from generator.render import render
from generator.spec import loader
from testing.specs import app, told

DIGEST = f"sha256:{64 * 'a'}"


def rendered(text: str, path: str) -> Any:
    return yaml.safe_load(render(loader.parse(text))[path].text)


def test_an_overlay_begins_with_the_tag_and_the_digest() -> None:
    text = app(f"tag: '1.0'\ndigest: {DIGEST}")
    for environment in ("dev", "prod"):
        (entry,) = rendered(text, f"overlays/{environment}/web/kustomization.yaml")["images"]
        assert entry == {"name": "shop/web", "newTag": "1.0", "digest": DIGEST}
    assert "digest" not in rendered(app("tag: '1.0'"), "overlays/dev/web/kustomization.yaml")["images"][0]


def test_a_digest_is_whole_and_is_the_same_everywhere() -> None:
    assert told(app("tag: '1.0'\ndigest: sha256:abc")) == [
        '9:13 apps.web.digest: "sha256:abc" is not an image\'s digest / sha256: and 64 digits of 0 to 9 and a to f'
    ]
    assert told(app(f"environments: {{dev: {{digest: {DIGEST}}}}}")) == [
        '8:26 apps.web.environments.dev.digest: unknown field "digest" / `bump` sets the digest of an environment'
    ]


def test_kinds_of_ones_own_are_permitted() -> None:
    text = app("") + "allow: {kinds: [batch/CronJob, PersistentVolumeClaim]}\n"
    for environment in ("dev", "prod"):
        permitted = rendered(text, f"gitops/projects/shop.{environment}.yaml")["spec"]["namespaceResourceWhitelist"]
        assert {"group": "batch", "kind": "CronJob"} in permitted
        assert {"group": "", "kind": "PersistentVolumeClaim"} in permitted
    assert told(app("") + "allow: {kinds: [cronjob]}\n") == [
        '9:17 allow.kinds[0]: "cronjob" is not a kind / like PersistentVolumeClaim, or batch/CronJob with its group'
    ]
