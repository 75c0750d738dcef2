"""What is generated for AWS, read as text: who may do what, what is open to the world, and what cannot be lost."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from generator.render import render
from generator.render.outputs.infra import modules
from generator.render.outputs.infra.hcl import Block, Raw, document
from generator.spec import loader
from testing import ROOT, golden

FOLDER = ROOT / "generator" / "render" / "outputs" / "infra" / "modules"
MODULES = sorted(path.name for path in FOLDER.iterdir() if (path / "main.tf").is_file())
CASES = [name for name in golden.NAMES if (golden.CASES / name / "infra").is_dir()]
# An action or a resource of a policy that is not named in full.
# A command that is called, and no word of the language.
COMMAND = re.compile(
    r"\bterraform (init|apply|plan|show|output|destroy|fmt|validate|providers|-chdir|force-unlock|workspace|state)\b"
)
BROAD = re.compile(r'^\s*(?:Action|Resource)\s*=\s*\[?"(?:\*|[a-z0-9-]+:\*)"|^\s*"[a-z0-9-]+:\*"')


def texts(module: str) -> dict[str, str]:
    return modules.texts(module)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_small_and_all_of_it_is_written(module: str) -> None:
    assert {path.name for path in (FOLDER / module).iterdir()} == set(texts(module))
    assert all(text.count("\n") < 200 for text in texts(module).values())


@pytest.mark.parametrize("module", MODULES)
def test_what_a_policy_leaves_open_has_its_reason_above_it(module: str) -> None:
    for name, text in texts(module).items():
        lines = text.splitlines()
        for number, line in enumerate(lines):
            if BROAD.search(line):
                above = "\n".join(lines[max(0, number - 12) : number])
                assert "# Reason: " in above, f"{module}/{name}:{number + 1}: {line.strip()}"


def test_the_check_of_reasons_sees_what_is_open() -> None:
    assert BROAD.search('        Resource = "*"')
    assert BROAD.search('    Action    = "s3:*"')
    assert not BROAD.search('    Action = "s3:GetObject"')


@pytest.mark.parametrize("module", MODULES)
def test_only_the_load_balancer_is_reached_from_everywhere(module: str) -> None:
    for text in texts(module).values():
        rules = re.findall(r'resource "aws_vpc_security_group_ingress_rule" .*?\n}\n', text, re.DOTALL)
        assert all("0.0.0.0/0" not in rule for rule in rules) or module == "load_balancer"


@pytest.mark.parametrize("module", ["bucket", "database", "registry", "repository", "state", "table", "zone"])
def test_what_holds_data_cannot_be_destroyed_by_an_apply(module: str) -> None:
    assert "prevent_destroy = true" in texts(module)["main.tf"]


@pytest.mark.parametrize("module", MODULES)
def test_a_role_that_an_environment_makes_is_bounded(module: str) -> None:
    # Those of pipelines and of builds are made by an administrator, or in the shared account.
    if module in ("environment_roles", "builds", "pipeline"):
        return
    for text in texts(module).values():
        for role in re.findall(r'resource "aws_iam_role" .*?\n}\n', text, re.DOTALL):
            assert "permissions_boundary" in role


def test_terraform_leaves_to_git_what_runs() -> None:
    main = texts("ecs_service")["main.tf"]
    ignored = re.findall(r"ignore_changes = \[(.*?)\]", main, re.DOTALL)
    assert len(ignored) == 1
    assert {"task_definition", "desired_count"} <= set(re.findall(r"\w+", ignored[0]))


@pytest.mark.parametrize("case", CASES)
def test_a_case_calls_only_modules_that_are_there_and_each_of_them(case: str) -> None:
    files = {path: text for path, text in golden.rendered(case).items() if path.startswith("infra/")}
    called = {name for text in files.values() for name in re.findall(r'source = "(?:\.\./)+modules/(\w+)"', text)}
    assert called == {path.split("/")[2] for path in files if path.startswith("infra/modules/")}


def test_every_module_is_called_by_some_case() -> None:
    called = {path.split("/")[2] for case in CASES for path in golden.rendered(case) if "/modules/" in path}
    assert set(MODULES) - called == set()


def test_text_is_written_so_that_nothing_is_filled_in() -> None:
    block = Block('a "b"', [("name", 'x"${y}%{z}\\'), ("longer", Raw("var.region")), ("list", [1, True, None])])
    assert document("# top\n", [block]) == (
        '# top\n\na "b" {\n  name   = "x\\"$${y}%%{z}\\\\"\n  longer = var.region\n  list   = [1, true, null]\n}\n'
    )


SEVERAL = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
infra: {region: eu-west-1, accounts: "123456789012"}
environments: {dev: {target: ecs}}
apps:
  shop:
    image: shop/web
    migration: {command: [migrate]}
    workloads: {web: {}, worker: {secrets: {KEY: shop/key}}, nightly: {kind: CronJob, schedule: "0 3 * * *"}}
    tables: {carts: {key: id}}
"""


