"""The commands, as processes: what they print and how they end."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_farm.cli.command import Exit
from device_farm.cli.main import main


async def _farm(*arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "device_farm.cli.main",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A farm of two fake devices in a process of its own."""
    runner = asyncio.Runner()
    state = tmp_path_factory.mktemp("state") / "farm.db"

    async def start() -> asyncio.subprocess.Process:
        arguments = ("serve", "--listen", "127.0.0.1:0", "--state", str(state), "--backend", "fake=2", "--json")
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "device_farm.cli.main", *arguments, stdout=asyncio.subprocess.PIPE
        )

    process = runner.run(start())
    assert process.stdout is not None
    yield json.loads(runner.run(process.stdout.readline()))["address"]
    process.terminate()
    runner.run(process.wait())
    runner.close()


def test_commands_take_use_and_give_back_a_device(address: str, tmp_path: Path) -> None:
    async def play() -> None:
        lease, picture = tmp_path / "lease.json", tmp_path / "screen.png"
        code, out, _ = await _farm("lease", "--farm", address, "--owner", "cli", "--json", "--out", str(lease))
        assert code == 0 and json.loads(out) == json.loads(lease.read_text())
        assert set(json.loads(out)) >= {"id", "token", "address", "device"}
        assert stat.S_IMODE(lease.stat().st_mode) == 0o600
        code, out, _ = await _farm("devices", "--farm", address, "--json")
        states = sorted((json.loads(line)["state"], json.loads(line)["owner"]) for line in out.splitlines())
        assert states == [("leased", "cli"), ("ready", "")]
        code, out, _ = await _farm("tap", "--lease", str(lease), "--label", "Add", "--json")
        assert code == 0 and json.loads(out)["x"] == 32
        assert (await _farm("tap", "--lease", str(lease), "32", "52"))[0] == 0
        code, out, _ = await _farm("shell", "--lease", str(lease), "--", "state")
        assert code == 0 and out.startswith("app=home count=2")
        assert (await _farm("shell", "--lease", str(lease), "exit 7"))[0] == 7
        code, out, _ = await _farm("shot", "--lease", str(lease), "--out", str(picture), "--tree", "--json")
        assert code == 0 and picture.read_bytes().startswith(b"\x89PNG")
        assert any(node["label"] == "Add" for node in json.loads(out)["nodes"])
        handle = json.loads(lease.read_text())
        by_id = ("--farm", address, "--id", handle["id"], "--token", handle["token"])
        assert (await _farm("shell", *by_id, "true"))[0] == 0
        code, out, _ = await _farm("top", "--farm", address, "--once", "--json")
        assert json.loads(out)["leases"][0]["owner"] == "cli"
        code, out, _ = await _farm("lease", "--farm", address, "--list")
        assert code == 0 and "cli" in out
        assert (await _farm("release", "--lease", str(lease)))[0] == 0
        assert (await _farm("release", "--lease", str(lease)))[0] == 0
        code, _, err = await _farm("shell", "--lease", str(lease), "true")
        assert code == Exit.FAILED and "LeaseExpiredError" in err and "acquire a new lease" in err
        code, out, _ = await _farm("devices", "--farm", address, "--events", "100")
        assert "granted" in out and "given back by its owner" in out

    asyncio.run(play())


def test_listings_without_json_are_tables(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--farm", address]) == 0
    assert capsys.readouterr().out.startswith("device  template")
    assert main(["top", "--farm", address, "--once"]) == 0
    assert "place  owner" in capsys.readouterr().out


_BAD = [
    (["devices", "--farm", "nonsense"], "--farm", Exit.USAGE),
    (["devices", "--farm", "127.0.0.1:99999"], "--farm", Exit.USAGE),
    (["devices", "--events", "0"], "--events", Exit.USAGE),
    (["devices", "--credential-file", "/no/such/file"], "--credential-file", Exit.USAGE),
    (["devices", "--ca", "/no/such/file"], "--ca", Exit.USAGE),
    (["devices", "--farm", "127.0.0.1:1"], "farm serve", Exit.FAILED),
    (["top", "--interval", "0"], "--interval", Exit.USAGE),
    (["serve", "--listen", "nonsense"], "--listen", Exit.USAGE),
    (["serve", "--listen", "0.0.0.0:0", "--backend", "fake"], "--tls-cert", Exit.USAGE),
    (["serve", "--backend", "fack"], "did you mean fake?", Exit.USAGE),
    (["serve", "--backend", "fake=0"], "--backend", Exit.USAGE),
    (["serve", "--set", "pool.reset_timeout_s=-1"], "pool.reset_timeout_s", Exit.USAGE),
    (["serve", "--set", "pools.x=1"], "pools", Exit.USAGE),
    (["serve", "--set", "backends.Bad Name.type=fake"], "backends", Exit.USAGE),
    (["serve", "--config", "/no/such/file"], "--config", Exit.USAGE),
    (["serve", "--listen", "127.0.0.1:0", "--state", "/no/such/folder/f.db"], "--state", Exit.USAGE),
    (["host", "--backend", "fake"], "--join", Exit.USAGE),
    (["host", "--join", "127.0.0.1:1"], "--backend", Exit.USAGE),
    (["host", "--join", "nonsense", "--backend", "fake"], "--join", Exit.USAGE),
    (["shot"], "--lease", Exit.USAGE),
    (["shot", "--lease", "/no/such/file"], "--lease", Exit.USAGE),
    (["shell", "--id", "x", "true"], "--lease", Exit.USAGE),
]


@pytest.mark.parametrize(("arguments", "named", "code"), _BAD)
def test_bad_input_names_the_field_before_anything_is_started(
    arguments: list[str], named: str, code: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    error = capsys.readouterr().err
    assert named in error and "Traceback" not in error


def test_bad_requests_of_a_running_farm_are_explained(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lease = tmp_path / "lease.json"
    cases = [
        (["lease", "--farm", address, "--template", "tablet"], "this farm offers fake (android)", Exit.FAILED),
        (["lease", "--farm", address, "--ttl", "0"], "ttl_s", Exit.USAGE),
        (["lease", "--farm", address, "--wait", "0"], "--wait", Exit.USAGE),
        (["shot", "--farm", address, "--id", "x", "--token", "y"], "LeaseTokenError", Exit.FAILED),
        (["tap", "--farm", address, "--id", "x", "--token", "y", "3"], "X Y", Exit.USAGE),
    ]
    for arguments, named, code in cases:
        assert main(arguments) == code
        assert named in capsys.readouterr().err
    lease.write_text("{broken")
    assert main(["tap", "1", "2", "--lease", str(lease)]) == Exit.USAGE
    assert "farm lease --out" in capsys.readouterr().err


def test_serve_reads_its_config_file(tmp_path: Path) -> None:
    async def play() -> None:
        config = tmp_path / "farm.toml"
        state = tmp_path / "farm.db"
        config.write_text(
            f'listen = "127.0.0.1:0"\nstate = "{state}"\n[backends.phones]\ntype = "fake"\ndevices = 3\n'
            "[leases]\npreemption_grace_s = 1.0\n[pool]\nquarantine_after = 5\n"
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "device_farm.cli.main",
            *("serve", "--config", str(config), "--backend", "fake=1", "--json"),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        assert ready["devices"] == {"phones": 3, "fake": 1}
        process.terminate()
        await process.wait()
        assert state.exists()

    asyncio.run(play())
