"""Leases that are over: remembered so that a late call hears why, and a guess learns nothing."""

from __future__ import annotations

from collections import OrderedDict

from device_farm.errors import LeaseError, LeaseExpiredError, LeaseTokenError
from device_farm.farm.token import token_matches

_AGAIN = "acquire a new lease"
_MAX_SHOWN = 64


class EndedLeases:
    """The last `limit` of them, by id: token hash and reason."""

    def __init__(self, limit: int = 4096) -> None:
        self._limit = limit
        self._ended: OrderedDict[str, tuple[bytes, str]] = OrderedDict()

    def add(self, lease_id: str, token_hash: bytes, reason: str) -> None:
        self._ended[lease_id] = (token_hash, reason)
        while len(self._ended) > self._limit:
            self._ended.popitem(last=False)

    def refusal(self, lease_id: str, token: str) -> LeaseError:
        """The error for a call under a lease that is not open."""
        if not lease_id or not token:
            return LeaseTokenError("the call shows no lease", field="lease", fix="acquire one; `farm lease` prints it")
        if lease_id not in self._ended:
            return LeaseTokenError(f"there is no lease {lease_id[:_MAX_SHOWN]!r} here", field="lease", fix=_AGAIN)
        token_hash, reason = self._ended[lease_id]
        return expired(lease_id, reason) if token_matches(token, token_hash) else wrong_token(lease_id)


def expired(lease_id: str, reason: str) -> LeaseExpiredError:
    return LeaseExpiredError(f"lease {lease_id} has ended: {reason}", field="lease", fix=_AGAIN)


def wrong_token(lease_id: str) -> LeaseTokenError:
    return LeaseTokenError(
        f"the token is not that of lease {lease_id[:_MAX_SHOWN]}",
        field="token",
        fix="use the token that came with the lease",
    )
