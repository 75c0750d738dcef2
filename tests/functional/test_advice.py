"""Advice of `generate` and `validate`: what is right in the spec and will not work, told without failing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.errors import Fault
from generator.spec import advice, loader
from testing.programs import Run

TOP = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}}
apps:
"""


def advised(folder: Path, apps: str, top: str = TOP) -> list[str]:
    text = f"{top}{apps}\n"
    (folder / "generator.yaml").write_text(text)
    return [told(fault) for fault in advice.of(folder, loader.parse(text)).told(loader.written(folder))]


def told(fault: Fault) -> str:
    return f"{fault} / {fault.hint}".removeprefix("generator.yaml:")


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "services/web").mkdir()
    (tmp_path / "services/web/Dockerfile").touch()
    assert advised(tmp_path, "  web: {image: shop/web, source: services/wbe}") == [
        '6:34 apps.web.source: there is no folder services/wbe / did you mean "web"?'
    ]
    assert advised(tmp_path, "  web: {image: shop/web, source: src}") == [
        "6:34 apps.web.source: there is no folder src / make it before the pipeline runs"
    ]
    assert advised(tmp_path, "  web: {image: shop/web, source: services/web}") == []


def test_a_source_without_its_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "web/docker").mkdir(parents=True)
    (tmp_path / "web/docker/Dockerfile").touch()
    assert advised(tmp_path, "  web: {image: shop/web, source: web}") == [
        "6:34 apps.web.source: there is no Dockerfile in web / add it, or name another one: `build: {dockerfile: …}`"
    ]
    named = "  web: {image: shop/web, source: web, build: {dockerfile: docker/Dockerfile}}"
    assert advised(tmp_path, named) == []


def test_a_build_context_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web/Dockerfile").touch()
    (tmp_path / "libs/shared").mkdir(parents=True)
    app = "  web: {image: shop/web, source: web, build: {contexts: {shared: libs/shared, more: libs/more}}}"
    assert advised(tmp_path, app) == [
        "6:85 apps.web.build.contexts.more: there is no folder libs/more / make it before the pipeline runs"
    ]


TWINS = "make one app of both, which is built and released once: `workloads: {web: {}, worker: {…}}`"


