"""The forwarder as a package: what `pm list packages` shows and `am broadcast -n` finds."""

from __future__ import annotations

from typing import Final

from device_farm.simulator.toolkit.app import App

PACKAGE: Final = "com.google.androidenv.accessibilityforwarder"


class AccessibilityForwarderApp(App):
    """A service without screens; what it does lies in `forwarder.py`, for its listener outlives a reset."""

    package = PACKAGE
    label = "Accessibility Forwarder"
    system = False


APP: Final = AccessibilityForwarderApp()
