"""Faults of generator.yaml: each with its place, its field and a way out; and the language when it is well written."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.errors import GeneratorError, SpecError
from generator.spec import loader
from generator.spec.model import Spec

HEAD = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
apps:
  web:
    image: shop/web
"""


def app(fields: str) -> str:
    """A spec of two environments and one app; its ``fields`` begin on line 8, in column 5."""
    return HEAD + textwrap.indent(textwrap.dedent(fields).strip("\n"), "    ") + "\n"


def top(fields: str, **changed: str) -> str:
    """A spec whose fields of the top level are replaced or added."""
    known = {
        "version": "1", "project": "shop", "repository": "/srv/shop.git",
        "environments": "{dev: {}, prod: {}}", "apps": "{}", **changed,
    }  # fmt: skip
    return "".join(f"{name}: {value}\n" for name, value in known.items() if value != "-") + fields


def told(text: str) -> list[str]:
    """The faults as people see them."""
    with pytest.raises(SpecError) as caught:
        loader.parse(text)
    return [f"{fault} / {fault.hint}".removeprefix("generator.yaml:") for fault in caught.value.faults]


FAULTS: dict[str, tuple[str, list[str]]] = {
    "an empty file": (
        "",
        [
            "1:1: is empty / start with `version: 1`; `python -m generator schema` tells the rest",
        ],
    ),
    "nothing but comments": (
        "# nothing\n\n",
        [
            "1:1: is empty / start with `version: 1`; `python -m generator schema` tells the rest",
        ],
    ),
    "two documents": (
        top("---\nversion: 1\n"),
        [
            "7:1: a second document / keep everything in one, without ---",
        ],
    ),
    "a list instead of a map": (
        "- version: 1\n",
        [
            "1:1: expected a map, got a list / known here: version, project, repository, forge, branch, registry, environments, apps, secretStore, promotion, commits, compare, allow, argocd, ci",
        ],
    ),
    "a word instead of a map": (
        "shop\n",
        [
            '1:1: expected a map, got "shop" / known here: version, project, repository, forge, branch, registry, environments, apps, secretStore, promotion, commits, compare, allow, argocd, ci',
        ],
    ),
    "a tab as indentation": (
        "version: 1\n\tproject: shop\n",
        [
            "2:1: found a tab character that violates indentation / indent with spaces",
        ],
    ),
    "a bracket that is never closed": (
        top("ci: {install: x\n"),
        [
            "6:16: did not find expected ',' or '}' / YAML cannot be read from here on; look at this line and the one above",
        ],
    ),
    "a quote that is never closed": (
        top('ci: {install: "x}\n'),
        [
            "6:18: found unexpected end of stream / YAML cannot be read from here on; look at this line and the one above",
        ],
    ),
    "an alias to nothing": (
        top("ci: *nothing\n"),
        [
            "6:5: found undefined alias / YAML cannot be read from here on; look at this line and the one above",
        ],
    ),
    "two colons on a line": (
        top("branch: a: b\n"),
        [
            "6:10: mapping values are not allowed in this context / YAML cannot be read from here on; look at this line and the one above",
        ],
    ),
    "a NUL character, after text that is not ASCII": (
        'version: 1 # é\nproject: "sh\0p"\n',
        [
            "2:13: a character that YAML does not allow, U+0000 / take the character out",
        ],
    ),
    "a control character": (
        "version: 1\nproject: sh\x07p\n",
        [
            "2:12: a character that YAML does not allow, U+0007 / take the character out",
        ],
    ),
    "an escaped NUL in an argument": (
        app('args: ["a\\0b"]'),
        [
            '8:12 apps.web.args[0]: "a\\x00b" is not an argument / no NUL character can be in it',
        ],
    ),
    "a tag that makes Python objects": (
        top("", apps="!!python/object/apply:os.system [id]"),
        [
            '5:7 apps: expected a map, got a list / write "name: value" lines',
            '5:7 apps: the tag "tag:yaml.org,2002:python/object/apply:os.system" is not known here / take it off; quote the value to make it text',
        ],
    ),
    "a tag of our own invention": (
        top("branch: !secret main\n"),
        [
            '6:9 branch: the tag "!secret" is not known here / take it off; quote the value to make it text',
        ],
    ),
    "a duplicate field": (
        app("port: 80\nport: 81"),
        [
            "9:5 apps.web.port: is there twice / keep one of the two",
        ],
    ),
    "a duplicate app": (
        top("", apps="{web: {image: a}, web: {image: b}}"),
        [
            "5:25 apps.web: is there twice / keep one of the two",
        ],
    ),
    "a key that is a list": (
        top("? [a, b]\n: c\n"),
        [
            "6:3: a key that is not text / write a name, then a colon",
        ],
    ),
    "a key of 1100 characters": (
        app("config:\n  ? " + "K" * 1100 + "\n  : x"),
        [
            "9:9 apps.web.config: a key of 1100 characters / at most 1000 are possible",
        ],
    ),
    "an alias to itself": (
        top("ci: &x {runtime: *x}\n"),
        [
            "6:5 ci.runtime.runtime.runtime.runtime: nested deeper than 60 levels, or within itself / take aliases out",
        ],
    ),
    "a merge with itself": (
        app("config: &x\n  <<: *x"),
        [
            "8:13 apps.web.config.<<.<<: nested deeper than 60 levels, or within itself / take aliases out",
        ],
    ),
    "a merge with a list of words": (
        app("config:\n  <<: [a, b]"),
        [
            "9:12 apps.web.config.<<: only maps can be merged / point << at a map's anchor",
            "9:15 apps.web.config.<<: only maps can be merged / point << at a map's anchor",
        ],
    ),
    "a merge with a number": (
        app("config:\n  <<: 5"),
        [
            "9:11 apps.web.config.<<: only maps can be merged / point << at a map's anchor",
        ],
    ),
    "a fault in an inherited field is told where it stands": (
        top("", apps="\n  one: &one {image: a, port: x}\n  two: {<<: *one, image: b}"),
        [
            '6:30 apps.one.port: expected a port, got "x" / a number from 1 to 65535',
            '6:30 apps.two.port: expected a port, got "x" / a number from 1 to 65535',
        ],
    ),
    "a billion laughs": (
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{c}: &{c} [{','.join(['*' + chr(ord(c) - 1)] * 9)}]\n" for c in "bcdefghi"),
        [
            "1:8 g[0][4][8][3][1][7][0]: more than 1,000,000 values once aliases are expanded / take aliases out",
        ],
    ),
    "a hundred brackets": (
        top("ci: " + "[" * 100 + "]" * 100 + "\n"),
        [
            "6:65 ci[0][0][0][0]: nested deeper than 60 levels, or within itself / take aliases out",
        ],
    ),
    "two hundred thousand brackets": (
        top("ci: " + "[" * 200000 + "\n"),
        [
            "6:204: nested deeper than 200 levels / take levels out",
        ],
    ),
    "six thousand dashes": (
        "- " * 6000 + "x\n",
        [
            "1:401: nested deeper than 200 levels / take levels out",
        ],
    ),
    "no version": (
        top("", version="-"),
        [
            "1:1 version: version is missing / add `version:`, the version of this language, 1",
        ],
    ),
    "a version of tomorrow": (
        top("", version="2"),
        [
            "1:10 version: 2 is out of range for a version of this language / only 1 is known",
        ],
    ),
    "a version as text": (
        top("", version='"1"'),
        [
            '1:10 version: expected a version of this language, got "1" / take off the quotes',
        ],
    ),
    "nothing but a version": (
        "version: 1\n",
        [
            "1:1 apps: apps is missing / add `apps:`, the apps, by name",
            "1:1 environments: environments is missing / add `environments:`, the environments, in the order of promotion",
            "1:1 project: project is missing / add `project:`, the name of the project",
            "1:1 repository: repository is missing / add `repository:`, the URL of this repository, as Argo CD pulls it",
        ],
    ),
    "an unknown field near a known one": (
        top("enviroments: {}\n"),
        [
            '6:1 enviroments: unknown field "enviroments" / did you mean "environments"?',
        ],
    ),
    "an unknown field near nothing": (
        top("zzz: 1\n"),
        [
            '6:1 zzz: unknown field "zzz" / known here: allow, apps, argocd, branch, ci, commits, compare, environments, forge, project, promotion, registry, repository, secretStore, version',
        ],
    ),
    "a project with a space": (
        top("", project="my shop"),
        [
            '2:10 project: "my shop" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "a project that is a number": (
        top("", project="123"),
        [
            "2:10 project: expected a name (DNS label), got 123 / put it in quotes",
        ],
    ),
    "a project that is a boolean": (
        top("", project="true"),
        [
            "2:10 project: expected a name (DNS label), got true / put it in quotes",
        ],
    ),
    "no environments": (
        top("", environments="{}"),
        [
            "4:15 environments: an empty map / at least 1 is needed",
        ],
    ),
    "environments as a list": (
        top("", environments="[dev, prod]"),
        [
            '4:15 environments: expected a map, got a list / write "name: value" lines',
        ],
    ),
    "apps left empty": (
        top("", apps=""),
        [
            "5:1 apps: apps is empty / write each below it, indented, as `NAME: …`, or `apps: {}` for none",
        ],
    ),
    "a password in the repository's URL": (
        top("", repository="https://me:hunter2@git.example.com/a.git"),
        [
            '3:13 repository: "https://…@git.example.com/a.git" is not a git URL or a path / like https://git.example.com/acme/shop-gitops.git, with no password in it',
        ],
    ),
    "a repository by a transport that runs commands": (
        top("", repository="ext::sh -c id"),
        [
            '3:13 repository: "ext::sh -c id" is not a git URL or a path / like https://git.example.com/acme/shop-gitops.git, with no password in it',
        ],
    ),
    "a repository that looks like an option": (
        top("", repository="--upload-pack=id"),
        [
            '3:13 repository: "--upload-pack=id" is not a git URL or a path / like https://git.example.com/acme/shop-gitops.git, with no password in it',
        ],
    ),
    "a branch with two dots": (
        top("branch: a..b\n"),
        [
            '6:9 branch: "a..b" is not a branch / a plain branch name',
        ],
    ),
    "a branch that looks like an option": (
        top("branch: --force\n"),
        [
            '6:9 branch: "--force" is not a branch / a plain branch name',
        ],
    ),
    "a registry with a scheme": (
        top("registry: https://registry.example.com\n"),
        [
            '6:11 registry: "https://registry.example.com" is not a registry / like 123456789012.dkr.ecr.eu-west-1.amazonaws.com',
        ],
    ),
    "requests that nothing in CodeBuild could open": (
        top("ci: {pull_request: true}\n"),
        [
            "6:20 ci.pull_request: CodeBuild has nothing to open pull requests with"
            " / add ci.credentials, a secret with git `username` and `token`, or ci.githubApp",
        ],
    ),
    "an unknown environment in ci": (
        top("ci: {environment: prd}\n"),
        [
            '6:19 ci.environment: no such environment / did you mean "prod"?',
        ],
    ),
    "an unknown kind of store": (
        top("secretStore: {name: a, kind: Vault}\n"),
        [
            '6:30 secretStore.kind: "Vault" is not one of ClusterSecretStore, SecretStore / known here: ClusterSecretStore, SecretStore',
        ],
    ),
    "a store without a name": (
        top("secretStore: {kind: SecretStore}\n"),
        [
            "6:1 secretStore.name: name is missing / add `name:`, the name of the store",
        ],
    ),
    "an environment named like a path": (
        top("", environments="{../x: {}}"),
        [
            '4:16 environments."../x": "../x" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "a misspelled way to sync": (
        top("", environments="{dev: {sync: automatic}}"),
        [
            '4:28 environments.dev.sync: "automatic" is not one of auto, manual / did you mean "auto"?',
        ],
    ),
    "sync by yes": (
        top("", environments="{dev: {sync: yes}}"),
        [
            '4:28 environments.dev.sync: "yes" is not one of auto, manual / known here: auto, manual',
        ],
    ),
    "two environments in one namespace": (
        top("", environments="{dev: {namespace: shop}, prod: {namespace: shop}}"),
        [
            "4:40 environments.prod: shares its namespace with dev / give each a namespace of its own",
        ],
    ),
    "two environments in one namespace, of one cluster in two spellings": (
        top(
            "",
            environments="{dev: {namespace: shop}, prod: {namespace: shop, cluster: https://kubernetes.default.svc}}",
        ),
        [
            "4:40 environments.prod: shares its namespace with dev / give each a namespace of its own",
        ],
    ),
    "a namespace that is another's by default": (
        top("", environments="{dev: {}, prod: {namespace: shop-dev}}"),
        [
            "4:25 environments.prod: shares its namespace with dev / give each a namespace of its own",
        ],
    ),
    "a cluster as a list": (
        top("", environments="{dev: {cluster: [a]}}"),
        [
            "4:31 environments.dev.cluster: expected a cluster, got a list / its name in Argo CD, its ARN or its https URL",
        ],
    ),
    "a namespace in capitals": (
        top("", environments="{dev: {namespace: Shop}}"),
        [
            '4:33 environments.dev.namespace: "Shop" is not a DNS label / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "an app named ../x": (
        top("", apps="{../x: {image: a}}"),
        [
            '5:8 apps."../x": "../x" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "an app named -rf": (
        top("", apps="{-rf: {image: a}}"),
        [
            '5:8 apps.-rf: "-rf" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "an app named a;b": (
        top("", apps="{a;b: {image: a}}"),
        [
            '5:8 apps."a;b": "a;b" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "an app named $(id)": (
        top("", apps='{"$(id)": {image: a}}'),
        [
            '5:8 apps."$(id)": "$(id)" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "an app with a name of 300 characters": (
        top("", apps="{" + "a" * 300 + ": {image: a}}"),
        [
            '5:8 apps."aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": a name (DNS label) of 300 characters / at most 50 are possible',
        ],
    ),
    "an app with a name of 51 characters": (
        top("", apps="{" + "a" * 51 + ": {image: a}}"),
        [
            "5:8 apps.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: a name (DNS label) of 51 characters / at most 50 are possible",
        ],
    ),
    "an app named by an emoji": (
        top("", apps="{🚀: {image: a}}"),
        [
            '5:8 apps."\\U0001f680": "🚀" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "an app without a name": (
        top("", apps='{"": {image: a}}'),
        [
            '5:8 apps."": "" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "an app named with a line end": (
        top("", apps='{"a\\n": {image: a}}'),
        [
            '5:8 apps."a\\n": "a\\n" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "an app in capitals": (
        top("", apps="{Web: {image: a}}"),
        [
            '5:8 apps.Web: "Web" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
        ],
    ),
    "an app that says nothing": (
        top("", apps="{web: }"),
        [
            "5:8 apps.web: nothing there / needs image",
        ],
    ),
    "an app that is a list": (
        top("", apps="{web: [image, a]}"),
        [
            "5:13 apps.web: expected a map, got a list / `python -m generator explain apps.web` lists the fields there",
        ],
    ),
    "apps as a list": (
        top("", apps="[{name: web}]"),
        [
            '5:7 apps: expected a map, got a list / write "name: value" lines',
        ],
    ),
    "no image": (
        top("", apps="{web: {port: 80}}"),
        [
            "5:8 apps.web.image: image is missing / add `image:`, the image without a tag, like shop/web",
        ],
    ),
    "an image with a tag": (
        top("", apps="{web: {image: 'shop/web:1.2'}}"),
        [
            '5:21 apps.web.image: "shop/web:1.2" is not an image without a tag / like shop/web; the tag is the pipeline\'s: seed it with `tag:`',
        ],
    ),
    "an image with a shell in it": (
        top("", apps="{web: {image: 'a$(id)'}}"),
        [
            '5:21 apps.web.image: "a$(id)" is not an image without a tag / like shop/web; the tag is the pipeline\'s: seed it with `tag:`',
        ],
    ),
    "a tag that YAML takes for a number": (
        app("tag: 1.10"),
        [
            "8:10 apps.web.tag: expected an image tag, got 1.10 / put it in quotes",
        ],
    ),
    "a tag with a shell metacharacter": (
        app("tag: 1.0;id"),
        [
            '8:10 apps.web.tag: "1.0;id" is not an image tag / letters, digits, _, . and -; at most 128',
        ],
    ),
    "a tag in an override": (
        app("environments: {prod: {tag: v1}}"),
        [
            '8:27 apps.web.environments.prod.tag: unknown field "tag" / `bump` sets the tag of an environment',
        ],
    ),
    "a port in quotes": (
        app('port: "8080"'),
        [
            '8:11 apps.web.port: expected a port, got "8080" / take off the quotes',
        ],
    ),
    "a port beyond the last": (
        app("port: 65536"),
        [
            "8:11 apps.web.port: 65536 is out of range for a port / from 1 to 65535",
        ],
    ),
    "a port with a comma": (
        app("port: 8,080"),
        [
            '8:11 apps.web.port: expected a port, got "8,080" / a number from 1 to 65535',
        ],
    ),
    "both port and ports": (
        app("port: 80\nports: [{containerPort: 81}]"),
        [
            "8:5 apps.web.port: both port and ports / keep one of the two",
        ],
    ),
    "two ports of one name": (
        app("ports:\n- {name: a, containerPort: 80}\n- {name: a, containerPort: 81}"),
        [
            '10:14 apps.web.ports[1].name: name "a" is there twice / keep one, or rename it',
        ],
    ),
    "two ports that are both http": (
        app("ports:\n- containerPort: 8080\n- {name: http, containerPort: 81}"),
        [
            "10:7 apps.web.ports[1]: a second port named http / give each a name of its own",
        ],
    ),
    "two ports with one number in the Service": (
        app("ports:\n- containerPort: 8080\n- {name: admin, containerPort: 80}"),
        [
            "10:7 apps.web.ports[1]: the Service has port 80 already / set another `servicePort`",
        ],
    ),
    "a probe of a port that is not there": (
        app("port: 80\nlivenessProbe: {httpGet: {path: /, port: htp}}"),
        [
            '9:46 apps.web.livenessProbe.httpGet.port: no port is named "htp" / did you mean "http"?',
        ],
    ),
    "a list item without its number": (
        app("ports:\n- name: http"),
        [
            "9:7 apps.web.ports[0].containerPort: containerPort is missing / add `containerPort:`, the port that the process listens on",
        ],
    ),
    "replicas as a boolean": (
        app("replicas: yes"),
        [
            '8:15 apps.web.replicas: expected a whole number, got "yes" / a number from 0 to 5000',
        ],
    ),
    "replicas below zero": (
        app("replicas: -1"),
        [
            "8:15 apps.web.replicas: -1 is out of range for a whole number / from 0 to 5000",
        ],
    ),
    "replicas with a fraction": (
        app("replicas: 1.5"),
        [
            "8:15 apps.web.replicas: expected a whole number, got 1.5 / a number from 0 to 5000",
        ],
    ),
    "replicas and an autoscaler": (
        app("replicas: 2\nautoscale: {min: 1, max: 3}"),
        [
            "8:5 apps.web.replicas: the autoscaler says how many / keep replicas or autoscale",
        ],
    ),
    "an autoscaler upside down": (
        app("autoscale: {min: 5, max: 2}"),
        [
            "8:22 apps.web.autoscale.min: 5 is more than max, 2 / min must not exceed max",
        ],
    ),
    "an autoscaler without a maximum": (
        app("autoscale: {min: 5}"),
        [
            "8:5 apps.web.autoscale.max: max is missing / add `max:`, the greatest number of pods",
        ],
    ),
    "health without a port": (
        app("health: /healthz"),
        [
            "8:5 apps.web.health: needs a port / add `port: 8080`",
        ],
    ),
    "health without a slash": (
        app("port: 80\nhealth: healthz"),
        [
            '9:13 apps.web.health: "healthz" is not a path / starts with /, like /healthz',
        ],
    ),
    "an ingress without a port": (
        app("ingress: {host: a.example.com}"),
        [
            "8:5 apps.web.ingress: needs a port / add `port: 8080`",
        ],
    ),
    "an ingress without a Service": (
        app("port: 80\nservice: false\ningress: {host: a.example.com}"),
        [
            "10:5 apps.web.ingress: needs a Service / take `service: false` out",
        ],
    ),
    "an ingress without a host": (
        app("port: 80\ningress: {path: /}"),
        [
            "9:5 apps.web.ingress.host: host is missing / add `host:`, the host name that it answers to",
        ],
    ),
    "a variable that is set twice in the list": (
        app("env:\n- {name: A, value: 1}\n- {name: A, value: 2}"),
        [
            '10:14 apps.web.env[1].name: name "A" is there twice / keep one, or rename it',
        ],
    ),
    "a variable in env and in config": (
        app("env: {A: 1}\nconfig: {A: 2}"),
        [
            "8:14 apps.web.env.A: is set in two places / keep one",
        ],
    ),
    "a variable in config and in secrets": (
        app("config: {A: 2}\nsecrets: {A: shop/a}"),
        [
            "9:18 apps.web.secrets.A: is set in two places / keep one",
        ],
    ),
    "a variable with a hyphen first": (
        app("env: {-A: 1}"),
        [
            '8:11 apps.web.env.-A: "-A" is not a variable\'s name / letters, digits and _; no digit first',
        ],
    ),
    "a variable that is a list": (
        app("env: {A: [1]}"),
        [
            "8:14 apps.web.env.A: expected text, got a list / only text, numbers and booleans can be values here",
        ],
    ),
    "a secret with a space": (
        app("secrets: {A: my secret}"),
        [
            '8:18 apps.web.secrets.A: "my secret" is not a secret\'s name / NAME or NAME#PROPERTY in Secrets Manager; never the secret itself',
        ],
    ),
    "a probe with two actions": (
        app("port: 80\nlivenessProbe: {httpGet: {path: /}, tcpSocket: {port: 80}}"),
        [
            "9:5 apps.web.livenessProbe: needs exactly one of httpGet, tcpSocket, exec, grpc / write one of them, and no other",
        ],
    ),
    "a probe without an action": (
        app("port: 80\nlivenessProbe: {periodSeconds: 3}"),
        [
            "9:5 apps.web.livenessProbe: needs exactly one of httpGet, tcpSocket, exec, grpc / write one of them, and no other",
        ],
    ),
    "a quantity with a wrong unit": (
        app("resources: {requests: {memory: 128MB}}"),
        [
            '8:36 apps.web.resources.requests.memory: "128MB" is not a quantity / like 250m, 1, 128Mi',
        ],
    ),
    "a misspelled field two levels down": (
        app("resources: {request: {cpu: 1}}"),
        [
            '8:17 apps.web.resources.request: unknown field "request" / did you mean "requests"?',
        ],
    ),
    "a source above the repository": (
        app("source: ../elsewhere"),
        [
            '8:13 apps.web.source: "../elsewhere" is not a folder in this repository / a relative path without `..`, outside base, overlays, gitops and .git',
        ],
    ),
    "a scan of what is not in ECR": (
        app("source: web\nbuild: {scan: {severity: HIGH}}"),
        ["9:13 apps.web.build.scan: ECR scans images, and this one is not in ECR / take it out"],
    ),
    "a source among the generated files": (
        app("source: overlays/dev"),
        [
            '8:13 apps.web.source: "overlays/dev" is not a folder in this repository / a relative path without `..`, outside base, overlays, gitops and .git',
        ],
    ),
    "a source that looks like an option": (
        app("source: -o"),
        [
            '8:13 apps.web.source: "-o" is not a folder in this repository / a relative path without `..`, outside base, overlays, gitops and .git',
        ],
    ),
    "a build without a source": (
        app("build: {dockerfile: Dockerfile}"),
        [
            "8:5 apps.web.build: nothing to build / say where the Dockerfile is: `source: FOLDER`",
        ],
    ),
    "an empty command": (
        app("command: []"),
        [
            "8:14 apps.web.command: an empty list / at least 1 is needed",
        ],
    ),
    "a command in one string": (
        app("command: python3 app.py"),
        [
            '8:14 apps.web.command: expected a list, got "python3 app.py" / write it as a list: `command: [python3, app.py]`',
        ],
    ),
    "a peer that does not exist": (
        app("network: {from: [wbe]}"),
        [
            '8:22 apps.web.network.from[0]: no such app / did you mean "web"?',
        ],
    ),
    "peers as a number": (
        app("network: {from: 5}"),
        [
            '8:21 apps.web.network.from: expected a list, got 5 / start each item with "- "',
        ],
    ),
    "service as a word": (
        app("service: no"),
        [
            '8:14 apps.web.service: expected false or a map, got "no" / write false or a map',
        ],
    ),
    "an override for an unknown environment": (
        app("environments: {prd: {replicas: 2}}"),
        [
            '8:20 apps.web.environments.prd: no such environment / did you mean "prod"?',
        ],
    ),
    "an unknown field in an override": (
        app("environments: {prod: {replcas: 2}}"),
        [
            '8:27 apps.web.environments.prod.replcas: unknown field "replcas" / did you mean "replicas"?',
        ],
    ),
    "an unknown field in an override, set to nothing": (
        app("environments: {prod: {replcas: }}"),
        [
            '8:27 apps.web.environments.prod.replcas: unknown field "replcas" / did you mean "replicas"?',
        ],
    ),
    "an override that takes the image out": (
        app("environments: {prod: {image: null}}"),
        [
            "8:27 apps.web.environments.prod.image: image is missing / add `image:`, the image without a tag, like shop/web",
        ],
    ),
    "an override that takes the port from under the ingress": (
        app("port: 80\nhealth: /\ningress: {host: a.example.com}\nenvironments: {prod: {port: null}}"),
        [
            "11:20 apps.web.environments.prod: health: needs a port / add `port: 8080`",
            "11:20 apps.web.environments.prod: ingress: needs a port / add `port: 8080`",
        ],
    ),
    "an override that turns the autoscaler upside down": (
        app("autoscale: {min: 2, max: 3}\nenvironments: {prod: {autoscale: {min: 5}}}"),
        [
            "9:44 apps.web.environments.prod.autoscale.min: 5 is more than max, 3 / min must not exceed max",
        ],
    ),
    "an override that lacks what the app does not say either": (
        app("environments: {prod: {autoscale: {min: 5}}}"),
        [
            "8:27 apps.web.environments.prod.autoscale: autoscale.max: max is missing / add `max:`, the greatest number of pods",
        ],
    ),
    "a fault in general is not told again for each environment": (
        app("port: x\nhealth: y\nenvironments: {dev: {replicas: 1}, prod: {replicas: 2}}"),
        [
            '8:11 apps.web.port: expected a port, got "x" / a number from 1 to 65535',
            '9:13 apps.web.health: "y" is not a path / starts with /, like /healthz',
        ],
    ),
    "an override that clashes with config": (
        app("config: {A: 1}\nenvironments: {prod: {env: {A: 2}}}"),
        [
            "9:36 apps.web.environments.prod.env.A: is set in two places / keep one",
        ],
    ),
    "ten faults in one file": (
        """\
version: 1
project: my shop
repository: https://git.example.com/acme/shop-gitops.git
registery: example.com
environments:
  dev: {sync: sometimes}
  prod: {}
apps:
  web:
    image: shop/web:1.0
    port: "8080"
    helth: /healthz
    replicas: two
    replicas: 3
  a;b:
    image: shop/b
    environments: {prd: {replicas: 2}}
  db:
    port: 5432
""",
        [
            '2:10 project: "my shop" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
            '4:1 registery: unknown field "registery" / did you mean "registry"?',
            '6:15 environments.dev.sync: "sometimes" is not one of auto, manual / known here: auto, manual',
            '10:12 apps.web.image: "shop/web:1.0" is not an image without a tag / like shop/web; the tag is the pipeline\'s: seed it with `tag:`',
            '11:11 apps.web.port: expected a port, got "8080" / take off the quotes',
            '12:5 apps.web.helth: unknown field "helth" / did you mean "health"?',
            '13:15 apps.web.replicas: expected a whole number, got "two" / a number from 0 to 5000',
            "14:5 apps.web.replicas: is there twice / keep one of the two",
            '15:3 apps."a;b": "a;b" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
            '17:20 apps."a;b".environments.prd: no such environment / did you mean "prod"?',
            "18:3 apps.db.image: image is missing / add `image:`, the image without a tag, like shop/web",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_told_with_its_place_its_field_and_a_way_out(text: str, expected: list[str]) -> None:
    assert told(text) == expected


def test_ten_faults_are_told_in_one_run() -> None:
    assert len(FAULTS["ten faults in one file"][1]) >= 10


@pytest.mark.parametrize("text", [text for text, _ in FAULTS.values()], ids=FAULTS)
def test_every_fault_has_a_hint_and_lies_within_the_file(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        loader.parse(text)
    for fault in caught.value.faults:
        assert fault.hint
        assert_within(text, fault.line, fault.column)


def assert_within(text: str, line: int, column: int) -> None:
    lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
    assert 1 <= line <= len(lines)
    assert 1 <= column <= len(lines[line - 1]) + 1


def test_no_fault_repeats_a_password() -> None:
    assert "hunter2" not in "".join(told(top("", repository="https://me:hunter2@git.example.com/a.git")))


# -- bytes

BYTES = {
    "Latin-1 is named, with its line": (HEAD.encode() + b"    # caf\xe9\n", ["8:1: is not UTF-8 / save it as UTF-8"]),
    "UTF-16 is named": (HEAD.encode("utf-16"), ["1:1: is not UTF-8 / save it as UTF-8"]),
}


@pytest.mark.parametrize(("content", "expected"), BYTES.values(), ids=BYTES)
def test_a_file_that_is_not_utf8_is_a_fault(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    (tmp_path / "generator.yaml").write_bytes(content)
    with pytest.raises(SpecError) as caught:
        loader.load(tmp_path)
    assert [f"{fault} / {fault.hint}".removeprefix("generator.yaml:") for fault in caught.value.faults] == expected


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf" + HEAD.encode(), HEAD.replace("\n", "\r\n").encode(), HEAD.rstrip("\n").encode()],
    ids=["a byte order mark", "CRLF", "no final newline"],
)
def test_how_an_editor_saves_the_file_does_not_matter(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "generator.yaml").write_bytes(content)
    assert loader.load(tmp_path) == loader.parse(HEAD)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "generator.yaml").open("wb") as stream:
        stream.truncate(loader.MAX_BYTES + 1)
    with pytest.raises(GeneratorError, match="larger than 10,000,000 bytes"):
        loader.load(tmp_path)


def test_ten_thousand_faults_are_all_told() -> None:
    text = top("".join(f"field{number}: 1\n" for number in range(10_000)))
    assert len(told(text)) == 10_000


# -- arbitrary input

PIECES = st.sampled_from(
    ["version: 1\n", "apps:\n", "  web:\n", "    image: a\n", "- ", "? ", ": ", "&a ", "*a", "<<: *a\n", "{", "}", "[", "]",
     "|\n", ">-\n", "'", '"', "\t", "\r\n", "\x85", "\u2028", "\ufeff", "---\n", "...\n", "%YAML 1.1\n", "!!str ", "!x ", "#",
     "environments: {dev: {cluster: [1], namespace: {}}}\n", "null", "1.10", "~", "\0", "é", "\U0001f680"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
def test_arbitrary_text_gives_a_spec_or_faults_within_the_file(text: str) -> None:
    try:
        loader.parse(text)
    except SpecError as exc:
        for fault in exc.faults:
            assert_within(text, fault.line, fault.column)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary())
def test_arbitrary_bytes_give_a_spec_or_an_error_of_ours(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "generator.yaml").write_bytes(content)
    with pytest.raises(GeneratorError):
        loader.load(tmp_path)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 70000),
        st.sampled_from(["a", "../x", "http", "1", "", "{environment}"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "port", "containerPort", "min", "max", "from", "a", "httpGet", "path"]), inner
        ),
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "image",
        "port",
        "ports",
        "command",
        "args",
        "env",
        "config",
        "secrets",
        "resources",
        "health",
        "livenessProbe",
        "replicas",
        "autoscale",
        "service",
        "ingress",
        "migration",
        "disruption",
        "network",
        "serviceAccount",
        "labels",
        "writable",
        "container",
        "pod",
        "source",
        "build",
        "environments",
    ]
)
APPS = st.dictionaries(st.sampled_from(["web", "db", "a;b"]), st.dictionaries(FIELDS, VALUES))


@settings(max_examples=100, deadline=None)
@given(APPS, st.dictionaries(FIELDS, VALUES), VALUES)
def test_arbitrary_values_in_known_fields_give_a_spec_or_faults(
    apps: dict, override: dict, environment: object
) -> None:
    from generator.render import outputs
    from generator.yaml import emit as yaml_emit

    for fields in apps.values():
        fields.setdefault("environments", {"dev": override})
    data = {"version": 1, "project": "p", "repository": "/r", "environments": {"dev": environment}, "apps": apps}
    try:
        spec = loader.parse(yaml_emit.dump(data))
    except SpecError:
        return
    outputs.render(spec)


# -- well written

EVERY_FIELD = """\
version: 1
project: shop
repository: git@git.example.com:acme/shop-gitops.git
branch: release/1.x
registry: registry.example.com:5000/team
secretStore: {name: vault, kind: SecretStore}
commits: {subject: "chore: {subject}"}
argocd: {namespace: argo}
ci:
  install: {requirements: ci/generator.lock}
  images:
    binfmt: registry.example.com/binfmt@sha256:1111111111111111111111111111111111111111111111111111111111111111
    buildkit: "registry.example.com:5000/hub/buildkit:v0.31.2@sha256:2222222222222222222222222222222222222222222222222222222222222222"
    sbom: scanner:1.12.0@sha256:3333333333333333333333333333333333333333333333333333333333333333
  runtime: {nodejs: 20}
  environment: dev
  credentials: shop/git
  githubApp: {id: "123456", secret: shop/app}
  codebuild: true
  github: {role: "arn:aws:iam::123456789012:role/ci", runner: ubuntu-24.04-arm, environment: delivery}
  pullRequest: true
  checks: true
environments:
  dev: {}
  prod: {namespace: live, sync: manual, cluster: "arn:aws:eks:eu-west-1:123456789012:cluster/live", podSecurity: baseline}
apps:
  web:
    image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web
    tag: "1.0"
    source: src/web
    build:
      dockerfile: docker/Dockerfile
      test: [make test]
      reports: ["reports/*.xml"]
      args: {VERSION: $TAG, YEAR: 2024}
      platforms: [linux/amd64, linux/arm64]
      cache: shop/layers
      sbom: true
      scan: {severity: HIGH, ignore: [CVE-2024-3094]}
    ports:
    - {name: http, containerPort: 8080, servicePort: 80, protocol: TCP}
    - {containerPort: 9090}
    command: [python3]
    args: [-m, web]
    env:
      LITERAL: 1.10
      FROM: {valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    config: {MODE: on, RATE: 0.50, COUNT: 007}
    secrets:
      TOKEN: shop/{environment}/web#token
      KEY: {key: shop/key, property: p, version: AWSCURRENT}
    resources: {requests: {cpu: 0.5}, limits: {memory: 1Gi}, claims: [{name: gpu}]}
    health: /healthz
    ready: /readyz
    livenessProbe: {tcpSocket: {port: http}, periodSeconds: 7}
    readinessProbe: {exec: {command: [ready]}}
    startupProbe: {grpc: {port: 9090}}
    autoscale: {min: 2, max: 5, cpu: 60, memory: 80, behavior: {scaleDown: {stabilizationWindowSeconds: 60}}}
    service: {type: NodePort, port: 8000, annotations: {a: b}}
    ingress: {host: "{environment}.example.com", path: /api, className: nginx, annotations: {x/y: "1"}, tls: cert}
    migration: {command: [migrate], timeout: 60, retries: 0}
    disruption: {minAvailable: 1}
    network: {from: [worker], fromCidr: [10.0.0.0/8], ingress: [{}], egress: []}
    serviceAccount: {annotations: {eks.amazonaws.com/role-arn: arn}, token: true}
    labels: {tier: front}
    annotations: {note: hello}
    securityContext: {runAsUser: 1000}
    podSecurityContext: {fsGroup: 1000}
    writable: [/tmp, /var/cache]
    writableSize: 2Gi
    progressDeadlineSeconds: 120
    container: {lifecycle: {preStop: {sleep: {seconds: 5}}}}
    pod: {terminationGracePeriodSeconds: 40, resourceClaims: [{name: gpu, resourceClaimName: gpu}]}
    environments:
      prod: {replicas: 9}
  worker: {image: docker.io/library/busybox}
"""


def test_every_field_of_the_language_is_read() -> None:
    spec = loader.parse(EVERY_FIELD)
    web = spec.apps["web"].base
    assert (spec.branch, spec.argocd_namespace, web.image) == (
        "release/1.x",
        "argo",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web",
    )
    assert spec.apps["worker"].image == "docker.io/library/busybox"
    assert spec.subject == "chore: {subject}"
    assert spec.environments["prod"].destination == {
        "server": "arn:aws:eks:eu-west-1:123456789012:cluster/live", "namespace": "live",
    }  # fmt: skip
    assert web.config == {"MODE": "on", "RATE": "0.50", "COUNT": "007"}
    assert web.env[0] == {"name": "LITERAL", "value": "1.10"}
    assert [(port.name, port.number, port.service) for port in web.ports] == [
        ("http", 8080, 80),
        ("port-9090", 9090, 9090),
    ]
    assert web.probes["livenessProbe"] == {"tcpSocket": {"port": "http"}, "periodSeconds": 7}
    prod = spec.apps["web"].workloads["prod"]
    assert (prod.autoscale, prod.replicas) == (None, 9)
    assert prod.secrets["TOKEN"].key == "shop/prod/web"


def workload(fields: str, environment: str = "prod") -> object:
    return loader.parse(app(fields)).apps["web"].workloads[environment]


def spec_of(fields: str) -> Spec:
    return loader.parse(app(fields))


# What the app says, what the override says, the field of the model, and what it is then.
OVERRIDES: dict[str, tuple[str, str, str, object]] = {
    "maps merge": ("config: {A: 1, B: 2}", "config: {B: 3}", "config", {"A": "1", "B": "3"}),
    "lists are replaced": ("args: [a, b]", "args: [c]", "args", ("c",)),
    "null takes a field out": ("config: {A: 1}", "config: null", "config", {}),
    "null takes an entry out": ("config: {A: 1, B: 2}", "config: {A: null}", "config", {"B": "2"}),
    "an empty override changes nothing": ("replicas: 3", "", "replicas", 3),
    "replicas put an end to the autoscaler": ("autoscale: {min: 1, max: 2}", "replicas: 3", "autoscale", None),
    "the autoscaler puts an end to replicas": ("replicas: 3", "autoscale: {min: 1, max: 2}", "replicas", None),
    "an autoscaler can be changed in part": ("autoscale: {min: 1, max: 2}", "autoscale: {max: 9}", "autoscale", {"min": 1, "max": 9}),
    "false takes the Service away": ("port: 80", "service: false", "service", None),
    "a map brings the Service back": ("port: 80\nservice: false", "service: {}", "service", {}),
    "a probe of another kind replaces the former": (
        "port: 80\nlivenessProbe: {httpGet: {path: /}, periodSeconds: 9}", "livenessProbe: {tcpSocket: {port: 80}}",
        "probes", {"livenessProbe": {"periodSeconds": 9, "tcpSocket": {"port": 80}}},
    ),
    "a probe can be changed in part": (
        "port: 80\nlivenessProbe: {tcpSocket: {port: 80}}", "livenessProbe: {periodSeconds: 9}",
        "probes", {"livenessProbe": {"tcpSocket": {"port": 80}, "periodSeconds": 9}},
    ),
    "one limit of disruption replaces the other": ("replicas: 2\ndisruption: {minAvailable: 1}", "disruption: {maxUnavailable: 2}", "disruption", {"maxUnavailable": 2}),
    "a list of variables replaces a map of them": ("env: {A: 1}", "env: [{name: B, value: 2}]", "env", ({"name": "B", "value": "2"},)),
    "the environment's name is filled in": ("config: {E: 'in-{environment}'}", "", "config", {"E": "in-prod"}),
    "the environment's name is filled into variables": ("env: {E: '{environment}'}", "", "env", ({"name": "E", "value": "prod"},)),
    "another image keeps the registry": ("replicas: 1", "image: shop/other", "image", "shop/other"),
}  # fmt: skip


@pytest.mark.parametrize(("general", "override", "field", "expected"), OVERRIDES.values(), ids=OVERRIDES)
def test_overrides(general: str, override: str, field: str, expected: object) -> None:
    lines = f"{general}\nenvironments:\n  prod:\n" + textwrap.indent(override, "    ")
    assert getattr(workload(lines), field) == expected


def test_the_base_knows_nothing_of_an_environment() -> None:
    spec = spec_of("config: {E: '{environment}', A: 1}\nenv: {E2: '{environment}'}")
    assert spec.apps["web"].base.config == {"A": "1"}
    assert spec.apps["web"].base.env == ()


def test_maps_inherit_through_merge_keys_as_yaml_says() -> None:
    spec = loader.parse(top("", apps="\n  one: &one {image: a, port: 80}\n  two: {<<: *one, image: b}"))
    assert (spec.apps["two"].image, spec.apps["two"].base.ports[0].number) == ("b", 80)


@pytest.mark.parametrize(
    ("written", "read"),
    [("1_000", "1_000"), ("0x1F", "0x1F"), ("on", "on"), ("2024-01-01", "2024-01-01"), ("1.10", "1.10"), ("12:30", "12:30"),
     ("true", "true"), ('"true"', "true"), ("!!str 1.10", "1.10"), ("1e3", "1e3"), ("0o17", "0o17"), ("-0", "0")],
)  # fmt: skip
def test_values_stay_what_they_look_like(written: str, read: str) -> None:
    assert spec_of(f"config: {{A: {written}}}").apps["web"].base.config == {"A": read}
