"""Downloads of releases, from a server on this machine that plays GitHub and dl.k8s.io."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator import tools
from generator.backoff import Backoff
from generator.errors import ChecksumMismatch, ToolError
from generator.tools import cache, checksum, lookup, release
from generator.tools.installation import install
from generator.tools.pin import Platform
from generator.tools.pins import PINS
from testing.tool_mirror import Mirror, Server, archive, digest, fake_go, script
from testing.waiting import PATIENCE, eventually

BASE = "/github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv5.7.1"
WHERE = Platform.here()
ASSET = f"kustomize_v5.7.1_{WHERE.os}_{WHERE.arch}.tar.gz"
GOOD = archive(("kustomize", script("5.7.1")))
INSTALL = "import sys; from generator.tools.installation import install; install(sys.argv[1:])"

pytestmark = pytest.mark.needs("releases")


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """Yield a mirror without anything, an empty cache, and a PATH with a shell but with no tools and no Go."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "sed", "chmod"):
        (programs / name).symlink_to(Path("/bin") / name)
    monkeypatch.setenv("GENERATOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(release, "_probes", {})
    monkeypatch.setattr(release, "PAUSES", Backoff(0.0, 0.0))
    monkeypatch.setattr(checksum, "SHIPPED", tmp_path / "shipped.lock")
    lookup.forget()
    with Server() as server:
        monkeypatch.setenv("GENERATOR_TOOLS_MIRROR", server.mirror.url)
        yield server.mirror


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a stand-in for Go on PATH; return its log."""
    log = fake_go(tmp_path / "bin")
    monkeypatch.setenv("FAKE_GO_LOG", str(log))
    return log


def publish(mirror: Mirror, data: bytes = GOOD, sums: str | None = None) -> None:
    mirror.files[f"{BASE}/{ASSET}"] = data
    mirror.files[f"{BASE}/checksums.txt"] = (
        f"{'0' * 64}  kustomize_v5.7.1_plan9_amd64.tar.gz\n{digest(data)}  {ASSET}\n" if sums is None else sums
    ).encode()


def left_behind() -> list[str]:
    """Return every file in the cache's tools folder, and every scratch folder."""
    root = cache.folder() / "tools"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() or "partial" in path.name)


def test_a_release_is_verified_recorded_and_found_from_then_on(mirror: Mirror) -> None:
    publish(mirror)
    said: list[str] = []
    [done] = install(["kustomize"], echo=said.append)
    assert (done.source, done.version, done.why) == (tools.Source.RELEASE, "5.7.1", "not on PATH")
    assert done.path == tools.find("kustomize") == cache.folder() / "tools/kustomize/5.7.1/kustomize"
    assert tomllib.loads((cache.folder() / "tools.lock").read_text()) == {f"kustomize/5.7.1/{WHERE}": digest(GOOD)}
    assert said[0].startswith("downloading kustomize 5.7.1 from http://127.0.0.1")
    assert said[1].endswith("(release, checksum verified; not on PATH)")
    [again] = install(["kustomize"], echo=said.append)
    assert again.source is tools.Source.CACHE
    assert mirror.count(ASSET) == 1
    assert left_behind() == ["kustomize/.lock", "kustomize/5.7.1/kustomize", "kustomize/5.7.1/record.json"]


@pytest.mark.parametrize(
    ("name", "asset", "sums"),
    [
        (
            "kubectl",
            f"/dl.k8s.io/release/v1.36.1/bin/{WHERE}/kubectl",
            (f"/dl.k8s.io/release/v1.36.1/bin/{WHERE}/kubectl.sha256", "{sum}"),
        ),
        (
            "argocd",
            f"/github.com/argoproj/argo-cd/releases/download/v3.5.7/argocd-{WHERE.os}-{WHERE.arch}",
            (
                "/github.com/argoproj/argo-cd/releases/download/v3.5.7/cli_checksums.txt",
                f"{{sum}}  argocd-{WHERE.os}-{WHERE.arch}\n",
            ),
        ),
    ],
)
def test_a_release_that_is_the_executable_itself(mirror: Mirror, name: str, asset: str, sums: tuple[str, str]) -> None:
    says = {"kubectl": "Client Version: v1.36.1", "argocd": "argocd: v3.5.7+abc"}[name]
    data = f"#!/bin/sh\necho {says}\n".encode()
    mirror.files[asset] = data
    mirror.files[sums[0]] = sums[1].format(sum=digest(data)).encode()
    [done] = install([name], echo=str)
    assert done.source is tools.Source.RELEASE
    assert done.path is not None
    assert done.path.read_bytes() == data


