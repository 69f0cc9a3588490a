"""What an automation call can fail with; the text starts with the Java exception that clients look for."""

from __future__ import annotations


class AutomationError(Exception):
    """Base; the text goes to the client."""


class ObjectNotFoundError(AutomationError):
    """No node matches the selector."""

    def __init__(self, selector: object) -> None:
        super().__init__(f"androidx.test.uiautomator.UiObjectNotFoundException: {selector}")


class NotConnectedError(AutomationError):
    """The accessibility service is gone."""

    def __init__(self) -> None:
        super().__init__("java.lang.IllegalStateException: UiAutomation not connected!")


class UnknownMethodError(AutomationError):
    """There is no such method."""
