"""The suite's own machinery: what it makes of checks that pass, fail, hang, raise, or are known to fail."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeBackend
from device_farm.conformance import suite
from device_farm.conformance.local import local_subject
from device_farm.conformance.subject import SIMULATOR, CheckFailure, Facts, Subject, facts_for
from device_farm.conformance.suite import CHECKS, Check, CheckResult, run_check, select
from device_farm.errors import ConfigError, GuestError


async def passes(subject: Subject, facts: Facts) -> None:
    await subject.device.observe()


async def fails(subject: Subject, facts: Facts) -> None:
    raise CheckFailure("too small")


async def refused(subject: Subject, facts: Facts) -> None:
    raise GuestError("not there", field="path")


async def breaks(subject: Subject, facts: Facts) -> None:
    raise KeyError("x")


async def hangs(subject: Subject, facts: Facts) -> None:
    await asyncio.Event().wait()


def facts_with(**known: str) -> Facts:
    return Facts(
        folder="/",
        app="a",
        text_app="a",
        to_text_field=(),
        endless_command="cat",
        change_setting="",
        read_setting="",
        deterministic=False,
        known_failures=known,
    )


def result_of(check: Check, facts: Facts) -> CheckResult:
    async def scenario() -> CheckResult:
        async with local_subject(FakeBackend(FakeConfig(devices=1))) as subject:
            return await run_check(check, subject, facts)

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("function", "known", "status", "reason"),
    [
        (passes, {}, "passed", ""),
        (fails, {}, "failed", "too small"),
        (refused, {}, "failed", "GuestError: path: not there"),
        (breaks, {}, "failed", "KeyError is no error of the farm: 'x'"),
        (hangs, {}, "failed", "took longer than 0.1 s"),
        (fails, {"fails": "no room"}, "known_failure", "no room (too small)"),
        (passes, {"passes": "no room"}, "failed", "passes, though it is listed as a known failure"),
    ],
)
def test_a_check_ends_in_a_result_whatever_it_does(
    monkeypatch: pytest.MonkeyPatch, function: Any, known: dict[str, str], status: str, reason: str
) -> None:
    monkeypatch.setattr(suite, "_LIMIT_S", 0.1)
    result = result_of(Check(run=function), facts_with(**known))
    assert result.status == status
    assert result.reason.startswith(reason)
    assert result.name == function.__name__


def test_a_check_of_what_is_not_promised_does_not_apply() -> None:
    assert result_of(Check(run=fails, deterministic_only=True), facts_with()).status == "not_applicable"


def test_a_check_that_needs_the_machine_does_not_apply_through_grpc() -> None:
    class Remote:
        managed = None

    check = Check(run=fails, in_process=True)
    assert asyncio.run(run_check(check, cast(Subject, Remote()), SIMULATOR)).status == "not_applicable"


def test_the_suite_holds_each_check_once_and_each_says_what_it_holds() -> None:
    names = [check.name for check in CHECKS]
    assert len(names) == len(set(names))
    assert all(check.run.__doc__ for check in CHECKS)


def test_select_keeps_the_suites_order_and_refuses_unknown_names() -> None:
    assert [check.name for check in select(["sequence_grows", "observe_is_complete"])] == [
        "observe_is_complete",
        "sequence_grows",
    ]
    assert select([]) == CHECKS
    with pytest.raises(ConfigError, match="no check 'nope'"):
        select(["nope"])


def test_known_failures_name_checks_of_the_suite() -> None:
    names = {check.name for check in CHECKS}
    for backend in ("simulator", "emulator", "xvfb", "adb"):
        assert set(facts_for(backend).known_failures) <= names
    assert set(facts_for("emulator", read_only=False).known_failures) <= names


def test_a_backend_without_facts_is_refused() -> None:
    with pytest.raises(ConfigError, match="fake"):
        facts_for("fake")
