"""Files of static front ends, published to moto's S3 and CloudFront and to an Amplify of ours, by the role for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from generator.infra import engine as terraform
from testing import ROOT, golden, iam
from testing.programs import Run
from testing.repository import git
from testing.servers import aws

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
infra: {region: eu-west-1, accounts: "123456789012"}
apps: {}
sites:
  www: {source: site, build: {commands: [make], output: dist}}
  guide: {kind: amplify}
"""
ROLE = "arn:aws:iam::123456789012:role/shop-dev-deploy"
DISTRIBUTION = "E0A1B2C3D4E5F6"
BUCKET = "shop-dev-www-123456789012-site"
FILES = {
    "index.html": "<h1>one</h1>", "about/index.html": "about", "app.0a1b.js": "go()", "style.css": "a{}", "data.bin": "x",
}  # fmt: skip


class Shop(NamedTuple):
    """A repository, and the account that it publishes to."""

    place: Path
    account: aws.Account
    run: Run

    def publish(self, *words: str, code: int = 0) -> str:
        keys = self.account.keys(ROLE)
        env = {
            **self.account.environment, "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"], "AWS_SESSION_TOKEN": keys["SessionToken"],
        }  # fmt: skip
        done = self.run("publish", *words, "-C", str(self.place), env=env)
        assert done.returncode == code, done.stdout + done.stderr
        return str(done.stdout if code == 0 else done.stderr)

    def there(self) -> dict[str, tuple[str, str, str]]:
        """Return the files in the bucket: their content, their type, and how long they are kept."""
        s3 = self.account.client("s3")
        names = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents") or ()]
        found = {name: s3.get_object(Bucket=BUCKET, Key=name) for name in names}
        return {
            name: (one["Body"].read().decode(), one["ContentType"], one.get("CacheControl", ""))
            for name, one in found.items()
        }

    def put_in_order(self) -> list[str]:
        return [one.asked["Key"] for one in self.account.calls if one.role and one.operation == "PutObject"]

    def invalidations(self) -> int:
        return sum(1 for one in self.account.calls if one.operation == "CreateInvalidation")


@pytest.fixture
def shop(tmp_path: Path, generator: Run) -> Iterator[Shop]:
    (tmp_path / "generator.yaml").write_text(SPEC)
    for name, text in FILES.items():
        write(tmp_path / "site/dist" / name, text)
    with aws.Account() as account:
        account.bucket(BUCKET)
        account.distribution(DISTRIBUTION)
        given(
            tmp_path,
            site_www_address="d1.cloudfront.net", site_www_bucket=BUCKET,
            site_www_distribution=DISTRIBUTION,
            site_guide_address="shop-dev.d2.amplifyapp.com", site_guide_app="d2", site_guide_branch="shop-dev",
        )  # fmt: skip
        account.calls.clear()
        yield Shop(tmp_path, account, generator)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def given(place: Path, **values: str) -> None:
    """Write what Terraform has given, as `outputs` does."""
    lines = "".join(f"  {name}: {value}\n" for name, value in values.items())
    write(place / "overlays/dev/_infra/outputs.yaml", f"apiVersion: v1\nkind: ConfigMap\ndata:\n{lines}")


def test_files_are_put_with_their_types_and_pages_last(shop: Shop) -> None:
    said = shop.publish("www", "--env", "dev")
    assert "www in dev: 5 put, 0 removed, 0 the same" in said
    assert "at https://d1.cloudfront.net" in said
    assert shop.there() == {
        "index.html": ("<h1>one</h1>", "text/html; charset=utf-8", "no-cache"),
        "about/index.html": ("about", "text/html; charset=utf-8", "no-cache"),
        "app.0a1b.js": ("go()", "text/javascript; charset=utf-8", "public, max-age=3600"),
        "style.css": ("a{}", "text/css; charset=utf-8", "public, max-age=3600"),
        "data.bin": ("x", "application/octet-stream", "public, max-age=3600"),
    }
    assert shop.put_in_order()[-2:] == ["about/index.html", "index.html"]
    assert shop.invalidations() == 1


def test_the_same_files_change_nothing(shop: Shop) -> None:
    shop.publish("www", "--env", "dev")
    shop.account.calls.clear()
    assert "www in dev: all 5 files are there" in shop.publish("www", "--env", "dev")
    assert [one.operation for one in shop.account.calls if one.role] == ["ListBucket"]


