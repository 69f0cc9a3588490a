"""One proof of a capability, and what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.errors import FarmError

Status: TypeAlias = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """`prove` uses the capability and returns what it saw; it raises a FarmError, with the fix, where it cannot.

    A `required` one that fails makes the machine unfit; any other is a warning. `fix` is used where the error has none.
    """

    name: str
    prove: Callable[[], Awaitable[str]]
    deadline_s: float
    required: bool = False
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """`detail` is what was seen or what went wrong; `fix` is empty where nothing has to be mended."""

    name: str
    status: Status
    required: bool
    detail: str
    fix: str
    seconds: float


async def run_probe(probe: Probe) -> ProbeResult:
    """Never raises, and takes little longer than the probe's deadline."""
    started = time.perf_counter()
    try:
        async with asyncio.timeout(probe.deadline_s):
            detail = await probe.prove()
    except TimeoutError:
        detail, fix, works = f"no proof within {probe.deadline_s:g} s", probe.fix, False
    except FarmError as error:
        shown = f"{error.field}: {error.message}" if error.field else error.message
        detail, fix, works = shown, error.fix or probe.fix, False
    except Exception as error:  # noqa: BLE001 - the doctor's boundary: a broken capability may raise anything
        detail, fix, works = f"{type(error).__name__}: {error}", probe.fix, False
    else:
        fix, works = "", True
    status: Status = "ok" if works else ("failed" if probe.required else "warning")
    return ProbeResult(
        name=probe.name,
        status=status,
        required=probe.required,
        detail=detail,
        fix=fix,
        seconds=time.perf_counter() - started,
    )
