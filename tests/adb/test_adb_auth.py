"""Signing adbd's challenge with a key of adb's own making."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from device_farm.adb import packet
from device_farm.adb.auth import AdbKey, load_key
from device_farm.adb.client import AdbClient
from device_farm.adb.direct import DirectConnection
from device_farm.adb.packet import Packet
from device_farm.errors import ConfigError, TransportError
from device_farm.simulator.server import SimulatorServer
from tests.adb.peers import DaemonPeer, daemon
from tests.adb.test_adb_direct import echo

_SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414")
_EXPONENT = 65537


@pytest.fixture
def key(tmp_path: Path) -> AdbKey:
    if shutil.which("adb") is None:
        if "adb" in os.environ.get("FARM_REQUIRE", ""):
            pytest.fail("adb is not installed and FARM_REQUIRE asks for it")
        pytest.skip("adb is not installed")
    path = tmp_path / "adbkey"
    subprocess.run(["adb", "keygen", str(path)], check=True, capture_output=True)
    return load_key(path)


def opened_signature(key: AdbKey, signature: bytes) -> bytes:
    """What the public key makes of `signature`."""
    size = (key.modulus.bit_length() + 7) // 8
    return pow(int.from_bytes(signature), _EXPONENT, key.modulus).to_bytes(size)


def test_sign_is_pkcs1_of_the_token_as_a_sha1_digest(key: AdbKey) -> None:
    token = hashlib.sha1(b"challenge").digest()
    padded = opened_signature(key, key.sign(token))
    assert padded.startswith(b"\x00\x01\xff\xff")
    assert padded.endswith(b"\xff\x00" + _SHA1_INFO + token)


def test_connection_signs_then_offers_its_public_key(key: AdbKey) -> None:
    token = b"t" * 20

    def challenge_twice(peer: DaemonPeer, received: Packet) -> bool:
        if received.command == packet.AUTH and received.arg0 == 3:
            assert received.payload == key.public_line
            peer.welcome()
            return False
        if received.command == packet.AUTH:
            assert opened_signature(key, received.payload).endswith(token)
        peer.send(packet.AUTH, 1, 0, token)
        return False

    async def scenario() -> None:
        async with daemon(echo, on_connect=challenge_twice) as (port, _):
            client = AdbClient(DirectConnection("127.0.0.1", port, key=key))
            assert (await client.shell("in")).stdout == b"in"
            await client.close()

    asyncio.run(scenario())


def test_a_simulated_phone_lets_in_whom_it_knows(key: AdbKey) -> None:
    async def scenario() -> None:
        known = key.public_line.rstrip(b"\0").decode()
        async with SimulatorServer(devices=1, authorized_keys=(known,)) as server:
            port = server.phones[0].ports.adb
            client = AdbClient(DirectConnection("127.0.0.1", port, key=key))
            assert (await client.shell("echo in")).stdout == b"in\n"
            await client.close()
            with pytest.raises(TransportError, match="asks for an adb key"):
                await AdbClient(DirectConnection("127.0.0.1", port)).shell("echo in")

    asyncio.run(scenario())


@pytest.mark.parametrize("content", [None, "", "-----BEGIN PRIVATE KEY-----\nAAAA\n", "not base64 \u00e9"])
def test_load_key_names_a_bad_file(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "adbkey"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(ConfigError, match="key"):
        load_key(path)
