"""Lease tokens: 256 random bits for the holder, their SHA-256 for everyone else."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """A plain hash is enough: the token has full entropy, there is nothing to guess."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def token_matches(token: str, token_hash: bytes) -> bool:
    """In time that does not depend on where they differ."""
    return hmac.compare_digest(hash_token(token), token_hash)