def test_two_apps_of_one_image_that_is_built_here(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web/Dockerfile").touch()
    web = "  web: {image: shop/web, source: web}"
    assert advised(tmp_path, f"{web}\n  worker: {{image: shop/web, command: [work]}}") == [
        f"7:19 apps.worker.image: web builds this image, and its build releases web only / {TWINS}"
    ]
    assert advised(tmp_path, f"{web}\n  worker: {{image: shop/web, source: web}}") == [
        f"7:37 apps.worker.source: web builds this image, too / {TWINS}"
    ]
    assert advised(tmp_path, f"{web}\n  worker: {{image: shop/other, tag: '1'}}") == []
    assert advised(tmp_path, "  a: {image: shop/x, tag: '1'}\n  b: {image: shop/x, tag: '1'}") == []


SEVERAL = """\
  web:
    image: shop/web
    source: web
    replicas: 1
    workloads:
      web: {port: 8080, replicas: 3, config: {LEVEL: info}}
      worker: {command: [work], autoscale: {min: 1, max: 4}}
      cleaner: {command: [clean]}
    environments:
      dev: {%s}
"""
KEPT = {
    "another number": (
        "replicas: 2",
        [
            "15:23 apps.web.environments.dev.replicas: workload web keeps its own replicas: 3 (generator.yaml:11) / "
            "if it is to change, too: `environments: {dev: {workloads: {web: {replicas: 2}}}}`",
            "15:23 apps.web.environments.dev.replicas: workload worker keeps its own autoscale: a map (generator.yaml:12) / "
            "if it is to change, too: `environments: {dev: {workloads: {worker: {replicas: 2}}}}`",
        ],
    ),
    "a variable": (
        "config: {LEVEL: debug, OTHER: x}",
        [
            '15:29 apps.web.environments.dev.config.LEVEL: workload web keeps its own config.LEVEL: "info" (generator.yaml:11) / '
            'if it is to change, too: `environments: {dev: {workloads: {web: {config: {LEVEL: "debug"}}}}}`'
        ],
    ),
    "what no workload says": ("config: {OTHER: x}, resources: {requests: {cpu: 200m}}", []),
    "the same value": ("config: {LEVEL: info}", []),
    "what the environment says of the workloads, too": (
        "replicas: 2, workloads: {web: {replicas: 4}, worker: {replicas: 2}}", []
    ),
    "workloads that are not there": ("replicas: 2, workloads: {web: null, worker: null}", []),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_a_workload_that_keeps_its_own_value_where_an_environment_has_another(case: str, tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web/Dockerfile").touch()
    said, told = KEPT[case]
    assert advised(tmp_path, SEVERAL % said) == told


IMAGES = {
    "redis": (
        "image: redis",
        "redis does not start under the safe defaults: Kubernetes treats its user as root, and it writes to /data / "
        "add `podSecurityContext: {runAsUser: 999, runAsGroup: 999, fsGroup: 999}` and `writable: [/tmp, /data]`",
    ),
    "a copy of the library's": (
        "image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/postgres, writable: [/tmp, /var/run/postgresql]",
        "postgres does not start under the safe defaults: Kubernetes treats its user as root, and it writes to "
        "/var/lib/postgresql/data / add `podSecurityContext: {runAsUser: 999, runAsGroup: 999, fsGroup: 999}` and "
        "`writable: [/tmp, /var/run/postgresql, /var/lib/postgresql/data]`",
    ),
    "with another to take": (
        "image: nginx, podSecurityContext: {runAsUser: 101}",
        "nginx does not start under the safe defaults: it writes to /var/cache/nginx and /run / "
        "add `writable: [/tmp, /var/cache/nginx, /run]`; or take nginxinc/nginx-unprivileged",
    ),
    "with a user that is a name": (
        "image: memcached",
        "memcached does not start under the safe defaults: Kubernetes treats its user as root / "
        "add `podSecurityContext: {runAsUser: 11211, runAsGroup: 11211, fsGroup: 11211}`",
    ),
}


@pytest.mark.parametrize(("fields", "said"), IMAGES.values(), ids=IMAGES)
def test_an_image_of_others_that_does_not_run_under_the_safe_defaults(fields: str, said: str, tmp_path: Path) -> None:
    (advice_,) = advised(tmp_path, f"  cache: {{tag: '1', {fields}}}")
    assert advice_.partition("apps.cache.image: ")[2] == said


@pytest.mark.parametrize(
    "fields",
    [
        "image: redis, podSecurityContext: {runAsUser: 999}, writable: [/tmp, /data]",
        "image: redis, securityContext: {runAsUser: 999, readOnlyRootFilesystem: false}",
        "image: redis, podSecurityContext: {runAsNonRoot: false}, pod: {volumes: [{name: d, emptyDir: {}}]},"
        " container: {volumeMounts: [{name: d, mountPath: /data}]}",
        "image: redis, podSecurityContext: {runAsUser: 999}, claims: {data: {size: 1Gi, mountPath: /data}}",
        "image: redis, podSecurityContext: {runAsUser: 999}, kind: StatefulSet,"
        " volumeClaimTemplates: {data: {size: 1Gi, mountPath: /data}}",
        "image: shop/redis",
        "image: nginxinc/nginx-unprivileged",
        "image: redis-exporter",
    ],
)
def test_no_word_of_what_runs(fields: str, tmp_path: Path) -> None:
    assert advised(tmp_path, f"  cache: {{tag: '1', {fields}}}") == []


def test_an_image_of_others_of_which_no_tag_is_known(tmp_path: Path) -> None:
    said = (
        "6:16 apps.web.image: no tag is known: the app starts with quay.io/acme/web:unreleased, which no registry has"
        " / add `tag:`, or `source:` for the pipeline to build it, or release it: `bump`"
    )
    assert advised(tmp_path, "  web: {image: quay.io/acme/web}") == [said]
    assert len(advised(tmp_path, "  web: {image: busybox}")) == 1
    assert advised(tmp_path, "  web: {image: shop/web}") == []
    assert advised(tmp_path, "  web: {image: quay.io/acme/web, tag: '1'}") == []
    assert advised(tmp_path, f"  web: {{image: busybox, digest: 'sha256:{64 * '0'}'}}") == []
    overlay = tmp_path / "overlays/dev/web/kustomization.yaml"
    overlay.parent.mkdir(parents=True)
    overlay.write_text("images: [{name: quay.io/acme/web, newTag: unreleased}]\n")
    assert advised(tmp_path, "  web: {image: quay.io/acme/web}") == [said]
    overlay.write_text("images: [{name: quay.io/acme/web, newTag: '1.2'}]\n")
    assert advised(tmp_path, "  web: {image: quay.io/acme/web}") == []


def test_images_beside_the_app_s_own(tmp_path: Path) -> None:
    beside = "sidecars: {r: {image: redis}, own: {image: shop/web}, p: {image: 'localhost:5000/p'}}"
    job = "workloads: {w: {initContainers: {n: {image: 'docker.io/nginx'}, m: {image: 'docker.io/nginx:1.27'}}}}"
    said = advised(tmp_path, f"  web: {{image: shop/web, {beside}, {job}}}\nregistry: reg.example.com")
    latest = "without a tag, it is `:latest`, which changes by itself / write its tag or digest"
    assert [line.partition(" ")[2] for line in said] == [
        "apps.web.sidecars.r.image: `registry` is put before it: reg.example.com/redis"
        " / write docker.io/library/redis if Docker Hub's is meant",
        f"apps.web.sidecars.r.image: {latest}",
        f"apps.web.sidecars.p.image: {latest}",
        f"apps.web.workloads.w.initContainers.n.image: {latest}",
    ]


def test_a_file_among_the_variables(tmp_path: Path) -> None:
    app = '  web: {image: shop/web, config: {LEVEL: info, nginx.conf: x, RULES: \'a\\nb\', "MANY": "a\\nb"}}'
    assert [line.partition(" ")[2].partition(" / ")[0] for line in advised(tmp_path, app)] == [
        'apps.web.config."nginx.conf": the process gets this as an environment variable',
        "apps.web.config.MANY: the process gets this as an environment variable",
    ]


def test_an_image_of_docker_hubs_library_behind_the_registry(tmp_path: Path) -> None:
    fields = "tag: '7', podSecurityContext: {runAsUser: 999}, writable: [/tmp, /data]"
    spec = "  cache: {image: IMAGE, FIELDS}\nregistry: reg.example.com".replace("FIELDS", fields)
    assert advised(tmp_path, spec.replace("IMAGE", "redis")) == [
        "6:18 apps.cache.image: `registry` is put before it: reg.example.com/redis"
        " / write docker.io/library/redis if Docker Hub's is meant"
    ]
    assert advised(tmp_path, spec.replace("IMAGE", "docker.io/library/redis")) == []
    assert advised(tmp_path, spec.replace("IMAGE", "shop/cache")) == []


def test_images_and_charts_of_bitnami(tmp_path: Path) -> None:
    chart = "chart: {repository: oci://registry-1.docker.io/bitnamicharts, name: postgresql, version: 16.7.4}"
    assert advised(tmp_path, f"  db: {{{chart}}}\n  cache: {{image: bitnami/valkey, tag: 8.1.3}}") == [
        "6:28 apps.db.chart.repository: Bitnami's free catalogue no longer has images with versions, and the chart names them"
        " / name another image in its values, or take another chart; for PostgreSQL, `databases`",
        "7:18 apps.cache.image: Bitnami's free catalogue no longer has images with versions"
        " / take the project's own image; bitnamilegacy has the old ones, without updates",
    ]
    own = "values: {image: {registry: registry.example.com, repository: shop/postgresql}}"
    assert advised(tmp_path, f"  db: {{{chart}, {own}}}") == []


def test_what_the_advice_says_silences_it(tmp_path: Path) -> None:
    for name in advice.IMAGES:
        lines = advised(tmp_path, f"  cache: {{tag: '1', image: {name}}}")[0].partition("add ")[2].partition(";")[0]
        fields = ", ".join(part.strip("`") for part in lines.split(" and "))
        assert advised(tmp_path, f"  cache: {{tag: '1', image: {name}, {fields}}}") == []


def test_generate_and_validate_tell_it_and_do_their_work(generator: Run, repository: Path) -> None:
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text() + "  cache: {image: docker.io/library/redis, tag: '7'}\n")
    done = generator(cwd=repository)
    assert done.returncode == 0
    assert "note: generator.yaml:13:18 apps.cache.image: redis does not start" in done.stderr
    assert "hint: add `podSecurityContext: {runAsUser: 999" in done.stderr
    assert (repository / "base/cache/deployment.yaml").is_file()
    answer = json.loads(generator("validate", "--output", "json", cwd=repository).stdout)
    assert (answer["valid"], [fault["path"] for fault in answer["advice"]]) == (True, ["apps.cache.image"])


THREE = TOP.replace("{dev: {}}", "{dev: {}, prod: {}, live: {cluster: live}}")
IN_BOTH = "answers to a.example.com in dev and in prod, on one cluster"
OTHERWISE = "put `{environment}` into the host, or say it under `environments`"


@pytest.mark.parametrize(
    ("apps", "said"),
    [
        (
            "web: {image: shop/web, port: 80, ingress: {host: a.example.com}}",
            f"6:52 apps.web.ingress.host: web {IN_BOTH}",
        ),
        (
            "web: {image: shop/web, port: 80, gateway: {name: g, hosts: [b.example.com, a.example.com]},"
            " environments: {dev: {gateway: {hosts: [a.example.com]}}}}",
            f"6:62 apps.web.gateway.hosts: web {IN_BOTH}",
        ),
        (
            "web: {image: shop/web, workloads: {site: {port: 80, ingress: {host: a.example.com}}}}",
            f"6:71 apps.web.workloads.site.ingress.host: site of web {IN_BOTH}",
        ),
    ],
)
def test_a_host_of_two_environments_on_one_cluster(tmp_path: Path, apps: str, said: str) -> None:
    assert advised(tmp_path, f"  {apps}", THREE) == [f"{said} / {OTHERWISE}"]


@pytest.mark.parametrize(
    "about",
    [
        'ingress: {host: "{environment}.example.com"}',
        "ingress: {host: a.example.com}, environments: {dev: {ingress: {host: b.example.com}}}",
        "ingress: {host: a.example.com}, environments: {dev: {ingress: null}}",
        "ingress: {host: a.example.com}, environments: {dev: false}",
        "ingress: {host: a.example.com}, environments: {dev: {ingress: {className: nginx}}}",
        "gateway: {name: g}",
    ],
)
def test_hosts_of_their_own(tmp_path: Path, about: str) -> None:
    assert advised(tmp_path, f"  web: {{image: shop/web, port: 80, {about}}}", THREE) == []