@pytest.mark.parametrize("tampered", ["archive", "checksums"])
def test_a_sum_that_differs_installs_nothing_and_does_not_fall_back(mirror: Mirror, go: Path, tampered: str) -> None:
    publish(mirror)
    if tampered == "archive":
        mirror.files[f"{BASE}/{ASSET}"] = archive(("kustomize", script("5.7.1") + b"# and more"))
    else:
        mirror.files[f"{BASE}/checksums.txt"] = f"{'ab' * 32}  {ASSET}\n".encode()
    with pytest.raises(ChecksumMismatch) as failure:
        install(["kustomize"], echo=str)
    assert "checksums.txt says" in failure.value.message
    assert failure.value.hint
    assert left_behind() == ["kustomize/.lock"]
    assert not (cache.folder() / "tools.lock").exists()
    assert not go.exists()


def test_the_lock_is_insisted_on_when_the_release_is_replaced_with_its_checksums(mirror: Mirror) -> None:
    publish(mirror)
    install(["kustomize"], echo=str)
    cache.executable(PINS["kustomize"]).unlink()
    publish(mirror, archive(("kustomize", script("5.7.1") + b"# another build")))
    with pytest.raises(ChecksumMismatch, match=r"tools\.lock has"):
        install(["kustomize"], echo=str)
    assert mirror.count(ASSET) == 1, "the published sum is enough to tell"
    assert not cache.executable(PINS["kustomize"]).exists()


def test_the_shipped_lock_counts_as_well(mirror: Mirror) -> None:
    checksum.SHIPPED.write_text(f'"kustomize/5.7.1/{WHERE}" = "{"cd" * 32}"\n')
    publish(mirror)
    with pytest.raises(ChecksumMismatch, match=r"shipped\.lock has"):
        install(["kustomize"], echo=str)


def test_a_recorded_sum_is_enough_where_the_mirror_has_no_checksums(mirror: Mirror) -> None:
    checksum.SHIPPED.write_text(f'"kustomize/5.7.1/{WHERE}" = "{digest(GOOD)}"\n')
    publish(mirror)
    del mirror.files[f"{BASE}/checksums.txt"]
    assert install(["kustomize"], echo=str)[0].source is tools.Source.RELEASE


@pytest.mark.parametrize("text", ["kustomize 1\n", "<html>" * 9, f'"kustomize/5.7.1/{WHERE}" = "abc"\n'])
def test_a_broken_lock_is_an_error_and_not_an_empty_lock(mirror: Mirror, text: str) -> None:
    checksum.SHIPPED.write_text(text)
    publish(mirror)
    with pytest.raises(ToolError, match=r"shipped\.lock"):
        install(["kustomize"], echo=str)


def test_the_shipped_lock_can_be_read_and_says_what_belongs_there(monkeypatch: pytest.MonkeyPatch) -> None:
    text = checksum.SHIPPED.read_text()
    sums = tomllib.loads(text)
    assert all(len(value) == 64 for value in sums.values())
    assert list(sums) == sorted(sums)
    assert text.startswith("# SHA-256 of each release download")


@pytest.mark.parametrize(
    ("sums", "reason"),
    [(None, "has no SHA-256 for"), (f"{'0' * 64}  kustomize_v5.7.1_plan9_amd64.tar.gz\n", "has no SHA-256 for")],
    ids=["no file", "no line"],
)
def test_without_a_checksum_it_is_built_instead(mirror: Mirror, go: Path, sums: str | None, reason: str) -> None:
    publish(mirror, sums=sums or "")
    if sums is None:
        del mirror.files[f"{BASE}/checksums.txt"]
    said: list[str] = []
    [done] = install(["kustomize"], echo=said.append)
    assert done.source is tools.Source.MODULE
    assert reason in done.why
    assert any(line.startswith("[1/1] building kustomize 5.7.1 from its Go module") and reason in line for line in said)
    assert mirror.count(ASSET) == 0
    assert not (cache.folder() / "tools.lock").exists()


