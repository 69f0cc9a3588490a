"""Key authentication of adb hosts: a random token, signed by the host with its 2048-bit RSA key.

Source: AOSP `packages/modules/adb/protocol.txt` (AUTH) and `libcrypto_utils/android_pubkey.cpp` (key layout).
"""

from __future__ import annotations

import base64
import binascii
import secrets
import struct
from collections.abc import Iterable

_WORDS = 64
_KEY = struct.Struct(f"<II{_WORDS * 4}s{_WORDS * 4}sI")
# DER prefix of a SHA-1 DigestInfo: adb signs the token as if it were such a digest.
_SHA1_PREFIX = bytes.fromhex("3021300906052b0e03021a05000414")


class Authenticator:
    """Decides about one connection. `keys` are lines as in `adbkey.pub`."""

    TOKEN = 1
    SIGNATURE = 2
    PUBLIC_KEY = 3

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = [key for key in map(_parse_key, keys) if key is not None]
        self.token = secrets.token_bytes(20)

    def accepts(self, kind: int, payload: bytes) -> bool:
        """Whether this AUTH packet is the token signed with a known key; after a wrong signature the token is new.

        An offered public key is never taken: nobody is there to tap the phone's confirmation.
        """
        if kind == self.SIGNATURE:
            if any(_signs(key, self.token, payload) for key in self._keys):
                return True
            self.token = secrets.token_bytes(20)
        return False


def _parse_key(line: str) -> tuple[int, int] | None:
    """(modulus, exponent) of an `adbkey.pub` line; None when it is not one."""
    try:
        words, _, modulus, _, exponent = _KEY.unpack(base64.b64decode(line.split()[0]))
    except (IndexError, binascii.Error, struct.error):
        return None
    return (int.from_bytes(modulus, "little"), exponent) if words == _WORDS else None


def _signs(key: tuple[int, int], token: bytes, signature: bytes) -> bool:
    modulus, exponent = key
    size = _WORDS * 4
    if len(signature) != size:
        return False
    decrypted = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big")
    digest = _SHA1_PREFIX + token
    return decrypted == b"\x00\x01" + b"\xff" * (size - 3 - len(digest)) + b"\x00" + digest
