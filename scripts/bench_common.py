"""What the benchmarks share: the machine they ran on, and the summary of a list of times."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """What figures are measured on: CPU model, cores this process may use, memory; load and speed at the moment."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory_kib = int(Path("/proc/meminfo").read_text("utf-8").split()[1])
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory_kib / 2**20, 1),
        "load": round(os.getloadavg()[0], 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "loop_ms": round(_loop_ms(), 1),
    }


def _loop_ms() -> float:
    """A million additions in plain Python, the best of three: shared machines change their speed by the hour."""
    times_s = []
    for _ in range(3):
        started = time.perf_counter()
        total = 0
        for number in range(1_000_000):
            total += number
        times_s.append(time.perf_counter() - started)
    return min(times_s) * 1000


def descendants(pid: int) -> list[int]:
    """The process ids of all below a process, those too that have ended and that nobody has asked after."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The command name in brackets may hold anything; the parent's id is the second word after it.
            parent = int(path.read_bytes().rpartition(b")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found = list(children.get(pid, ()))
    for one in found:
        found.extend(children.get(one, ()))
    return found


def memory_mib(pid: int) -> float:
    """Proportional set size of a process and all below it."""
    found = [pid, *descendants(pid)]
    total_kib = 0
    for one in found:
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text("utf-8").splitlines()
        except OSError:
            continue
        total_kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return round(total_kib / 1024, 1)


def percentiles_ms(times_s: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile (nearest rank) in milliseconds."""
    ordered = sorted(times_s)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {"p50_ms": round(statistics.median(ordered) * 1000, 3), "p99_ms": round(p99 * 1000, 3)}
