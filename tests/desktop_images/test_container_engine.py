"""What the farm asks of a Docker daemon, and what it says where that cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker_stand_in import Daemon, serve

from device_farm.backends.docker import DockerBackend
from device_farm.backends.docker_config import DockerConfig
from device_farm.cli.main import main
from device_farm.desktop.container.engine import Engine, Limits, run_options
from device_farm.errors import BackendError, PrerequisiteError

LIMITS = Limits(memory_mb=512, cpus=1.5, pids=200)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Callable[..., tuple[Daemon, Engine]]]:
    """Makes a stand-in for a daemon, and an engine that speaks to it."""
    pytest.importorskip("docker", reason="Docker's SDK for Python is not installed")
    servers = []

    def make(**told: object) -> tuple[Daemon, Engine]:
        made = Daemon(**told)  # type: ignore[arg-type]
        servers.append(serve(made, tmp_path / "docker.sock"))
        return made, Engine(host=f"unix://{tmp_path}/docker.sock", image="desktop:latest")

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def test_container_has_limits_and_no_way_out() -> None:
    options = run_options(folder="/tmp/x/farm", mount="/run/farm", limits=LIMITS)
    assert options["network_mode"] == "none"
    assert options["cap_drop"] == ["ALL"] and "cap_add" not in options
    assert options["security_opt"] == ["no-new-privileges"]
    assert options["privileged"] is False and options["read_only"] is True
    assert options["user"] == "1000:1000"
    assert options["volumes"] == {"/tmp/x/farm": {"bind": "/run/farm", "mode": "ro"}}
    assert (options["mem_limit"], options["memswap_limit"]) == ("512m", "512m")
    assert (options["nano_cpus"], options["pids_limit"]) == (1_500_000_000, 200)
    assert set(options["tmpfs"]) == {"/home/user", "/tmp", "/var/tmp", "/run/user/1000"}
    assert all("nosuid" in mounted and "size=" in mounted for mounted in options["tmpfs"].values())
    assert not {"devices", "ports", "pid_mode", "publish_all_ports"} & set(options)


def test_limits_reach_the_daemon(daemon: Callable[..., tuple[Daemon, Engine]]) -> None:
    served, engine = daemon()
    engine.connect()
    running = engine.run(["/bin/true"], run_options(folder="/tmp/x", mount="/run/farm", limits=LIMITS))
    engine.close()
    assert running.pid == 4242
    [created] = served.created
    host = created["HostConfig"]
    assert created["Image"] == "desktop:latest" and created["Cmd"] == ["/bin/true"]
    assert (host["Memory"], host["MemorySwap"], host["NanoCpus"]) == (512 << 20, 512 << 20, 1_500_000_000)
    assert (host["PidsLimit"], host["NetworkMode"], host["CapDrop"]) == (200, "none", ["ALL"])
    assert host["AutoRemove"] is True and host["ReadonlyRootfs"] is True
    assert not host.get("Privileged")


def test_missing_image_names_the_command_that_builds_it(daemon: Callable[..., tuple[Daemon, Engine]]) -> None:
    _, engine = daemon(image=False)
    with pytest.raises(PrerequisiteError, match="no image desktop:latest") as caught:
        engine.connect()
    assert caught.value.fix == "python emulator_images/desktop/build.py --docker"


def test_daemons_refusal_is_told(daemon: Callable[..., tuple[Daemon, Engine]]) -> None:
    _, engine = daemon(start_error="cgroups: cannot find cgroup mount destination")
    engine.connect()
    with pytest.raises(BackendError, match="cannot find cgroup mount"):
        engine.run(["/bin/true"], run_options(folder="/tmp/x", mount="/run/farm", limits=LIMITS))


def test_container_that_is_gone_is_removed_already(daemon: Callable[..., tuple[Daemon, Engine]]) -> None:
    served, engine = daemon()
    engine.connect()
    engine.remove("d" * 64)
    assert engine.words("d" * 64) == ""
    assert served.created == []


def test_daemon_that_is_not_there_names_the_fix(tmp_path: Path) -> None:
    pytest.importorskip("docker", reason="Docker's SDK for Python is not installed")
    with pytest.raises(PrerequisiteError, match="no Docker daemon") as caught:
        Engine(host=f"unix://{tmp_path}/none.sock", image="x").connect()
    assert "apt-get install -y docker.io" in caught.value.fix


def test_daemon_elsewhere_is_refused() -> None:
    backend = DockerBackend(DockerConfig(host="tcp://10.1.2.3:2375"))
    with pytest.raises(PrerequisiteError, match="no daemon of this machine"):
        backend.preflight()


def test_command_without_a_daemon_ends_with_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("docker", reason="Docker's SDK for Python is not installed")
    code = main(["check", "--backend", f"docker=2,host=unix://{tmp_path}/none.sock"])
    assert code == 3
    assert "apt-get install -y docker.io" in capsys.readouterr().err


def test_command_without_an_image_ends_with_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["desktop", "--backend", f"qemu=program=/bin/true,image={tmp_path}/none"])
    said = capsys.readouterr().err
    assert code == 3
    assert "build.py --vm" in said or "qemu-img is not installed" in said


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("docker=2,3", "given twice"),
        ("docker=memory_mb=1", "memory_mb"),
        ("docker=priviledged=yes", "there is type, devices, width, height, image, host, memory_mb, cpus, pids"),
        ("qemu=acceleration=maybe", "acceleration"),
        ("qemu=100", "devices"),
        ("simulator", "gives no desktop"),
    ],
)
def test_bad_sections_are_named_before_anything_starts(
    backend: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["desktop", "--backend", backend]) == 2
    assert words in capsys.readouterr().err