def test_a_project_that_publishes_no_checksums_is_never_downloaded(
    mirror: Mirror, go: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_TOOL_SAYS", "kwok version v0.7.0 go1")
    monkeypatch.setitem(tools.GROUPS, "only-kwok", ("kwok",))
    found: dict[str, tools.Installed] = {}
    from generator.tools import installation

    unreleased = installation._releases({"kwok": "not on PATH"}, found, str)
    assert unreleased == {"kwok": "not on PATH; no release: its releases come without checksums"}
    assert mirror.asked == []


def test_a_download_that_breaks_off_once_is_repeated(mirror: Mirror) -> None:
    publish(mirror)
    mirror.broken[f"{BASE}/{ASSET}"] = 1
    assert install(["kustomize"], echo=str)[0].source is tools.Source.RELEASE
    assert mirror.count(ASSET) == 2


def test_a_download_that_always_breaks_off_falls_through_to_the_build(mirror: Mirror, go: Path) -> None:
    publish(mirror)
    mirror.broken[f"{BASE}/{ASSET}"] = 99
    [done] = install(["kustomize"], echo=str)
    assert done.source is tools.Source.MODULE
    assert f"broke off after {len(GOOD) // 2} of {len(GOOD)} bytes" in done.why
    assert mirror.count(ASSET) == release.ATTEMPTS


def test_no_release_and_no_go_is_an_error_with_a_way_out(mirror: Mirror) -> None:
    with pytest.raises(ToolError) as failure:
        install(["kustomize"], echo=str)
    assert failure.value.message == "cannot build kustomize 5.7.1: there is no Go"
    assert failure.value.hint.startswith("install Go ")
    assert left_behind() == ["kustomize/.lock"]


def test_a_redirect_is_followed(mirror: Mirror) -> None:
    publish(mirror)
    mirror.files["/elsewhere"] = mirror.files.pop(f"{BASE}/{ASSET}")
    mirror.redirects[f"{BASE}/{ASSET}"] = "/elsewhere"
    assert install(["kustomize"], echo=str)[0].source is tools.Source.RELEASE


@pytest.mark.parametrize("target", ["http://example.com/x", "ftp://127.0.0.1/x", "file:///etc/passwd"])
def test_a_redirect_to_an_unsafe_place_is_not_followed(mirror: Mirror, go: Path, target: str) -> None:
    publish(mirror)
    mirror.redirects[f"{BASE}/{ASSET}"] = target
    [done] = install(["kustomize"], echo=str)
    assert done.source is tools.Source.MODULE
    assert "which is not https" in done.why or "is not allowed" in done.why


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zipped(files: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return raw.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        archive(link("kustomize", "/bin/sh")),
        archive(link("kustomize", "/bin/sh", tarfile.LNKTYPE)),
        archive(("../kustomize", script("5.7.1"))),
        archive(("/kustomize", script("5.7.1"))),
        archive(("bin/kustomize", script("5.7.1"))),
        b"not an archive",
        GOOD[:60],
        zipped({"../kustomize": script("5.7.1")}),
        zipped({"bin/kustomize": script("5.7.1")}),
        zipped({"kustomize": script("5.7.1")}).replace(b"5.7.1", b"5.7.2"),
    ],
    ids=[
        "symlink",
        "hard link",
        "parent",
        "absolute",
        "elsewhere",
        "garbage",
        "cut",
        "zip: parent",
        "zip: elsewhere",
        "zip: changed",
    ],
)
def test_an_archive_without_the_regular_file_is_not_used(mirror: Mirror, go: Path, data: bytes) -> None:
    publish(mirror, data)
    [done] = install(["kustomize"], echo=str)
    assert done.source is tools.Source.MODULE
    assert "no release: its archive" in done.why
    assert not (cache.folder() / "tools.lock").exists(), "only what was installed is put on record"


