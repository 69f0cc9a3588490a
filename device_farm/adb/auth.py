"""Answers adbd's AUTH challenge with a user's adb key.

adb signs the device's 20-byte token as if it were a SHA-1 digest: RSA, PKCS#1 v1.5 (AOSP `adb_auth_host.cpp`). That is
one modular power, so no cryptography package is needed.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from device_farm.errors import ConfigError

_SHA1_PREFIX = bytes.fromhex("3021300906052b0e03021a05000414")
"""DER of `DigestInfo` for SHA-1 up to the digest (RFC 8017, 9.2)."""

_INTEGER, _OCTETS, _SEQUENCE = 0x02, 0x04, 0x30


@dataclass(frozen=True, slots=True, kw_only=True)
class AdbKey:
    """An RSA private key and the line of `adbkey.pub` that a device is asked to trust."""

    modulus: int
    private_exponent: int
    public_line: bytes

    def sign(self, token: bytes) -> bytes:
        """The signature of `token`, as long as the modulus."""
        size = (self.modulus.bit_length() + 7) // 8
        tail = _SHA1_PREFIX + token
        padded = b"\x00\x01" + b"\xff" * (size - len(tail) - 3) + b"\x00" + tail
        return pow(int.from_bytes(padded), self.private_exponent, self.modulus).to_bytes(size)


def _element(data: bytes, offset: int) -> tuple[int, bytes, int]:
    """Tag, content and end of the DER element at `offset`."""
    tag, length = data[offset], data[offset + 1]
    start = offset + 2
    if length & 0x80:
        width = length & 0x7F
        length = int.from_bytes(data[start : start + width])
        start += width
    content = data[start : start + length]
    if len(content) != length:
        raise ValueError("the DER ends early")
    return tag, content, start + length


def _integers(sequence: bytes) -> list[int]:
    values, offset = [], 0
    while offset < len(sequence):
        tag, content, offset = _element(sequence, offset)
        if tag == _INTEGER:
            values.append(int.from_bytes(content, signed=True))
    return values


def _rsa_key(der: bytes) -> bytes:
    """The content of RSAPrivateKey, taken out of PKCS#8 where it is wrapped in it."""
    _, content, _ = _element(der, 0)
    offset = 0
    while offset < len(content):
        tag, inner, offset = _element(content, offset)
        if tag == _OCTETS:
            return _element(inner, 0)[1]
    return content


def load_key(path: Path) -> AdbKey:
    """Reads `adbkey` and the `adbkey.pub` beside it.

    Raises:
        ConfigError: a file is missing or is no PEM private key.
    """
    try:
        lines = path.read_text("ascii").splitlines()
        der = base64.b64decode("".join(line for line in lines if not line.startswith("-----")), validate=True)
        _, modulus, _, private_exponent, *_ = _integers(_rsa_key(der))
        public_line = path.with_name(path.name + ".pub").read_bytes().strip() + b"\0"
    except OSError as error:
        raise ConfigError(f"cannot read the adb key: {error}", field="key", fix="run `adb keygen FILE`") from error
    except (ValueError, IndexError, binascii.Error) as error:
        raise ConfigError(f"{path} is no RSA private key: {error}", field="key", fix="run `adb keygen FILE`") from error
    return AdbKey(modulus=modulus, private_exponent=private_exponent, public_line=public_line)
