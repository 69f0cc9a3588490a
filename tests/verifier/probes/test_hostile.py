"""The hostile calls of `scripts/bench_probes.py`, fewer of them: what the benchmark counts, and that it can count."""

from __future__ import annotations

import asyncio
import importlib
import itertools
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from phones import phone_tools

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
CALLS = 250


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("bench_probes")


def test_hostile_calls_are_seeded_and_none_comes_twice(bench: ModuleType) -> None:
    def first(seed: int) -> list[object]:
        return list(itertools.islice(bench.hostile_calls(Random(seed)), CALLS))

    assert first(1) == first(1) != first(2)
    assert len({repr(hostile.call) for hostile in first(1)}) == CALLS
    assert {hostile.kind for hostile in first(1)} == set(importlib.import_module("hostile_probes").CLASSES)
    shares = [bench.dealt(CALLS, CALLS, 1, worker, 3) for worker in range(3)]
    assert sorted(map(repr, itertools.chain(*shares))) == sorted(map(repr, first(1)))


def test_hostile_calls_change_no_phone_widen_nothing_and_break_nothing(bench: ModuleType) -> None:
    figures = asyncio.run(bench.on_phone(bench.dealt(CALLS, CALLS, 11, 0, 1), 0)).figures()
    assert figures["strings"] == figures["refused"] + figures["answered"] + figures["failed"] == CALLS
    assert [figures[name] for name in ("state_changes", "widened", "crashes", "unnamed")] == [0, 0, 0, 0]
    assert figures["examples"] == [] and figures["answered"] > 0


def test_hostile_calls_change_a_phone_that_nothing_guards(bench: ModuleType) -> None:
    raw = asyncio.run(bench.on_raw_phone(bench.dealt(80, 80, 11, 0, 1), 0))
    assert raw["strings"] >= 60 and raw["changed"] >= 8


def test_change_of_state_is_counted_with_an_example(bench: ModuleType) -> None:
    async def scenario() -> None:
        async with phone_tools() as (tools, device, digest):
            number = itertools.count()

            async def meddling() -> str:
                """Something else changes the phone before every second look."""
                if next(number) % 2:
                    await device.shell(f"echo {next(number)} > /sdcard/owned")
                return digest()

            tally = await bench.attack(tools, meddling, bench.dealt(6, 6, 11, 0, 1))
            figures = tally.figures()
            assert figures["state_changes"] > 0 and figures["examples"][0].startswith("state_changes: ")

    asyncio.run(scenario())
