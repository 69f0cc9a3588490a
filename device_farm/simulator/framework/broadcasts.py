"""What a broadcast does: apps are told, and some are read by the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device_farm.simulator.framework.radios import set_airplane_mode
from device_farm.simulator.intents import Intent

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

AIRPLANE_MODE = "android.intent.action.AIRPLANE_MODE"
CLOSE_SYSTEM_DIALOGS = "android.intent.action.CLOSE_SYSTEM_DIALOGS"

# The clipboard app of AndroidWorld and others; it answers only where it is installed.
CLIPPER = "ca.zgrs.clipper"


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastResult:
    """`code` and `data` as `am broadcast` prints them; 0 and None where no receiver sets them."""

    code: int = 0
    data: str | None = None


def deliver(phone: SimulatedPhone, intent: Intent) -> BroadcastResult:
    """Sends `intent` to the apps and the system."""
    if intent.action == AIRPLANE_MODE and "state" in intent.extras:
        set_airplane_mode(phone, bool(intent.extras["state"]))
    elif intent.action == CLOSE_SYSTEM_DIALOGS:
        phone.change(shade="closed")
    elif intent.action.startswith("clipper.") and phone.packages.get(CLIPPER) is not None:
        return _clipper(phone, intent)
    phone.callbacks.broadcast(intent)
    return BroadcastResult()


def _clipper(phone: SimulatedPhone, intent: Intent) -> BroadcastResult:
    """The clipboard may be written by any app, but read only by the one in front."""
    if intent.action == "clipper.set" and "text" in intent.extras:
        phone.clipboard = intent.text_extra("text")
        return BroadcastResult(code=-1, data="Text is copied into clipboard.")
    if intent.action == "clipper.set":
        return BroadcastResult(code=0, data='No text is provided. Use -e text "text to be pasted"')
    if intent.action == "clipper.get":
        seen = phone.clipboard if phone.activities.top.package == CLIPPER else ""
        return BroadcastResult(code=-1 if seen else 0, data=seen)
    return BroadcastResult()
