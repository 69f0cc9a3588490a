"""Who may talk to a server: nothing asked on loopback, TLS and a credential everywhere else."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from device_farm.errors import AuthError, ConfigError
from device_farm.farm.token import hash_token

AUTHORIZATION = "authorization"
LEASE_KEY = "farm-lease-id"
TOKEN_KEY = "farm-lease-token"
_SCHEME = "Bearer "
_MIN_CREDENTIAL = 16


def parse_address(text: str, *, field: str) -> tuple[str, int]:
    """HOST:PORT, with an IPv6 host in brackets. Raises ConfigError."""
    fix = "write HOST:PORT, for example 127.0.0.1:7070 or [::1]:7070"
    host, colon, port = text.strip().rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ConfigError(f"{text!r} is no address", field=field, fix=fix)
    bracketed = host.startswith("[") and host.endswith("]")
    if (":" in host) != bracketed or any(character.isspace() or character in "/@?#," for character in host):
        raise ConfigError(f"{text!r} is no address", field=field, fix=fix)
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`. A name other than localhost is taken as reachable."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_unspecified(host: str) -> bool:
    """Whether `host` means every address of the machine, and so none that others could dial."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


def read_file(path: Path, *, field: str) -> bytes:
    """Raises ConfigError when it cannot be read or is empty."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", field=field) from error
    if not data.strip():
        raise ConfigError(f"{path} is empty", field=field)
    return data


def read_credentials(path: Path, *, field: str = "--credential-file") -> tuple[str, ...]:
    """One credential a line; blank lines and `#` comments are skipped. Raises ConfigError."""
    lines = [line.strip() for line in read_file(path, field=field).decode("utf-8", "replace").splitlines()]
    found = tuple(line for line in lines if line and not line.startswith("#"))
    fix = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
    if not found:
        raise ConfigError(f"{path} holds no credential", field=field, fix=fix)
    if any(len(line) < _MIN_CREDENTIAL or not line.isascii() or " " in line for line in found):
        message = f"{path} holds a credential that is shorter than {_MIN_CREDENTIAL} ASCII characters or has spaces"
        raise ConfigError(message, field=field, fix=fix)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ServerSecurity:
    """TLS material (PEM) and the credentials that callers of Farm and Host may show; both may be absent on loopback."""

    cert: bytes | None = None
    key: bytes | None = None
    credentials: Sequence[str] = ()

    def check(self, host: str) -> None:
        """Raises ConfigError when a server on `host` would be open to others without TLS or credentials."""
        if (self.cert is None) != (self.key is None):
            missing = "--tls-key" if self.key is None else "--tls-cert"
            raise ConfigError("a certificate needs its key, and a key its certificate", field=missing)
        if is_loopback(host):
            return
        if self.cert is None:
            fix = "give --tls-cert and --tls-key, or listen on 127.0.0.1"
            raise ConfigError(f"{host} is reachable from other machines, so TLS is needed", field="--tls-cert", fix=fix)
        if not self.credentials:
            fix = "give --credential-file with at least one line, or listen on 127.0.0.1"
            message = f"{host} is reachable from other machines, so a credential is needed"
            raise ConfigError(message, field="--credential-file", fix=fix)

    def bind(self, server: grpc.aio.Server, host: str, port: int) -> int:
        """Adds the port, 0 for a free one; returns the port. Raises ConfigError when it cannot be had."""
        try:
            if self.cert is None or self.key is None:
                bound = server.add_insecure_port(f"{host}:{port}")
            else:
                pair = grpc.ssl_server_credentials([(self.key, self.cert)])
                bound = server.add_secure_port(f"{host}:{port}", pair)
        except (RuntimeError, ValueError) as error:
            fix = "is the port taken by another program? is the certificate PEM, and its key the right one?"
            raise ConfigError(f"cannot listen on {host}:{port}", field="--listen", fix=fix) from error
        if not bound:
            raise ConfigError(
                f"cannot listen on {host}:{port}", field="--listen", fix="use a free port of this machine"
            )
        return int(bound)

    def authenticate(self, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        """Raises AuthError unless the call shows one of the credentials, or none are asked for."""
        if not self.credentials:
            return
        shown = metadata_value(context, AUTHORIZATION)
        fix = "give the client the farm's credential: --credential-file"
        if not shown.startswith(_SCHEME):
            raise AuthError("this farm asks for a credential", field="credential", fix=fix)
        digest = hash_token(shown.removeprefix(_SCHEME))
        matches = [hmac.compare_digest(digest, hash_token(known)) for known in self.credentials]
        if not any(matches):
            raise AuthError("the credential is not one of this farm's", field="credential", fix=fix)


def metadata_value(context: grpc.aio.ServicerContext[Any, Any], wanted: str) -> str:
    """The first value of a metadata key; empty when it is not there."""
    for key, value in context.invocation_metadata() or ():
        if key == wanted:
            return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
    return ""
