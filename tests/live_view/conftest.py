"""The browser of these tests; skips without it, fails where the tests were told that it is there."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from headless_browser import PROGRAM


@pytest.fixture
def browser_here() -> None:
    """For the tests that open pages."""
    if shutil.which(PROGRAM) is None:
        if PROGRAM in os.environ.get("FARM_REQUIRE", "").split(","):
            pytest.fail(f"FARM_REQUIRE names {PROGRAM}, and it is not installed")
        pytest.skip(f"{PROGRAM} is not installed: apt-get install {PROGRAM}")
