"""A pytest plugin for `check_clients.py`: leaves out tests that cannot run on a simulated phone, and reports the rest.

The reasons are about the test, never about its outcome: what it asks for is read from its fixtures and its source.
"""

from __future__ import annotations

import inspect
import json
import os
from typing import Any, Final

import pytest

APK_FIXTURES: Final = {
    "app": "needs the APK com.example.u2testdemo",
    "dev": "needs the APK io.appium.android.apis",
    "package_name": "needs the APK io.appium.android.apis",
}
SOURCE_REASONS: Final = {
    "com.example.u2testdemo": "needs the APK com.example.u2testdemo",
    "io.appium.android.apis": "needs the APK io.appium.android.apis",
    "set_input_ime": "needs the APK of uiautomator2's keyboard",
    'transport="usb"': "needs a device on USB",
    "ps -u shell": "needs a shell without root rights; the simulated phone's is root, as after `adb root`",
    "logcat.stop()": "waits for one more line after its own last one; a simulated phone logs nothing by itself",
}

_outcomes: dict[str, str] = {}
_left_out: dict[str, str] = {}


def _reason(item: pytest.Item) -> str | None:
    fixtures = getattr(item, "fixturenames", ())
    for name, reason in APK_FIXTURES.items():
        if name in fixtures:
            return reason
    source = _source(item.function) if isinstance(item, pytest.Function) else ""
    return next((reason for words, reason in SOURCE_REASONS.items() if words in source), None)


def _source(function: Any) -> str:
    """The text of a test, of the functions of its module that it calls, and the strings among its module's names."""
    parts = [inspect.getsource(function)]
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, str):
            parts.append(value)
        elif inspect.isfunction(value) and value.__module__ == function.__module__:
            parts.append(inspect.getsource(value))
    return "\n".join(parts)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        reason = _reason(item)
        if reason is not None:
            _left_out[item.nodeid] = reason
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_runtest_logreport(report: Any) -> None:
    if report.nodeid in _left_out:
        return
    if report.skipped:
        # Its authors switched it off, or it found something missing: both are theirs to say.
        _left_out[report.nodeid] = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else "skipped"
    elif report.failed or report.when == "call":
        worst = _outcomes.get(report.nodeid) == "failed"
        _outcomes[report.nodeid] = "failed" if worst or report.failed else "passed"


def pytest_sessionfinish() -> None:
    with open(os.environ["CLIENT_TESTS_REPORT"], "w", encoding="utf-8") as file:
        json.dump({"outcomes": _outcomes, "left_out": _left_out}, file)