def test_a_zip_is_unpacked_as_well(mirror: Mirror) -> None:
    publish(mirror, zipped({"LICENSE.txt": b"x", "kustomize": script("5.7.1"), "../evil": b"x"}))
    [done] = install(["kustomize"], echo=str)
    assert done.source is tools.Source.RELEASE
    assert left_behind() == ["kustomize/.lock", "kustomize/5.7.1/kustomize", "kustomize/5.7.1/record.json"]


def test_nothing_else_in_an_archive_is_written(mirror: Mirror, tmp_path: Path) -> None:
    publish(
        mirror,
        archive(("../../evil", b"x"), ("/tmp/evil-tool", b"x"), link("x", "/etc"), ("kustomize", script("5.7.1"))),
    )
    install(["kustomize"], echo=str)
    assert left_behind() == ["kustomize/.lock", "kustomize/5.7.1/kustomize", "kustomize/5.7.1/record.json"]
    assert not list(tmp_path.rglob("evil*"))
    assert not Path("/tmp/evil-tool").exists()


def test_an_executable_of_another_version_is_refused(mirror: Mirror) -> None:
    publish(mirror, archive(("kustomize", script("5.7.0"))))
    with pytest.raises(ToolError, match=r"says that its version is 5\.7\.0, not 5\.7\.1"):
        install(["kustomize"], echo=str)
    assert left_behind() == ["kustomize/.lock"]


