"""What stores in AWS give an app, on EKS as on ECS, and what is refused of them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from generator.errors import SpecError
from generator.render import render
from generator.spec import loader, stores
from generator.spec.model import App

HEAD = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
infra: {region: eu-west-1, accounts: {dev: "123456789012", prod: "222222222222"}}
environments: {dev: {}, prod: {infra: {region: eu-north-1}}}
apps:
"""
ALL = "tables: {carts: {key: id}}, buckets: {uploads: {}}, queues: {mail: {}}"


def faults(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(SpecError) as caught:
        loader.parse(text)
    return [(fault.path, fault.message, fault.hint) for fault in caught.value.faults]


def rendered(said: str) -> dict[str, str]:
    text = f"{HEAD}  web: {{image: shop/web, {said}}}\n"
    return {path: file.text for path, file in render(loader.parse(text)).items()}


def on_eks(files: dict[str, str], environment: str) -> dict[str, Any]:
    patch = yaml.safe_load(files[f"overlays/{environment}/web/patches/deployment.yaml"])
    [container] = patch["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one["value"] for one in container["env"]}


def on_ecs(files: dict[str, str], environment: str) -> dict[str, Any]:
    [container] = json.loads(files[f"overlays/{environment}/web/task-definition.json"])["containerDefinitions"]
    return {one["name"]: one["value"] for one in container["environment"]}


def test_the_variables_are_the_same_on_both_targets() -> None:
    queue = "https://sqs.eu-north-1.amazonaws.com/222222222222/shop-prod-web-mail"
    wanted = {
        "AWS_REGION": "eu-north-1",
        "CARTS_TABLE": "shop-prod-web-carts",
        "UPLOADS_BUCKET": "shop-prod-web-uploads-222222222222",
        "MAIL_QUEUE_URL": queue,
    }
    assert on_eks(rendered(ALL), "prod") == wanted
    assert on_ecs(rendered(f"target: ecs, {ALL}"), "prod") == wanted


def test_an_app_names_its_variables_itself_and_may_have_a_region_of_its_own() -> None:
    said = "env: {AWS_REGION: us-east-1}, queues: {mail: {variables: {Q: name, DEAD: failedUrl}}}"
    queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/shop-dev-web-mail-failed"
    assert on_ecs(rendered(f"target: ecs, {said}"), "dev") == {
        "AWS_REGION": "us-east-1",
        "Q": "shop-dev-web-mail",
        "DEAD": queue,
    }
    assert on_eks(rendered(said), "dev") == {"Q": "shop-dev-web-mail", "DEAD": queue}


@pytest.mark.parametrize("target", ["eks", "ecs"])
def test_the_role_may_use_its_own_stores_and_no_others(target: str) -> None:
    files = rendered(f"target: {target}, {ALL}")
    main = files["infra/environments/prod/app-web.tf"]
    resources = [line.split("= ", 1)[1] for line in main.splitlines() if line.lstrip().startswith("Resource ")]
    assert [json.loads(one) for one in resources] == [
        ["arn:aws:dynamodb:eu-north-1:222222222222:table/shop-prod-web-carts"],
        ["arn:aws:s3:::shop-prod-web-uploads-222222222222"],
        ["arn:aws:s3:::shop-prod-web-uploads-222222222222/*"],
        ["arn:aws:sqs:eu-north-1:222222222222:shop-prod-web-mail"],
    ]
    assert ("modules/app_role" in main) == (target == "eks")


def test_what_exists_is_used_and_not_made() -> None:
    files = rendered("tables: {carts: {key: id}}, environments: {prod: {tables: {carts: {existing: old-carts}}}}")
    assert on_eks(files, "prod")["CARTS_TABLE"] == "old-carts"
    assert "modules/table" in files["infra/environments/dev/app-web.tf"]
    assert "modules/table" not in files["infra/environments/prod/app-web.tf"]
    assert "table/old-carts" in files["infra/environments/prod/app-web.tf"]


def test_an_app_may_read_the_indexes_of_its_table_where_it_has_any() -> None:
    said = "indexes: {by-state: {key: state, sort: at, attributes: [total]}, by-owner: {key: owner}}"
    own = "environments: {prod: {tables: {carts: {indexes: {by-owner: null}}}}}"
    files = rendered(f"tables: {{carts: {{key: id, {said}}}, plain: {{key: id}}}}, {own}")
    dev, prod = (files[f"infra/environments/{name}/app-web.tf"] for name in ("dev", "prod"))
    assert dev.count("/index/*") == 1
    assert 'Action   = ["dynamodb:Query", "dynamodb:Scan"]' in dev
    assert "table/shop-dev-web-carts/index/*" in dev
    assert 'by-owner = { key = "owner" }' in dev
    assert ("by-owner" in prod, "by-state" in prod) == (False, True)


def test_an_app_may_read_the_indexes_of_a_table_that_exists() -> None:
    files = rendered("tables: {carts: {existing: old-carts}}")
    assert "table/old-carts/index/*" in files["infra/environments/dev/app-web.tf"]


def test_an_environment_may_have_no_such_store() -> None:
    files = rendered("buckets: {uploads: {}}, environments: {prod: {buckets: null}}")
    assert "overlays/prod/web/patches/deployment.yaml" not in files
    assert "infra/environments/prod/app-web.tf" not in files


def test_all_workloads_of_an_app_have_its_variables() -> None:
    files = rendered("workloads: {web: {}, worker: {}}, tables: {carts: {key: id}}")
    patches = [path for path in files if path.startswith("overlays/dev/web/patches/") and "CARTS_TABLE" in files[path]]
    assert len(patches) == 2


def test_a_grant_is_a_value_of_its_own() -> None:
    spec = loader.parse(f"{HEAD}  web: {{image: shop/web, tables: {{carts: {{key: id}}}}}}\n")
    app = spec.apps["web"]
    assert spec.infra
    assert isinstance(app, App)
    grant = stores.grant(app.given_in("dev"), stores.where(spec.infra, "dev", "web"))
    assert grant.variables == {"AWS_REGION": "eu-west-1", "CARTS_TABLE": "shop-dev-web-carts"}
    assert [one.sid for one in grant.statements] == ["TableCarts"]


def test_names_stay_within_the_limits_of_aws_and_are_told_apart() -> None:
    at = stores.Where("shop", "prod", "an-app-with-a-name-of-nearly-fifty-letters-as-it-is", "r", "1" * 12, "aws")
    keys = ["uploads-of-customers-in-europe", "uploads-of-customers-in-africa"]
    given = {kind: {key: {} for key in keys} for kind in ("buckets", "queues")}
    names = [one.name for one in stores.stores(given, at)]
    assert len({*names}) == 4
    assert all(name.startswith("shop-prod-an-app") for name in names)
    assert max(map(len, names[:2])) == 63
    assert max(map(len, names[2:])) + len("-failed") == 80


# What an app says, where the fault is told, a part of the message, and a part of the hint.
REFUSED = {
    "a table without a key": ("tables: {carts: {}}", "tables.carts", "no key", "key: id"),
    "a key twice": ("tables: {carts: {key: id, sort: id}}", "tables.carts.sort", "id is the key", "another"),
    "a time that is the key": ("tables: {c: {key: id, ttl: id}}", "tables.c.ttl", "id is the key or sort", "another"),
    "an index without a key": ("tables: {c: {key: id, indexes: {by-x: {}}}}", "tables.c.indexes.by-x", "no key", "key: "),
    "a short name of an index": ("tables: {c: {key: id, indexes: {x: {key: x}}}}", "tables.c.indexes.x", "x", "at least 3"),
    "a key of an index twice": (
        "tables: {c: {key: id, indexes: {by-x: {key: x, sort: x}}}}", "tables.c.indexes.by-x.sort", "x is the key", "another",
    ),
    "an index by a time": (
        "tables: {c: {key: id, ttl: t, indexes: {by-t: {key: t}}}}", "tables.c.indexes.by-t.key", "a number", "another",
    ),
    "an attribute that is there anyway": (
        "tables: {c: {key: id, indexes: {by-x: {key: x, attributes: [id]}}}}", "tables.c.indexes.by-x.attributes",
        "id is a key", "take it out",
    ),
    "an attribute twice": (
        "tables: {c: {key: id, indexes: {by-x: {key: x, attributes: [a, a]}}}}", "tables.c.indexes.by-x.attributes",
        "a is there twice", "take one out",
    ),
    "too many attributes": (
        f"tables: {{c: {{key: id, indexes: {{by-x: {{key: x, attributes: [{', '.join(f'a{n}' for n in range(21))}]}}}}}}}}",
        "tables.c.indexes.by-x.attributes", "21 further attributes", "at most 20",
    ),
    "too many indexes": (
        f"tables: {{c: {{key: id, indexes: {{{', '.join(f'by-{n}: {{key: x}}' for n in range(21))}}}}}}}",
        "tables.c.indexes", "21 indexes", "at most 20",
    ),
    "indexes of what exists": (
        "tables: {c: {existing: old, indexes: {by-x: {key: x}}}}", "tables.c.indexes", "not made here", "take it out",
    ),
    "an ARN for a table": (
        "tables: {c: {existing: 'arn:aws:dynamodb:eu-west-1:123456789012:table/c'}}", "tables.c.existing",
        "table", "the name alone",
    ),
    "an address for a bucket": ("buckets: {c: {existing: 's3://c'}}", "buckets.c.existing", "bucket", "without s3://"),
    "an address for a queue": (
        "queues: {c: {existing: 'https://sqs.eu-west-1.amazonaws.com/123456789012/c'}}", "queues.c.existing", "queue",
        "without the URL",
    ),
    "settings of what exists": (
        "queues: {mail: {existing: mail, attempts: 3}}", "queues.mail.attempts", "not made here", "take it out",
    ),
    "a variable that is taken": (
        "{env: {CARTS_TABLE: x}, tables: {carts: {key: id}}}", "tables.carts", "CARTS_TABLE is set by `env`", "name",
    ),
    "a variable of two stores": (
        "{buckets: {a: {variables: {X: name}}, b: {variables: {X: name}}}}", "buckets.b.variables.X",
        "set by buckets.a", "another name",
    ),
    "a role of its own": (
        "{buckets: {a: {}}, serviceAccount: {roleArn: 'arn:aws:iam::123456789012:role/x'}}", "serviceAccount.roleArn",
        "a role of its own", "take it out",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("said", "where", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_named_with_what_to_do(said: str, where: str, message: str, hint: str) -> None:
    said = said.removeprefix("{").removesuffix("}") if said.startswith("{") else said
    [(path, told, instead)] = faults(f"{HEAD}  web: {{image: shop/web, {said}}}\n")
    assert path == f"apps.web.{where}"
    assert message in told
    assert hint in instead


def test_a_store_needs_an_account() -> None:
    text = f"{HEAD}  web: {{image: shop/web, {ALL}, environments: {{prod: {{queues: {{mail: {{attempts: 2}}}}}}}}}}\n"
    text = "".join(line for line in text.splitlines(True) if not line.startswith("infra:")).replace(
        "{infra: {region: eu-north-1}}", "{}"
    )
    told = faults(text)
    assert [path for path, _, _ in told] == [
        "apps.web.tables", "apps.web.buckets", "apps.web.queues", "apps.web.environments.prod.queues",
    ]  # fmt: skip
    assert all("the project has no `infra:`" in message and "accounts" in hint for _, message, hint in told)


def test_two_stores_that_aws_would_call_the_same() -> None:
    text = f"{HEAD}  a-b: {{image: a, tables: {{c: {{key: id}}}}}}\n  a: {{image: a, tables: {{b-c: {{key: id}}}}}}\n"
    told = faults(text)
    assert {path for path, _, _ in told} == {"apps.a.tables.b-c"}
    assert "shop-dev-a-b-c, as apps.a-b.tables.c" in told[0][1]


def test_a_prefix_that_permissions_are_bound_to_is_not_cut_off() -> None:
    text = f"{HEAD}  web: {{image: a, buckets: {{b: {{}}}}}}\n".replace("project: shop", f"project: {'s' * 30}")
    text = text.replace("prod", "production-of-customers-in-eu")
    told = faults(text)
    assert [path for path, _, _ in told] == ["apps.web.buckets.b"]
    assert "shorter name" in told[0][2]


def test_pods_on_fargate_get_no_role() -> None:
    text = f"{HEAD}  web: {{image: a, buckets: {{b: {{}}}}}}\n"
    text = text.replace("infra: {region: eu-north-1}", "infra: {cluster: {compute: fargate}}")
    [(path, message, hint)] = faults(text)
    assert (path, "prod" in message) == ("apps.web.buckets", True)
    assert "target: ecs" in hint


def test_previews_have_no_stores() -> None:
    text = f"{HEAD}  web: {{image: a, source: a, buckets: {{b: {{}}}}}}\n".replace(
        "repository: https://git.example.com/acme/shop-gitops.git", "repository: https://github.com/acme/shop"
    ).replace("{infra: {region: eu-north-1}}", "{pullRequests: {label: preview}}")
    [(path, message, hint)] = faults(text)
    assert (path, "previews" in message) == ("apps.web.buckets", True)
    assert "environments: {prod: {buckets: null}}" in hint
    loader.parse(text.replace("buckets: {b: {}}", "buckets: {b: {}}, environments: {prod: {buckets: null}}"))


RDS = "databases: {main: {in: rds}}"


def test_a_database_of_rds_is_told_by_outputs_and_its_password_is_read_by_the_app() -> None:
    wanted = {
        "AWS_REGION": "eu-west-1",
        "DATABASE_URL": "postgresql://app@{infra.database_web_main_host}:5432/app?sslmode=require",
        "DATABASE_SECRET": "{infra.database_web_main_secret}",
    }
    on_one, on_other = rendered(RDS), rendered(f"target: ecs, {RDS}")
    assert on_eks(on_one, "dev") == on_ecs(on_other, "dev") == wanted
    assert not [path for path in on_one if path.endswith(("cluster.yaml", "external-secret.yaml"))]
    for files in (on_one, on_other):
        assert 'output "database_web_main_host"' in files["infra/environments/dev/app-web.tf"]
        assert "Resource = [module.database_web_main.secret]" in files["infra/environments/dev/app-web.tf"]


def test_a_password_that_an_app_wants_comes_as_a_secret() -> None:
    said = "databases: {main: {in: rds, variables: {PGHOST: host, PGPORT: port, PGPASSWORD: password}}}"
    files = rendered(said)
    assert on_eks(files, "dev") == {
        "AWS_REGION": "eu-west-1", "PGHOST": "{infra.database_web_main_host}", "PGPORT": "5432",
    }  # fmt: skip
    [data] = yaml.safe_load(files["overlays/dev/web/external-secret.yaml"])["spec"]["data"]
    reference = {name: data["remoteRef"][name] for name in ("key", "property")}
    assert reference == {"key": "{infra.database_web_main_secret}", "property": "password"}
    files = rendered(f"target: ecs, {said}")
    [container] = json.loads(files["overlays/dev/web/task-definition.json"])["containerDefinitions"]
    secret = {"name": "PGPASSWORD", "valueFrom": "{infra.database_web_main_secret}:password::"}
    assert container["secrets"] == [secret]
    main = files["infra/environments/dev/app-web.tf"]
    assert re.search(r"secrets +=.\[module\.database_web_main\.secret\]", main)


def test_a_database_may_run_in_the_cluster_of_one_environment_and_in_rds_of_the_next() -> None:
    said = "databases: {main: {size: 5Gi}}, environments: {prod: {databases: {main: {in: rds, class: db.m7g.large}}}}"
    files = rendered(said)
    assert "base/web/main-database.yaml" in files or [path for path in files if "main" in path and "base/web" in path]
    assert "infra/environments/dev/app-web.tf" not in files
    assert 'class          = "db.m7g.large"' in files["infra/environments/prod/app-web.tf"]
    assert on_eks(files, "prod")["DATABASE_URL"].startswith("postgresql://app@{infra.")


def test_a_policy_leads_to_stores_and_to_the_agent_of_pod_identity() -> None:
    files = rendered(f"{RDS}, needs: []")
    assert not [path for path in files if path.endswith("needs-policy.yaml")]
    files = rendered(f"{RDS}, network: {{egress: []}}")
    rules = yaml.safe_load(files["base/web/network-policy.yaml"])["spec"]["egress"]
    assert [[port["port"] for port in rule["ports"]] for rule in rules] == [[443, 5432], [80]]


@pytest.mark.parametrize(
    ("said", "where", "message", "hint"),
    [
        ("databases: {main: {in: rds, size: 5Gi}}", "databases.main.size", "RDS has none", "storage: 20"),
        ("databases: {main: {class: db.t4g.micro}}", "databases.main.class", "in the cluster", "resources"),
        ("databases: {main: {variables: {A: secret}}}", "databases.main.variables.A", "no such part", "password"),
        ("databases: {main: {in: rds, existing: a, storage: 30}}", "databases.main.storage", "not made", "take it out"),
        (
            "databases: {main: {in: rds, existing: 'arn:aws:rds:eu-west-1:123456789012:db:a'}}",
            "databases.main.existing", "the identifier of an instance", "without the ARN",
        ),
        ("databases: {main: {in: rds, class: t4g.micro}}", "databases.main.class", "a class of RDS", "db.t4g"),
        (
            "databases: {main: {in: rds}}, tables: {a: {key: id, variables: {DATABASE_SECRET: name}}}",
            "tables.a.variables.DATABASE_SECRET", "databases.main", "another name",
        ),
    ],
)  # fmt: skip
def test_what_rds_cannot_have_is_named_with_what_to_do(said: str, where: str, message: str, hint: str) -> None:
    [(path, told, instead)] = faults(f"{HEAD}  web: {{image: shop/web, {said}}}\n")
    assert path == f"apps.web.{where}"
    assert message in told
    assert hint in instead


def test_rds_needs_an_account_and_a_name_that_it_takes() -> None:
    text = f"{HEAD}  web: {{image: shop/web, {RDS}}}\n"
    bare = "".join(line for line in text.splitlines(True) if not line.startswith("infra:"))
    [(path, message, hint)] = faults(bare.replace("{infra: {region: eu-north-1}}", "{}"))
    assert (path, "RDS is in AWS" in message, "in: cluster" in hint) == ("apps.web.databases", True, True)
    told = faults(text.replace("project: shop", "project: sh--op"))
    assert [path for path, _, _ in told] == ["apps.web.databases.main"] * 2
    assert "two hyphens" in told[0][1]
