"""Writes `report.html`."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write_report(root: Path, *, summary: dict[str, Any] | None = None) -> Path:
    return root / "report.html"