def test_offline_goes_to_the_build_at_once_and_asks_each_host_once(
    mirror: Mirror, go: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GENERATOR_TOOLS_MIRROR", f"http://127.0.0.1:{closed.getsockname()[1]}")
    probes: list[str] = []
    monkeypatch.setattr(release, "PROBE_SECONDS", PATIENCE)  # that nobody listens is no matter of time
    connects = release._connects
    monkeypatch.setattr(release, "_connects", lambda url: probes.append(url) or connects(url))
    found: dict[str, tools.Installed] = {}
    from generator.tools import installation

    left = installation._releases(
        dict.fromkeys(["kustomize", "kubeconform", "argocd", "etcd"], "not on PATH"), found, str
    )
    assert found == {}
    assert all(why.endswith("cannot be reached") for why in left.values())
    assert len(left) == 4
    assert len(probes) == 1
    [done] = install(["kustomize"], echo=str)
    assert done.source is tools.Source.MODULE


def test_a_host_that_never_answers_costs_some_seconds(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "PROBE_SECONDS", 0.2)
    over = threading.Event()
    monkeypatch.setattr(release, "_connects", lambda url: over.wait(PATIENCE))
    assert not release.reachable("https://example.invalid/x")
    over.set()


def built(go: Path) -> str:
    """Return why a release was not taken, and the tool was built."""
    [done] = install(["kustomize"], echo=str)
    assert done.source is tools.Source.MODULE
    return done.why


def test_a_download_has_a_time_as_a_whole(mirror: Mirror, go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(mirror)
    mirror.stalling[f"{BASE}/{ASSET}"] = 9
    monkeypatch.setattr(release, "DOWNLOAD_SECONDS", 1)
    assert "download given up: no whole answer within 1 s" in built(go)
    assert mirror.count(ASSET) == 1, "what is too slow is not asked for again"


def test_checksums_have_a_time_as_a_whole(mirror: Mirror, go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(mirror)
    mirror.stalling[f"{BASE}/checksums.txt"] = 9
    monkeypatch.setattr(release, "CHECKSUMS_SECONDS", 1)
    assert "download given up: no whole answer within 1 s" in built(go)


def test_checksums_have_a_size(mirror: Mirror, go: Path) -> None:
    publish(mirror, sums="x" * (release.CHECKSUMS_LIMIT + 1))
    assert "download given up: the answer is larger than 1 MB" in built(go)


def test_a_download_has_a_size(mirror: Mirror, go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(mirror, GOOD + b"\0" * (1 << 20))
    monkeypatch.setattr(release, "LARGEST_BYTES", 1 << 20)
    assert "download given up: the answer is larger than 1 MB" in built(go)


@pytest.mark.parametrize("member", ["kustomize", "another"])
def test_an_archive_has_a_size_unpacked(mirror: Mirror, go: Path, monkeypatch: pytest.MonkeyPatch, member: str) -> None:
    publish(mirror, archive((member, b"\0" * (1 << 21)), ("kustomize", script("5.7.1"))))
    monkeypatch.setattr(release, "LARGEST_BYTES", 1 << 20)
    assert "its archive cannot be read: unpacked, it is larger than 1 MB" in built(go)
    assert left_behind() == ["kustomize/.lock", "kustomize/5.7.1/kustomize", "kustomize/5.7.1/record.json"]


@pytest.mark.parametrize("sums", ["<html>Log in</html>", "\x1b[2J\0", "[" * 100_000], ids=["a page", "bytes", "deep"])
def test_checksums_that_are_none(mirror: Mirror, go: Path, sums: str) -> None:
    publish(mirror, sums=sums)
    assert f"has no SHA-256 for {ASSET}" in built(go)


@pytest.mark.parametrize("target", ["http://[", "https://a..b/x", "//"], ids=["no address", "no name", "nothing"])
def test_a_redirect_to_nowhere(mirror: Mirror, go: Path, target: str) -> None:
    publish(mirror)
    mirror.redirects[f"{BASE}/{ASSET}"] = target
    assert "no release: " in built(go)


def test_a_length_that_is_no_number(mirror: Mirror) -> None:
    publish(mirror)
    mirror.lengths[f"{BASE}/{ASSET}"] = "many"
    assert install(["kustomize"], echo=str)[0].source is tools.Source.RELEASE


@pytest.mark.parametrize("url", ["http://example.com", "ftp://127.0.0.1", "mirror.example.com"])
def test_a_mirror_must_be_https(mirror: Mirror, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("GENERATOR_TOOLS_MIRROR", url)
    with pytest.raises(ToolError, match="not an https URL"):
        install(["kustomize"], echo=str)


@pytest.mark.full
def test_two_installers_at_once_download_once(mirror: Mirror) -> None:
    publish(mirror)
    both = [
        subprocess.Popen([sys.executable, "-c", INSTALL, "kustomize"], stdout=subprocess.PIPE, text=True) for _ in "ab"
    ]
    said = [process.communicate(timeout=PATIENCE)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert mirror.count(ASSET) == 1
    assert sum("checksum verified" in text for text in said) == 1
    assert sum("(cached;" in text for text in said) == 1


def test_a_killed_installer_leaves_nothing_half_and_the_next_one_cleans_up(mirror: Mirror) -> None:
    publish(mirror)
    mirror.stalling[f"{BASE}/{ASSET}"] = 1
    with subprocess.Popen([sys.executable, "-c", INSTALL, "kustomize"], stdout=subprocess.DEVNULL) as process:
        eventually(lambda: list((cache.folder() / "tools/kustomize").glob(".partial-*/out/download")))
        os.kill(process.pid, signal.SIGKILL)
    assert not cache.executable(PINS["kustomize"]).parent.exists()
    with pytest.raises(ToolError, match="not installed"):
        tools.find("kustomize")
    assert install(["kustomize"], echo=str)[0].source is tools.Source.RELEASE
    assert left_behind() == ["kustomize/.lock", "kustomize/5.7.1/kustomize", "kustomize/5.7.1/record.json"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{sum}  tool.tgz\n", True),
        ("{sum} *tool.tgz\n", True),
        ("{sum}  ./dist/tool.tgz\r\n", True),
        ("{SUM}\n", True),
        ("{sum}  another.tgz\n", False),
        ("{sum}  tool.tgz.asc\n", False),
        ("{sum}\n{sum}\n", False),
        ("abc  tool.tgz\n", False),
        ("<html>\n", False),
        ("", False),
    ],
)
def test_checksum_files(text: str, expected: bool) -> None:
    one = digest(b"x")
    found = checksum.published(text.replace("{sum}", one).replace("{SUM}", one.upper()), "tool.tgz")
    assert found == (one if expected else None)


def test_every_release_has_its_urls() -> None:
    for pin in PINS.values():
        for platform in pin.release.platforms:
            where = Platform(*platform.split("/"))
            for template in (pin.release.url, pin.release.checksums, pin.release.member):
                filled = pin.release.fill(template, pin.version, where)
                assert "{" not in filled
                assert not filled or template is pin.release.member or filled.startswith("https://")
