"""The list of checks, and how it is run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.conformance import acting, guest, observing, restoring
from device_farm.conformance.subject import CheckFailure, Facts, Subject
from device_farm.errors import ConfigError, FarmError

Status: TypeAlias = Literal["passed", "failed", "known_failure", "not_applicable"]
CheckFunction: TypeAlias = Callable[[Subject, Facts], Awaitable[None]]

_LIMIT_S = 180.0
"""One check's time: a real desktop that starts LibreOffice twice stays well below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`clean` asks for a reset before it; `in_process` needs the machine's own side."""

    run: CheckFunction
    clean: bool = True
    in_process: bool = False
    deterministic_only: bool = False

    @property
    def name(self) -> str:
        return self.run.__name__


CHECKS: tuple[Check, ...] = (
    Check(run=observing.observe_is_complete),
    Check(run=observing.screenshot_decodes, clean=False),
    Check(run=observing.known_digest_saves_pixels, clean=False),
    Check(run=observing.observe_leaves_out_parts, clean=False),
    Check(run=observing.sequence_grows, clean=False),
    Check(run=observing.concurrent_observes, clean=False),
    Check(run=observing.tree_lies_on_screen),
    Check(run=observing.stream_yields_changes),
    Check(run=acting.every_action_is_taken),
    Check(run=acting.open_app_is_seen),
    Check(run=acting.tap_is_seen),
    Check(run=acting.typed_text_arrives),
    Check(run=acting.unicode_text_arrives),
    Check(run=acting.home_and_back),
    Check(run=acting.wait_lets_time_pass, clean=False),
    Check(run=acting.answers_touch_nothing),
    Check(run=acting.off_screen_is_refused, clean=False),
    Check(run=acting.bad_actions_are_refused, clean=False),
    Check(run=acting.cancelled_calls_leave_it_usable, clean=False),
    Check(run=acting.same_seed_same_bytes, deterministic_only=True),
    Check(run=guest.shell_reports_everything, clean=False),
    Check(run=guest.shell_keeps_its_words, clean=False),
    Check(run=guest.shell_heeds_its_deadline, clean=False),
    Check(run=guest.files_round_trip, clean=False),
    Check(run=guest.files_meet_the_shell, clean=False),
    Check(run=guest.bad_paths_are_refused, clean=False),
    Check(run=guest.ports_lead_to_the_guest, clean=False),
    Check(run=restoring.snapshot_round_trip, clean=False),
    Check(run=restoring.snapshot_restores_files, clean=False),
    Check(run=restoring.reset_undoes_everything),
    Check(run=restoring.health_answers, clean=False, in_process=True),
    Check(run=restoring.close_is_idempotent, clean=False, in_process=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """`reason` says why a check failed, or why it does not apply. `seconds` is wall clock."""

    name: str
    status: Status
    seconds: float
    reason: str = ""


def select(names: Collection[str]) -> tuple[Check, ...]:
    """The named checks in the suite's order; all of them for no names.

    Raises:
        ConfigError: no check has one of the names.
    """
    known = [check.name for check in CHECKS]
    for name in names:
        if name not in known:
            raise ConfigError(f"no check {name!r}", field="--only", fix=f"there is {', '.join(known)}")
    return tuple(check for check in CHECKS if not names or check.name in names)


async def run_checks(subject: Subject, facts: Facts, checks: tuple[Check, ...] = CHECKS) -> AsyncIterator[CheckResult]:
    """Runs `checks` one after the other and yields each result as it is known."""
    for check in checks:
        yield await run_check(check, subject, facts)


async def run_check(check: Check, subject: Subject, facts: Facts) -> CheckResult:
    """One check, whatever it raises; its own time limit."""
    if check.in_process and subject.managed is None:
        return CheckResult(name=check.name, status="not_applicable", seconds=0, reason="needs the device in process")
    if check.deterministic_only and not facts.deterministic:
        return CheckResult(name=check.name, status="not_applicable", seconds=0, reason="no promise of this backend")
    started = time.perf_counter()
    reason = await _outcome(check, subject, facts)
    seconds = time.perf_counter() - started
    known = facts.known_failures.get(check.name)
    if known is None:
        status: Status = "failed" if reason else "passed"
        return CheckResult(name=check.name, status=status, seconds=seconds, reason=reason)
    if reason:
        return CheckResult(name=check.name, status="known_failure", seconds=seconds, reason=f"{known} ({reason})")
    said = f"passes, though it is listed as a known failure ({known}): take it off the list"
    return CheckResult(name=check.name, status="failed", seconds=seconds, reason=said)


async def _outcome(check: Check, subject: Subject, facts: Facts) -> str:
    """Why the check failed; empty when it passed."""
    try:
        async with asyncio.timeout(_LIMIT_S * facts.patience):
            if check.clean:
                await subject.fresh()
            await check.run(subject, facts)
    except CheckFailure as failure:
        return str(failure)
    except TimeoutError:
        return f"took longer than {_LIMIT_S * facts.patience:g} s"
    except FarmError as error:
        return f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001 - the suite's boundary: any other error is a broken contract too
        return f"{type(error).__name__} is no error of the farm: {error}"
    return ""
