"""Faults of generator.yaml, by what is wrong: the text, and what a user is told of it."""

from __future__ import annotations

from testing.specs import app, top

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
            "1:1: expected a map, got a list / known here: version, project, repository, forge, branch, registry, infra, environments, apps, sites, include, products, secretStore, promotion, commits, compare, allow, kubernetes, notifications, argocd, ci",
        ],
    ),
    "a word instead of a map": (
        "shop\n",
        [
            '1:1: expected a map, got "shop" / known here: version, project, repository, forge, branch, registry, infra, environments, apps, sites, include, products, secretStore, promotion, commits, compare, allow, kubernetes, notifications, argocd, ci',
        ],
    ),
    "a tab as indentation": (
        "version: 1\n\tproject: shop\n",
        [
            "2:1: a tab at the beginning of a line / YAML is indented with spaces only",
        ],
    ),
    "a bracket that is never closed": (
        top("ci: {install: x\n"),
        [
            "6:5: the bracket that opens here is never closed: { / write } where it ends",
        ],
    ),
    "a quote that is never closed": (
        top('ci: {install: "x}\n'),
        [
            '6:15: the quote that opens here is never closed: " / write another " where the text ends',
        ],
    ),
    "an alias to nothing": (
        top("ci: *nothing\n"),
        [
            "6:5: *nothing repeats a value that no line marks with &nothing / mark a value above with &nothing, or quote the text if it is one",
        ],
    ),
    "two colons on a line": (
        top("branch: a: b\n"),
        [
            '6:10: a second colon on the line / if it is one text, quote it: `branch: "a: b"`',
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
            '5:7 apps: the tag "tag:yaml.org,2002:python/object/apply:os.system" is not known here / remove it; quote the value to make it text',
        ],
    ),
    "a tag of our own invention": (
        top("branch: !secret main\n"),
        [
            '6:9 branch: the tag "!secret" is not known here / remove it; quote the value to make it text',
        ],
    ),
    "one value in place of a map": (
        app("ports: [8080]\ningress: shop.example.com\nautoscale: 5"),
        [
            "8:13 apps.web.ports[0]: expected a map, got 8080 / write it as a map: `{containerPort: 8080}`",
            '9:14 apps.web.ingress: expected a map, got "shop.example.com"'
            ' / write it as a map: `{host: "shop.example.com"}`',
            "10:16 apps.web.autoscale: expected a map, got 5 / known here: min, max, cpu, memory, metrics, behavior",
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
            '6:1 zzz: unknown field "zzz" / known here: version, project, repository, forge, branch, registry, infra, environments, apps, sites, include, products, secretStore, promotion, commits, compare, allow, kubernetes, notifications, argocd, ci',
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
            "2:10 project: expected a name (DNS label), got 123 / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit",
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
    "an environment with a backslash, where its name is filled in": (
        app("config: {A: '{environment}'}\nenvironments: {'\\prod': {replicas: 1}}"),
        [
            '9:20 apps.web.environments."\\\\prod": "\\prod" is not a name (DNS label) / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit',
            '9:20 apps.web.environments."\\\\prod": no such environment / did you mean "prod"?',
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
            "9:5 apps.web.ingress: needs exactly one of host, hosts / write one of them, and no other",
        ],
    ),
    "an ingress whose hosts, paths, ports and certificates do not fit": (
        app(
            "port: 80\ningress:\n  hosts: [a.example.com, {host: 10.0.0.1, paths: [/x//y]}]\n  path: /\n"
            "  paths: [/a, {path: /a/../b}, {path: /b, port: metrics}]\n  className: nginx\n"
            "  tls: [{secretName: a, hosts: [b.example.com]}, 'arn:aws:acm:eu-west-1:123456789012:certificate/1-2']"
        ),
        [
            '10:37 apps.web.ingress.hosts[1].host: "10.0.0.1" is an IP address / a host name, like shop.example.com',
            '10:55 apps.web.ingress.hosts[1].paths[0]: "/x//y" has // in it / a plain path, like /shop',
            "11:7 apps.web.ingress.path: both path and paths / keep one of the two",
            '12:26 apps.web.ingress.paths[1].path: "/a/../b" has /../ in it / a plain path, like /shop',
            '12:53 apps.web.ingress.paths[2].port: the Service has no port "metrics" / known here: http',
            "14:12 apps.web.ingress.tls: a controller nginx reads no certificate from ACM / name the Secret with it: `tls: NAME`",
            '14:37 apps.web.ingress.tls[0].hosts[0]: the Ingress does not answer to b.example.com / did you mean "a.example.com"?',
        ],
    ),
    "a gateway that leads nowhere": (
        app("gateway: {hosts: [a.example.com], kind: GRPCRoute, paths: [/a], port: grpc}"),
        [
            "8:5 apps.web.gateway: needs a port / add `port: 8080`",
            "8:5 apps.web.gateway.name: name is missing / add `name:`, the name of the Gateway",
            "8:56 apps.web.gateway.paths: a GRPCRoute has no paths / take them out; `rules` tells methods",
            '8:75 apps.web.gateway.port: the Service has no port "grpc" / known here: http',
        ],
    ),
    "needs in a circle, of itself, of no app, and of one that takes no requests": (
        app("port: 80\nneeds: [api, web, worker, nobody]\nneedsCidr: [10.0.0.1/8]")
        + "  api: {image: shop/api, port: 80, needs: [db]}\n"
        + "  db: {image: shop/db, port: 80, needs: [web]}\n  worker: {image: shop/worker}\n",
        [
            "9:13 apps.web.needs[0]: a circle: web needs api needs db needs web / take one of them out, and let it in with `network: {from: […]}` of the other",
            "9:18 apps.web.needs[1]: an app reaches its own pods anyway / take it out",
            "9:23 apps.web.needs[2]: worker has no port to connect to / add `port:` to worker, or take it out",
            "9:31 apps.web.needs[3]: no such app / known here: web, api, db, worker",
            '10:17 apps.web.needsCidr[0]: "10.0.0.1/8" is not a range of addresses: 10.0.0.1/8 has host bits set / like 10.0.0.0/8, with nothing set behind the prefix',
        ],
    ),
    "needs of an app that is elsewhere, and of one that has no port everywhere": (
        app("port: 80\nneeds: [api, db, cache]\nenvironments: {prod: {replicas: 2}}")
        + "  api: {image: shop/api, port: 80, environments: {prod: false}}\n"
        + "  db: {image: shop/db, environments: {prod: {port: 80}}}\n"
        + "  cache: {image: shop/cache, workloads: {a: {port: 80}, b: {}}, environments: {dev: {workloads: {a: {port: null}}}}}\n",
        [
            "9:13 apps.web.needs[0]: api is not in prod, where web is / let api in there, or keep web out, too: `environments: {prod: false}`",
            "9:18 apps.web.needs[1]: db has no port in dev / add it: `environments: {dev: {port: …}}` of db",
            "9:22 apps.web.needs[2]: cache has no port in dev / add it: `environments: {dev: {port: …}}` of cache",
        ],
    ),
    "previews of apps that need others": (
        top(
            "",
            repository="https://github.com/acme/shop.git",
            environments="{dev: {}, pr: {pullRequests: {label: preview, apps: [api, web]}}}",
            apps="{web: {image: w, source: w, port: 80, needs: [api, db]}, api: {image: a, source: a, port: 80},"
            " db: {image: d, port: 80}, job: {image: j, needs: [db]}}",
        ),
        [
            "4:73 environments.pr.pullRequests.apps[1]: web needs api and db, and is alone in the namespace of its preview / preview apps that need no other one: `apps: […]` without web",
        ],
    ),
    "previews of all that is built here, of which one needs another": (
        top(
            "",
            repository="https://github.com/acme/shop.git",
            environments="{dev: {}, pr: {pullRequests: {label: preview}}}",
            apps="{web: {image: w, source: w, port: 80, needs: [db]}, db: {image: d, port: 80}}",
        ),
        [
            "4:30 environments.pr.pullRequests: web needs db, and is alone in the namespace of its preview / preview apps that need no other one: `apps: […]` without web",
        ],
    ),
    "a port of the nodes that is claimed in two environments, by two apps, and twice by one": (
        app("port: 80\nservice: {type: NodePort, nodePort: 30080}")
        + "  api:\n    image: shop/api\n    port: 80\n    environments: {prod: {service: {type: NodePort, nodePort: 30080}}}\n"
        + "  db:\n    image: shop/db\n    environments: {prod: false}\n    service: {type: NodePort}\n"
        + "    ports: [{containerPort: 80, nodePort: 30081}, {containerPort: 81, nodePort: 30081}]\n",
        [
            "9:31 apps.web.service.nodePort: nodePort 30080 is claimed in dev and in prod, on one cluster / another one in each environment, as in `environments: {prod: …}`, or none",
            "13:53 apps.api.environments.prod.service.nodePort: nodePort 30080 is also claimed by web / another `nodePort`, or none: the cluster chooses one",
            "18:71 apps.db.ports[1].nodePort: nodePort 30081 is there twice / another `nodePort`, or none: the cluster chooses one",
        ],
    ),
    "mounts at the place of a file, of a volume, and of a template of claims": (
        app(
            "kind: StatefulSet\nfiles: {/etc/a: {content: x}}\nvolumes: {u: {emptyDir: {}, mountPath: /data}, v: {emptyDir: {}}}\n"
            "volumeClaimTemplates: {d: {size: 1Gi, mountPath: /data/}}\nvolumeMounts: [{name: v, mountPath: /etc/a}]\n"
            "container: {volumeMounts: [{name: v, mountPath: /data}]}"
        ),
        [
            "11:54 apps.web.volumeClaimTemplates.d.mountPath: u lies at /data already / mount one of them elsewhere",
            "12:41 apps.web.volumeMounts[0].mountPath: a file lies at /etc/a already / mount one of them elsewhere",
            "13:53 apps.web.container.volumeMounts[0].mountPath: u lies at /data already / mount one of them elsewhere",
        ],
    ),
    "claims of one name in a namespace that is said in two ways": (
        app("namespace: shop-{environment}\nclaims: {a-b: {size: 1Gi}}")
        + "  web-a:\n    image: shop/a\n    claims: {b: {size: 1Gi}}\n",
        [
            "12:14 apps.web-a.claims.b: PersistentVolumeClaim web-a-b is also claimed by web / another name",
        ],
    ),
    "claims of two StatefulSets, and of an app": (
        app("kind: StatefulSet\nvolumeClaimTemplates: {data-db: {size: 1Gi, mountPath: /a}}")
        + "  db-web:\n    image: shop/b\n    kind: StatefulSet\n    volumeClaimTemplates: {data: {size: 1Gi, mountPath: /a}}\n"
        + "  data:\n    image: shop/c\n    claims: {db-web-0: {size: 1Gi}}\n",
        [
            "13:28 apps.db-web.volumeClaimTemplates.data: PersistentVolumeClaim data-db-web-0 is also claimed by web / another name",
            "16:14 apps.data.claims.db-web-0: PersistentVolumeClaim data-db-web-0 is also claimed by web / another name",
        ],
    ),
    "an autoscaler of one metric twice": (
        app(
            "autoscale:\n  min: 1\n  max: 2\n  cpu: 60\n  metrics:\n"
            "  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}\n"
            "  - {type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 50}}}\n"
            "  - {type: ContainerResource, containerResource: {name: cpu, container: web, target: {type: Utilization, averageUtilization: 50}}}\n"
            "  - {type: Pods, pods: {metric: {name: a}, target: {type: AverageValue, averageValue: 1}}}\n"
            "  - {type: Pods, pods: {metric: {name: a}, target: {type: AverageValue, averageValue: 2}}}\n"
            "  - {type: External, external: {metric: {name: a, selector: {matchLabels: {q: a}}}, target: {type: AverageValue, averageValue: 1}}}\n"
            "  - {type: External, external: {metric: {name: a, selector: {matchLabels: {q: b}}}, target: {type: AverageValue, averageValue: 1}}}"
        ),
        [
            "13:9 apps.web.autoscale.metrics[0]: the metric of `cpu:` again: the higher number of pods would win / keep one of the two",
            "17:9 apps.web.autoscale.metrics[4]: the metric of metrics[3] again: the higher number of pods would win / keep one of the two",
        ],
    ),
    "ports of one name in one pod": (
        app(
            "port: 80\nsidecars:\n"
            "  a: {image: 'a:1', ports: [{name: http, containerPort: 81}, {name: metrics, containerPort: 82}]}\n"
            "  b: {image: 'b:1', ports: [{name: metrics, containerPort: 83}]}"
        ),
        [
            "10:40 apps.web.sidecars.a.ports[0].name: the app has a port named http already / give it another name: a Service, a probe or a policy would take one of the two",
            "11:40 apps.web.sidecars.b.ports[0].name: a has a port named metrics already / give it another name: a Service, a probe or a policy would take one of the two",
        ],
    ),
    "a Service that leads to a port of no container": (
        app(
            "port: 8080\nsidecars: {p: {image: 'p:1', ports: [{containerPort: 9102}]}}\n"
            "services: {a: {port: 80, targetPort: 9000}, b: {ports: [{name: x, port: 9102}, {name: y, port: 80}]}}"
        ),
        [
            "10:42 apps.web.services.a.targetPort: leads to 9000, which no container listens on (known: 8080, 9102) / lead to another one, or add it: `ports: [{name: …, containerPort: …, servicePort: null}]`",
            "10:100 apps.web.services.b.ports[1].port: leads to 80, which no container listens on (known: 8080, 9102) / lead to another one, or add it: `ports: [{name: …, containerPort: …, servicePort: null}]`",
        ],
    ),
    "an autoscaler of a metric that is none": (
        app("autoscale: {min: 1, max: 2, metrics: [{type: Pods, pods: {metrics: {name: a}}}]}"),
        [
            "8:56 apps.web.autoscale.metrics[0].pods: metric is missing / add `metric:`, a map",
            "8:56 apps.web.autoscale.metrics[0].pods: target is missing / add `target:`, a map",
            '8:63 apps.web.autoscale.metrics[0].pods.metrics: unknown field "metrics" of PodsMetricSource / did you mean "metric"?',
        ],
    ),
    "scaling by two, and to nothing by what pods use": (
        app(
            "replicas: 2\nautoscale: {min: 1, max: 2}\n"
            "keda: {min: 0, max: 0, triggers: [{type: cpu, metadata: {value: 60}}, {type: cron}]}\n"
        ),
        [
            "8:5 apps.web.replicas: the autoscaler says how many / keep replicas or autoscale",
            "10:5 apps.web.keda: both autoscale and keda / keep one of the two",
            "10:25 apps.web.keda.max: 0 is out of range for a whole number / from 1 to 5000",
            "10:75 apps.web.keda.triggers[1].metadata: metadata is missing / add `metadata:`, the scaler's settings",
        ],
    ),
    "no pods by what pods use": (
        app("keda: {min: 0, max: 3, triggers: [{type: cpu, metadata: {value: 60}}]}"),
        [
            "8:17 apps.web.keda.min: pods that are not there use no cpu or memory: none would be started / at least 1, or a trigger that is known without pods",
        ],
    ),
    "a role that is too much": (
        app(
            "serviceAccount: {token: false, roleArn: role/web}\n"
            "role:\n- {resources: ['*'], verbs: [get]}\n- {apiGroups: ['*'], resources: [roles], verbs: [escalate]}\n"
        ),
        [
            "8:29 apps.web.serviceAccount.token: without it, the pods cannot use their role / take it out",
            '8:45 apps.web.serviceAccount.roleArn: "role/web" is not a role\'s ARN / like arn:aws:iam::123456789012:role/shop-web',
            "10:20 apps.web.role[0].resources[0]: all resources, and no reason / name those that the app needs; or say why it needs all: `role: {reason: …, rules: […]}`",
            "11:20 apps.web.role[1].apiGroups[0]: all apiGroups, and no reason / name those that the app needs; or say why it needs all: `role: {reason: …, rules: […]}`",
            "11:54 apps.web.role[1].verbs[0]: escalate gives rights on that the app does not have, and no reason / take it out, or say why: `role: {reason: …, rules: […]}`",
        ],
    ),
    "an ingress with one address twice": (
        app("port: 80\ningress: {hosts: [a.example.com, {host: a.example.com, paths: [/]}]}"),
        [
            "9:15 apps.web.ingress.hosts: a.example.com/ is there twice / keep one of the two",
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
    "a version of Argo CD that is not known": (
        top("argocd: {version: '2.14'}\n"),
        [
            '6:19 argocd.version: "2.14" is not a version of Argo CD / from "3.1" to "3.6", like "3.5"; of a newer one, say "3.6"',
        ],
    ),
    "a version of Argo CD that is a number": (
        top("argocd: {version: 3.5}\n"),
        [
            "6:19 argocd.version: expected a version of Argo CD, got 3.5 / put it in quotes",
        ],
    ),
    "the EKS capability, and nothing else": (
        top("argocd: {flavor: eks-capability}\n"),
        [
            "6:18 argocd.flavor: the EKS capability does not know its own cluster by itself / add `cluster:`, the ARN of the cluster that has the capability",
            "6:18 argocd.flavor: the EKS capability has a version of its own / add `version:`; `aws eks describe-capability` tells it",
        ],
    ),
    "the EKS capability, and clusters by URL": (
        top(
            "argocd: {flavor: eks-capability, version: 3.1.8-eks-1, cluster: 'https://a.example.com'}\n",
            environments="{dev: {}, prod: {cluster: 'https://b.example.com'}}",
        ),
        [
            "4:41 environments.prod.cluster: the EKS capability knows no cluster by its URL / write its ARN, like arn:aws:eks:eu-west-1:123456789012:cluster/live",
            "6:65 argocd.cluster: the EKS capability knows no cluster by its URL / write its ARN, like arn:aws:eks:eu-west-1:123456789012:cluster/live",
        ],
    ),
    "a migration that takes longer than a sync may": (
        top(
            "argocd: {syncTimeout: 2m}\n",
            apps="{web: {image: w, migration: {command: [m], timeout: 101}, environments: {prod: {migration: {timeout: 100}}}}}",
        ),
        [
            "5:59 apps.web.migration.timeout: Argo CD ends the sync, and the migration with it, before that / at most 100; what takes longer is run before the release, or `argocd: {syncTimeout: …}` is longer",
        ],
    ),
    "a chart that is half of one": (
        top(
            "",
            apps="{a: {chart: {repository: oci://r.example.com/charts, digest: sha256:12}},"
            " b: {chart: {repository: charts.example.com, version: ^1.2}}}",
        ),
        [
            "5:12 apps.a.chart.version: version is missing / add `version:`, the version to start with",
            '5:68 apps.a.chart.digest: "sha256:12" is not a digest / sha256: and 64 hexadecimal digits',
            '5:105 apps.b.chart.repository: "charts.example.com" is not a chart repository / https://… or oci://…,'
            " without the chart's name, its version and passwords",
            '5:134 apps.b.chart.version: "^1.2" is not a chart\'s version / one version, like "8.5.1": a range would'
            " deploy what nobody has approved",
        ],
    ),
    "a chart that is an image, too": (
        top(
            "apps:\n"
            "  a:\n"
            "    image: shop/a\n"
            "    port: 80\n"
            f"    chart: {{repository: https://c.example.com, version: 1.2.3, digest: sha256:{'a' * 64}}}\n"
            "    environments:\n"
            f"      prod: {{replicas: 2, chart: {{repository: https://d.example.com, digest: sha256:{'b' * 64}}}}}\n"
            "      prd: {}\n",
            apps="-",
        ),
        [
            "7:5 apps.a.image: a chart has no image / an app is a chart or an image: take one of the two out",
            "8:5 apps.a.port: a chart has no port / a chart's values say that: `values: {…}`",
            "9:64 apps.a.chart.digest: Argo CD asks a repository by version alone / take it out: `charts lock` keeps"
            " it in chart.lock; or use the chart's registry, oci://…",
            "11:14 apps.a.environments.prod.replicas: a chart has no replicas / a chart's values say that:"
            " `values: {…}`",
            "11:35 apps.a.environments.prod.chart.repository: the same in all environments / an app of its own can be"
            " another chart; an environment has another version or other values",
            "11:70 apps.a.environments.prod.chart.digest: Argo CD asks a repository by version alone / take it out:"
            " `charts lock` keeps it in chart.lock; or use the chart's registry, oci://…",
            "11:78 apps.a.environments.prod.chart.digest: a digest without its version / add `version:` beside it",
            '12:7 apps.a.environments.prd: no such environment / did you mean "prod"?',
        ],
    ),
    "values of an app that is no chart": (
        app("values: {a: 1}\nenvironments: {prod: {chart: {version: 1.0.0}, values: [a]}}"),
        [
            "8:5 apps.web.values: values is for charts, and this app is not one / an app that is a chart says so:"
            " `chart: {repository: …, version: …}`",
            "9:27 apps.web.environments.prod.chart: chart is for charts, and this app is not one / an app that is a chart"
            " says so: `chart: {repository: …, version: …}`",
            "9:52 apps.web.environments.prod.values: values is for charts, and this app is not one / an app that is a"
            " chart says so: `chart: {repository: …, version: …}`",
            "9:60 apps.web.environments.prod.values: expected a map of values, got a list / write it as in the"
            " chart's values.yaml",
        ],
    ),
    "a cluster that an environment names twice": (
        top(
            "", environments="{dev: {cluster: in-cluster, clusters: {a: b, c: 'https://kubernetes.default.svc', d: b}}}"
        ),
        [
            "4:63 environments.dev.clusters.c: the same cluster as cluster / name each cluster once",
            "4:100 environments.dev.clusters.d: the same cluster as clusters.a / name each cluster once",
        ],
    ),
    "clusters by name and by label": (
        top("", environments="{dev: {clusters: {a: b}, clusterSelector: {}}}"),
        [
            "4:40 environments.dev.clusterSelector: the clusters are named in clusters, too / keep one of the two",
            "4:57 environments.dev.clusterSelector: means each cluster that Argo CD knows / say a label: `matchLabels: {NAME: VALUE}`",
        ],
    ),
    "one namespace in a cluster of two environments": (
        top(
            "",
            environments="{dev: {namespace: n, clusters: {a: x, b: y}}, prod: {namespace: n, clusters: {c: y, d: z}}}",
        ),
        [
            "4:61 environments.prod: shares its namespace with dev / give each a namespace of its own",
        ],
    ),
    "an app that is named as another one is in a cluster": (
        top("", environments="{dev: {cluster: x, clusters: {eu: y}}}", apps="{web: {image: w}, web-eu: {image: w}}"),
        [
            "5:25 apps.web-eu: in dev its Application is shop-dev-web-eu, as is that of web in dev / call one of the two apps or environments by another name",
        ],
    ),
    "previews of no forge, before others, of no app": (
        top(
            "",
            environments="{pr: {pullRequests: {label: p, apps: [wbe]}, clusters: {a: b}}, dev: {}}",
            apps="{web: {image: w}}",
        ),
        [
            "4:21 environments.pr.pullRequests: Argo CD asks github, gitlab, gitea for pull requests, and this is none / have no previews there",
            "4:21 environments.pr.pullRequests: a preview runs in one cluster / name it with `cluster:`, not `clusters:`",
            "4:21 environments.pr.pullRequests: previews come before dev / put it behind dev: environments are in the order of promotion",
            '4:53 environments.pr.pullRequests.apps[0]: no such app / did you mean "web"?',
        ],
    ),
    "databases that meet": (
        app(
            "config: {DATABASE_URL: x}\n"
            "databases:\n"
            "  main: {version: '13', backup: {bucket: s3://acme/shop, schedule: daily}}\n"
            "  other: {variables: {DATABASE_URL: uri, URL: jdbc-uri}, pooler: {}, size: big}\n"
            f"  {'x' * 30}: {{engine: mysql}}\n"
        ),
        [
            "10:7 apps.web.databases.main: DATABASE_URL is set by the app itself, too / give it another name: `variables: {NAME: uri}`",
            '10:23 apps.web.databases.main.version: "13" is not a version of PostgreSQL / from "14" to "18", in quotes',
            "10:46 apps.web.databases.main.backup.bucket: dev and prod would write to one place, s3://acme/shop / give each its own: `bucket: s3://acme/shop/{environment}`",
            '10:72 apps.web.databases.main.backup.schedule: "daily" is not a schedule / five fields as in cron, like "0 3 * * *"',
            "11:27 apps.web.databases.other.variables.DATABASE_URL: DATABASE_URL is set by the app itself, too / give it another name: `variables: {NAME: uri}`",
            "11:51 apps.web.databases.other.variables.URL: leads past the pooler / make it of host, username and password",
            '11:80 apps.web.databases.other.size: "big" is not a size / like 10Gi',
            '12:48 apps.web.databases.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.engine: "mysql" is not one of postgres / known here: postgres',
        ],
    ),
    "backups of two environments in one place": (
        app("databases: {main: {backup: {bucket: s3://acme/shop}}, a-name-that-is-long-enough-for: {}}"),
        [
            "8:41 apps.web.databases.main.backup.bucket: dev and prod would write to one place, s3://acme/shop / give each its own: `bucket: s3://acme/shop/{environment}`",
        ],
    ),
    "notifications that the EKS capability cannot send": (
        top(
            "argocd: {flavor: eks-capability, version: '3.5', cluster: hub}\n"
            "notifications: {slack: {channels: [a]}, environments: [prd]}\n"
        ),
        [
            "7:17 notifications.slack: the EKS capability has no controller for it / take `sns` or `webhook`, which `wait --notify` tells",
            '7:56 notifications.environments[0]: no such environment / did you mean "prod"?',
        ],
    ),
    "a rollout of no kind, of both, without a Service, and of no Deployment": (
        top(
            "",
            apps="{a: {image: w, rollout: {}}, b: {image: w, port: 1, rollout: {canary: {}, blueGreen: {}}},"
            " c: {image: w, rollout: {blueGreen: {}}}, d: {image: w, kind: DaemonSet, rollout: {canary: {}}}}",
        ),
        [
            "5:22 apps.a.rollout: needs exactly one of canary, blueGreen / write one of them, and no other",
            "5:59 apps.b.rollout: needs exactly one of canary, blueGreen / write one of them, and no other",
            "5:122 apps.c.rollout.blueGreen: there is no Service to switch over / say `port:`, or take `canary`",
            "5:170 apps.d.rollout: a DaemonSet has no rollout / take it out, or say `kind: Deployment`",
        ],
    ),
    "metrics of no port": (
        top("", apps="{a: {image: w, metrics: {}}, b: {image: w, port: 80, metrics: {port: metrcs}}}"),
        [
            "5:22 apps.a.metrics: there is no port to read them from / say `port:`, or `ports:`",
            '5:76 apps.b.metrics.port: there is no port "metrcs" / known here: http, 80',
        ],
    ),
    "labels of a namespace that are there already": (
        top(
            "",
            environments="{dev: {namespaceMetadata: {labels: {app.kubernetes.io/part-of: x, a.b/c: d,"
            " pod-security.kubernetes.io/warn: baseline}}}}",
        ),
        [
            '4:51 environments.dev.namespaceMetadata.labels."app.kubernetes.io/part-of": is set already / take it out',
            '4:91 environments.dev.namespaceMetadata.labels."pod-security.kubernetes.io/warn": is set already / take it out: that is `podSecurity:`',
        ],
    ),
}
