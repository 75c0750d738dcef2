"""What is said twice, and what two things claim: refused with the place, and the way."""

from __future__ import annotations

import pytest

from generator.spec import loader
from testing.specs import HEAD, app, told

FAULTS: dict[str, tuple[str, list[str]]] = {
    "an image beside the app's": (
        "container: {image: 'x:1'}",
        [
            "8:17 apps.web.container.image: the image is the app's"
            " / say it as `image:`, without its tag: that is what is released, promoted and shown"
        ],
    ),
    "a command beside the app's": (
        "command: [a]\ncontainer: {command: [b]}",
        ["9:17 apps.web.container.command: command is set twice / keep `command:` of the app"],
    ),
    "arguments beside the app's": (
        "args: [a]\ncontainer: {args: [b]}",
        ["9:17 apps.web.container.args: args is set twice / keep `args:` of the app"],
    ),
    "a variable beside the app's": (
        "env: {A: b}\ncontainer: {env: [{name: A, value: c}]}",
        ["9:30 apps.web.container.env[0].name: A is set under `env` as well / keep one"],
    ),
    "a variable beside the app's config": (
        "config: {A: b}\ncontainer: {env: [{name: A, value: c}]}",
        ["9:30 apps.web.container.env[0].name: A is set under `config` as well / keep one"],
    ),
    "a port's name twice": (
        "container: {ports: [{name: q, containerPort: 1}, {name: q, containerPort: 2}]}",
        [
            "8:61 apps.web.container.ports[1].name: a second port named q"
            " / say it under `ports`, or give it another name"
        ],
    ),
    "a mount of no volume, in another container": (
        "pod: {volumes: [{name: data, emptyDir: {}}],"
        " containers: [{name: b, image: c, volumeMounts: [{name: dat, mountPath: /x}]}]}",
        ['8:105 apps.web.pod.containers[0].volumeMounts[0].name: no volume is named "dat" / did you mean "data"?'],
    ),
    "an Ingress to ports that are kept out of the Service": (
        "ports: [{name: a, containerPort: 1, servicePort: null}]\ningress: {host: a.example.com}",
        [
            "9:5 apps.web.ingress: needs a port that the Service offers"
            " / take `servicePort: null` off one of the ports"
        ],
    ),
    "another tag of the app's own image": (
        "pod: {containers: [{name: b, image: 'shop/web:1'}]}",
        [
            "8:41 apps.web.pod.containers[0].image: `bump` sets the tag of each shop/web in the app"
            " / write it as `shop/web`, and it is released with the app; another tag needs another repository"
        ],
    ),
    "a digest of the app's own image, in one environment": (
        "environments: {prod: {pod: {initContainers: [{name: b, image: 'shop/web@sha256:abc'}]}}}",
        [
            "8:67 apps.web.environments.prod.pod.initContainers[0].image: `bump` sets the tag of each shop/web in the app"
            " / write it as `shop/web`, and it is released with the app; another tag needs another repository"
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "faults"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_place_and_a_way_out(fields: str, faults: list[str]) -> None:
    assert told(app(fields)) == faults


TAKEN: dict[str, str] = {
    "a command of the container alone": "container: {command: [b], args: [c]}",
    "the app's own image, without a tag": "pod: {containers: [{name: b, image: shop/web}]}",
    "another repository with a tag and a port": "pod: {containers: [{name: b, image: 'localhost:5000/shop/web:1'}]}",
    "a variable of the container alone": "env: {A: b}\ncontainer: {env: [{name: B, value: c}]}",
}


@pytest.mark.parametrize("fields", TAKEN.values(), ids=TAKEN)
def test_what_is_said_once_is_taken(fields: str) -> None:
    assert loader.parse(app(fields)).apps["web"].name == "web"


def two(first: str, second: str) -> str:
    return f"{HEAD}    port: 80\n    {first}\n  other:\n    image: shop/other\n    port: 80\n    {second}\n"


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        ("ingress: {host: a.b.c}", "ingress: {host: a.b.c}", "13:21 apps.other.ingress.host: in dev it answers to a.b.c/"),
        (
            'ingress: {host: "a.{environment}.c"}', "ingress: {host: a.prod.c}",
            "13:21 apps.other.ingress.host: in prod it answers to a.prod.c/",
        ),
        (
            "ingress: {host: a.b.c, path: /x}", "environments: {prod: {ingress: {host: a.b.c, path: /x}}}",
            "13:43 apps.other.environments.prod.ingress.host: in prod it answers to a.b.c/x",
        ),
    ],
)  # fmt: skip
def test_two_apps_cannot_answer_to_one_host_and_path(first: str, second: str, fault: str) -> None:
    assert told(two(first, second)) == [f"{fault}, as web does / another host, or another `path`"]


ROUTE = "as web does / another host, or another `paths`"


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        ("gateway: {name: g, hosts: [a.b.c]}", "gateway: {name: g, hosts: [d.b.c, a.b.c]}", "hosts: in dev it answers to a.b.c/"),
        ("gateway: {name: g}", "gateway: {name: g, paths: [/]}", "paths: in dev it answers to /"),
        (
            "gateway: {name: g, hosts: [a.b.c], paths: [/x]}",
            "gateway: {name: g, hosts: [a.b.c], rules: [{matches: [{path: {type: PathPrefix, value: /x}}]}]}",
            "hosts: in dev it answers to a.b.c/x",
        ),
        ("ingress: {host: a.b.c}", "gateway: {name: g, hosts: [a.b.c]}", "hosts: in dev it answers to a.b.c/"),
    ],
)  # fmt: skip
def test_nor_can_two_routes_or_a_route_and_an_ingress(first: str, second: str, fault: str) -> None:
    [found] = told(two(first, second))
    assert f"apps.other.gateway.{fault}, {ROUTE}" in found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ingress: {host: a.b.c, path: /x}", "ingress: {host: a.b.c, path: /y}"),
        ("ingress: {host: a.b.c}", "ingress: {host: a.b.c, className: nginx}"),
        (
            "ingress: {host: a.b.c, className: nginx}",
            "ingress: {host: a.b.c, className: nginx, annotations: {nginx.ingress.kubernetes.io/canary: 'true'}}",
        ),
        ("environments: {prod: {ingress: {host: a.b.c}}}", "environments: {dev: {ingress: {host: a.b.c}}}"),
        ("gateway: {name: g, hosts: [a.b.c]}", "gateway: {name: other, hosts: [a.b.c]}"),
        ("gateway: {name: g, hosts: [a.b.c]}", "gateway: {name: g, hosts: [a.b.c], paths: [/x]}"),
        ("gateway: {name: g}", "gateway: {name: g, hosts: [a.b.c]}"),
        (
            "gateway: {name: g, hosts: [a.b.c]}",
            "gateway: {name: g, hosts: [a.b.c], rules: [{matches: [{headers: [{name: x, value: y}]}]}]}",
        ),
        # They are never in one environment.
        (
            "ingress: {host: a.b.c}\n    environments: {dev: false}",
            "ingress: {host: a.b.c}\n    environments: {prod: false}",
        ),
        (
            "gateway: {name: g, hosts: [a.b.c]}\n    environments: {dev: false}",
            "gateway: {name: g, hosts: [a.b.c]}\n    environments: {prod: false}",
        ),
        (
            "workloads: {a: {ingress: {host: a.b.c}}, b: {}}\n    environments: {dev: {workloads: {a: null}}}",
            "ingress: {host: a.b.c}\n    environments: {prod: false}",
        ),
        (
            "workloads: {a: {}, b: {ingress: null}}\n    ingress: {host: a.b.c}\n    environments: {dev: {workloads: {a: null}}}",
            "ingress: {host: a.b.c}\n    environments: {prod: false}",
        ),
        # It is moved from one to the other.
        ("ingress: {host: a.b.c}\n    gateway: {name: g, hosts: [a.b.c]}", "gateway: {name: g, hosts: [d.b.c]}"),
    ],
)
def test_apps_that_do_not_meet_are_taken(first: str, second: str) -> None:
    assert len(loader.parse(two(first, second)).apps) == 2


def test_only_apps_that_a_preview_has_meet_in_it() -> None:
    text = two(
        "source: web\n    environments: {pr: {ingress: {host: a.b.c}}}", "environments: {pr: {ingress: {host: a.b.c}}}"
    )
    text = text.replace("git.example.com", "github.com").replace("prod: {}", "pr: {pullRequests: {label: preview}}")
    assert len(loader.parse(text).apps) == 2
