"""What holds for all tests."""

from __future__ import annotations

import importlib.util
import os

import pytest


def pytest_configure() -> None:
    """Where the caller wants the tests of learning, none of them may skip for want of torch."""
    missing = [name for name in ("torch", "transformers", "peft") if importlib.util.find_spec(name) is None]
    if missing and "torch" in os.environ.get("FARM_REQUIRE", "").split(","):
        raise pytest.UsageError(f"FARM_REQUIRE names torch, and these are missing: {', '.join(missing)}")
