"""The call log as the phone app lists it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from device_farm.simulator.framework.telephony_schema import call_log_database
from device_farm.simulator.telephone import INCOMING, MISSED, OUTGOING, REJECTED
from device_farm.simulator.toolkit.app import AppContext

KINDS: Mapping[int, tuple[str, str]] = {
    INCOMING: ("Incoming call", "call_received"),
    OUTGOING: ("Outgoing call", "call_made"),
    MISSED: ("Missed call", "call_missed"),
    REJECTED: ("Declined call", "call_end"),
}
"""What a row says and shows, by `CallLog.Calls.TYPE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """`at_s` is Unix seconds."""

    id: int
    number: str
    at_s: float
    kind: int


def logged_calls(context: AppContext) -> tuple[LoggedCall, ...]:
    """The newest first."""
    rows = call_log_database(context.files).query(
        "SELECT _id, COALESCE(number, ''), CAST(COALESCE(date, 0) AS INTEGER), COALESCE(type, 1) FROM calls"
        " ORDER BY date DESC, _id DESC"
    )
    return tuple(LoggedCall(id=row, number=number, at_s=date / 1000, kind=kind) for row, number, date, kind in rows)
