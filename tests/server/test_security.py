"""TLS and credentials: nothing on loopback, both elsewhere."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
from farm_rig import until

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeBackend
from device_farm.client import FarmClient, LeaseRequest
from device_farm.client.channel import ClientSecurity
from device_farm.embedded import running_farm
from device_farm.errors import AuthError, ConfigError, TransportError
from device_farm.farm.pool import Template
from device_farm.server.joined_host import joined_host
from device_farm.server.security import (
    ServerSecurity,
    is_loopback,
    parse_address,
    read_credentials,
)

_CREDENTIAL = "correct-horse-battery-staple"


def _templates(name: str = "fake") -> list[Template]:
    return [Template(name=name, backend=FakeBackend(FakeConfig()), devices=1)]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ServerSecurity:
    """A self-signed certificate for localhost and 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*command.split(), *names], cwd=folder, check=True, capture_output=True)
    return ServerSecurity(
        cert=(folder / "cert.pem").read_bytes(), key=(folder / "key.pem").read_bytes(), credentials=(_CREDENTIAL,)
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "[::]", "farm.example.com", "::"])
def test_server_off_loopback_refuses_to_start_without_tls_and_credential(host: str, tls: ServerSecurity) -> None:
    async def play(security: ServerSecurity) -> ConfigError:
        with pytest.raises(ConfigError) as caught:
            async with running_farm(_templates(), host=host, security=security):
                pass
        return caught.value

    bare = asyncio.run(play(ServerSecurity()))
    assert bare.field == "--tls-cert" and "127.0.0.1" in bare.fix
    open_to_all = asyncio.run(play(ServerSecurity(cert=tls.cert, key=tls.key)))
    assert open_to_all.field == "--credential-file"
    in_the_clear = asyncio.run(play(ServerSecurity(credentials=(_CREDENTIAL,))))
    assert in_the_clear.field == "--tls-cert"
    half = asyncio.run(play(ServerSecurity(cert=tls.cert, credentials=(_CREDENTIAL,))))
    assert half.field == "--tls-key"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("[::]", False),
        ("10.0.0.1", False),
        ("localhost.evil.com", False),
        ("127.0.0.1.evil.com", False),
    ],
)
def test_loopback_is_recognised(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize("text", ["[::1]:70", "localhost:0", "10.1.2.3:65535", "a-b.example.com:7070"])
def test_good_addresses_are_taken(text: str) -> None:
    host, port = parse_address(text, field="--listen")
    assert f"{host}:{port}" == text


def test_farm_with_tls_serves_those_who_know_its_authority_and_credential(tls: ServerSecurity) -> None:
    async def play() -> None:
        async with running_farm(_templates(), host="0.0.0.0", security=tls) as port:
            address = f"127.0.0.1:{port}"
            async with (
                FarmClient.connect(address, credential=_CREDENTIAL, ca=tls.cert) as client,
                client.lease(LeaseRequest()) as held,
            ):
                assert (await held.device.observe()).screenshot is not None
            for credential in (None, "wrong-credential-of-the-farm", _CREDENTIAL + "x", ""):
                with pytest.raises(AuthError) as caught:
                    async with FarmClient.connect(address, credential=credential, ca=tls.cert):
                        pass
                assert caught.value.field == "credential" and caught.value.fix
            with pytest.raises(TransportError):
                async with FarmClient.connect(address, credential=_CREDENTIAL):
                    pass

    asyncio.run(play())


def test_credential_is_checked_on_every_call_of_farm_and_host(tls: ServerSecurity) -> None:
    async def play() -> None:
        security = ServerSecurity(credentials=(_CREDENTIAL,))
        async with running_farm(_templates(), security=security) as port:
            client = FarmClient(f"127.0.0.1:{port}", ClientSecurity())
            calls = [client.devices, client.leases, client.queue, client.hosts, client.events]
            for call in calls:
                with pytest.raises(AuthError):
                    await call()
            with pytest.raises(AuthError):
                await client.acquire(LeaseRequest())
            with pytest.raises(AuthError):
                await anext(aiter(client.watch()))
            await client.close()
            with pytest.raises(AuthError):
                async with joined_host(
                    _templates(),
                    name="h",
                    listen=("127.0.0.1", 0),
                    farm=f"127.0.0.1:{port}",
                    to_farm=ClientSecurity(),
                    security=ServerSecurity(),
                ) as (_, joining):
                    await joining

    asyncio.run(play())


def test_host_joins_over_tls_and_serves_its_devices_over_tls(tls: ServerSecurity) -> None:
    async def play() -> None:
        to_farm = ClientSecurity(credential=_CREDENTIAL, ca=tls.cert)
        async with (
            running_farm([], host="0.0.0.0", security=tls) as port,
            FarmClient.connect(f"127.0.0.1:{port}", credential=_CREDENTIAL, ca=tls.cert) as client,
            joined_host(
                _templates(),
                name="h",
                listen=("127.0.0.1", 0),
                farm=f"127.0.0.1:{port}",
                to_farm=to_farm,
                security=tls,
            ) as (identity, _),
        ):
            await until(lambda: _has_devices(client))
            async with client.lease(LeaseRequest()) as held:
                assert held.lease.address == identity.address
                assert (await held.device.observe()).screenshot is not None

    asyncio.run(play())


async def _has_devices(client: FarmClient) -> bool:
    return bool(await client.devices())


def test_host_on_all_addresses_has_to_say_which_one_clients_dial(tls: ServerSecurity) -> None:
    async def play() -> None:
        with pytest.raises(ConfigError) as caught:
            async with joined_host(
                _templates(),
                name="h",
                listen=("0.0.0.0", 0),
                farm="127.0.0.1:1",
                to_farm=ClientSecurity(),
                security=tls,
            ):
                pass
        assert caught.value.field == "--advertise"

    asyncio.run(play())


def test_port_that_is_taken_is_a_config_error() -> None:
    async def play() -> None:
        async with running_farm(_templates()) as port:
            with pytest.raises(ConfigError) as caught:
                async with running_farm(_templates(), port=port):
                    pass
            assert caught.value.field == "--listen"

    asyncio.run(play())


def test_certificate_that_is_none_is_a_config_error() -> None:
    async def play() -> None:
        security = ServerSecurity(cert=b"not PEM", key=b"not PEM", credentials=(_CREDENTIAL,))
        with pytest.raises(ConfigError) as caught:
            async with running_farm(_templates(), security=security):
                pass
        assert caught.value.field == "--listen"

    asyncio.run(play())


@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n", "short\n", "has spaces in it, though long\n"])
def test_credential_file_with_nothing_usable_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "credentials"
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        read_credentials(path)
    assert caught.value.field == "--credential-file"


def test_credential_file_may_hold_several(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.write_text(f"# team a\n{_CREDENTIAL}\n\nanother-credential-of-team-b\n")
    assert read_credentials(path) == (_CREDENTIAL, "another-credential-of-team-b")
    with pytest.raises(ConfigError):
        read_credentials(tmp_path / "absent")