def test_all_tasks_of_an_app_have_the_roles_and_the_log_group_that_terraform_makes() -> None:
    files = {path: file.text for path, file in render(loader.parse(SEVERAL)).items()}
    tasks = "".join(text for path, text in files.items() if path.endswith("task-definition.json"))
    main = files["infra/environments/dev/app-shop.tf"]
    assert set(re.findall(r'RoleArn": "[^"]*role/([^"]+)"', tasks)) == set(re.findall(r'_role +=[ ]"(.*)"', main))
    assert set(re.findall(r'awslogs-group": "([^"]+)"', tasks)) == set(re.findall(r'log_group +=[ ]"(.*)"', main))
    assert "secret:shop/key-??????" in main
    assert main.count("TableCarts") == 1


@pytest.mark.parametrize("name", CASES)
def test_opentofu_is_named_in_commands_and_nothing_else_changes(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(golden.CASES / name, folder)
    usual = {path: file.text for path, file in render(loader.load(folder)).items()}
    text = (folder / "generator.yaml").read_text()
    (folder / "generator.yaml").write_text(text.replace("\ninfra:\n", "\ninfra:\n  engine: opentofu\n", 1))
    other = {path: file.text for path, file in render(loader.load(folder)).items()}
    assert usual.keys() == other.keys()
    assert [path for path, one in other.items() if COMMAND.search(one)] == []
    assert any(COMMAND.search(one) for one in usual.values())
    for path, one in usual.items():
        named = COMMAND.sub(r"tofu \1", one).replace("tools install terraform", "tools install tofu")
        assert named.split() == other[path].split(), path


def test_the_provider_of_github_is_looked_up_in_the_account_that_has_it() -> None:
    text = (
        (golden.CASES / "aws-two-accounts" / "generator.yaml")
        .read_text()
        .replace("infra:\n", 'infra:\n  github: {existing: ["222222222222"]}\n', 1)
    )
    bootstrap = render(loader.parse(text))["infra/bootstrap/main.tf"].text
    assert bootstrap.count('source = "../modules/github_oidc"') == 1
    assert (
        'data "aws_iam_openid_connect_provider" "github_account_222222222222" {\n  provider = aws.account_222222222222'
        in bootstrap
    )
    assert "provider = data.aws_iam_openid_connect_provider.github_account_222222222222.arn" in bootstrap
    assert "provider = module.github.provider" in bootstrap


WATCHED = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
infra: {region: eu-west-1, accounts: "123456789012", alarms: {email: [ops@example.com]}}
environments: {dev: {}, prod: {infra: {cluster: {existing: platform}}}}
apps:
  web:
    image: shop/web
    databases: {main: {in: rds, storage: 40}}
    queues: {mail: {}}
    environments: {prod: {databases: {main: {existing: old}}, queues: {mail: {existing: old}}}}
"""


def test_alarms_watch_the_stores_that_are_made_here_and_the_agent_is_installed_where_they_need_it() -> None:
    files = {path: file.text for path, file in render(loader.parse(WATCHED)).items()}
    dev, prod = (files[f"infra/environments/{name}/main.tf"] for name in ("dev", "prod"))
    metrics = [re.findall(r'metric +=[ ]"(\w+)"', text) for text in (dev, prod)]
    nodes = "cluster_failed_node_count"
    stores = ["CPUUtilization", "FreeStorageSpace", "ApproximateNumberOfMessagesVisible"]
    assert metrics == [[nodes, *stores], [nodes]]
    assert f"threshold  = {40 * 1024**3 // 20}" in dev
    assert 'QueueName = "shop-dev-web-mail-failed"' in dev
    assert re.search(r"watched +=[ ]true", dev)


def test_fargate_has_no_agent_and_no_alarm_on_nodes() -> None:
    given = WATCHED.replace("{dev: {}", "{dev: {infra: {cluster: {compute: fargate}}}").replace(
        "alarms", "network: {}, alarms"
    )
    without = re.sub(r"    (databases|queues|environments): .*\n", "", given)
    main = render(loader.parse(without))["infra/environments/dev/main.tf"].text
    assert "cluster_failed_node_count" not in main
    assert "watched" not in main