def test_what_is_gone_is_removed_after_the_rest(shop: Shop) -> None:
    shop.publish("www", "--env", "dev")
    (shop.place / "site/dist/app.0a1b.js").unlink()
    write(shop.place / "site/dist/app.2c3d.js", "go(2)")
    write(shop.place / "site/dist/index.html", "<h1>two</h1>")
    shop.account.calls.clear()
    dry = shop.publish("www", "--env", "dev", "--dry-run")
    assert "2 would be put, 1 would be removed, 3 the same" in dry
    assert "  - app.0a1b.js" in dry
    assert [one.operation for one in shop.account.calls if one.role] == ["ListBucket"]
    found = json.loads(shop.publish("www", "--env", "dev", "-o", "json"))
    assert (found["put"], found["removed"], found["same"], found["changed"]) == (
        ["app.2c3d.js", "index.html"], ["app.0a1b.js"], 3, True
    )  # fmt: skip
    operations = [one.operation for one in shop.account.calls if one.role]
    assert operations[1:] == [
        "ListBucket", "PutObject", "PutObject", "CreateInvalidation", "GetInvalidation", "DeleteObject"
    ]  # fmt: skip
    assert set(shop.there()) == {"index.html", "about/index.html", "app.2c3d.js", "style.css", "data.bin"}


def test_the_former_release_is_kept_and_restored(shop: Shop) -> None:
    former = shop.place / "former"
    said = shop.publish("www", "--env", "dev", "--keep", str(former))
    assert "www has no former release in dev: nothing is kept" in said
    assert not former.exists()
    before = shop.there()
    shop.account.client("s3").put_object(Bucket=BUCKET, Key="added.txt", Body=b"by hand", ContentType="text/plain")
    (shop.place / "site/dist/style.css").unlink()
    write(shop.place / "site/dist/index.html", "<h1>two</h1>")
    write(shop.place / "site/dist/app.2c3d.js", "go(2)")
    shop.publish("www", "--env", "dev", "--keep", str(former), "--dry-run")
    assert not former.exists()
    shop.account.calls.clear()
    assert f"6 files of the former release are in {former}" in shop.publish(
        "www", "--env", "dev", "--keep", str(former)
    )
    # What both releases have is not fetched.
    read = [one.asked["Key"] for one in shop.account.calls if one.role and one.operation == "GetObject"]
    assert sorted(read) == ["added.txt", "index.html", "style.css"]
    assert "app.2c3d.js" in shop.there()
    assert "3 put, 1 removed" in shop.publish("www", "--env", "dev", "--from", str(former))
    there = shop.there()
    assert there.pop("added.txt")[0] == "by hand"
    assert there == before
    assert "is not empty" in shop.publish("www", "--env", "dev", "--keep", str(former), code=2)


def test_nothing_is_published_where_the_former_files_cannot_be_kept(shop: Shop) -> None:
    shop.publish("www", "--env", "dev")
    shop.account.client("s3").put_object(Bucket=BUCKET, Key="../../stolen", Body=b"x")
    write(shop.place / "site/dist/index.html", "<h1>two</h1>")
    said = shop.publish("www", "--env", "dev", "--keep", str(shop.place / "a/former"), code=1)
    assert "'../../stolen' in the bucket is no name of a file" in said
    assert not (shop.place / "stolen").exists()
    assert shop.there()["index.html"][0] == "<h1>one</h1>"


def test_amplify_gets_all_files_as_one_archive(shop: Shop) -> None:
    said = shop.publish("guide", "--env", "dev", "--from", str(shop.place / "site/dist"))
    assert "at https://shop-dev.d2.amplifyapp.com" in said
    served = shop.account.hosting.served["d2", "shop-dev"]
    assert {name: text.decode() for name, text in served.items()} == FILES


def test_a_deployment_of_amplify_that_fails_is_told(shop: Shop) -> None:
    kept = str(shop.place / "former")
    said = shop.publish("guide", "--env", "dev", "--from", str(shop.place / "site/dist"), "--keep", kept)
    assert "guide is served by Amplify, which returns no files: the former release is not kept" in said
    shop.account.hosting.fails = True
    said = shop.publish("guide", "--env", "dev", "--from", str(shop.place / "site/dist"), code=1)
    assert "Amplify: the deployment 2 is FAILED" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["ww", "--env", "dev"], 2, 'ww: no such site'),
        (["www", "--env", "pord"], 2, "www is not in pord"),
        (["www", "--env", "prod"], 1, "prod: Terraform has not given site_www_address, site_www_bucket, site_www_distribution yet"),
        (["guide", "--env", "dev"], 2, "guide has no source here"),
        (["www", "--env", "dev", "--from", "nowhere"], 1, "nowhere: there is no such folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_published_is_told_before_anything_is_asked(
    shop: Shop, words: Sequence[str], code: int, said: str
) -> None:
    assert said in shop.publish(*words, code=code)
    assert not [one for one in shop.account.calls if one.role]


def test_a_link_that_may_lead_out_of_the_site_is_refused(shop: Shop) -> None:
    (shop.place / "site/dist/secret").symlink_to("/etc/passwd")
    assert "is a link" in shop.publish("www", "--env", "dev", code=1)
    (shop.place / "site/dist/secret").unlink()
    (shop.place / "site/dist/index.html").unlink()
    assert "has no index.html" in shop.publish("www", "--env", "dev", code=1)
    assert not [one for one in shop.account.calls if one.role]


