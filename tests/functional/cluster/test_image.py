"""The pause image: its program is run where we can, its archive is read back."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import signal
import subprocess
import tarfile
from pathlib import Path

import pytest

from generator.cluster import image
from generator.errors import ClusterError
from testing.waiting import PATIENCE, eventually


@pytest.mark.needs("linux")
def test_the_pause_program_waits_until_it_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "pause"
    program.write_bytes(image.pause_program())
    program.chmod(0o755)
    with subprocess.Popen([program]) as child:

        def state() -> str:
            return Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0]

        eventually(lambda: state() == "S")
        child.send_signal(signal.SIGSTOP)
        eventually(lambda: state() == "T")
        child.send_signal(signal.SIGCONT)
        eventually(lambda: state() == "S")
        child.terminate()
        assert child.wait(PATIENCE) == -signal.SIGTERM


@pytest.mark.needs("readelf")
@pytest.mark.parametrize(("machine", "named"), [("x86_64", "X86-64"), ("aarch64", "AArch64")])
def test_the_pause_program_is_a_well_formed_executable(tmp_path: Path, machine: str, named: str) -> None:
    (tmp_path / "pause").write_bytes(image.pause_program(machine))
    shown = subprocess.run(
        ["readelf", "--file-header", "--segments", tmp_path / "pause"], capture_output=True, text=True, check=True
    )
    assert named in shown.stdout
    assert "LOAD" in shown.stdout
    assert shown.stderr == ""


def test_an_unknown_processor_is_named() -> None:
    with pytest.raises(ClusterError, match="sparc") as raised:
        image.pause_program("sparc")
    assert "KWOK" in raised.value.hint


def test_the_archive_is_an_oci_layout_whose_digests_hold(tmp_path: Path) -> None:
    image.write_archive(tmp_path / "a.tar", "example.test/pause:1", {"pause": b"code"}, ["/pause"], "x86_64")
    with tarfile.open(tmp_path / "a.tar") as archive:
        files = {name: archive.extractfile(name).read() for name in archive.getnames()}  # type: ignore[union-attr]
    assert json.loads(files["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    for name, content in files.items():
        if name.startswith("blobs/"):
            assert name == f"blobs/sha256/{hashlib.sha256(content).hexdigest()}"

    def blob(descriptor: dict[str, object]) -> bytes:
        content = files[f"blobs/sha256/{str(descriptor['digest']).removeprefix('sha256:')}"]
        assert descriptor["size"] == len(content)
        return content

    [entry] = json.loads(files["index.json"])["manifests"]
    assert entry["annotations"]["io.containerd.image.name"] == "example.test/pause:1"
    manifest = json.loads(blob(entry))
    config = json.loads(blob(manifest["config"]))
    assert (config["architecture"], config["os"]) == ("amd64", "linux")
    layer = gzip.decompress(blob(manifest["layers"][0]))
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]
    with tarfile.open(fileobj=io.BytesIO(layer)) as content:
        assert content.getmember("pause").mode == 0o755


def test_the_same_image_has_the_same_digest(tmp_path: Path) -> None:
    for name in ("a", "b"):
        image.write_archive(tmp_path / name, "example.test/pause:1", {"pause": b"code"}, ["/pause"], "aarch64")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