PIPED = (
    SPEC.replace("https://git.example.com/acme", "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos")
    .replace("apps: {}", "ci: {codepipeline: true}\napps: {}")
    .replace("commands: [make]", "test: [test -e ok], commands: [mkdir -p dist, 'cp page dist/index.html', 'test -z \"$AWS_ACCESS_KEY_ID\"']")
)  # fmt: skip


def job(shop: Shop, name: str, first: str, **variables: str) -> int:
    """Run the commands of a job of the pipeline, from the one that begins so, as CodeBuild does; return the exit code."""
    keys = shop.account.keys(ROLE)
    names = {
        "AWS_ACCESS_KEY_ID": "AccessKeyId",
        "AWS_SECRET_ACCESS_KEY": "SecretAccessKey",
        "AWS_SESSION_TOKEN": "SessionToken",
    }
    env = {
        **os.environ, **shop.account.environment, **{ours: keys[theirs] for ours, theirs in names.items()}, **variables,
        "PYTHONPATH": str(ROOT), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }  # fmt: skip
    commands = yaml.safe_load((shop.place / f"pipelines/{name}.yml").read_text())["phases"]["build"]["commands"]
    chosen = [one for one in commands if one.startswith(first)]
    assert chosen, commands
    script = "\n".join(f"{command} || exit 1" if "\n" not in command else command for command in chosen)
    return subprocess.run(["bash", "-e", "-c", script], cwd=shop.place, env=env, check=False).returncode


@pytest.mark.full
@pytest.mark.slow
def test_the_pipelines_jobs_test_build_and_publish_a_site_once(shop: Shop) -> None:
    git(shop.place, "init", "-q")
    (shop.place / "generator.yaml").write_text(PIPED)
    assert shop.run("generate", "-q", "-C", str(shop.place)).returncode == 0
    given(shop.place, site_www_address="d1", site_www_bucket=BUCKET, site_www_distribution=DISTRIBUTION)
    write(shop.place / "site/page", "<h1>built</h1>")
    of_site = 'if [[ " $SITES "'
    assert job(shop, "test", of_site, SITES="www") != 0
    write(shop.place / "site/ok", "")
    assert job(shop, "test", of_site, SITES="www") == 0
    assert job(shop, "build", of_site, SITES="www") == 0
    assert (shop.place / ".sites/www/index.html").read_text() == "<h1>built</h1>"
    files = str(shop.place / ".sites")
    for sites in ("-", "www"):
        assert shop.there() == {}
        assert job(shop, "publish", "for site", SITES=sites, ENVIRONMENT="dev", CODEBUILD_SRC_DIR_sites=files) == 0
    assert shop.there()["index.html"][0] == "<h1>built</h1>"


@pytest.mark.full
@pytest.mark.slow
@pytest.mark.needs("terraform", "aws-stub")
def test_the_role_of_deployments_may_do_what_is_asked_for_and_nothing_else(shop: Shop, tmp_path: Path) -> None:
    shop.publish("www", "--env", "dev")
    (shop.place / "site/dist/style.css").unlink()
    shop.publish("www", "--env", "dev", "--keep", str(tmp_path / "former"))
    shop.publish("guide", "--env", "dev", "--from", str(shop.place / "site/dist"))
    policies = iam.Policies()
    for role, name, policy in _planned(tmp_path):
        # The case is of another environment in another account, whose policy is the same but for the names.
        if name == "publish" and "staging" in role:
            policies.add(
                role.replace("staging", "dev"), policy.replace("staging", "dev").replace("111111111111", aws.MOTO)
            )
    asked = list(iam.requests(shop.account.calls))
    assert len({one.action for one in asked}) == 9
    assert [why for one in asked if (why := policies.refused(one))] == []
    assert policies.unused(asked) == set()
    tags = {"aws:ResourceTag/project": "shop", "aws:ResourceTag/environment": "prod"}
    others = [iam.Request(one.role, one.action, one.resource.replace("-dev", "-prod"), tags) for one in asked]
    assert all(policies.refused(one) for one in others)


def _planned(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the planned policies of the roles of a case, with the roles' names."""
    (folder / "engine").mkdir()
    engine = terraform.prepare(folder / "engine")
    shutil.copytree(golden.CASES / "aws-sites" / "infra", folder / "infra")
    root = folder / "infra" / "bootstrap"
    assert terraform.initialize(engine, root) == []
    document, said = terraform.plan(engine, root, known=True)
    assert document, said
    for one in document["resource_changes"]:
        if one["type"] == "aws_iam_role_policy":
            after = one["change"]["after"]
            yield after["role"], after["name"], after["policy"]
